#include "tests/support/test_certificates.h"

#include "platform/check.h"
#include "platform/clock.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::support {
namespace {

constexpr int kRsaBits = 2048;
constexpr int kRsaBitsShort = 1024;
constexpr int kIterations = 2048;

std::shared_ptr<BIO> memory() {
    return {BIO_new(BIO_s_mem()), BIO_free_all};
}

std::string text_in(BIO* memory) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    CHECK(size > 0);
    return {bytes, static_cast<std::size_t>(size)};
}

template <class Encode, class T>
std::string der_by(Encode encode, const T* value) {
    unsigned char* bytes = nullptr;
    const int size = encode(value, &bytes);
    CHECK(size > 0);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

std::shared_ptr<EVP_PKEY> make_key(KeyKind kind) {
    EVP_PKEY* key = nullptr;
    switch (kind) {
        case KeyKind::rsa:
            key = EVP_RSA_gen(kRsaBits);
            break;
        case KeyKind::rsa_short:
            key = EVP_RSA_gen(kRsaBitsShort);
            break;
        case KeyKind::ecdsa:
            key = EVP_EC_gen("P-256");
            break;
        case KeyKind::ecdsa_own_curve:
            key = EVP_EC_gen("P-256");
            CHECK(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
                                                 OSSL_PKEY_EC_ENCODING_EXPLICIT) == 1);
            break;
        case KeyKind::ed25519:
            key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
            break;
    }
    CHECK(key != nullptr);
    return {key, EVP_PKEY_free};
}

std::time_t seconds_of(platform::WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

void put_name(X509_NAME* name, int nid, const std::string& value) {
    if (value.empty()) return;
    CHECK(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0) == 1);
}

void put_extension(X509* certificate, int nid, const std::string& value) {
    if (value.empty()) return;
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    CHECK(extension != nullptr);
    CHECK(X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> new_certificate(EVP_PKEY* key, platform::WallTime from,
                                      platform::WallTime to) {
    std::shared_ptr<X509> certificate(X509_new(), X509_free);
    CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    BIGNUM* serial = BN_new();
    CHECK(BN_rand(serial, 120, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    CHECK(BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate.get())) != nullptr);
    BN_free(serial);
    CHECK(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds_of(from)) != nullptr);
    CHECK(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds_of(to)) != nullptr);
    CHECK(X509_set_pubkey(certificate.get(), key) == 1);
    return certificate;
}

TestSigner make_authority(const std::string& name, platform::WallTime from,
                          const TestSigner* issuer) {
    TestSigner own{.key = make_key(KeyKind::ecdsa), .certificate = nullptr};
    own.certificate = new_certificate(own.key.get(), from, from + std::chrono::hours(24 * 3650));
    X509* certificate = own.certificate.get();
    put_name(X509_get_subject_name(certificate), NID_commonName, name);
    const TestSigner& by = issuer == nullptr ? own : *issuer;
    CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate.get())) == 1);
    put_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    put_extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    CHECK(X509_sign(certificate, by.key.get(), EVP_sha256()) > 0);
    return own;
}

/// Of this file, with the provider that old key files are written by.
class LegacyContext {
public:
    LegacyContext()
        : context_(OSSL_LIB_CTX_new(), OSSL_LIB_CTX_free),
          default_(OSSL_PROVIDER_load(context_.get(), "default"), OSSL_PROVIDER_unload),
          legacy_(OSSL_PROVIDER_load(context_.get(), "legacy"), OSSL_PROVIDER_unload) {
        CHECK(default_ && legacy_);
    }
    [[nodiscard]] OSSL_LIB_CTX* get() const { return context_.get(); }

private:
    std::shared_ptr<OSSL_LIB_CTX> context_;
    std::shared_ptr<OSSL_PROVIDER> default_;
    std::shared_ptr<OSSL_PROVIDER> legacy_;
};

std::string der_of_p12(PKCS12* p12) {
    CHECK(p12 != nullptr);
    std::string der = der_by(i2d_PKCS12, p12);
    PKCS12_free(p12);
    return der;
}

void name_certificate(CMS_SignerInfo* signer, const TestSigner& named) {
    ESS_SIGNING_CERT_V2* attribute =
        OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), named.certificate.get(), nullptr, 1);
    CHECK(attribute != nullptr);
    const std::string der = der_by(i2d_ESS_SIGNING_CERT_V2, attribute);
    ESS_SIGNING_CERT_V2_free(attribute);
    CHECK(CMS_signed_add1_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE,
                                      der.data(), static_cast<int>(der.size())) == 1);
}

void add_signer(CMS_ContentInfo* cms, const TestSigner& signer, const CmsWish& wish) {
    unsigned int flags = CMS_NOSMIMECAP;
    if (wish.cades && !wish.named) flags |= CMS_CADES;
    if (!wish.certificates) flags |= CMS_NOCERTS;
    if (!wish.attributes) flags |= CMS_NOATTR;
    CMS_SignerInfo* info = CMS_add1_signer(cms, signer.certificate.get(), signer.key.get(),
                                           EVP_get_digestbyname(wish.digest.c_str()), flags);
    CHECK(info != nullptr);
    if (!wish.attributes) return;
    if (wish.named) name_certificate(info, *wish.named);
    ASN1_TIME* time = ASN1_TIME_set(nullptr, seconds_of(wish.signed_at));
    CHECK(CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, ASN1_STRING_type(time), time,
                                      -1) == 1);
    ASN1_TIME_free(time);
}

}  // namespace

std::string TestSigner::key_pem() const {
    const auto out = memory();
    CHECK(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1);
    return text_in(out.get());
}

