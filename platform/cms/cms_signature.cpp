#include "platform/cms/cms_signature.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/cms/cms_attributes.h"
#include "platform/cms/cms_certificate.h"
#include "platform/cms/cms_der.h"
#include "platform/cms/cms_examination.h"
#include "platform/cms/cms_gost.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_trust.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"

#include <new>
#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/safestack.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

/// A CMS of one signer, taken apart. What `signer` and `certificate` point at lives in the others.
struct Parsed {
    CmsPtr cms;
    CertificatesPtr certificates;
    CMS_SignerInfo* signer = nullptr;
    X509* certificate = nullptr;
    std::string key;  ///< OIDs, dotted
    std::string digest;
    std::string signature;

    // Key and signature both, or what is shown would not be what was signed with.
    [[nodiscard]] bool is_gost() const { return is_kazakh_gost(key) && is_kazakh_gost(signature); }
    [[nodiscard]] bool is_old_gost() const {
        return platform::is_old_gost(key) && platform::is_old_gost(signature);
    }
};

Expected<CmsPtr, Message> parse(std::string_view der) {
    if (der.size() > kCmsBytesMax) return Unexpected{Message{"signature.too_long"}};
    CMS_ContentInfo* raw = CMS_ContentInfo_new_ex(checking_context(), nullptr);
    if (raw == nullptr) throw std::bad_alloc();
    const unsigned char* at = octets(der);
    const bool whole = d2i_CMS_ContentInfo(&raw, &at, static_cast<long>(der.size())) != nullptr;
    CmsPtr cms(raw);
    if (!whole) return Unexpected{Message{"signature.no_cms"}};
    if (at != octets(der) + der.size()) return Unexpected{Message{"signature.bytes_follow"}};
    if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
        return Unexpected{Message{"signature.other_kind"}};
    }
    return cms;
}

/// What is carried inside must be the content, or nothing.
std::optional<Message> content_refusal(CMS_ContentInfo& cms, std::string_view content) {
    ASN1_OCTET_STRING** inside = CMS_get0_content(&cms);
    if (inside == nullptr) return Message{"signature.content_unknown"};
    if (*inside == nullptr || bytes_of(*inside) == content) return {};
    return Message{"signature.content_differs"};
}

Expected<CMS_SignerInfo*, Message> only_signer(CMS_ContentInfo& cms) {
    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(&cms);
    const int count = signers == nullptr ? 0 : sk_CMS_SignerInfo_num(signers);
    if (count == 1) return sk_CMS_SignerInfo_value(signers, 0);
    if (count <= 0) return Unexpected{Message{"signature.no_signer"}};
    return Unexpected{Message{"signature.several_signers", {{"count", count}}}};
}

X509* certificate_of(CMS_SignerInfo& signer, const STACK_OF(X509) * certificates) {
    const int count = certificates == nullptr ? 0 : sk_X509_num(certificates);
    for (int i = 0; i < count; ++i) {
        X509* candidate = sk_X509_value(certificates, i);
        if (CMS_SignerInfo_cert_cmp(&signer, candidate) == 0) return candidate;
    }
    return nullptr;
}

std::string algorithm_oid(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* oid = nullptr;
    X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
    return oid_text(oid);
}

Expected<Parsed, Message> take_apart(std::string_view der, std::string_view content) {
    auto cms = parse(der);
    if (!cms) return Unexpected{cms.error()};
    Parsed parsed;
    parsed.cms = *std::move(cms);
    const auto signer = only_signer(*parsed.cms);
    if (!signer) return Unexpected{signer.error()};
    parsed.signer = *signer;
    if (auto why = content_refusal(*parsed.cms, content)) return Unexpected{*std::move(why)};
    parsed.certificates.reset(CMS_get1_certs(parsed.cms.get()));
    parsed.certificate = certificate_of(*parsed.signer, parsed.certificates.get());
    if (parsed.certificate == nullptr) {
        return Unexpected{Message{"signature.no_certificate"}};
    }
    X509_ALGOR* digest = nullptr;
    X509_ALGOR* signature = nullptr;
    CMS_SignerInfo_get0_algs(parsed.signer, nullptr, nullptr, &digest, &signature);
    parsed.digest = algorithm_oid(digest);
    parsed.signature = algorithm_oid(signature);
    parsed.key = key_algorithm_of(*parsed.certificate);
    return parsed;
}

