#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::platform {

// Time-stamps by RFC 3161 and RFC 5816: an authority signs that it saw a digest at a time.

/// What an authority is asked, and its token must repeat.
struct TimestampQuestion {
    std::string imprint;  ///< SHA-256, 32 bytes
    std::string nonce;    ///< kTimestampNonceBytes that nobody can guess
};
inline constexpr std::size_t kTimestampNonceBytes = 8;
/// Of an answer; a token with the certificates of its chain takes a few thousand.
inline constexpr std::size_t kTimestampBytesMax = kCmsBytesMax;

/// SHA-256 of both: without the salt nobody can tell of what.
[[nodiscard]] std::string salted_imprint(std::string_view salt, std::string_view bytes);

/// A TimeStampReq that asks for the authority's certificate, DER.
[[nodiscard]] std::string timestamp_request(const TimestampQuestion& question);

/// The token in an authority's answer (TimeStampResp), any bytes. The error: what answered is no
/// such authority, or grants none.
[[nodiscard]] Expected<std::string, Message> token_in_answer(std::string_view answer);

/// What a token says, once it is known to hold.
struct Timestamp {
    WallTime at{};
    std::string authority;  ///< CN of its certificate
    /// The chain leads to one of the trusted certificates; false also when none was given.
    bool issuer_checked = false;
};

/// Examines any bytes as the token for `question`: what it repeats, its signature by RSA, ECDSA or
/// GOST 34.10-2015, its certificate at the time that it says, and that this one is for time-stamps
/// alone; then its chain where certificates are trusted.
[[nodiscard]] Expected<Timestamp, Message> examine_timestamp(std::string_view token,
                                                             const TimestampQuestion& question,
                                                             const TrustedCertificates& trusted);

}  // namespace tizilim::platform
