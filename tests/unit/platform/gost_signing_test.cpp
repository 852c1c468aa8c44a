#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/unit/platform/cms_signers.h"
#include "tests/unit/platform/gost_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <utility>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using platform::SigningKey;
using support::GostKeyFileWish;
using support::GostWish;
using support::kSigningTime;
using support::make_gost_certificate;
using support::make_gost_p12;

SigningKey opened_key() {
    auto key = SigningKey::open(make_gost_p12(gost_signer(), {.others = {gost_issuer()}}),
                                GostKeyFileWish{}.password, kSigningTime);
    if (!key) throw platform::MessageError(key.error());
    return *std::move(key);
}

/// Why a key file is not opened, in English; empty: it is.
std::string file_fault(const support::GostCertificate& signer, const GostKeyFileWish& wish = {}) {
    const auto key =
        SigningKey::open(make_gost_p12(signer, wish), GostKeyFileWish{}.password, kSigningTime);
    return key ? std::string() : platform::in_english(key.error());
}

TEST(GostSigningKey, TellsWhoseItIs) {
    const SigningKey key = opened_key();

    EXPECT_EQ(key.signer(), "ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ");
    EXPECT_EQ(key.iin(), "850101300017");
}

TEST(GostSigningKey, SignsWhatLibgcryptVerifies) {
    const SigningKey key = opened_key();
    std::set<std::string> all;
    for (int i = 0; i < 25; ++i) {
        const std::string content = "entry " + std::to_string(i);
        const auto cms = key.sign(content, kSigningTime);

        ASSERT_TRUE(cms.has_value());
        EXPECT_TRUE(support::gcrypt_verifies_cms(gost_signer(), content, *cms)) << i;
        EXPECT_FALSE(support::gcrypt_verifies_cms(gost_signer(), "other", *cms)) << i;
        const CmsSignature found =
            platform::examine_cms(*cms, content, trusting(gost_root().pem()));
        EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
        EXPECT_TRUE(found.issuer_checked);
        EXPECT_TRUE(found.warnings.empty());
        EXPECT_EQ(found.signed_at, kSigningTime);
        all.insert(cms->substr(cms->size() - 128, 64));
    }
    EXPECT_EQ(all.size(), 25U);
}

TEST(GostSigningKey, SignsAnewEachTime) {
    const SigningKey key = opened_key();

    EXPECT_NE(*key.sign(kContent, kSigningTime), *key.sign(kContent, kSigningTime));
}

TEST(GostSigningKey, IsNotForAnotherUse) {
    GostWish authenticating;
    authenticating.certificate.extended_key_usage = "clientAuth";
    GostWish enciphering;
    enciphering.certificate.key_usage = "critical,keyEncipherment";
    GostWish expired;
    expired.certificate.not_after = kSigningTime - std::chrono::hours(1);

    EXPECT_TRUE(says(file_fault(make_gost_certificate(authenticating)), "for authentication"));
    EXPECT_TRUE(says(file_fault(make_gost_certificate(enciphering)), "does not allow signing"));
    EXPECT_TRUE(says(file_fault(make_gost_certificate(expired)), "expired"));
}

TEST(GostSigningKey, SignsNothingOnceItHasExpired) {
    const auto later = kSigningTime + std::chrono::hours(24 * 400);

    EXPECT_FALSE(opened_key().sign(kContent, later).has_value());
}

TEST(GostSigningKey, IsNotOpenedWithoutItsCertificateOrWithAnotherNumber) {
    const std::string null = support::der_element(0x05, "");

    EXPECT_TRUE(says(file_fault(gost_signer(), {.own_certificate = false}), "no certificate"));
    EXPECT_TRUE(says(file_fault(gost_signer(), {.number = std::string(64, '\x11')}),
                     "no certificate of its key"));
    EXPECT_TRUE(says(file_fault(gost_signer(), {.number = std::string(64, '\0')}),
                     "no certificate of its key"));
    EXPECT_TRUE(says(file_fault(gost_signer(), {.number = std::string(63, '\x11')}), "NCALayer"));
    EXPECT_TRUE(says(file_fault(gost_signer(), {.parameters = null}), "NCALayer"));
    EXPECT_EQ(file_fault(gost_signer()), "");
}

TEST(GostSigningKey, WantsItsPassword) {
    const auto key = SigningKey::open(make_gost_p12(gost_signer()), "another", kSigningTime);

    ASSERT_FALSE(key.has_value());
    EXPECT_TRUE(says(platform::in_english(key.error()), "password"));
}

}  // namespace
}  // namespace tizilim
