#include "platform/cms/cms_signature.h"

#include "platform/text/message.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/platform/cms_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::code_of;
using platform::examine_cms;
using platform::SignatureStatus;
using support::CertificateWish;
using support::CmsWish;
using support::KeyKind;
using support::kSigningTime;
using support::make_cms;
using support::TestAuthority;
using support::TestSigner;

/// Why `der` is invalid; empty when it is not.
std::string refusal(std::string_view der, std::string_view content = kContent) {
    const CmsSignature found = examine(der, content);
    if (found.status != SignatureStatus::invalid) return {};
    EXPECT_FALSE(found.issuer_checked);
    EXPECT_TRUE(found.reason.has_value());
    return why(found);
}

TEST(SignatureStatus, HasACodeForTheLocalApi) {
    EXPECT_EQ(code_of(SignatureStatus::verified, true), "verified");
    EXPECT_EQ(code_of(SignatureStatus::verified, false), "verified_unchecked_issuer");
    EXPECT_EQ(code_of(SignatureStatus::parsed_not_verified, false), "parsed_not_verified");
    EXPECT_EQ(code_of(SignatureStatus::invalid, false), "invalid");
}

TEST(ExamineCms, VerifiesRsaAndTellsColumnSeven) {
    const CmsSignature found = examine(make_cms({.signers = {rsa_signer()}}, kContent));

    EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
    EXPECT_EQ(why(found), "");
    EXPECT_TRUE(found.warnings.empty());
    EXPECT_FALSE(found.issuer_checked);
    EXPECT_EQ(found.signer, "ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ");
    EXPECT_EQ(found.iin, "850101300017");
    EXPECT_EQ(found.issuer, "ТЕСТТІК КУӘЛАНДЫРУШЫ ОРТАЛЫҚ");
    EXPECT_EQ(found.serial.size(), 30U);
    EXPECT_EQ(found.serial.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(found.algorithm, "1.2.840.113549.1.1.11");  // sha256WithRSAEncryption
    EXPECT_EQ(found.not_before, CertificateWish{}.not_before);
    EXPECT_EQ(found.not_after, CertificateWish{}.not_after);
    EXPECT_EQ(found.signed_at, kSigningTime);
}

TEST(ExamineCms, VerifiesEcdsaAndStrongerDigests) {
    for (const auto& [digest, algorithm] :
         {std::pair("SHA256", "1.2.840.10045.4.3.2"), std::pair("SHA384", "1.2.840.10045.4.3.3"),
          std::pair("SHA512", "1.2.840.10045.4.3.4")}) {
        const CmsSignature found =
            examine(make_cms({.signers = {ecdsa_signer()}, .digest = digest}, kContent));

        EXPECT_EQ(found.status, SignatureStatus::verified) << digest << ": " << why(found);
        EXPECT_EQ(found.algorithm, algorithm);
    }
}

TEST(ExamineCms, RefusesOtherBytes) {
    const std::string der = make_cms({.signers = {ecdsa_signer()}}, kContent);

    EXPECT_TRUE(says(refusal(der, std::string(kContent) + "\n"), "over other bytes"));
    EXPECT_TRUE(says(refusal(der, ""), "over other bytes"));
    for (std::size_t i = 0; i < kContent.size(); ++i) {
        std::string altered(kContent);
        altered[i] = static_cast<char>(altered[i] ^ 1);
        EXPECT_NE(refusal(der, altered), "") << "byte " << i;
    }
}

TEST(ExamineCms, AcceptsTheSameContentInsideAndRefusesOther) {
    const CmsWish carrying{.signers = {ecdsa_signer()}, .detached = false};
    const std::string other = make_cms(carrying, "other");

    EXPECT_EQ(examine(make_cms(carrying, kContent)).status, SignatureStatus::verified);
    EXPECT_TRUE(says(refusal(other), "carries other content"));
}

TEST(ExamineCms, WantsExactlyOneSigner) {
    const CmsSignature none = examine(make_cms({.others = {rsa_signer().certificate}}, kContent));
    const CmsSignature two =
        examine(make_cms({.signers = {rsa_signer(), ecdsa_signer()}}, kContent));

    EXPECT_EQ(none.status, SignatureStatus::invalid);
    EXPECT_TRUE(says(why(none), "no signer")) << why(none);
    EXPECT_EQ(two.status, SignatureStatus::invalid);
    EXPECT_TRUE(says(why(two), "2 signers")) << why(two);
}

TEST(ExamineCms, WantsTheCertificateInside) {
    const std::string without =
        make_cms({.signers = {ecdsa_signer()}, .certificates = false}, kContent);
    const std::string with_another = make_cms(
        {.signers = {ecdsa_signer()}, .certificates = false, .others = {rsa_signer().certificate}},
        kContent);

    EXPECT_TRUE(says(refusal(without), "certificate is not inside"));
    EXPECT_TRUE(says(refusal(with_another), "certificate is not inside"));
}

TEST(ExamineCms, WarnsOfASignatureThatIsNotCades) {
    const CmsSignature found =
        examine(make_cms({.signers = {rsa_signer()}, .cades = false}, kContent));

    EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
    ASSERT_EQ(found.warnings.size(), 1U);
    EXPECT_TRUE(says(platform::in_english(found.warnings[0]), "not CAdES-BES"));
}

TEST(ExamineCms, RefusesASignatureWithoutSignedAttributes) {
    const std::string bare = make_cms({.signers = {rsa_signer()}, .attributes = false}, kContent);

    EXPECT_TRUE(says(refusal(bare), "no signed attributes"));
}

TEST(ExamineCms, RefusesAnAttributeThatNamesAnotherCertificate) {
    const std::string der =
        make_cms({.signers = {ecdsa_signer()}, .named = rsa_signer()}, kContent);
    const std::string same =
        make_cms({.signers = {ecdsa_signer()}, .named = ecdsa_signer()}, kContent);

    EXPECT_TRUE(says(refusal(der), "names another certificate"));
    EXPECT_EQ(examine(same).status, SignatureStatus::verified);
}

TEST(ExamineCms, RefusesAWeakDigestAndKey) {
    const TestSigner weak = authority().issue(KeyKind::rsa_short);

    EXPECT_TRUE(says(refusal(make_cms({.signers = {rsa_signer()}, .digest = "SHA1"}, kContent)),
                     "digest is weak"));
    EXPECT_TRUE(says(refusal(make_cms({.signers = {weak}}, kContent)), "key is too short"));
    const TestSigner odd = authority().issue(KeyKind::ecdsa_own_curve);
    EXPECT_TRUE(says(refusal(make_cms({.signers = {odd}}, kContent)), "a curve of its own"));
}

TEST(ExamineCms, ComparesValidityWithTheSigningTime) {
    const CertificateWish wish;
    const auto at = [&](platform::WallTime time) {
        return refusal(make_cms({.signers = {ecdsa_signer()}, .signed_at = time}, kContent));
    };

    EXPECT_EQ(at(wish.not_before), "");
    EXPECT_EQ(at(wish.not_after), "");
    EXPECT_TRUE(says(at(wish.not_before - std::chrono::seconds(1)), "not valid yet"));
    EXPECT_TRUE(says(at(wish.not_after + std::chrono::seconds(1)), "had expired"));
}

TEST(ExamineCms, WantsAKeyThatMaySign) {
    const auto by = [](const std::string& usage, const std::string& extended) {
        const TestSigner signer =
            authority().issue(KeyKind::ecdsa, {.key_usage = usage, .extended_key_usage = extended});
        return refusal(make_cms({.signers = {signer}}, kContent));
    };

    EXPECT_EQ(by("", ""), "");
    EXPECT_EQ(by("digitalSignature", ""), "");
    EXPECT_EQ(by("nonRepudiation", "1.2.398.3.3.4.1.1"), "");
    EXPECT_EQ(by("digitalSignature", "clientAuth,emailProtection,1.2.398.3.3.4.1.1"), "");
    EXPECT_TRUE(says(by("keyEncipherment", ""), "key usage does not allow"));
    EXPECT_TRUE(says(by("digitalSignature", "clientAuth"), "for authentication"));
    EXPECT_TRUE(says(by("digitalSignature", "clientAuth,1.2.398.3.3.4.1.1"), "for authentication"));
}

TEST(ExamineCms, ChecksTheIssuerAgainstTrustedCertificates) {
    const TestAuthority middle = authority().intermediate("АРАЛЫҚ");
    const TestSigner signer = middle.issue(KeyKind::ecdsa);
    const std::string with_chain =
        make_cms({.signers = {signer}, .others = {middle.own().certificate}}, kContent);
    const std::string alone = make_cms({.signers = {signer}}, kContent);
    const TestAuthority stranger("БӨТЕН");

    const auto trusted = trusting(stranger.pem() + authority().pem());
    EXPECT_TRUE(examine_cms(with_chain, kContent, trusted).issuer_checked);
    EXPECT_EQ(examine_cms(with_chain, kContent, trusted).status, SignatureStatus::verified);
    EXPECT_TRUE(examine_cms(alone, kContent, trusting(middle.pem())).issuer_checked);

    const CmsSignature broken = examine_cms(alone, kContent, trusted);
    EXPECT_EQ(broken.status, SignatureStatus::invalid);
    EXPECT_TRUE(says(why(broken), "does not lead to a trusted one")) << why(broken);
    EXPECT_FALSE(examine_cms(with_chain, kContent, trusting(stranger.pem())).issuer_checked);
}

TEST(ExamineCms, ChecksTheChainAtTheSigningTime) {
    const TestAuthority late("КЕЙІНГІ", kSigningTime + std::chrono::hours(1));
    const TestSigner signer = late.issue(KeyKind::ecdsa);
    const auto at = [&](platform::WallTime time) {
        return examine_cms(make_cms({.signers = {signer}, .signed_at = time}, kContent), kContent,
                           trusting(late.pem()));
    };

    EXPECT_EQ(at(kSigningTime).status, SignatureStatus::invalid);
    EXPECT_EQ(at(kSigningTime + std::chrono::hours(2)).status, SignatureStatus::verified);
}

TEST(ExamineCms, DoesNotTakeACertificateForAnIssuer) {
    // Signed by a lawyer's own certificate, which may not issue others.
    TestSigner forged = authority().issue(KeyKind::ecdsa);
    const TestSigner& lawyer = ecdsa_signer();
    X509_set_issuer_name(forged.certificate.get(), X509_get_subject_name(lawyer.certificate.get()));
    X509_sign(forged.certificate.get(), lawyer.key.get(), EVP_sha256());
    const std::string der =
        make_cms({.signers = {forged}, .others = {lawyer.certificate}}, kContent);

    EXPECT_EQ(examine_cms(der, kContent, trusting(authority().pem())).status,
              SignatureStatus::invalid);
    EXPECT_EQ(examine(der).status, SignatureStatus::verified);
}

TEST(ExamineCms, ShowsTextOfACertificateOnlyWhenItIsPlain) {
    const auto by = [](const CertificateWish& wish) {
        return examine(make_cms({.signers = {authority().issue(KeyKind::ecdsa, wish)}}, kContent));
    };

    EXPECT_EQ(by({.name = "А\x01\nБ\u202eВ\u0085Г", .patronymic = ""}).signer, "АБВГ");
    EXPECT_EQ(by({.name = "ИВАНОВ ИВАН", .patronymic = "ИВАН"}).signer, "ИВАНОВ ИВАН");
    EXPECT_EQ(by({.name = "", .patronymic = "БЕРІКҰЛЫ"}).signer, "БЕРІКҰЛЫ");
    EXPECT_EQ(by({.serial_number = "850101300017"}).iin, "");
    EXPECT_EQ(by({.serial_number = "IIN85010130001"}).iin, "");
    EXPECT_EQ(by({.serial_number = "IIN8501013000171"}).iin, "");
    EXPECT_EQ(by({.serial_number = "IIN85010130001x"}).iin, "");
}

TEST(ExamineCms, RefusesWhatIsNoCms) {
    const std::string der = make_cms({.signers = {ecdsa_signer()}}, kContent);

    EXPECT_TRUE(says(refusal(""), "no CMS in DER"));
    EXPECT_TRUE(says(refusal("garbage"), "no CMS in DER"));
    EXPECT_TRUE(says(refusal(kContent), "no CMS in DER"));
    EXPECT_TRUE(says(refusal(ecdsa_signer().certificate_der()), "no CMS in DER"));
    EXPECT_TRUE(says(refusal(ecdsa_signer().certificate_pem()), "no CMS in DER"));
    EXPECT_TRUE(says(refusal(der + std::string(1, '\0')), "other bytes follow"));
    EXPECT_TRUE(says(refusal(der + der), "other bytes follow"));
    EXPECT_TRUE(says(refusal(std::string(platform::kCmsBytesMax + 1, '0')), "longer than 64 KiB"));
    EXPECT_EQ(refusal(std::string(platform::kCmsBytesMax, '\x30')).empty(), false);
    // ContentInfo of plain data: a CMS, but of another kind.
    const std::string plain = support::der_element(
        0x30, support::der_oid("1.2.840.113549.1.7.1") +
                  support::der_element(0xa0, support::der_element(0x04, kContent)));
    EXPECT_TRUE(says(refusal(plain), "another kind"));
}

TEST(ExamineCms, NeverTellsTheContent) {
    const std::string der = make_cms({.signers = {ecdsa_signer()}, .detached = false}, "CANARY");

    EXPECT_FALSE(says(refusal(der), "CANARY"));
    EXPECT_FALSE(says(refusal(der, "CANARY2"), "CANARY"));
}

TEST(ExamineCms, LeavesOthersErrorsInOpensslsQueueAndAddsNone) {
    ERR_clear_error();
    EXPECT_NE(refusal("garbage"), "");
    EXPECT_EQ(ERR_peek_error(), 0UL);

    ERR_raise(ERR_LIB_USER, ERR_R_PASSED_INVALID_ARGUMENT);
    EXPECT_NE(refusal("garbage"), "");
    EXPECT_EQ(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
    EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST(ExamineCms, IsTheSameFromSeveralThreads) {
    const std::string der = make_cms({.signers = {ecdsa_signer()}}, kContent);
    const auto trusted = trusting(authority().pem());
    std::vector<int> verified(4, 0);
    {
        std::vector<std::jthread> threads;
        for (int& count : verified) {
            threads.emplace_back([&] {
                for (int i = 0; i < 25; ++i) {
                    const CmsSignature found = examine_cms(der, kContent, trusted);
                    count += found.status == SignatureStatus::verified && found.issuer_checked;
                }
            });
        }
    }

    EXPECT_EQ(verified, std::vector<int>(4, 25));
}

TEST(TrustedCertificates, ReadsSeveralAndNone) {
    EXPECT_TRUE(trusting("").empty());
    EXPECT_FALSE(trusting(authority().pem()).empty());
    EXPECT_FALSE(trusting("Root of tests\n" + authority().pem() + authority().pem()).empty());
}

TEST(TrustedCertificates, SaysWhatIsWrongWithThePem) {
    const auto refusal_of = [](const std::string& pem) {
        const auto read = platform::TrustedCertificates::parse(pem);
        return read ? std::string() : platform::in_english(read.error());
    };
    const std::string pem = authority().pem();

    EXPECT_TRUE(says(refusal_of("nothing of the kind"), "no certificate in PEM"));
    EXPECT_TRUE(says(refusal_of(authority().own().certificate_der()), "no certificate in PEM"));
    EXPECT_TRUE(says(refusal_of(pem + pem.substr(0, pem.size() / 2)), "block 2"))
        << refusal_of(pem + pem.substr(0, pem.size() / 2));
    EXPECT_TRUE(says(refusal_of(pem + ecdsa_signer().key_pem()),
                     "block 2 of the trusted certificates is no certificate"));
    EXPECT_TRUE(says(refusal_of("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
                     "block 1 of the trusted certificates is damaged"));
    EXPECT_TRUE(says(refusal_of(std::string(1024 * 1024 + 1, ' ')), "longer than 1 MiB"));
}

}  // namespace
}  // namespace tizilim
