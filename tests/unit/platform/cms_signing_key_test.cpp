#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/platform/cms_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using platform::SigningKey;
using support::CertificateWish;
using support::KeyFileKind;
using support::KeyFileWish;
using support::KeyKind;
using support::kSigningTime;
using support::make_p12;
using support::TestSigner;

const std::string kPassword = KeyFileWish{}.password;

/// Why a key file is refused; empty when it is not.
std::string key_refusal(std::string_view p12, const std::string& password = kPassword,
                        platform::WallTime now = kSigningTime) {
    const auto key = SigningKey::open(p12, password, now);
    return key ? std::string() : platform::in_english(key.error());
}

std::string signed_by(const TestSigner& signer, const KeyFileWish& wish = {}) {
    auto key = SigningKey::open(make_p12(signer, wish), wish.password, kSigningTime);
    if (!key) {
        ADD_FAILURE() << platform::in_english(key.error());
        return {};
    }
    const auto der = key->sign(kContent, kSigningTime + std::chrono::milliseconds(700));
    EXPECT_TRUE(der.has_value());
    return der ? *der : std::string();
}

TEST(SigningKey, MakesCadesBesByRsaAndEcdsa) {
    for (const TestSigner& signer : {rsa_signer(), ecdsa_signer()}) {
        const std::string der = signed_by(signer);

        const CmsSignature found =
            platform::examine_cms(der, kContent, trusting(authority().pem()));
        EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
        EXPECT_TRUE(found.warnings.empty());
        EXPECT_TRUE(found.issuer_checked);
        EXPECT_EQ(found.signed_at, kSigningTime);
        EXPECT_EQ(found.signer, "ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ");
        EXPECT_FALSE(says(der, kContent));
    }
}

TEST(SigningKey, KnowsItsSigner) {
    const auto key = SigningKey::open(make_p12(ecdsa_signer()), kPassword, kSigningTime);

    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->signer(), "ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ");
}

TEST(SigningKey, SignsMany) {
    auto opened = SigningKey::open(make_p12(ecdsa_signer()), kPassword, kSigningTime);
    ASSERT_TRUE(opened.has_value());
    const SigningKey key = *std::move(opened);
    for (int i = 0; i < 20; ++i) {
        const std::string content = "entry " + std::to_string(i);
        const auto der = key.sign(content, kSigningTime);

        ASSERT_TRUE(der.has_value());
        EXPECT_EQ(examine(*der, content).status, SignatureStatus::verified);
        EXPECT_EQ(examine(*der, "entry x").status, SignatureStatus::invalid);
    }
}

TEST(SigningKey, OpensOldFilesWithoutChangingOpensslForOthers) {
    const KeyFileWish old{.kind = KeyFileKind::legacy};

    EXPECT_EQ(examine(signed_by(rsa_signer(), old)).status, SignatureStatus::verified);
    EXPECT_EQ(examine(signed_by(ecdsa_signer(), old)).status, SignatureStatus::verified);
    EXPECT_EQ(OSSL_PROVIDER_available(nullptr, "legacy"), 0);
    EXPECT_EQ(OSSL_PROVIDER_available(nullptr, "default"), 1);
}

TEST(SigningKey, OpensFilesWithEveryKindOfPassword) {
    for (const std::string password :
         {"", "пароль Қ", "a b\"c'\\", "0123456789012345678901234567"}) {
        EXPECT_EQ(key_refusal(make_p12(ecdsa_signer(), {.password = password}), password), "");
    }
    EXPECT_EQ(key_refusal(make_p12(ecdsa_signer(), {.sealed = false})), "");
}

TEST(SigningKey, TellsAWrongPassword) {
    for (const KeyFileKind kind : {KeyFileKind::modern, KeyFileKind::legacy}) {
        for (const bool sealed : {true, false}) {
            const std::string p12 = make_p12(ecdsa_signer(), {.kind = kind, .sealed = sealed});

            EXPECT_TRUE(says(key_refusal(p12, "wrong"), "password does not open"));
            EXPECT_TRUE(says(key_refusal(p12, ""), "password does not open"));
            EXPECT_TRUE(says(key_refusal(p12, kPassword + " "), "password does not open"));
        }
    }
}

TEST(SigningKey, TellsAFileWithoutAKey) {
    const std::string p12 = make_p12(ecdsa_signer(), {.key = false});

    EXPECT_TRUE(says(key_refusal(p12), "no private key")) << key_refusal(p12);
}

TEST(SigningKey, TellsAFileWithoutTheKeysCertificate) {
    const std::string p12 =
        make_p12(ecdsa_signer(), {.own_certificate = false, .others = {rsa_signer().certificate}});

    EXPECT_TRUE(says(key_refusal(p12), "no certificate of its key")) << key_refusal(p12);
}

TEST(SigningKey, TellsGarbage) {
    EXPECT_TRUE(says(key_refusal(""), "is no key file"));
    EXPECT_TRUE(says(key_refusal("garbage"), "is no key file"));
    EXPECT_TRUE(says(key_refusal(ecdsa_signer().key_pem()), "is no key file"));
    EXPECT_TRUE(says(key_refusal(ecdsa_signer().certificate_der()), "is no key file"));
    EXPECT_TRUE(says(key_refusal(std::string(1'000'000, '\x30')), "is no key file"));
}

