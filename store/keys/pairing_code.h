#pragma once

#include "platform/expected.h"
#include "platform/text/message.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {

/// The register key as a code: `tizilim pair` shows it on one PC, `tizilim init --join` takes it on
/// the next, and their revisions verify on both. 56 signs of Crockford's base32 in groups of four;
/// the last four check the others. Wiped by its destructor; has no operator<<.
class PairingCode {
public:
    static constexpr std::size_t kKeyBytes = 32;

    /// `register_key` has kKeyBytes.
    explicit PairingCode(std::string register_key) : key_(std::move(register_key)) {}
    /// Reads what a person typed, as RecoveryCode::parse(). The error repeats no sign of it.
    [[nodiscard]] static platform::Expected<PairingCode, platform::Message> parse(
        std::string_view text);

    ~PairingCode();
    PairingCode(const PairingCode&) = default;
    PairingCode& operator=(const PairingCode&) = default;

    /// A secret, to be shown to the person alone.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::string& register_key() const { return key_; }

private:
    std::string key_;
};

}  // namespace tizilim::store
