#pragma once

#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/message.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::store {

/// 128 random bits that open a register's backups, as a person writes them down: 28 signs of
/// Crockford's base32 in groups of four, "7K2M-…". The last two are Reed-Solomon check symbols over
/// GF(32): any one or two wrong signs are noticed, also two swapped ones. Wiped by its destructor;
/// has no operator<<.
class RecoveryCode {
public:
    static constexpr std::size_t kBytes = 16;

    [[nodiscard]] static RecoveryCode make(platform::Random& random);

    /// Reads what a person typed: in either case, with spaces or dashes of any kind or none, O for
    /// 0, I and L for 1, Cyrillic letters for look-alike Latin ones. The error repeats no sign.
    [[nodiscard]] static platform::Expected<RecoveryCode, platform::Message> parse(
        std::string_view text);

    ~RecoveryCode();
    RecoveryCode(const RecoveryCode&) = default;
    RecoveryCode& operator=(const RecoveryCode&) = default;

    /// A secret, to be shown to the person once.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

private:
    RecoveryCode() = default;
    std::array<char, kBytes> bytes_{};
};

}  // namespace tizilim::store
