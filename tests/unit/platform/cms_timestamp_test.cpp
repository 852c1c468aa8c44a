#include "platform/cms/cms_timestamp.h"

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/support/timestamp_authority.h"
#include "tests/unit/platform/cms_signers.h"
#include "tests/unit/platform/gost_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <openssl/asn1.h>
#include <openssl/ts.h>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim {
namespace {

using support::StampWish;
using support::timestamp_answer;

const platform::TimestampQuestion kQuestion{.imprint = platform::salted_imprint("salt", "head"),
                                            .nonce = "8 bytes!"};

support::SignStamp rsa() {
    static const auto signer =
        authority().issue(support::KeyKind::rsa, support::stamping_certificate());
    return support::stamping_with(signer);
}

support::SignStamp gost(const support::CertificateWish& wish = support::stamping_certificate()) {
    support::GostWish certificate;
    certificate.certificate = wish;
    const auto signer = support::make_gost_certificate(certificate, &gost_issuer());
    return support::stamping_with(signer, {gost_issuer()});
}

struct Examined {
    std::string why;  ///< in English; empty: it holds
    platform::Timestamp stamp;
};

Examined examine_answer(const std::string& answer, const std::string& trusted = "") {
    const auto token = platform::token_in_answer(answer);
    if (!token) return {.why = platform::in_english(token.error()), .stamp = {}};
    const auto stamp = platform::examine_timestamp(*token, kQuestion, trusting(trusted));
    if (!stamp) return {.why = platform::in_english(stamp.error()), .stamp = {}};
    return {.why = {}, .stamp = *stamp};
}

std::string why_not(const support::SignStamp& sign, const StampWish& wish = {}) {
    return examine_answer(timestamp_answer(platform::timestamp_request(kQuestion), sign, wish)).why;
}

TEST(Timestamp, HoldsByRsaAndByGost) {
    for (const auto& [sign, pem] :
         {std::pair(rsa(), authority().pem()), std::pair(gost(), gost_root().pem())}) {
        const auto answer = timestamp_answer(platform::timestamp_request(kQuestion), sign);

        const auto unchecked = examine_answer(answer);
        const auto checked = examine_answer(answer, pem);

        EXPECT_EQ(unchecked.why, "");
        EXPECT_FALSE(unchecked.stamp.issuer_checked);
        EXPECT_EQ(checked.why, "");
        EXPECT_TRUE(checked.stamp.issuer_checked);
        EXPECT_EQ(checked.stamp.at, support::kSigningTime);
        EXPECT_EQ(checked.stamp.authority, "ТЕСТТІК УАҚЫТ БЕЛГІСІ");
    }
}

TEST(Timestamp, OfAnAuthorityThatNobodyTrustsIsRefusedWhereAnchorsAreGiven) {
    const auto request = platform::timestamp_request(kQuestion);

    EXPECT_TRUE(says(examine_answer(timestamp_answer(request, rsa()), gost_root().pem()).why,
                     "certificate"));
    EXPECT_TRUE(says(examine_answer(timestamp_answer(request, gost()), authority().pem()).why,
                     "certificate"));
}

TEST(Timestamp, OfAnotherImprintNonceOrKindIsRefused) {
    for (const auto& sign : {rsa(), gost()}) {
        EXPECT_TRUE(says(why_not(sign, {.imprint = std::string(32, 'x')}), "another journal"));
        EXPECT_TRUE(says(why_not(sign, {.nonce = "\x01"
                                                 "8 bytes?"}),
                         "another question"));
        EXPECT_TRUE(says(why_not(sign, {.nonce = ""}), "another question"));
        EXPECT_TRUE(
            says(why_not(sign, {.content_type = "1.2.840.113549.1.7.1"}), "something else"));
    }
}

TEST(Timestamp, WhoseSignedDigestIsOfOtherBytesIsRefused) {
    const auto request = platform::timestamp_request(kQuestion);
    for (const auto& sign : {rsa(), gost()}) {
        // As a token for another question would be, with ours put into it.
        std::string other;
        static_cast<void>(timestamp_answer(request,
                                           [&](const std::string& info, const StampWish& wish) {
                                               other = info;
                                               return sign(info, wish);
                                           },
                                           {.imprint = std::string(32, 'x')}));

        EXPECT_TRUE(says(why_not(sign, {.signed_info = other}), "does not hold"));
    }
}

TEST(Timestamp, AnAuthorityMayRefuse) {
    EXPECT_TRUE(says(why_not(rsa(), {.status = 2}), "status 2"));
    EXPECT_EQ(why_not(rsa(), {.status = 1}), "");
}

TEST(Timestamp, BytesThatAreNoAnswerAreRefused) {
    const auto whole = timestamp_answer(platform::timestamp_request(kQuestion), rsa());

    EXPECT_TRUE(says(examine_answer("<!DOCTYPE html><html>Welcome</html>").why, "something else"));
    EXPECT_TRUE(says(examine_answer("").why, "something else"));
    EXPECT_TRUE(says(examine_answer(whole + "x").why, "something else"));
    EXPECT_TRUE(
        says(examine_answer(std::string(platform::kTimestampBytesMax + 1, '0')).why, "exceeds"));
    for (std::size_t size = 0; size < whole.size(); size += 7)
        EXPECT_NE(examine_answer(whole.substr(0, size)).why, "") << size;
}

TEST(Timestamp, WithAByteChangedInWhatIsSignedOrInTheSignatureDoesNotHold) {
    for (const auto& sign : {rsa(), gost()}) {
        std::string info;
        const auto whole =
            timestamp_answer(platform::timestamp_request(kQuestion),
                             [&](const std::string& signed_info, const StampWish& wish) {
                                 info = signed_info;
                                 return sign(signed_info, wish);
                             });
        const auto token = platform::token_in_answer(whole);
        ASSERT_TRUE(token);
        const auto expect_refused = [&](std::size_t from, std::size_t count) {
            for (std::size_t i = from; i < from + count; i += 3) {
                std::string damaged = *token;
                damaged[i] = static_cast<char>(damaged[i] ^ 1);
                EXPECT_FALSE(platform::examine_timestamp(damaged, kQuestion, trusting(""))) << i;
            }
        };

        expect_refused(token->find(info), info.size());
        // The digest in the attributes, behind its name and two heads.
        const std::string name = support::der_oid("1.2.840.113549.1.9.4");
        expect_refused(token->rfind(name) + name.size() + 4, 32);
        expect_refused(token->size() - 128, 128);
    }
}

TEST(Timestamp, ByACertificateThatIsNotForTimestampsAloneIsRefused) {
    for (const char* usage : {"timeStamping", "critical,timeStamping,emailProtection",
                              "critical,emailProtection", ""}) {
        auto wish = support::stamping_certificate();
        wish.extended_key_usage = usage;

        EXPECT_TRUE(says(why_not(gost(wish)), "time-stamps alone")) << usage;
        EXPECT_TRUE(
            says(why_not(support::stamping_with(authority().issue(support::KeyKind::ecdsa, wish))),
                 "time-stamps alone"))
            << usage;
    }
}

TEST(Timestamp, ByACertificateThatHadExpiredIsRefused) {
    auto wish = support::stamping_certificate();
    wish.not_after = support::kSigningTime - std::chrono::hours(1);

    EXPECT_TRUE(says(why_not(gost(wish)), "does not hold"));
    EXPECT_TRUE(
        says(why_not(support::stamping_with(authority().issue(support::KeyKind::ecdsa, wish))),
             "does not hold"));
    EXPECT_TRUE(says(why_not(rsa(), {.at = support::kSigningTime + std::chrono::hours(24 * 400)}),
                     "does not hold"));
}

TEST(Timestamp, ThatDoesNotNameItsCertificateIsRefused) {
    for (const auto& sign : {rsa(), gost()})
        EXPECT_TRUE(says(why_not(sign, {.names_certificate = false}), "by which certificate"));
}

TEST(Timestamp, TheRequestIsWhatOpensslReads) {
    const std::string request = platform::timestamp_request(kQuestion);

    const auto* at = reinterpret_cast<const unsigned char*>(request.data());
    TS_REQ* const read = d2i_TS_REQ(nullptr, &at, static_cast<long>(request.size()));

    ASSERT_NE(read, nullptr);
    EXPECT_EQ(TS_REQ_get_version(read), 1);
    EXPECT_NE(TS_REQ_get_cert_req(read), 0);
    const ASN1_OCTET_STRING* const imprint = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(read));
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(imprint)),
                               static_cast<std::size_t>(ASN1_STRING_length(imprint))),
              kQuestion.imprint);
    TS_REQ_free(read);
}

}  // namespace
}  // namespace tizilim