int nid_of(const std::string& oid) {
    // Dotted text only, so that no name is taken for an OID.
    ASN1_OBJECT* object = oid.empty() ? nullptr : OBJ_txt2obj(oid.c_str(), 1);
    const int nid = OBJ_obj2nid(object);
    ASN1_OBJECT_free(object);
    return nid;
}

/// RFC 3370 lets RSA stand without its digest; the two together have an OID as well.
std::string full_algorithm(const Parsed& parsed) {
    int nid = NID_undef;
    if (nid_of(parsed.signature) == NID_rsaEncryption &&
        OBJ_find_sigid_by_algs(&nid, nid_of(parsed.digest), NID_rsaEncryption) == 1) {
        return oid_text(OBJ_nid2obj(nid));
    }
    return parsed.signature;
}

void describe(const Parsed& parsed, CmsSignature& found) {
    const X509& certificate = *parsed.certificate;
    found.signer = subject_of(certificate);
    found.iin = iin_of(certificate);
    found.issuer = issuer_of(certificate);
    found.serial = serial_of(certificate);
    found.algorithm = full_algorithm(parsed);
    const auto validity = validity_of(certificate);
    found.not_before = validity ? validity->not_before : WallTime{};
    found.not_after = validity ? validity->not_after : WallTime{};
}

std::optional<Message> validity_refusal(const X509& certificate, WallTime at) {
    const auto validity = validity_of(certificate);
    if (!validity) return Message{"certificate.validity_unreadable"};
    if (at < validity->not_before) {
        return Message{"signature.before_validity",
                       {{"from", format_time(validity->not_before, UtcOffset{0})}}};
    }
    if (at > validity->not_after) {
        return Message{"signature.after_validity",
                       {{"to", format_time(validity->not_after, UtcOffset{0})}}};
    }
    return {};
}

/// The digest of the content by the signer's algorithm; nothing when it can't be computed here.
std::optional<std::string> content_digest(const Parsed& parsed, std::string_view content) {
    if (parsed.is_gost()) {
        if (auto digest = gost_digest(parsed.digest, content)) return digest;
    }
    return openssl_digest(parsed.digest, content);
}

std::optional<Message> digest_refusal(const Parsed& parsed, const SignedAttributes& attributes,
                                      std::string_view content) {
    const auto computed = content_digest(parsed, content);
    if (!computed && parsed.is_old_gost() && is_kazakh_gost(parsed.digest)) return {};
    if (!computed) return Message{"signature.digest_weak"};
    if (attributes.message_digest.size() != computed->size()) {
        return Message{"signature.digest_length"};
    }
    if (*computed == attributes.message_digest) return {};
    return Message{"signature.other_bytes"};
}

std::optional<WallTime> made_at(const SignedAttributes& attributes, const SignatureRules& rules) {
    return rules.made_at ? rules.made_at : attributes.signing_time;
}

/// All that can be checked without computing the signature itself.
std::optional<Message> attributes_refusal(const Parsed& parsed, const SignedAttributes& attributes,
                                          std::string_view content, const SignatureRules& rules) {
    if (attributes.content_type != oid_text(CMS_get0_eContentType(parsed.cms.get()))) {
        return Message{"signature.content_type_differs"};
    }
    auto why = digest_refusal(parsed, attributes, content);
    if (!why && attributes.signing_certificate) {
        why = naming_refusal(*attributes.signing_certificate, *parsed.certificate);
    } else if (!why && rules.names_certificate) {
        why = Message{"signature.names_none"};
    }
    if (const auto at = made_at(attributes, rules); !why && at) {
        why = validity_refusal(*parsed.certificate, *at);
    }
    if (!why && !validity_of(*parsed.certificate)) {
        why = Message{"certificate.validity_unreadable"};
    }
    return why ? why : rules.usage_refusal(*parsed.certificate);
}

/// OpenSSL takes the digest from one field and the rest from another: they must agree, or the
/// algorithm that is shown is not the one that was computed.
bool algorithms_agree(const Parsed& parsed, const EVP_PKEY& key) {
    const int kind = EVP_PKEY_get_base_id(&key);
    const int signature = nid_of(parsed.signature);
    if (signature == NID_rsaEncryption) return kind == EVP_PKEY_RSA;
    if (signature == NID_rsassaPss) return kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
    int digest = NID_undef;
    int key_kind = NID_undef;
    if (OBJ_find_sigid_algs(signature, &digest, &key_kind) != 1) return false;
    return digest == nid_of(parsed.digest) && key_kind == kind;
}

