#pragma once

#include "platform/clock.h"

#include <chrono>
#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

// Keys, certificates and signatures for tests, made as they run: no key lies in the tree.

enum class KeyKind { rsa, ecdsa, rsa_short, ecdsa_own_curve, ed25519 };

/// Noon on 3 November 2025, UTC: when these tests sign.
inline constexpr platform::WallTime kSigningTime =
    std::chrono::sys_days(std::chrono::year(2025) / 11 / 3) + std::chrono::hours(12);

/// A certificate as the Kazakh authority words it; key usages as openssl.cnf names them.
struct CertificateWish {
    std::string name = "ОМАРОВ ДАУЛЕТ";
    std::string patronymic = "БЕРІКҰЛЫ";
    std::string serial_number = "IIN850101300017";
    std::string key_usage = "critical,digitalSignature,nonRepudiation";  ///< empty: not there
    std::string extended_key_usage = "emailProtection";                  ///< empty: not there
    platform::WallTime not_before = kSigningTime - std::chrono::hours(24 * 30);
    platform::WallTime not_after = kSigningTime + std::chrono::hours(24 * 335);
};

struct TestSigner {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;

    [[nodiscard]] std::string key_pem() const;
    [[nodiscard]] std::string certificate_pem() const;
    [[nodiscard]] std::string certificate_der() const;
};

/// A root of its own.
class TestAuthority {
public:
    explicit TestAuthority(const std::string& name = "ТЕСТТІК КУӘЛАНДЫРУШЫ ОРТАЛЫҚ",
                           platform::WallTime from = kSigningTime - std::chrono::hours(24 * 365));
    [[nodiscard]] TestSigner issue(KeyKind kind, const CertificateWish& wish = {}) const;
    /// A certificate under this one that may issue others, and its authority.
    [[nodiscard]] TestAuthority intermediate(const std::string& name) const;
    [[nodiscard]] std::string pem() const { return own_.certificate_pem(); }
    [[nodiscard]] const TestSigner& own() const { return own_; }

private:
    explicit TestAuthority(TestSigner own) : own_(std::move(own)) {}
    TestSigner own_;
};

enum class KeyFileKind { modern, legacy };  ///< AES-256, or RC2 of 40 bits throughout
struct KeyFileWish {
    std::string password = "qwerty-12345";
    KeyFileKind kind = KeyFileKind::modern;
    bool key = true;
    bool own_certificate = true;
    bool sealed = true;                              ///< with a MAC over the file
    std::vector<std::shared_ptr<X509>> others = {};  ///< certificates beside the key's own
    int iterations = 2048;                           ///< for key and for certificates
};
[[nodiscard]] std::string make_p12(const TestSigner& signer, const KeyFileWish& wish = {});
/// One with a key of that algorithm (a dotted OID), which OpenSSL does not know.
[[nodiscard]] std::string make_p12_of_unknown_key(const std::string& algorithm,
                                                  const std::string& password);

/// A CMS as OpenSSL makes it.
struct CmsWish {
    std::vector<TestSigner> signers = {};
    bool cades = true;
    bool detached = true;
    bool certificates = true;
    bool attributes = true;
    std::string digest = "SHA256";
    platform::WallTime signed_at = kSigningTime;
    std::string content_type = "1.2.840.113549.1.7.1";
    std::optional<TestSigner> named = {};  ///< by signing certificate v2; nothing: the signer
    std::vector<std::shared_ptr<X509>> others = {};
};
[[nodiscard]] std::string make_cms(const CmsWish& wish, std::string_view content);

/// A CMS put together by hand, in DER, with a signature that is 64 bytes of nothing: what cannot be
/// had from OpenSSL. The defaults are the old Kazakh GOST 34.310-2004.
struct AssembledCms {
    std::string key_algorithm = "1.2.398.3.10.1.1.1.2";
    std::string digest_algorithm = "1.2.398.3.10.1.3.1";
    std::string signature_algorithm = "1.2.398.3.10.1.1.1.2";
    std::string message_digest = std::string(64, 'd');
    std::string content_type = "1.2.840.113549.1.7.1";
    std::optional<std::string> inside = {};  ///< content that it carries
    CertificateWish certificate = {};
    std::vector<platform::WallTime> signing_times{kSigningTime};
    std::string serial = "\x01\x02\x03";  ///< of the certificate that the signer names
    std::string extra_attribute = {};     ///< DER of one more signed attribute
    bool attributes = true;               ///< false: the signature is right over the content
    bool names_content_type = true;
    bool names_digest = true;
};
[[nodiscard]] std::string assemble_cms(const AssembledCms& wish);

/// One DER element with that tag around `contents`.
[[nodiscard]] std::string der_element(unsigned char tag, std::string_view contents);
[[nodiscard]] std::string der_oid(const std::string& dotted);

}  // namespace tizilim::support
