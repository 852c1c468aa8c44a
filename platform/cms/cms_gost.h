#pragma once

#include "platform/expected.h"
#include "platform/text/message.h"

#include <openssl/types.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {

// Kazakh GOST in certificates and signatures, which OpenSSL reads and can't compute (README.md,
// "Facts").

inline constexpr std::string_view kGostKey = "1.2.398.3.10.1.1.2.2";
inline constexpr std::string_view kGostSignature = "1.2.398.3.10.1.1.2.3.2";
inline constexpr std::string_view kGostDigest = "1.2.398.3.10.1.3.3";

/// Of keys, signatures and digests alike.
[[nodiscard]] bool is_kazakh_gost(std::string_view oid);
/// GOST 34.310-2004, of keys and signatures: its parameters are not published.
[[nodiscard]] bool is_old_gost(std::string_view oid);

/// Nothing for an algorithm other than Streebog.
[[nodiscard]] std::optional<std::string> gost_digest(std::string_view oid, std::string_view bytes);

/// Whether the parameters of a key are those that all Kazakh keys of 2015 have.
[[nodiscard]] bool has_gost_parameters(const X509_ALGOR* algorithm);

/// The key of a certificate, as GostCurve takes it. The error: it is of other parameters, or no
/// point of the curve.
[[nodiscard]] Expected<std::string, Message> gost_key_of(const X509& certificate);

/// Why `signature` is not that of `bytes` by the certificate's key; nothing when it is.
[[nodiscard]] std::optional<Message> gost_signature_refusal(const X509& certificate,
                                                            std::string_view bytes,
                                                            std::string_view signature);

/// Whether the signature under `certificate` is by that algorithm.
[[nodiscard]] bool is_gost_signed(const X509& certificate);
/// Whether it is by the key of `issuer`.
[[nodiscard]] bool is_gost_signed_by(const X509& certificate, const X509& issuer);

}  // namespace tizilim::platform
