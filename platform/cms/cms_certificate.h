#pragma once

#include "platform/clock.h"
#include "platform/text/message.h"

#include <openssl/types.h>
#include <optional>
#include <string>

namespace tizilim::platform {

// Fields of an untrusted certificate: returned text is valid UTF-8 without control characters, of
// kCertificateTextMax bytes at most.

inline constexpr std::size_t kCertificateTextMax = 256;

/// CN and, where CN does not hold it already, GN: Kazakh certificates put surname and name into
/// the one and the patronymic into the other.
[[nodiscard]] std::string subject_of(const X509& certificate);
/// The 12 digits after "IIN" in the subject's serialNumber; empty: none there.
[[nodiscard]] std::string iin_of(const X509& certificate);
[[nodiscard]] std::string issuer_of(const X509& certificate);         ///< CN
[[nodiscard]] std::string serial_of(const X509& certificate);         ///< lower-case hex
[[nodiscard]] std::string key_algorithm_of(const X509& certificate);  ///< dotted OID

struct Validity {
    WallTime not_before{};
    WallTime not_after{};
};
/// Nothing when the certificate's own times cannot be read.
[[nodiscard]] std::optional<Validity> validity_of(const X509& certificate);

/// Why a certificate may not sign, by its key usage; nothing when it may. Not const: OpenSSL caches
/// what it reads.
[[nodiscard]] std::optional<Message> usage_refusal(X509& certificate);

/// Why a key can't sign: neither RSA nor ECDSA, or too weak. Nothing when it can.
[[nodiscard]] std::optional<Message> key_refusal(const EVP_PKEY* key);

}  // namespace tizilim::platform
