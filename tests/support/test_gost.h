#pragma once

#include "platform/clock.h"
#include "tests/support/gcrypt_gost.h"
#include "tests/support/test_certificates.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

// Certificates and signatures of Kazakh GOST 34.10-2015, put together as DER and signed by
// libgcrypt.

struct GostWish {
    CertificateWish certificate = {};  ///< an authority's has its name alone
    bool is_authority = false;
    std::optional<int> between_max = {};         ///< its path length; nothing: not there
    std::string permitted = {};                  ///< common name that it may name; empty: any
    std::string extensions = {};                 ///< DER of more of them
    std::optional<std::string> parameters = {};  ///< DER, in place of the right ones
    std::optional<std::string> point = {};       ///< in place of the key's
};

/// A wish for one that issues others.
[[nodiscard]] GostWish gost_authority(const std::string& name);

struct GostCertificate {
    GcryptKey key;
    std::string name;  ///< DER of its subject
    std::string der;

    [[nodiscard]] std::string pem() const;
};

/// Signed by `issuer`, or by itself.
[[nodiscard]] GostCertificate make_gost_certificate(const GostWish& wish,
                                                    const GostCertificate* issuer = nullptr);
/// The same for the key of `of`: one key may have several certificates.
[[nodiscard]] GostCertificate renewed_gost_certificate(const GostCertificate& of,
                                                       const GostWish& wish,
                                                       const GostCertificate& issuer);

struct GostCmsWish {
    std::vector<GostCertificate> others = {};
    std::vector<platform::WallTime> signing_times{kSigningTime};
    bool cades = true;                       ///< names its certificate
    std::optional<std::string> inside = {};  ///< content that it carries
    std::string content_type = "1.2.840.113549.1.7.1";
    std::optional<std::string> message_digest = {};       ///< in place of the content's
    std::optional<std::string> signature = {};            ///< in place of the right one
    std::string digest_algorithm = "1.2.398.3.10.1.3.3";  ///< dotted OIDs
    std::string signature_algorithm = "1.2.398.3.10.1.1.2.3.2";
    int signers = 1;
};
/// A detached CMS, DER.
[[nodiscard]] std::string make_gost_cms(const GostCertificate& signer, std::string_view content,
                                        const GostCmsWish& wish = {});

/// libgcrypt's word on a CMS with the attributes that platform::SigningKey signs, in their order.
[[nodiscard]] bool gcrypt_verifies_cms(const GostCertificate& signer, std::string_view content,
                                       const std::string& cms);

struct GostKeyFileWish {
    std::string password = "qwerty-12345";
    std::vector<GostCertificate> others = {};    ///< certificates beside the key's own
    std::optional<std::string> parameters = {};  ///< DER, in place of the right ones
    std::optional<std::string> number = {};      ///< in place of the key's
    bool own_certificate = true;
    bool sealed = true;  ///< with a MAC over the file, its parts encrypted
};
/// A .p12 as the authority issues it, but for the encryption of certificates: 3DES, not RC2.
[[nodiscard]] std::string make_gost_p12(const GostCertificate& signer,
                                        const GostKeyFileWish& wish = {});

}  // namespace tizilim::support
