#include "platform/cms/cms_certificate.h"

#include "platform/cms/cms_openssl.h"
#include "platform/hex.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

constexpr std::size_t kIinDigits = 12;
constexpr std::string_view kIinPrefix = "IIN";
/// RFC 5280 allows 20; one that is longer is shown cut.
constexpr std::size_t kSerialBytesMax = 64;
/// What RSA of 2048 bits and P-224 give.
constexpr int kSecurityBitsMin = 112;

struct FreeOpensslBytes {
    void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};
using UsagesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, FreeBy<EXTENDED_KEY_USAGE_free>>;

/// One character of valid UTF-8 at `text[at]`, by its first byte.
std::size_t character_bytes(char first) {
    const auto byte = static_cast<unsigned char>(first);
    if (byte < 0x80U) return 1;
    if (byte < 0xe0U) return 2;
    return byte < 0xf0U ? 3 : 4;
}

/// C0, DEL, C1, and the marks that turn the direction of what follows or end a line.
bool is_control(std::string_view character) {
    if (character.size() == 1) return character[0] < ' ' || character[0] == '\x7f';
    if (character.size() == 2) return character[0] == '\xc2' && character[1] < '\xa0';
    constexpr std::array<std::string_view, 15> kMarks{
        "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9",
        "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
        "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbb\xbf"};
    return std::ranges::find(kMarks, character) != kMarks.end();
}

/// Fit for a page and a terminal; empty when it is no UTF-8.
std::string plain_text(std::string_view foreign) {
    if (invalid_utf8_at(foreign)) return {};
    const std::string composed = to_nfc(foreign);
    std::string plain;
    for (std::size_t at = 0; at < composed.size();) {
        const std::string_view character =
            std::string_view(composed).substr(at, character_bytes(composed[at]));
        at += character.size();
        if (is_control(character)) continue;
        if (plain.size() + character.size() > kCertificateTextMax) break;
        plain += character;
    }
    return plain;
}

std::string name_part(const X509_NAME* name, int nid) {
    const int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return {};
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    unsigned char* bytes = nullptr;
    const int length = ASN1_STRING_to_UTF8(&bytes, value);
    const std::unique_ptr<unsigned char, FreeOpensslBytes> owned(bytes);
    if (length <= 0) return {};
    return plain_text({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)});
}

/// Among the words of `text`.
bool has_word(std::string_view text, std::string_view word) {
    const std::string spaced = " " + std::string(text) + " ";
    return spaced.find(" " + std::string(word) + " ") != std::string::npos;
}

bool signs_documents(std::string_view usage) {
    // E-mail protection (what Kazakh certificates sign with), document signing, any.
    return usage == "1.3.6.1.5.5.7.3.4" || usage == "1.3.6.1.5.5.7.3.36" || usage == "2.5.29.37.0";
}

/// Uses that PKIX names, of which at least one must be for signing; a state's own say nothing.
bool is_pkix_usage(std::string_view usage) {
    return usage.starts_with("1.3.6.1.5.5.7.3.");
}

}  // namespace

std::string subject_of(const X509& certificate) {
    const X509_NAME* subject = X509_get_subject_name(&certificate);
    std::string common = name_part(subject, NID_commonName);
    std::string given = name_part(subject, NID_givenName);
    if (given.empty() || has_word(common, given)) return common;
    if (common.empty()) return given;
    return plain_text(common + " " + given);
}

std::string iin_of(const X509& certificate) {
    const std::string text = name_part(X509_get_subject_name(&certificate), NID_serialNumber);
    if (!text.starts_with(kIinPrefix)) return {};
    const std::string digits = text.substr(kIinPrefix.size());
    const bool right = digits.size() == kIinDigits &&
                       std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    return right ? digits : std::string();
}

std::string issuer_of(const X509& certificate) {
    return name_part(X509_get_issuer_name(&certificate), NID_commonName);
}

std::string serial_of(const X509& certificate) {
    const ASN1_INTEGER* serial = X509_get0_serialNumber(&certificate);
    if (serial == nullptr) return {};
    const std::string_view bytes = bytes_of(serial).substr(0, kSerialBytesMax);
    const std::string sign = ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" : "";
    return sign + to_hex(std::as_bytes(std::span(bytes)));
}

std::string key_algorithm_of(const X509& certificate) {
    ASN1_OBJECT* oid = nullptr;
    const X509_PUBKEY* key = X509_get_X509_PUBKEY(&certificate);
    if (key == nullptr || X509_PUBKEY_get0_param(&oid, nullptr, nullptr, nullptr, key) != 1) {
        return {};
    }
    return oid_text(oid);
}

std::optional<Validity> validity_of(const X509& certificate) {
    const auto not_before = wall_time_of(X509_get0_notBefore(&certificate));
    const auto not_after = wall_time_of(X509_get0_notAfter(&certificate));
    if (!not_before || !not_after) return std::nullopt;
    return Validity{.not_before = *not_before, .not_after = *not_after};
}

std::optional<Message> usage_refusal(X509& certificate) {
    // UINT32_MAX when the certificate says nothing, 0 when its extensions cannot be read.
    const std::uint32_t usage = X509_get_key_usage(&certificate);
    if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) {
        return Message{"certificate.not_for_signing"};
    }
    int state = 0;
    const UsagesPtr usages(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(&certificate, NID_ext_key_usage, &state, nullptr)));
    // -1: not there. Anything else without a value: there twice, or damaged.
    if (!usages && state == -1) return {};
    if (!usages) return Message{"certificate.usage_unreadable"};
    bool for_other_uses = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
        const std::string oid = oid_text(sk_ASN1_OBJECT_value(usages.get(), i));
        if (signs_documents(oid)) return {};
        for_other_uses = for_other_uses || is_pkix_usage(oid);
    }
    if (!for_other_uses) return {};
    return Message{"certificate.for_authentication"};
}

std::optional<Message> key_refusal(const EVP_PKEY* key) {
    if (key == nullptr) return Message{"certificate.key_unknown"};
    const int kind = EVP_PKEY_get_base_id(key);
    if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_RSA_PSS && kind != EVP_PKEY_EC) {
        return Message{"certificate.key_kind"};
    }
    if (EVP_PKEY_get_security_bits(key) < kSecurityBitsMin) {
        return Message{"certificate.key_short"};
    }
    int own_curve = 0;
    if (kind == EVP_PKEY_EC &&
        EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &own_curve) ==
            1 &&
        own_curve != 0) {
        return Message{"certificate.key_curve"};
    }
    return {};
}

}  // namespace tizilim::platform