std::string TestSigner::certificate_pem() const {
    const auto out = memory();
    CHECK(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
    return text_in(out.get());
}

std::string TestSigner::certificate_der() const {
    return der_by(i2d_X509, certificate.get());
}

TestAuthority::TestAuthority(const std::string& name, platform::WallTime from)
    : own_(make_authority(name, from, nullptr)) {}

TestAuthority TestAuthority::intermediate(const std::string& name) const {
    return TestAuthority(make_authority(name, kSigningTime - std::chrono::hours(24 * 365), &own_));
}

TestSigner TestAuthority::issue(KeyKind kind, const CertificateWish& wish) const {
    TestSigner signer{.key = make_key(kind), .certificate = nullptr};
    signer.certificate = new_certificate(signer.key.get(), wish.not_before, wish.not_after);
    X509* certificate = signer.certificate.get();
    X509_NAME* subject = X509_get_subject_name(certificate);
    put_name(subject, NID_commonName, wish.name);
    put_name(subject, NID_surname, wish.name.substr(0, wish.name.find(' ')));
    put_name(subject, NID_serialNumber, wish.serial_number);
    put_name(subject, NID_countryName, "KZ");
    put_name(subject, NID_givenName, wish.patronymic);
    CHECK(X509_set_issuer_name(certificate, X509_get_subject_name(own_.certificate.get())) == 1);
    put_extension(certificate, NID_key_usage, wish.key_usage);
    put_extension(certificate, NID_ext_key_usage, wish.extended_key_usage);
    CHECK(X509_sign(certificate, own_.key.get(), EVP_sha256()) > 0);
    return signer;
}

std::string make_p12(const TestSigner& signer, const KeyFileWish& wish) {
    const LegacyContext context;
    const bool legacy = wish.kind == KeyFileKind::legacy;
    const int cipher = legacy ? NID_pbe_WithSHA1And40BitRC2_CBC : 0;
    STACK_OF(X509)* others = sk_X509_new_null();
    for (const auto& other : wish.others) CHECK(sk_X509_push(others, other.get()) > 0);
    // OpenSSL puts the own certificate in only together with the key.
    if (wish.own_certificate && !wish.key) {
        CHECK(sk_X509_push(others, signer.certificate.get()) > 0);
    }
    PKCS12* p12 = PKCS12_create_ex(
        wish.password.c_str(), "lawyer", wish.key ? signer.key.get() : nullptr,
        wish.key && wish.own_certificate ? signer.certificate.get() : nullptr, others, cipher,
        cipher, wish.iterations, wish.sealed ? kIterations : -1, 0, context.get(), nullptr);
    sk_X509_free(others);
    return der_of_p12(p12);
}

std::string make_p12_of_unknown_key(const std::string& algorithm, const std::string& password) {
    constexpr int kKeyBytes = 64;
    PKCS8_PRIV_KEY_INFO* key = PKCS8_PRIV_KEY_INFO_new();
    void* bytes = OPENSSL_zalloc(kKeyBytes);
    CHECK(PKCS8_pkey_set0(key, OBJ_txt2obj(algorithm.c_str(), 1), 0, V_ASN1_NULL, nullptr,
                          static_cast<unsigned char*>(bytes), kKeyBytes) == 1);
    PKCS12_SAFEBAG* bag = PKCS12_SAFEBAG_create_pkcs8_encrypt(
        NID_pbe_WithSHA1And3_Key_TripleDES_CBC, password.c_str(), -1, nullptr, 0, kIterations, key);
    CHECK(bag != nullptr);
    PKCS8_PRIV_KEY_INFO_free(key);
    STACK_OF(PKCS12_SAFEBAG)* bags = sk_PKCS12_SAFEBAG_new_null();
    CHECK(sk_PKCS12_SAFEBAG_push(bags, bag) > 0);
    STACK_OF(PKCS7)* safes = nullptr;
    CHECK(PKCS12_add_safe(&safes, bags, -1, 0, nullptr) == 1);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    PKCS12* p12 = PKCS12_add_safes(safes, 0);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    CHECK(PKCS12_set_mac(p12, password.c_str(), -1, nullptr, 0, kIterations, nullptr) == 1);
    return der_of_p12(p12);
}

std::string make_cms(const CmsWish& wish, std::string_view content) {
    unsigned int flags = CMS_BINARY | CMS_PARTIAL;
    if (wish.detached) flags |= CMS_DETACHED;
    const std::shared_ptr<CMS_ContentInfo> cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags),
                                               CMS_ContentInfo_free);
    const std::shared_ptr<ASN1_OBJECT> type(OBJ_txt2obj(wish.content_type.c_str(), 1),
                                            ASN1_OBJECT_free);
    CHECK(CMS_set1_eContentType(cms.get(), type.get()) == 1);
    for (const TestSigner& signer : wish.signers) add_signer(cms.get(), signer, wish);
    for (const auto& other : wish.others) CHECK(CMS_add1_cert(cms.get(), other.get()) == 1);
    // Certificates alone: nothing to finish.
    if (wish.signers.empty()) return der_by(i2d_CMS_ContentInfo, cms.get());
    const std::shared_ptr<BIO> source(
        BIO_new_mem_buf(content.data(), static_cast<int>(content.size())), BIO_free_all);
    const unsigned int ending = wish.detached ? CMS_BINARY | CMS_DETACHED : CMS_BINARY;
    CHECK(CMS_final(cms.get(), source.get(), nullptr, ending) == 1);
    return der_by(i2d_CMS_ContentInfo, cms.get());
}

}  // namespace tizilim::support