std::optional<Message> gost_refusal(const Parsed& parsed, std::string_view der) {
    if (parsed.key != kGostKey || parsed.signature != kGostSignature ||
        parsed.digest != kGostDigest) {
        return Message{"signature.algorithm_unknown"};
    }
    const auto bytes = has_open_length(der) ? std::nullopt : signed_bytes(der);
    if (!bytes) return Message{"signature.not_der"};
    return gost_signature_refusal(*parsed.certificate, *bytes,
                                  bytes_of(CMS_SignerInfo_get0_signature(parsed.signer)));
}

std::optional<Message> signature_refusal(const Parsed& parsed, std::string_view der) {
    if (parsed.is_gost()) return gost_refusal(parsed, der);
    const EVP_PKEY* key = X509_get0_pubkey(parsed.certificate);
    if (auto why = key_refusal(key)) return why;
    if (!algorithms_agree(parsed, *key)) return Message{"signature.algorithm_unknown"};
    CMS_SignerInfo_set1_signer_cert(parsed.signer, parsed.certificate);
    if (CMS_SignerInfo_verify(parsed.signer) == 1) return {};
    return Message{"signature.wrong"};
}

CmsSignature invalid(CmsSignature found, Message why) {
    found.status = SignatureStatus::invalid;
    found.issuer_checked = false;
    found.covers_bytes = false;
    found.reason = std::move(why);
    return found;
}

void warn(const SignedAttributes& attributes, CmsSignature& found) {
    if (!attributes.signing_certificate) found.warnings.push_back({"signature.not_cades"});
    if (!attributes.signing_time) found.warnings.push_back({"signature.undated"});
}

CmsSignature examine(const SignatureRules& rules, std::string_view der, std::string_view content,
                     const TrustedCertificates& trusted) {
    CmsSignature found;
    const auto parsed = take_apart(der, content);
    if (!parsed) return invalid(std::move(found), parsed.error());
    describe(*parsed, found);
    const auto attributes = read_signed_attributes(*parsed->signer);
    if (!attributes) return invalid(std::move(found), attributes.error());
    found.signed_at = attributes->signing_time;
    found.message_digest = attributes->message_digest;
    if (auto why = attributes_refusal(*parsed, *attributes, content, rules)) {
        return invalid(std::move(found), *std::move(why));
    }
    found.covers_bytes = content_digest(*parsed, content).has_value();
    warn(*attributes, found);
    if (parsed->is_old_gost()) {
        found.status = SignatureStatus::parsed_not_verified;
        found.reason = Message{"signature.gost_2004"};
        return found;
    }
    if (auto why = signature_refusal(*parsed, der))
        return invalid(std::move(found), *std::move(why));
    if (!trusted.empty()) {
        auto why = chain_refusal(trusted, *parsed->certificate, parsed->certificates.get(),
                                 made_at(*attributes, rules));
        if (why) return invalid(std::move(found), *std::move(why));
        found.issuer_checked = true;
    }
    found.status = SignatureStatus::verified;
    return found;
}

}  // namespace

std::string_view code_of(SignatureStatus status, bool issuer_checked) {
    switch (status) {
        case SignatureStatus::verified:
            return issuer_checked ? "verified" : "verified_unchecked_issuer";
        case SignatureStatus::parsed_not_verified:
            return "parsed_not_verified";
        case SignatureStatus::invalid:
            return "invalid";
    }
    CHECK(false);
}

CmsSignature examine_cms(std::string_view der, std::string_view content,
                         const TrustedCertificates& trusted) {
    return examine_by({.usage_refusal = usage_refusal}, der, content, trusted);
}

CmsSignature examine_by(const SignatureRules& rules, std::string_view der, std::string_view content,
                        const TrustedCertificates& trusted) {
    const ErrorQueueMark mark;
    return examine(rules, der, content, trusted);
}

std::string message_digest_of(std::string_view der) {
    const ErrorQueueMark mark;
    const auto cms = parse(der);
    if (!cms) return {};
    const auto signer = only_signer(**cms);
    if (!signer) return {};
    const auto attributes = read_signed_attributes(**signer);
    return attributes ? attributes->message_digest : std::string();
}

}  // namespace tizilim::platform
