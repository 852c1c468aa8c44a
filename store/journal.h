#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "store/records.h"
#include "store/vault.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// Adds acts to the journal within one transaction; each is hashed with the one before it, which is
/// what "numbered, stitched and sealed" is on paper.
class JournalWriter {
public:
    JournalWriter(VaultWriter& vault, const platform::Clock& clock, platform::Random& random);

    /// The act's sequence number. `version` is the packed version that the act made, or empty.
    std::uint64_t append(Act act, const EntryId& entry, std::string_view version = {},
                         std::string detail = {});
    [[nodiscard]] platform::WallTime now() const { return now_; }

private:
    VaultWriter& vault_;
    platform::Random& random_;
    platform::WallTime now_;
    std::uint64_t last_ = 0;
    Digest32 head_{};
};

/// The digest by which a journal record names a version.
[[nodiscard]] Digest32 content_digest(std::string_view packed_version);

/// Recomputes the chain, record by record.
class JournalChecker {
public:
    /// What is wrong with `record` as the one after those seen so far, or nothing.
    [[nodiscard]] std::optional<std::string> next(const JournalRecord& record);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] const Digest32& head() const { return head_; }

private:
    std::uint64_t count_ = 0;
    Digest32 head_{};
};

}  // namespace tizilim::store
