#include "tests/support/timestamp_authority.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/cms/cms_der.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {
namespace {

using platform::DerElement;
using platform::take_element;

constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kOctets = 0x04;
constexpr unsigned char kGeneralizedTime = 0x18;
constexpr unsigned char kSequence = 0x30;

DerElement next(std::string_view& der) {
    const auto element = take_element(der);
    CHECK(element);
    return *element;
}

std::string time_der(platform::WallTime at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
    std::string text(32, '\0');
    const int size = std::snprintf(
        text.data(), text.size(), "%04d%02u%02u%02d%02d%02dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()));
    CHECK(size > 0);
    text.resize(static_cast<std::size_t>(size));
    return der_element(kGeneralizedTime, text);
}

/// With other bytes of the same length in place of what was signed.
std::string replaced(std::string token, const std::string& what, const std::string& by) {
    CHECK(what.size() == by.size());
    const std::size_t at = token.find(what);
    CHECK(at != std::string::npos);
    return token.replace(at, what.size(), by);
}

}  // namespace

SignStamp stamping_with(const TestSigner& signer) {
    return [signer](const std::string& info, const StampWish& wish) {
        CmsWish cms{.signers = {signer}, .cades = wish.names_certificate, .detached = false};
        cms.signed_at = wish.at;
        cms.content_type = wish.content_type;
        return make_cms(cms, info);
    };
}

SignStamp stamping_with(const GostCertificate& signer, const std::vector<GostCertificate>& others) {
    return [signer, others](const std::string& info, const StampWish& wish) {
        GostCmsWish cms{.others = others, .signing_times = {wish.at}};
        cms.cades = wish.names_certificate;
        cms.inside = info;
        cms.content_type = wish.content_type;
        return make_gost_cms(signer, info, cms);
    };
}

CertificateWish stamping_certificate() {
    CertificateWish wish;
    wish.name = "ТЕСТТІК УАҚЫТ БЕЛГІСІ";
    wish.patronymic = "";
    wish.serial_number = "";
    wish.extended_key_usage = "critical,timeStamping";
    return wish;
}

std::string timestamp_answer(std::string_view request, const SignStamp& sign,
                             const StampWish& wish) {
    const std::string status = der_element(
        kSequence, der_element(kInteger, std::string(1, static_cast<char>(wish.status))));
    constexpr int kGrantedMax = 1;
    if (wish.status > kGrantedMax) return der_element(kSequence, status);
    std::string_view asked = next(request).contents;
    next(asked);
    std::string_view imprint = next(asked).contents;
    const std::string digest(next(imprint).whole);
    const std::string given = wish.imprint.value_or(std::string(next(imprint).contents));
    const std::string nonce = wish.nonce.value_or(std::string(next(asked).contents));
    const std::string info =
        der_element(kSequence, der_element(kInteger, "\x01") + der_oid("1.2.398.3.3.2.6.2") +
                                   der_element(kSequence, digest + der_element(kOctets, given)) +
                                   der_element(kInteger, "\x07") + time_der(wish.at) +
                                   (nonce.empty() ? std::string() : der_element(kInteger, nonce)));
    std::string token = sign(wish.signed_info.value_or(info), wish);
    if (wish.signed_info) token = replaced(std::move(token), *wish.signed_info, info);
    return der_element(kSequence, status + token);
}

}  // namespace tizilim::support
