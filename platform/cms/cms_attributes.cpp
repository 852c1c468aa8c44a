#include "platform/cms/cms_attributes.h"

#include "platform/cms/cms_certificate.h"
#include "platform/cms/cms_der.h"
#include "platform/cms/cms_gost.h"
#include "platform/cms/cms_openssl.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <memory>
#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

using AlgorithmPtr = std::unique_ptr<X509_ALGOR, FreeBy<X509_ALGOR_free>>;

constexpr std::string_view kSha256 = "2.16.840.1.101.3.4.2.1";
constexpr std::string_view kSha1 = "1.3.14.3.2.26";

using Bytes = std::optional<std::string_view>;

/// What follows the first `count` elements.
Bytes after(Bytes elements, int count) {
    for (int i = 0; i < count && elements; ++i) {
        if (!take_element(*elements)) return {};
    }
    return elements;
}

/// The contents of the first element, when it has that tag.
Bytes inside(Bytes elements, unsigned char tag) {
    return elements ? contents_of(*elements, tag) : std::nullopt;
}

/// From SigningCertificateV2: the first ESSCertIDv2, which is the signer's (RFC 5035, 5.4.1.1);
/// `digest` where that names none. SigningCertificate (RFC 2634) differs in that it never does.
std::optional<CertificateDigest> first_certificate(std::string_view der, std::string_view digest) {
    const Bytes list = inside(contents_of(der, der::kSequence), der::kSequence);
    Bytes rest = inside(list, der::kSequence);
    if (!rest) return std::nullopt;
    auto element = take_element(*rest);
    CertificateDigest named{.algorithm = std::string(digest), .digest = {}};
    if (element && element->tag == der::kSequence) {
        const unsigned char* at = octets(element->whole);
        const AlgorithmPtr algorithm(
            d2i_X509_ALGOR(nullptr, &at, static_cast<long>(element->whole.size())));
        if (!algorithm) return std::nullopt;
        const ASN1_OBJECT* oid = nullptr;
        X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm.get());
        named.algorithm = oid_text(oid);
        element = take_element(*rest);
    }
    if (!element || element->tag != der::kOctets) return std::nullopt;
    named.digest = element->contents;
    return named;
}

/// An attribute that may be there once, with one value.
struct Found {
    const ASN1_TYPE* value = nullptr;
    bool damaged = false;
};

Found find_attribute(const CMS_SignerInfo& signer, int nid) {
    const int at = CMS_signed_get_attr_by_NID(&signer, nid, -1);
    if (at < 0) return {};
    X509_ATTRIBUTE* attribute = CMS_signed_get_attr(&signer, at);
    if (CMS_signed_get_attr_by_NID(&signer, nid, at) >= 0 || X509_ATTRIBUTE_count(attribute) != 1) {
        return {.damaged = true};
    }
    const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(attribute, 0);
    return {.value = value, .damaged = value == nullptr};
}

/// Enough to name a certificate that vouches for itself; for nothing else.
std::string sha1(std::string_view bytes) {
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    if (EVP_Q_digest(checking_context(), "SHA1", nullptr, bytes.data(), bytes.size(),
                     reinterpret_cast<unsigned char*>(digest.data()), nullptr) != 1)
        return {};
    return digest;
}

bool has_type(const Found& found, int type) {
    return found.value != nullptr && ASN1_TYPE_get(found.value) == type;
}

}  // namespace

Expected<SignedAttributes, Message> read_signed_attributes(const CMS_SignerInfo& signer) {
    if (CMS_signed_get_attr_count(&signer) <= 0) {
        return Unexpected{Message{"signature.no_attributes"}};
    }
    SignedAttributes attributes;
    const Found type = find_attribute(signer, NID_pkcs9_contentType);
    if (!has_type(type, V_ASN1_OBJECT))
        return Unexpected{Message{"signature.content_type_damaged"}};
    attributes.content_type = oid_text(type.value->value.object);

    const Found digest = find_attribute(signer, NID_pkcs9_messageDigest);
    if (!has_type(digest, V_ASN1_OCTET_STRING))
        return Unexpected{Message{"signature.digest_damaged"}};
    attributes.message_digest = bytes_of(digest.value->value.octet_string);

    const Found time = find_attribute(signer, NID_pkcs9_signingTime);
    if (has_type(time, V_ASN1_UTCTIME)) {
        attributes.signing_time = wall_time_of(time.value->value.utctime);
    } else if (has_type(time, V_ASN1_GENERALIZEDTIME)) {
        attributes.signing_time = wall_time_of(time.value->value.generalizedtime);
    }
    if (time.damaged || (time.value != nullptr && !attributes.signing_time)) {
        return Unexpected{Message{"signature.time_damaged"}};
    }

    Found named = find_attribute(signer, NID_id_smime_aa_signingCertificateV2);
    const bool is_older = named.value == nullptr && !named.damaged;
    if (is_older) named = find_attribute(signer, NID_id_smime_aa_signingCertificate);
    if (has_type(named, V_ASN1_SEQUENCE)) {
        attributes.signing_certificate =
            first_certificate(bytes_of(named.value->value.sequence), is_older ? kSha1 : kSha256);
    }
    if (named.damaged || (named.value != nullptr && !attributes.signing_certificate)) {
        return Unexpected{Message{"signature.naming_damaged"}};
    }
    return attributes;
}

std::optional<std::string> signed_bytes(std::string_view der) {
    const Bytes signed_data = inside(after(contents_of(der, der::kSequence), 1), der::kContext0);
    // Version, digests and content; then certificates and revocations, which may be missing.
    Bytes rest = after(inside(signed_data, der::kSequence), 3);
    while (rest && !rest->starts_with(static_cast<char>(der::kSet))) rest = after(rest, 1);
    const Bytes signer = inside(inside(rest, der::kSet), der::kSequence);
    // Version, certificate and digest.
    const auto attributes = inside(after(signer, 3), der::kContext0);
    if (!attributes) return {};
    return der_of(der::kSet, *attributes);
}

std::optional<Message> naming_refusal(const CertificateDigest& named, const X509& certificate) {
    const std::string der = der_of(certificate);
    std::optional<std::string> own = gost_digest(named.algorithm, der);
    // A digest that nobody can compute: of an old key, whose signature is not called verified.
    if (!own && is_kazakh_gost(named.algorithm) && is_old_gost(key_algorithm_of(certificate))) {
        return {};
    }
    if (named.algorithm == kSha1) own = sha1(der);
    if (!own) own = openssl_digest(named.algorithm, der);
    if (!own) return Message{"signature.naming_digest_unknown"};
    if (*own == named.digest) return {};
    return Message{"signature.names_another"};
}

}  // namespace tizilim::platform
