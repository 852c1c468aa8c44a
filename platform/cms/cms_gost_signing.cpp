#include "platform/cms/cms_gost_signing.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/cms/cms_der.h"
#include "platform/cms/cms_gost.h"
#include "platform/cms/cms_key_file.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/gost/gost_curve.h"
#include "platform/gost/streebog.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <new>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <set>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

constexpr std::string_view kSha256 = "2.16.840.1.101.3.4.2.1";
constexpr const char* kSignedData = "1.2.840.113549.1.7.2";
constexpr const char* kData = "1.2.840.113549.1.7.1";
constexpr std::string_view kVersion1("\x02\x01\x01");

/// By one of OpenSSL's i2d functions.
template <class Encode, class T>
std::string encoded(const Encode& encode, const T* value) {
    unsigned char* bytes = nullptr;
    const int size = encode(value, &bytes);
    if (size <= 0) throw std::bad_alloc();
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

std::string oid_der(const char* dotted) {
    ASN1_OBJECT* oid = OBJ_txt2obj(dotted, 1);
    CHECK(oid != nullptr);
    std::string der = encoded(i2d_ASN1_OBJECT, oid);
    ASN1_OBJECT_free(oid);
    return der;
}

std::string sequence(const std::string& contents) {
    return der_of(der::kSequence, contents);
}
std::string algorithm(std::string_view oid) {
    return sequence(oid_der(std::string(oid).c_str()) + der_of(der::kNull, {}));
}
std::string attribute(const char* oid, const std::string& value) {
    return sequence(oid_der(oid) + der_of(der::kSet, value));
}

/// UTCTime up to 2049 and GeneralizedTime from then on, as RFC 5652, 11.3 asks.
std::string time_der(WallTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const AttributeTimePtr time(ASN1_TIME_set(nullptr, seconds));
    if (!time) throw std::bad_alloc();
    return encoded(i2d_ASN1_TIME, time.get());
}

/// Names the certificate by SHA-256, which goes without saying (RFC 5035, 4).
std::string signing_certificate(const X509& certificate) {
    const auto digest = openssl_digest(kSha256, der_of(certificate));
    CHECK(digest.has_value());
    return sequence(sequence(sequence(der_of(der::kOctets, *digest))));
}

/// In the order of DER.
std::string attributes_of(const X509& certificate, std::string_view content, WallTime now) {
    const std::set<std::string> all{
        attribute("1.2.840.113549.1.9.3", oid_der(kData)),
        attribute("1.2.840.113549.1.9.5", time_der(now)),
        attribute("1.2.840.113549.1.9.4", der_of(der::kOctets, streebog512(content))),
        attribute("1.2.840.113549.1.9.16.2.47", signing_certificate(certificate))};
    std::string joined;
    for (const std::string& one : all) joined += one;
    return joined;
}

std::string certificates_of(const KeyFile& file) {
    std::string own = der_of(*file.certificate);
    std::set<std::string> others;
    for (const CertificatePtr& issuer : file.issuers) others.insert(der_of(*issuer));
    others.erase(own);
    for (const std::string& other : others) own += other;
    return own;
}

std::string signer_info(const X509& certificate, const std::string& attributes,
                        const std::string& signature) {
    const std::string name = encoded(i2d_X509_NAME, X509_get_issuer_name(&certificate));
    const std::string serial = encoded(i2d_ASN1_INTEGER, X509_get0_serialNumber(&certificate));
    return sequence(std::string(kVersion1) + sequence(name + serial) + algorithm(kGostDigest) +
                    der_of(der::kContext0, attributes) + algorithm(kGostSignature) +
                    der_of(der::kOctets, signature));
}

}  // namespace

Expected<std::string, Message> make_gost_cms(const KeyFile& file, std::string_view content,
                                             WallTime now) {
    const X509& certificate = *file.certificate;
    const std::string attributes = attributes_of(certificate, content, now);
    const auto signature = GostCurve::kazakh().sign(file.gost_key->number(),
                                                    streebog512(der_of(der::kSet, attributes)));
    if (!signature) {
        return Unexpected{Message{"signing_key.does_not_sign", {{"system", last_openssl_error()}}}};
    }
    const std::string signed_data =
        sequence(std::string(kVersion1) + der_of(der::kSet, algorithm(kGostDigest)) +
                 sequence(oid_der(kData)) + der_of(der::kContext0, certificates_of(file)) +
                 der_of(der::kSet, signer_info(certificate, attributes, *signature)));
    std::string der = sequence(oid_der(kSignedData) + der_of(der::kContext0, signed_data));
    if (der.size() > kCmsBytesMax) return der;
    const CmsSignature found = examine_cms(der, content, *TrustedCertificates::parse(""));
    if (found.status != SignatureStatus::verified) {
        return Unexpected{found.reason.value_or(Message{"signature.wrong"})};
    }
    return der;
}

}  // namespace tizilim::platform
