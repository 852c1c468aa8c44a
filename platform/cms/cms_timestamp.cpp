#include "platform/cms/cms_timestamp.h"

#include "platform/check.h"
#include "platform/cms/cms_der.h"
#include "platform/cms/cms_examination.h"
#include "platform/cms/cms_openssl.h"
#include "platform/cms/cms_signature.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <array>
#include <cstdint>
#include <memory>
#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/ts.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

using InfoPtr = std::unique_ptr<TS_TST_INFO, FreeBy<TS_TST_INFO_free>>;
using StatusPtr = std::unique_ptr<TS_STATUS_INFO, FreeBy<TS_STATUS_INFO_free>>;
using UsagesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, FreeBy<EXTENDED_KEY_USAGE_free>>;

constexpr std::string_view kSha256Name = "2.16.840.1.101.3.4.2.1";
/// With a NULL.
constexpr std::string_view kSha256("\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00",
                                   15);
constexpr std::string_view kVersion1("\x02\x01\x01", 3);
constexpr std::string_view kWithCertificate("\x01\x01\xff", 3);
/// So that a nonce of any bytes is a positive number in its shortest form.
constexpr char kNonceBegins = '\x01';

constexpr std::int64_t kGranted = 0;
constexpr std::int64_t kGrantedWithMods = 1;

Unexpected<Message> not_understood() {
    return Unexpected{Message{"timestamp.not_understood"}};
}

std::optional<std::int64_t> number_of(const ASN1_INTEGER* number) {
    std::int64_t value = 0;
    if (number == nullptr || ASN1_INTEGER_get_int64(&value, number) != 1) return {};
    return value;
}

/// As RFC 3161 names the reasons (2.4.2); empty: none of them is given.
std::string failure_in(const TS_STATUS_INFO& status) {
    struct Failure {
        int bit;
        const char* name;
    };
    constexpr std::array kFailures{Failure{0, "badAlg"},
                                   Failure{2, "badRequest"},
                                   Failure{5, "badDataFormat"},
                                   Failure{14, "timeNotAvailable"},
                                   Failure{15, "unacceptedPolicy"},
                                   Failure{16, "unacceptedExtension"},
                                   Failure{17, "addInfoNotAvailable"},
                                   Failure{25, "systemFailure"}};
    const ASN1_BIT_STRING* const bits = TS_STATUS_INFO_get0_failure_info(&status);
    if (bits == nullptr) return {};
    for (const Failure& failure : kFailures) {
        if (ASN1_BIT_STRING_get_bit(bits, failure.bit) == 1) return failure.name;
    }
    return {};
}

/// Alone, and critical (RFC 3161, 2.3).
std::optional<Message> stamping_refusal(X509& certificate) {
    int critical = 0;
    const UsagesPtr usages(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(&certificate, NID_ext_key_usage, &critical, nullptr)));
    constexpr std::uint32_t kSigns = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
    if (usages && critical == 1 && sk_ASN1_OBJECT_num(usages.get()) == 1 &&
        OBJ_obj2nid(sk_ASN1_OBJECT_value(usages.get(), 0)) == NID_time_stamp &&
        (X509_get_key_usage(&certificate) & kSigns) != 0)
        return {};
    return Message{"timestamp.not_for_timestamps"};
}

/// What is signed in a token (TSTInfo), DER.
std::optional<std::string> content_of(std::string_view token) {
    if (token.size() > kTimestampBytesMax) return {};
    const unsigned char* at = octets(token);
    const CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(token.size())));
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed ||
        OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_id_smime_ct_TSTInfo)
        return {};
    ASN1_OCTET_STRING** const inside = CMS_get0_content(cms.get());
    if (inside == nullptr || *inside == nullptr) return {};
    return std::string(bytes_of(*inside));
}

