#include "platform/cms/cms_gost.h"

#include "platform/cms/cms_der.h"
#include "platform/cms/cms_openssl.h"
#include "platform/expected.h"
#include "platform/gost/gost_curve.h"
#include "platform/gost/streebog.h"
#include "platform/text/message.h"

#include <cstddef>
#include <openssl/asn1.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

/// The arc of Kazakhstan's algorithms: …1.1 are keys and signatures, …1.3 digests.
constexpr std::string_view kKazakhAlgorithms = "1.2.398.3.10.1.";
constexpr std::string_view kOldAlgorithms = "1.2.398.3.10.1.1.1.";
constexpr std::string_view kGostDigest256 = "1.2.398.3.10.1.3.2";

/// The curve 1.2.398.3.10.1.1.2.2.1, and the digest 1.2.398.3.10.1.3.3, in one sequence.
constexpr std::string_view kParameters(
    "\x30\x16\x06\x0a\x2a\x83\x0e\x03\x0a\x01\x01\x02\x02\x01\x06\x08\x2a\x83\x0e\x03\x0a\x01\x03"
    "\x03");

std::string algorithm_of(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* oid = nullptr;
    X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
    return oid_text(oid);
}

/// No bits at its end that don't count.
bool is_whole_bytes(const ASN1_BIT_STRING& bits) {
    constexpr long kUnusedBits = 0x07;
    return (bits.flags & kUnusedBits) == 0;
}

}  // namespace

bool is_kazakh_gost(std::string_view oid) {
    return oid.starts_with(kKazakhAlgorithms);
}

bool is_old_gost(std::string_view oid) {
    return oid.starts_with(kOldAlgorithms);
}

std::optional<std::string> gost_digest(std::string_view oid, std::string_view bytes) {
    if (oid == kGostDigest) return streebog512(bytes);
    if (oid == kGostDigest256) return streebog256(bytes);
    return {};
}

bool has_gost_parameters(const X509_ALGOR* algorithm) {
    const void* value = nullptr;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(nullptr, &type, &value, algorithm);
    return type == V_ASN1_SEQUENCE &&
           bytes_of(static_cast<const ASN1_STRING*>(value)) == kParameters;
}

Expected<std::string, Message> gost_key_of(const X509& certificate) {
    ASN1_OBJECT* oid = nullptr;
    const unsigned char* bytes = nullptr;
    int size = 0;
    X509_ALGOR* algorithm = nullptr;
    const X509_PUBKEY* const given = X509_get_X509_PUBKEY(&certificate);
    if (given == nullptr || X509_PUBKEY_get0_param(&oid, &bytes, &size, &algorithm, given) != 1 ||
        oid_text(oid) != kGostKey || !has_gost_parameters(algorithm)) {
        return Unexpected{Message{"gost.parameters_unknown"}};
    }
    std::string_view der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    const auto key = take_element(der);
    if (!key || key->tag != der::kOctets || !der.empty()) {
        return Unexpected{Message{"gost.key_off_curve"}};
    }
    if (auto why = GostCurve::kazakh().key_refusal(key->contents)) return Unexpected{*why};
    return std::string(key->contents);
}

std::optional<Message> gost_signature_refusal(const X509& certificate, std::string_view bytes,
                                              std::string_view signature) {
    const auto key = gost_key_of(certificate);
    if (!key) return key.error();
    return GostCurve::kazakh().signature_refusal(*key, streebog512(bytes), signature);
}

bool is_gost_signed(const X509& certificate) {
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(nullptr, &algorithm, &certificate);
    return algorithm_of(algorithm) == kGostSignature;
}

bool is_gost_signed_by(const X509& certificate, const X509& issuer) {
    const ASN1_BIT_STRING* signature = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(&signature, &algorithm, &certificate);
    const X509_ALGOR* const signed_algorithm = X509_get0_tbs_sigalg(&certificate);
    if (!is_gost_signed(certificate) || X509_ALGOR_cmp(algorithm, signed_algorithm) != 0 ||
        !is_whole_bytes(*signature)) {
        return false;
    }
    const std::string der = der_of(certificate);
    std::string_view parts = contents_of(der, der::kSequence).value_or(std::string_view());
    const auto to_be_signed = take_element(parts);
    return to_be_signed &&
           !gost_signature_refusal(issuer, to_be_signed->whole, bytes_of(signature));
}

}  // namespace tizilim::platform
