#pragma once

#include "platform/text/message.h"

#include <utility>

namespace tizilim::store {

/// The register could not do what was asked, and is unchanged. The message says what failed, on
/// what, and what the person can do; never a field of an entry.
class StoreError : public platform::MessageError {
public:
    enum class Kind {
        absent,        ///< no register there, or no such entry
        exists,        ///< a register is there already
        wrong_key,     ///< the key is missing, or of another register
        damaged,       ///< a record does not open, or contradicts another
        newer_schema,  ///< written by a newer Tizilim
        refused,       ///< a rule of the register forbids it
        withdraws,     ///< it would withdraw the entry for good, which was not agreed to
        disk_full,
        read_only,  ///< the folder or the file can't be written
        io          ///< anything else the system refused
    };
    StoreError(Kind kind, platform::Message message)
        : MessageError(std::move(message)), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// Of what a rule of the register forbids.
[[nodiscard]] inline StoreError refusal(platform::Message message) {
    return {StoreError::Kind::refused, std::move(message)};
}

}  // namespace tizilim::store
