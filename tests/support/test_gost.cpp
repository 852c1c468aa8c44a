#include "tests/support/test_gost.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/base64.h"
#include "tests/support/gcrypt_gost.h"
#include "tests/support/test_certificates.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>

namespace tizilim::support {
namespace {

constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kBits = 0x03;
constexpr unsigned char kOctets = 0x04;
constexpr unsigned char kNull = 0x05;
constexpr unsigned char kUtf8 = 0x0c;
constexpr unsigned char kTime = 0x17;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kSet = 0x31;
constexpr unsigned char kContext0 = 0xa0;
constexpr unsigned char kContext3 = 0xa3;
constexpr unsigned char kContext4 = 0xa4;

constexpr int kIterations = 1024;
constexpr int kPlain = -1;
constexpr int kTripleDes = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
constexpr const char* kKey = "1.2.398.3.10.1.1.2.2";
constexpr const char* kCurve = "1.2.398.3.10.1.1.2.2.1";
constexpr const char* kSignature = "1.2.398.3.10.1.1.2.3.2";
constexpr const char* kDigest = "1.2.398.3.10.1.3.3";

std::string sequence(const std::string& contents) {
    return der_element(kSequence, contents);
}
std::string with_null(const std::string& oid) {
    return sequence(der_oid(oid) + der_element(kNull, ""));
}
std::string bits(const std::string& bytes) {
    return der_element(kBits, std::string(1, '\0') + bytes);
}

std::string one_name(const std::string& oid, const std::string& value) {
    if (value.empty()) return {};
    return der_element(kSet, sequence(der_oid(oid) + der_element(kUtf8, value)));
}

std::string time_der(platform::WallTime time) {
    ASN1_TIME* text = ASN1_UTCTIME_set(
        nullptr, std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
    CHECK(text != nullptr);
    const std::string digits(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                             static_cast<std::size_t>(ASN1_STRING_length(text)));
    ASN1_STRING_free(text);
    return der_element(kTime, digits);
}

/// As openssl.cnf words it.
std::string extension(int nid, const std::string& value) {
    if (value.empty()) return {};
    X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    CHECK(made != nullptr);
    unsigned char* bytes = nullptr;
    const int size = i2d_X509_EXTENSION(made, &bytes);
    CHECK(size > 0);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    X509_EXTENSION_free(made);
    return der;
}

std::string permitted_names(const std::string& common_name) {
    if (common_name.empty()) return {};
    const std::string name = sequence(one_name("2.5.4.3", common_name));
    const std::string names =
        sequence(der_element(kContext0, sequence(der_element(kContext4, name))));
    return sequence(der_oid("2.5.29.30") + der_element(kOctets, names));
}

std::string extensions(const GostWish& wish) {
    std::string all = wish.extensions + permitted_names(wish.permitted);
    if (wish.is_authority) {
        std::string constraints = "critical,CA:TRUE";
        if (wish.between_max) constraints += ",pathlen:" + std::to_string(*wish.between_max);
        all += extension(NID_basic_constraints, constraints);
    }
    all += extension(NID_key_usage, wish.certificate.key_usage);
    return all + extension(NID_ext_key_usage, wish.certificate.extended_key_usage);
}

std::string signature_over(const GcryptKey& key, const std::string& bytes) {
    return key.sign(gcrypt_streebog512(bytes));
}

std::string subject_of(const GostWish& wish) {
    const CertificateWish& of = wish.certificate;
    return sequence(one_name("2.5.4.3", of.name) + one_name("2.5.4.5", of.serial_number) +
                    one_name("2.5.4.42", of.patronymic));
}

std::string key_info(const GcryptKey& key, const GostWish& wish) {
    const std::string parameters =
        wish.parameters.value_or(sequence(der_oid(kCurve) + der_oid(kDigest)));
    return sequence(sequence(der_oid(kKey) + parameters) +
                    bits(der_element(kOctets, wish.point.value_or(key.public_key()))));
}

/// The first bytes of the digest of its key: the same certificate has the same number.
std::string serial_of(const std::string& key_info) {
    constexpr std::size_t kBytes = 8;
    return '\1' + gcrypt_streebog512(key_info).substr(0, kBytes);
}

std::string certificate_der(const GcryptKey& key, const GostWish& wish,
                            const std::string& issuer_name, const GcryptKey& by) {
    const CertificateWish& of = wish.certificate;
    const std::string info = key_info(key, wish);
    const std::string to_be_signed =
        sequence(der_element(kContext0, der_element(kInteger, "\x02")) +
                 der_element(kInteger, serial_of(info)) + with_null(kSignature) + issuer_name +
                 sequence(time_der(of.not_before) + time_der(of.not_after)) + subject_of(wish) +
                 info + der_element(kContext3, sequence(extensions(wish))));
    return sequence(to_be_signed + with_null(kSignature) + bits(signature_over(by, to_be_signed)));
}

std::string attribute(const std::string& oid, const std::string& value) {
    return sequence(der_oid(oid) + der_element(kSet, value));
}

std::string signing_certificate(const std::string& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    CHECK(EVP_Digest(certificate.data(), certificate.size(), digest.data(), &size, EVP_sha256(),
                     nullptr) == 1);
    const std::string bytes(reinterpret_cast<const char*>(digest.data()), size);
    return attribute("1.2.840.113549.1.9.16.2.47",
                     sequence(sequence(sequence(der_element(kOctets, bytes)))));
}

std::string issuer_and_serial(const std::string& certificate) {
    const auto* at = reinterpret_cast<const unsigned char*>(certificate.data());
    X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(certificate.size()));
    CHECK(parsed != nullptr);
    unsigned char* name = nullptr;
    unsigned char* serial = nullptr;
    const int name_size = i2d_X509_NAME(X509_get_issuer_name(parsed), &name);
    const int serial_size = i2d_ASN1_INTEGER(X509_get0_serialNumber(parsed), &serial);
    CHECK(name_size > 0 && serial_size > 0);
    const std::string both =
        std::string(reinterpret_cast<const char*>(name), static_cast<std::size_t>(name_size)) +
        std::string(reinterpret_cast<const char*>(serial), static_cast<std::size_t>(serial_size));
    OPENSSL_free(name);
    OPENSSL_free(serial);
    X509_free(parsed);
    return sequence(both);
}

PKCS8_PRIV_KEY_INFO* key_info_of(const GostCertificate& signer, const GostKeyFileWish& wish) {
    const std::string parameters =
        wish.parameters.value_or(sequence(der_oid(kCurve) + der_oid(kDigest)));
    ASN1_STRING* packed = ASN1_STRING_new();
    CHECK(ASN1_STRING_set(packed, parameters.data(), static_cast<int>(parameters.size())) == 1);
    const std::string number = der_element(kOctets, wish.number.value_or(signer.key.private_key()));
    auto* bytes = static_cast<unsigned char*>(OPENSSL_memdup(number.data(), number.size()));
    PKCS8_PRIV_KEY_INFO* key = PKCS8_PRIV_KEY_INFO_new();
    CHECK(PKCS8_pkey_set0(key, OBJ_txt2obj(kKey, 1), 0, V_ASN1_SEQUENCE, packed, bytes,
                          static_cast<int>(number.size())) == 1);
    return key;
}

void push_key(STACK_OF(PKCS12_SAFEBAG) * bags, const GostCertificate& signer,
              const GostKeyFileWish& wish) {
    PKCS8_PRIV_KEY_INFO* key = key_info_of(signer, wish);
    if (!wish.sealed) {
        CHECK(sk_PKCS12_SAFEBAG_push(bags, PKCS12_SAFEBAG_create0_p8inf(key)) > 0);
        return;
    }
    CHECK(sk_PKCS12_SAFEBAG_push(
              bags, PKCS12_SAFEBAG_create_pkcs8_encrypt(kTripleDes, wish.password.c_str(), -1,
                                                        nullptr, 0, kIterations, key)) > 0);
    PKCS8_PRIV_KEY_INFO_free(key);
}

void push_certificate(STACK_OF(PKCS12_SAFEBAG) * bags, const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    CHECK(certificate != nullptr);
    CHECK(sk_PKCS12_SAFEBAG_push(bags, PKCS12_SAFEBAG_create_cert(certificate)) > 0);
    X509_free(certificate);
}

}  // namespace

GostWish gost_authority(const std::string& name) {
    GostWish wish;
    wish.is_authority = true;
    wish.certificate = {.name = name,
                        .patronymic = "",
                        .serial_number = "",
                        .key_usage = "critical,keyCertSign,cRLSign",
                        .extended_key_usage = "",
                        .not_before = kSigningTime - std::chrono::hours(24 * 365),
                        .not_after = kSigningTime + std::chrono::hours(24 * 3650)};
    return wish;
}

std::string GostCertificate::pem() const {
    return "-----BEGIN CERTIFICATE-----\n" + platform::to_base64(der) +
           "\n-----END CERTIFICATE-----\n";
}

GostCertificate make_gost_certificate(const GostWish& wish, const GostCertificate* issuer) {
    GostCertificate made{.key = {}, .name = subject_of(wish), .der = {}};
    made.der = issuer == nullptr ? certificate_der(made.key, wish, made.name, made.key)
                                 : certificate_der(made.key, wish, issuer->name, issuer->key);
    return made;
}

GostCertificate renewed_gost_certificate(const GostCertificate& of, const GostWish& wish,
                                         const GostCertificate& issuer) {
    return {.key = of.key,
            .name = subject_of(wish),
            .der = certificate_der(of.key, wish, issuer.name, issuer.key)};
}

std::string make_gost_p12(const GostCertificate& signer, const GostKeyFileWish& wish) {
    const char* password = wish.password.c_str();
    STACK_OF(PKCS12_SAFEBAG)* keys = sk_PKCS12_SAFEBAG_new_null();
    push_key(keys, signer, wish);
    STACK_OF(PKCS12_SAFEBAG)* certificates = sk_PKCS12_SAFEBAG_new_null();
    if (wish.own_certificate) push_certificate(certificates, signer.der);
    for (const GostCertificate& other : wish.others) push_certificate(certificates, other.der);
    STACK_OF(PKCS7)* safes = nullptr;
    CHECK(PKCS12_add_safe(&safes, keys, kPlain, 0, nullptr) == 1);
    CHECK(PKCS12_add_safe(&safes, certificates, wish.sealed ? kTripleDes : kPlain, kIterations,
                          password) == 1);
    sk_PKCS12_SAFEBAG_pop_free(keys, PKCS12_SAFEBAG_free);
    sk_PKCS12_SAFEBAG_pop_free(certificates, PKCS12_SAFEBAG_free);
    PKCS12* p12 = PKCS12_add_safes(safes, 0);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    if (wish.sealed) {
        CHECK(PKCS12_set_mac(p12, password, -1, nullptr, 0, kIterations, EVP_sha1()) == 1);
    }
    unsigned char* bytes = nullptr;
    const int size = i2d_PKCS12(p12, &bytes);
    CHECK(size > 0);
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    PKCS12_free(p12);
    return der;
}

std::string make_gost_cms(const GostCertificate& signer, std::string_view content,
                          const GostCmsWish& wish) {
    std::string attributes = attribute("1.2.840.113549.1.9.3", der_oid(wish.content_type));
    for (const platform::WallTime time : wish.signing_times) {
        attributes += attribute("1.2.840.113549.1.9.5", time_der(time));
    }
    if (wish.cades) attributes += signing_certificate(signer.der);
    attributes +=
        attribute("1.2.840.113549.1.9.4",
                  der_element(kOctets, wish.message_digest.value_or(gcrypt_streebog512(content))));
    const std::string signature =
        wish.signature.value_or(signature_over(signer.key, der_element(kSet, attributes)));
    const std::string info =
        sequence(der_element(kInteger, "\x01") + issuer_and_serial(signer.der) +
                 with_null(wish.digest_algorithm) + der_element(kContext0, attributes) +
                 with_null(wish.signature_algorithm) + der_element(kOctets, signature));
    std::string infos;
    for (int i = 0; i < wish.signers; ++i) infos += info;
    std::string certificates = signer.der;
    for (const GostCertificate& other : wish.others) certificates += other.der;
    const std::string inside =
        wish.inside ? der_element(kContext0, der_element(kOctets, *wish.inside)) : std::string();
    const std::string signed_data = sequence(
        der_element(kInteger, "\x01") + der_element(kSet, with_null(wish.digest_algorithm)) +
        sequence(der_oid(wish.content_type) + inside) + der_element(kContext0, certificates) +
        der_element(kSet, infos));
    return sequence(der_oid("1.2.840.113549.1.7.2") + der_element(kContext0, signed_data));
}

bool gcrypt_verifies_cms(const GostCertificate& signer, std::string_view content,
                         const std::string& cms) {
    constexpr std::size_t kSignatureBytes = 128;
    constexpr std::size_t kAlgorithmAndSignature = 16 + 3 + kSignatureBytes;
    // The attributes begin with that of the content's type.
    const std::size_t from = cms.rfind(der_oid("1.2.840.113549.1.9.3")) - 2;
    const std::string attributes = cms.substr(from, cms.size() - kAlgorithmAndSignature - from);
    const std::string digest =
        attribute("1.2.840.113549.1.9.4", der_element(kOctets, gcrypt_streebog512(content)));
    return attributes.find(digest) != std::string::npos &&
           gcrypt_verifies(signer.key.public_key(),
                           gcrypt_streebog512(der_element(kSet, attributes)),
                           cms.substr(cms.size() - kSignatureBytes));
}

}  // namespace tizilim::support
