#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/platform/cms_signers.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <openssl/evp.h>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using support::assemble_cms;
using support::AssembledCms;
using support::kSigningTime;

constexpr const char* kGost2004 = "1.2.398.3.10.1.1.1.2";
constexpr const char* kRsa = "1.2.840.113549.1.1.1";
constexpr const char* kSha256 = "2.16.840.1.101.3.4.2.1";
constexpr const char* kSha256Rsa = "1.2.840.113549.1.1.11";

std::string sha256_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

/// A signed attribute of one value, in DER.
std::string attribute(const std::string& oid, const std::string& value) {
    return support::der_element(0x30, support::der_oid(oid) + support::der_element(0x31, value));
}

std::string refusal(const AssembledCms& wish) {
    const CmsSignature found = examine(assemble_cms(wish));
    return found.status == SignatureStatus::invalid ? why(found) : std::string();
}

TEST(ExamineCmsOfGost, ReadsItAndNeverCallsItVerified) {
    const CmsSignature found = examine(assemble_cms({}));

    EXPECT_EQ(found.status, SignatureStatus::parsed_not_verified) << why(found);
    EXPECT_TRUE(says(why(found), "GOST")) << why(found);
    EXPECT_EQ(found.signer, "ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ");
    EXPECT_EQ(found.iin, "850101300017");
    EXPECT_EQ(found.issuer, "ТЕСТТІК ГОСТ ОРТАЛЫҒЫ");
    EXPECT_EQ(found.serial, "010203");
    EXPECT_EQ(found.algorithm, kGost2004);
    EXPECT_EQ(found.not_before, support::CertificateWish{}.not_before);
    EXPECT_EQ(found.signed_at, kSigningTime);
    EXPECT_FALSE(found.issuer_checked);
}

TEST(ExamineCmsOfGost, IsKnownByKeyAndSignature) {
    // Keys of 2015, which are computed.
    EXPECT_NE(refusal({.key_algorithm = "1.2.398.3.10.1.1.2.2"}), "");
    EXPECT_NE(refusal({.signature_algorithm = "1.2.398.3.10.1.1.2.3.2"}), "");
    EXPECT_NE(refusal({.key_algorithm = "1.2.398.3.10.1.1.2.2",
                       .signature_algorithm = "1.2.398.3.10.1.1.2.3.2"}),
              "");
}

TEST(ExamineCmsOfGost, IsNotWhatOneAlgorithmAloneCallsSo) {
    EXPECT_NE(refusal({.key_algorithm = kRsa}), "");
    EXPECT_NE(refusal({.signature_algorithm = kSha256Rsa}), "");
    EXPECT_NE(refusal({.key_algorithm = kRsa, .signature_algorithm = kSha256Rsa}), "");
    EXPECT_NE(refusal({.key_algorithm = kRsa,
                       .digest_algorithm = kSha256,
                       .message_digest = sha256_of(kContent)}),
              "");
}

TEST(ExamineCmsOfGost, HasItsDigestComputedWhereThatIsKnown) {
    const AssembledCms right{.digest_algorithm = kSha256, .message_digest = sha256_of(kContent)};
    const AssembledCms other{.digest_algorithm = kSha256, .message_digest = sha256_of("other")};

    EXPECT_EQ(examine(assemble_cms(right)).status, SignatureStatus::parsed_not_verified);
    EXPECT_TRUE(examine(assemble_cms(right)).covers_bytes);
    EXPECT_TRUE(says(refusal(other), "over other bytes"));
    EXPECT_FALSE(examine(assemble_cms({})).covers_bytes);
    EXPECT_EQ(examine(assemble_cms({})).message_digest, AssembledCms{}.message_digest);
}

TEST(ExamineCmsOfGost, IsRefusedWithADigestOfAnotherLengthOrAWeakOne) {
    constexpr const char* kStreebog256 = "1.2.398.3.10.1.3.2";
    constexpr const char* kStreebog512 = "1.2.398.3.10.1.3.3";
    const std::string short_one(32, 'd');
    const std::string long_one(64, 'd');
    const auto refused_with = [](const char* algorithm, const std::string& digest) {
        return refusal({.digest_algorithm = algorithm, .message_digest = digest});
    };

    EXPECT_TRUE(says(refused_with(kStreebog512, short_one), "not as long as"));
    EXPECT_TRUE(says(refused_with(kStreebog512, ""), "not as long as"));
    EXPECT_TRUE(says(refused_with(kStreebog256, long_one), "not as long as"));
    EXPECT_TRUE(says(refused_with(kStreebog256, short_one), "over other bytes"));
    EXPECT_TRUE(says(refused_with(kStreebog512, long_one), "over other bytes"));
    for (const char* weak : {"1.3.14.3.2.26", "1.2.840.113549.2.5"}) {
        EXPECT_TRUE(says(refusal({.digest_algorithm = weak}), "weak or not known")) << weak;
    }
}

TEST(ExamineCmsOfGost, WantsTheSignedAttributes) {
    EXPECT_TRUE(says(refusal({.attributes = false}), "no signed attributes"));
    EXPECT_TRUE(says(refusal({.names_content_type = false}), "content type is missing"));
    EXPECT_TRUE(says(refusal({.names_digest = false}), "message digest is missing"));
    const std::string second =
        attribute("1.2.840.113549.1.9.4", support::der_element(0x04, std::string(64, 'e')));
    EXPECT_TRUE(says(refusal({.extra_attribute = second}), "there twice"));
}

