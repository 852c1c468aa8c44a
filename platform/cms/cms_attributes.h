#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <openssl/cms.h>
#include <openssl/types.h>
#include <optional>
#include <string>

namespace tizilim::platform {

/// The digest by which SigningCertificateV2 (RFC 5035), or SigningCertificate where that is
/// missing, names the signer's certificate.
struct CertificateDigest {
    std::string algorithm;  ///< dotted OID
    std::string digest;
};

/// What the signer signed beside the digest of the content (RFC 5652, 11; RFC 5126, 5.7).
struct SignedAttributes {
    std::string content_type;  ///< dotted OID
    std::string message_digest;
    std::optional<WallTime> signing_time;
    std::optional<CertificateDigest> signing_certificate;
};

/// The error says which attribute is missing, double or damaged. Reads ASN.1 only: works whether
/// or not OpenSSL knows the signer's algorithms.
[[nodiscard]] Expected<SignedAttributes, Message> read_signed_attributes(
    const CMS_SignerInfo& signer);

/// The bytes that the first signer of a CMS signs: the attributes, as they stand there, as a SET
/// (RFC 5652, 5.4). OpenSSL would write them anew, so that a CMS of other bytes is as good. Nothing
/// when it is no DER.
[[nodiscard]] std::optional<std::string> signed_bytes(std::string_view der);

/// Why `named` is not `certificate`; nothing when it is.
[[nodiscard]] std::optional<Message> naming_refusal(const CertificateDigest& named,
                                                    const X509& certificate);

}  // namespace tizilim::platform