InfoPtr read_info(std::string_view content) {
    const unsigned char* at = octets(content);
    InfoPtr info(d2i_TS_TST_INFO(nullptr, &at, static_cast<long>(content.size())));
    if (at != octets(content) + content.size()) return nullptr;
    return info;
}

bool is_for(TS_TST_INFO& info, std::string_view imprint) {
    TS_MSG_IMPRINT* const given = TS_TST_INFO_get_msg_imprint(&info);
    const ASN1_OBJECT* digest = nullptr;
    X509_ALGOR_get0(&digest, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(given));
    return OBJ_obj2nid(digest) == NID_sha256 && bytes_of(TS_MSG_IMPRINT_get_msg(given)) == imprint;
}

bool repeats(const ASN1_INTEGER* number, const std::string& nonce) {
    return number != nullptr && ASN1_STRING_type(number) == V_ASN1_INTEGER &&
           bytes_of(number) == kNonceBegins + nonce;
}

}  // namespace

std::string salted_imprint(std::string_view salt, std::string_view bytes) {
    const auto digest = openssl_digest(kSha256Name, std::string(salt).append(bytes));
    CHECK(digest);
    return *digest;
}

std::string timestamp_request(const TimestampQuestion& question) {
    const std::string imprint =
        der_of(der::kSequence, std::string(kSha256).append(der_of(der::kOctets, question.imprint)));
    return der_of(der::kSequence, std::string(kVersion1)
                                      .append(imprint)
                                      .append(der_of(der::kInteger, kNonceBegins + question.nonce))
                                      .append(kWithCertificate));
}

Expected<std::string, Message> token_in_answer(std::string_view answer) {
    const ErrorQueueMark mark;
    if (answer.size() > kTimestampBytesMax) {
        return Unexpected{Message{"timestamp.too_long", {{"limit", kTimestampBytesMax}}}};
    }
    const auto whole = take_element(answer);
    if (!whole || whole->tag != der::kSequence || !answer.empty()) return not_understood();
    std::string_view parts = whole->contents;
    const auto first = take_element(parts);
    if (!first) return not_understood();
    const unsigned char* at = octets(first->whole);
    const StatusPtr info(d2i_TS_STATUS_INFO(nullptr, &at, static_cast<long>(first->whole.size())));
    const auto status = info ? number_of(TS_STATUS_INFO_get0_status(info.get())) : std::nullopt;
    if (!status) return not_understood();
    if (*status != kGranted && *status != kGrantedWithMods) {
        return Unexpected{
            Message{"timestamp.rejected", {{"status", *status}, {"failure", failure_in(*info)}}}};
    }
    const auto token = take_element(parts);
    if (!token || !parts.empty()) return not_understood();
    return std::string(token->whole);
}

Expected<Timestamp, Message> examine_timestamp(std::string_view token,
                                               const TimestampQuestion& question,
                                               const TrustedCertificates& trusted) {
    const ErrorQueueMark mark;
    const auto content = content_of(token);
    if (!content) return not_understood();
    const InfoPtr info = read_info(*content);
    if (!info) return not_understood();
    if (!is_for(*info, question.imprint)) return Unexpected{Message{"timestamp.other_imprint"}};
    if (!repeats(TS_TST_INFO_get_nonce(info.get()), question.nonce)) {
        return Unexpected{Message{"timestamp.other_nonce"}};
    }
    const auto at = wall_time_of(TS_TST_INFO_get_time(info.get()));
    if (!at) return not_understood();
    const CmsSignature found =
        examine_by({.usage_refusal = stamping_refusal, .made_at = at, .names_certificate = true},
                   token, *content, trusted);
    if (found.status == SignatureStatus::verified) {
        return Timestamp{
            .at = *at, .authority = found.signer, .issuer_checked = found.issuer_checked};
    }
    const Message why = found.reason ? *found.reason : Message{"signature.wrong"};
    return Unexpected{Message{"timestamp.not_valid", {{"why", as_json(why)}}}};
}

}  // namespace tizilim::platform