TEST(SigningKey, DoesNotHashAPasswordForHours) {
    // The file ends with its MacData, which ends with the number of rounds: 2,048.
    std::string p12 = make_p12(ecdsa_signer());
    const std::string rounds("\x02\x02\x08\x00", 4);
    const std::size_t mac_data = p12.size() - 0x43;
    ASSERT_TRUE(p12.ends_with(rounds));
    ASSERT_EQ(p12.substr(mac_data, 2), "\x30\x41");
    p12.replace(p12.size() - rounds.size(), rounds.size(), "\x02\x04\x7f\xff\xff\xff");
    p12[mac_data + 1] = '\x43';
    p12[3] = static_cast<char>(p12[3] + 2);

    EXPECT_TRUE(says(key_refusal(p12), "damaged, or encrypted in a way")) << key_refusal(p12);
}

TEST(SigningKey, HashesAPasswordNotMuchLongerForManyPartsThanForOne) {
    const std::string p12 = make_p12(ecdsa_signer(), {.iterations = 2'100'000});

    EXPECT_TRUE(says(key_refusal(p12), "damaged, or encrypted in a way")) << key_refusal(p12);
}

TEST(SigningKey, TellsACertificateThatIsNotValidNow) {
    const std::string p12 = make_p12(ecdsa_signer());
    const CertificateWish wish;
    const auto second = std::chrono::seconds(1);

    EXPECT_EQ(key_refusal(p12, kPassword, wish.not_before), "");
    EXPECT_EQ(key_refusal(p12, kPassword, wish.not_after), "");
    EXPECT_TRUE(
        says(key_refusal(p12, kPassword, wish.not_after + second), "expired at 04.10.2026"));
    EXPECT_TRUE(says(key_refusal(p12, kPassword, wish.not_before - second), "valid only from"));
}

TEST(SigningKey, DoesNotSignOnceItsCertificateHasExpired) {
    const auto key = SigningKey::open(make_p12(ecdsa_signer()), kPassword, kSigningTime);
    ASSERT_TRUE(key.has_value());

    const auto late = key->sign(kContent, CertificateWish{}.not_after + std::chrono::hours(1));

    ASSERT_FALSE(late.has_value());
    EXPECT_TRUE(says(platform::in_english(late.error()), "expired"));
}

TEST(SigningKey, TellsACertificateThatMayNotSign) {
    const TestSigner for_login =
        authority().issue(KeyKind::ecdsa, {.extended_key_usage = "clientAuth"});
    const TestSigner for_encryption =
        authority().issue(KeyKind::rsa, {.key_usage = "keyEncipherment"});

    EXPECT_TRUE(says(key_refusal(make_p12(for_login)), "for authentication"));
    EXPECT_TRUE(says(key_refusal(make_p12(for_encryption)), "key usage"));
}

TEST(SigningKey, TellsAKeyOfAnotherKindOrTooShort) {
    EXPECT_TRUE(
        says(key_refusal(make_p12(authority().issue(KeyKind::ed25519))), "neither RSA nor ECDSA"));
    EXPECT_TRUE(says(key_refusal(make_p12(authority().issue(KeyKind::rsa_short))), "too short"));
}

TEST(SigningKey, SendsAGostKeyToNcaLayer) {
    for (const std::string algorithm : {"1.2.398.3.10.1.1.2.2", "1.2.398.3.10.1.1.1.2"}) {
        const std::string p12 = support::make_p12_of_unknown_key(algorithm, kPassword);

        EXPECT_TRUE(says(key_refusal(p12), "GOST"));
        EXPECT_TRUE(says(key_refusal(p12), "tizilim sign --export"));
        EXPECT_TRUE(says(key_refusal(p12), "--attach"));
        EXPECT_TRUE(says(key_refusal(p12, "wrong"), "password does not open"));
    }
    const std::string unknown = support::make_p12_of_unknown_key("1.2.3.4.5", kPassword);
    EXPECT_FALSE(says(key_refusal(unknown), "GOST"));
    EXPECT_NE(key_refusal(unknown), "");
}

TEST(SigningKey, PutsTheIssuersOfTheFileIntoTheSignature) {
    const support::TestAuthority middle = authority().intermediate("АРАЛЫҚ");
    const TestSigner signer = middle.issue(KeyKind::ecdsa);
    const std::string der =
        signed_by(signer, {.others = {middle.own().certificate, middle.own().certificate}});

    EXPECT_TRUE(platform::examine_cms(der, kContent, trusting(authority().pem())).issuer_checked);
}

TEST(SigningKey, RefusesEveryTruncationAndSurvivesEveryFlippedByte) {
    const std::string p12 = make_p12(ecdsa_signer());
    for (std::size_t size = 0; size < p12.size(); ++size) {
        EXPECT_NE(key_refusal(p12.substr(0, size)), "") << size;
    }
    // Every third byte: each try may hash the password two thousand times.
    std::size_t refused = 0;
    std::size_t tried = 0;
    for (std::size_t at = 0; at < p12.size(); at += 3) {
        std::string damaged = p12;
        damaged[at] = static_cast<char>(~damaged[at]);
        ++tried;
        refused += key_refusal(damaged).empty() ? 0U : 1U;
    }
    EXPECT_GT(refused, tried * 9 / 10);
}

TEST(SigningKey, LeavesNoErrorsInOpensslsQueue) {
    ERR_clear_error();

    EXPECT_NE(key_refusal("garbage"), "");
    EXPECT_NE(key_refusal(make_p12(ecdsa_signer()), "wrong"), "");
    EXPECT_EQ(key_refusal(make_p12(ecdsa_signer(), {.kind = KeyFileKind::legacy})), "");

    EXPECT_EQ(ERR_peek_error(), 0UL);
}

}  // namespace
}  // namespace tizilim