TEST(ExamineCms, ReadsTheSigningTimeInEveryForm) {
    constexpr unsigned char kUtc = 0x17;
    constexpr unsigned char kGeneralized = 0x18;
    const auto read = [](unsigned char tag, const std::string& text) {
        const std::string time = attribute("1.2.840.113549.1.9.5", support::der_element(tag, text));
        return examine(assemble_cms({.signing_times = {}, .extra_attribute = time}));
    };

    EXPECT_EQ(read(kUtc, "251103120000Z").signed_at, kSigningTime);
    EXPECT_EQ(read(kUtc, "2511031200Z").signed_at, kSigningTime);
    EXPECT_EQ(read(kUtc, "251103170000+0500").signed_at, kSigningTime);
    EXPECT_EQ(read(kUtc, "251103070000-0500").signed_at, kSigningTime);
    EXPECT_EQ(read(kGeneralized, "20251103120000Z").signed_at, kSigningTime);
    EXPECT_EQ(read(kGeneralized, "20251103120000.25Z").signed_at, kSigningTime);
    EXPECT_EQ(read(kGeneralized, "20251103170000+0500").signed_at, kSigningTime);
    for (const char* bad : {"251103120000", "20251103120000", "20251303120000Z", "", "today"}) {
        EXPECT_TRUE(says(why(read(kUtc, bad)), "signing time")) << bad;
        EXPECT_TRUE(says(why(read(kGeneralized, bad)), "signing time")) << bad;
    }
}

TEST(MessageDigest, IsWhatASignatureSaysOfItsBytes) {
    EXPECT_EQ(platform::message_digest_of(assemble_cms({})), AssembledCms{}.message_digest);
    EXPECT_EQ(platform::message_digest_of(support::make_cms({.signers = {rsa_signer()}}, kContent)),
              sha256_of(kContent));
    EXPECT_EQ(platform::message_digest_of("garbage"), "");
    EXPECT_EQ(platform::message_digest_of(assemble_cms({.names_digest = false})), "");
}

TEST(ExamineCmsOfGost, ClaimsNothingOfTheIssuer) {
    const auto trusted = trusting(authority().pem());

    const CmsSignature found = platform::examine_cms(assemble_cms({}), kContent, trusted);

    EXPECT_EQ(found.status, SignatureStatus::parsed_not_verified);
    EXPECT_FALSE(found.issuer_checked);
}

TEST(ExamineCmsOfGost, ChecksWhatCanBeChecked) {
    const auto day = std::chrono::hours(24);

    EXPECT_TRUE(says(refusal({.inside = "other"}), "carries other content"));
    EXPECT_EQ(refusal({.inside = std::string(kContent)}), "");
    EXPECT_TRUE(says(refusal({.digest_algorithm = kSha256}), "not as long as"));
    EXPECT_TRUE(says(refusal({.signing_times = {kSigningTime + 400 * day}}), "had expired"));
    EXPECT_TRUE(says(refusal({.signing_times = {kSigningTime - 40 * day}}), "not valid yet"));
    EXPECT_TRUE(says(refusal({.signing_times = {kSigningTime, kSigningTime}}), "signing time"));
    EXPECT_TRUE(says(refusal({.content_type = "1.2.840.113549.1.7.5"}), "content type"));
    EXPECT_TRUE(says(refusal({.serial = "\x04"}), "certificate is not inside"));
}

TEST(ExamineCmsOfGost, WarnsWhenItDoesNotSayWhenItWasMade) {
    const CmsSignature found = examine(assemble_cms({.signing_times = {}}));

    EXPECT_EQ(found.status, SignatureStatus::parsed_not_verified);
    EXPECT_FALSE(found.signed_at.has_value());
    ASSERT_EQ(found.warnings.size(), 2U);
    EXPECT_TRUE(says(platform::in_english(found.warnings[1]), "does not say when"));
}

TEST(ExamineCmsOfGost, RefusesADamagedSigningCertificateAttribute) {
    const auto named = [](const std::string& value) {
        return support::der_element(0x30, support::der_oid("1.2.840.113549.1.9.16.2.47") +
                                              support::der_element(0x31, value));
    };
    const std::string empty = support::der_element(0x30, "");
    const std::string by_gost = support::der_element(
        0x30,
        support::der_element(
            0x30, support::der_element(
                      0x30, support::der_element(0x30, support::der_oid("1.2.398.3.10.1.3.1")) +
                                support::der_element(0x04, std::string(64, 'h')))));

    EXPECT_TRUE(says(refusal({.extra_attribute = named(empty)}), "signing certificate"));
    EXPECT_TRUE(says(refusal({.extra_attribute = named("")}), "signing certificate"));
    EXPECT_TRUE(says(refusal({.extra_attribute = named(support::der_element(0x04, "x"))}),
                     "signing certificate"));
    EXPECT_EQ(refusal({.extra_attribute = named(by_gost)}), "");
    EXPECT_EQ(examine(assemble_cms({.extra_attribute = named(by_gost)})).warnings.size(), 0U);
}

TEST(ExamineCms, RefusesAnAlgorithmThatNobodyKnows) {
    const std::string unknown = "1.2.3.4.5";
    const AssembledCms foreign{
        .key_algorithm = unknown, .digest_algorithm = unknown, .signature_algorithm = unknown};
    // The arc next to that of the algorithms.
    const std::string near = "1.2.398.3.10.11.1";
    const AssembledCms neighbour{
        .key_algorithm = near, .digest_algorithm = near, .signature_algorithm = near};

    EXPECT_NE(refusal(foreign), "");
    EXPECT_NE(refusal(neighbour), "");
}

}  // namespace
}  // namespace tizilim
