#include "platform/cms/cms_attributes.h"

#include "platform/cms/cms_openssl.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <array>
#include <cstddef>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

using AlgorithmPtr = std::unique_ptr<X509_ALGOR, FreeBy<X509_ALGOR_free>>;

constexpr std::string_view kSha256 = "2.16.840.1.101.3.4.2.1";

struct Element {
    int tag = 0;
    std::string_view whole;
    std::string_view contents;
};

/// The first element of `der`, which is shortened by it. Nothing for what is no DER.
std::optional<Element> take_element(std::string_view& der) {
    const unsigned char* const begin = octets(der);
    const unsigned char* at = begin;
    long length = 0;
    int tag = 0;
    int tag_class = 0;
    constexpr int kDamaged = 0x80;
    constexpr int kIndefinite = 0x01;
    const int form = ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der.size()));
    if ((static_cast<unsigned>(form) & static_cast<unsigned>(kDamaged | kIndefinite)) != 0 ||
        tag_class != V_ASN1_UNIVERSAL || length < 0) {
        return std::nullopt;
    }
    const auto head = static_cast<std::size_t>(at - begin);
    const auto size = static_cast<std::size_t>(length);
    const Element element{
        .tag = tag, .whole = der.substr(0, head + size), .contents = der.substr(head, size)};
    der.remove_prefix(head + size);
    return element;
}

std::optional<std::string_view> inside_sequence(std::string_view der) {
    const auto element = take_element(der);
    if (!element || element->tag != V_ASN1_SEQUENCE) return std::nullopt;
    return element->contents;
}

/// From SigningCertificateV2: the first ESSCertIDv2, which is the signer's (RFC 5035, 5.4.1.1).
std::optional<CertificateDigest> first_certificate(std::string_view der) {
    const auto attribute = inside_sequence(der);
    const auto list = attribute ? inside_sequence(*attribute) : std::nullopt;
    auto rest = list ? inside_sequence(*list) : std::nullopt;
    if (!rest) return std::nullopt;
    auto element = take_element(*rest);
    CertificateDigest named{.algorithm = std::string(kSha256), .digest = {}};
    if (element && element->tag == V_ASN1_SEQUENCE) {
        const unsigned char* at = octets(element->whole);
        const AlgorithmPtr algorithm(
            d2i_X509_ALGOR(nullptr, &at, static_cast<long>(element->whole.size())));
        if (!algorithm) return std::nullopt;
        const ASN1_OBJECT* oid = nullptr;
        X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm.get());
        named.algorithm = oid_text(oid);
        element = take_element(*rest);
    }
    if (!element || element->tag != V_ASN1_OCTET_STRING) return std::nullopt;
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

    const Found named = find_attribute(signer, NID_id_smime_aa_signingCertificateV2);
    if (has_type(named, V_ASN1_SEQUENCE)) {
        attributes.signing_certificate = first_certificate(bytes_of(named.value->value.sequence));
    }
    if (named.damaged || (named.value != nullptr && !attributes.signing_certificate)) {
        return Unexpected{Message{"signature.naming_damaged"}};
    }
    return attributes;
}

std::optional<Message> naming_refusal(const CertificateDigest& named, const X509& certificate) {
    // What only GOST can digest stands under a GOST signature, which is not called verified.
    if (is_kazakh_gost(named.algorithm)) return {};
    const DigestPtr digest = fetch_digest(named.algorithm);
    if (!digest) return Message{"signature.naming_digest_unknown"};
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (X509_digest(&certificate, digest.get(), bytes.data(), &size) != 1) {
        return Message{"certificate.not_digested", {{"system", last_openssl_error()}}};
    }
    const std::string_view own(reinterpret_cast<const char*>(bytes.data()), size);
    if (own == named.digest) return {};
    return Message{"signature.names_another"};
}

}  // namespace tizilim::platform
