#pragma once

#include "platform/expected.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {

/// What `tizilim pair` shows on one PC and `tizilim init --join` takes on the next: the key by
/// which a lawyer's installations know each other's revisions. 56 signs of Crockford's base32 in
/// groups of four; the last four check the others. Wiped when it goes; cannot be printed by
/// accident.
class PairingCode {
public:
    static constexpr std::size_t kKeyBytes = 32;

    /// `register_key` has kKeyBytes.
    explicit PairingCode(std::string register_key) : key_(std::move(register_key)) {}
    /// As typed, by the rules of RecoveryCode::parse(). Else what is wrong, without a sign of it.
    [[nodiscard]] static platform::Expected<PairingCode, std::string> parse(std::string_view text);

    ~PairingCode();
    PairingCode(const PairingCode&) = default;
    PairingCode& operator=(const PairingCode&) = default;

    /// A secret: for the person's eyes.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::string& register_key() const { return key_; }

private:
    std::string key_;
};

}  // namespace tizilim::store
