#include "platform/cms/cms_signature.h"
#include "tests/support/gcrypt_gost.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/unit/platform/cms_signers.h"
#include "tests/unit/platform/gost_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using support::GostCmsWish;
using support::GostWish;
using support::kSigningTime;
using support::make_gost_certificate;
using support::make_gost_cms;

/// Of a signature that is not the signer's over the content; empty: it is.
std::string gost_fault(const GostCmsWish& wish) {
    const CmsSignature found = examine(make_gost_cms(gost_signer(), kContent, wish));
    return found.status == SignatureStatus::invalid ? why(found) : std::string();
}

std::string fault_by(const GostWish& wish) {
    const auto signer = make_gost_certificate(wish, &gost_issuer());
    const CmsSignature found = examine(make_gost_cms(signer, kContent));
    return found.status == SignatureStatus::invalid ? why(found) : std::string();
}

TEST(ExamineCmsOfGost2015, VerifiesIt) {
    const CmsSignature found = examine(make_gost_cms(gost_signer(), kContent));

    EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
    EXPECT_FALSE(found.reason.has_value());
    EXPECT_EQ(found.signer, "ОМАРОВ ДАУЛЕТ БЕРІКҰЛЫ");
    EXPECT_EQ(found.iin, "850101300017");
    EXPECT_EQ(found.issuer, "ТЕСТТІК ОРТАЛЫҚ (GOST)");
    EXPECT_EQ(found.algorithm, "1.2.398.3.10.1.1.2.3.2");
    EXPECT_EQ(found.signed_at, kSigningTime);
    EXPECT_EQ(found.message_digest, support::gcrypt_streebog512(kContent));
    EXPECT_TRUE(found.covers_bytes);
    EXPECT_TRUE(found.warnings.empty());
    EXPECT_FALSE(found.issuer_checked);
    EXPECT_EQ(code_of(found.status, found.issuer_checked), "verified_unchecked_issuer");
}

TEST(ExamineCmsOfGost2015, VerifiesItWithoutTheCertificatesName) {
    const CmsSignature found = examine(make_gost_cms(gost_signer(), kContent, {.cades = false}));

    EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
    EXPECT_EQ(found.warnings.size(), 1U);
}

TEST(ExamineCmsOfGost2015, RefusesOtherBytes) {
    const std::string other = support::gcrypt_streebog512("other");
    const std::string backwards(other.rbegin(), other.rend());

    EXPECT_TRUE(says(why(examine(make_gost_cms(gost_signer(), "other"))), "over other bytes"));
    EXPECT_TRUE(says(gost_fault({.message_digest = other}), "over other bytes"));
    EXPECT_TRUE(says(gost_fault({.message_digest = backwards}), "over other bytes"));
    EXPECT_TRUE(says(gost_fault({.message_digest = std::string(32, 'd')}), "not as long as"));
    EXPECT_TRUE(says(gost_fault({.inside = "other"}), "carries other content"));
    EXPECT_EQ(gost_fault({.inside = std::string(kContent)}), "");
}

TEST(ExamineCmsOfGost2015, RefusesNumbersOutOfRangeAndOrder) {
    const std::string whole = make_gost_cms(gost_signer(), kContent);
    const std::string signature = whole.substr(whole.size() - 128);
    const std::string r = signature.substr(0, 64);
    const std::string s = signature.substr(64);
    const std::string zero(64, '\0');
    const std::string highest(64, '\xff');
    const std::string backwards(signature.rbegin(), signature.rend());

    EXPECT_TRUE(says(gost_fault({.signature = zero + s}), "out of range"));
    EXPECT_TRUE(says(gost_fault({.signature = r + zero}), "out of range"));
    EXPECT_TRUE(says(gost_fault({.signature = highest + s}), "out of range"));
    EXPECT_TRUE(says(gost_fault({.signature = r + highest}), "out of range"));
    EXPECT_TRUE(says(gost_fault({.signature = s + r}), "not by the certificate"));
    EXPECT_NE(gost_fault({.signature = backwards}), "");
    EXPECT_TRUE(says(gost_fault({.signature = r}), "128 bytes"));
    EXPECT_TRUE(says(gost_fault({.signature = ""}), "128 bytes"));
}

TEST(ExamineCmsOfGost2015, RefusesAKeyOffTheCurveAndOtherParameters) {
    using support::der_element;
    using support::der_oid;
    const std::string digest = der_oid("1.2.398.3.10.1.3.3");
    const std::string other_curve = der_element(0x30, der_oid("1.2.398.3.10.1.1.2.2.2") + digest);
    const std::string other_digest =
        der_element(0x30, der_oid("1.2.398.3.10.1.1.2.2.1") + der_oid("1.2.398.3.10.1.3.2"));

    EXPECT_TRUE(says(fault_by({.point = std::string(128, 'k')}), "no point of the curve"));
    EXPECT_TRUE(says(fault_by({.point = std::string(128, '\0')}), "no point of the curve"));
    EXPECT_TRUE(says(fault_by({.point = "short"}), "no point of the curve"));
    EXPECT_TRUE(says(fault_by({.parameters = other_curve}), "parameters"));
    EXPECT_TRUE(says(fault_by({.parameters = other_digest}), "parameters"));
    EXPECT_TRUE(says(fault_by({.parameters = der_element(0x05, "")}), "parameters"));
    EXPECT_TRUE(says(fault_by({.parameters = ""}), "parameters"));
    EXPECT_EQ(fault_by({}), "");
}

TEST(ExamineCmsOfGost2015, RefusesAlgorithmsThatDoNotFit) {
    constexpr const char* kOld = "1.2.398.3.10.1.1.1.2";
    const std::string sha256 = "2.16.840.1.101.3.4.2.1";
    const std::string short_digest = support::gcrypt_streebog256(kContent);

    EXPECT_TRUE(says(gost_fault({.signature_algorithm = kOld}), "algorithm"));
    EXPECT_TRUE(says(gost_fault({.signature_algorithm = "1.2.398.3.10.1.1.2.2"}), "algorithm"));
    EXPECT_TRUE(says(gost_fault({.signature_algorithm = "1.2.398.3.10.1.1.2.3.1"}), "algorithm"));
    EXPECT_NE(gost_fault({.signature_algorithm = "1.2.840.113549.1.1.11"}), "");
    EXPECT_NE(gost_fault({.digest_algorithm = sha256}), "");
    EXPECT_NE(gost_fault({.digest_algorithm = "1.2.398.3.10.1.3.1"}), "");
    EXPECT_TRUE(
        says(gost_fault({.message_digest = short_digest, .digest_algorithm = "1.2.398.3.10.1.3.2"}),
             "algorithm"));
}

TEST(ExamineCmsOfGost2015, RefusesTwoSignersAndOneBeyondItsCertificate) {
    const auto day = std::chrono::hours(24);
    GostWish authenticating;
    authenticating.certificate.extended_key_usage = "clientAuth";
    GostWish enciphering;
    enciphering.certificate.key_usage = "critical,keyEncipherment";

    EXPECT_TRUE(says(gost_fault({.signers = 2}), "2 signers"));
    EXPECT_TRUE(says(gost_fault({.signing_times = {kSigningTime + 400 * day}}), "had expired"));
    EXPECT_TRUE(says(gost_fault({.signing_times = {kSigningTime - 40 * day}}), "not valid yet"));
    EXPECT_TRUE(says(fault_by(authenticating), "for authentication"));
    EXPECT_TRUE(says(fault_by(enciphering), "does not allow signing"));
}

/// `der` with the length of its outermost element left open.
std::string opened(const std::string& der) {
    const std::size_t head = 2 + (static_cast<unsigned char>(der[1]) & 0x7fU);
    return der.substr(0, 1) + '\x80' + der.substr(head) + std::string(2, '\0');
}

TEST(ExamineCmsOfGost2015, RefusesOpenLengthsAndWhatIsTooLong) {
    const std::string whole = make_gost_cms(gost_signer(), kContent);
    const std::string content(std::size_t{1024} * 1024, 'c');

    EXPECT_TRUE(says(why(examine(opened(whole))), "no DER"));
    EXPECT_TRUE(says(why(examine(make_gost_cms(gost_signer(), kContent) + content)), "64 KiB"));
    EXPECT_TRUE(says(why(examine(whole + '\0')), "other bytes follow"));
}

TEST(ExamineCmsOfGost2015, RefusesEveryBitOfSignatureAndSignedAttributesThatIsTurnedOver) {
    const std::string whole =
        make_gost_cms(gost_signer(), kContent, {.others = {gost_issuer(), gost_root()}});
    const auto root = trusting(gost_root().pem());
    ASSERT_TRUE(platform::examine_cms(whole, kContent, root).issuer_checked);
    // The attributes begin with that of the content's type.
    const std::size_t from = whole.rfind(support::der_oid("1.2.840.113549.1.9.3")) - 4;
    for (std::size_t bit = 8 * from; bit < 8 * whole.size(); ++bit) {
        std::string damaged = whole;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));

        const CmsSignature found = platform::examine_cms(damaged, kContent, root);
        // What stands between the two, the name of the algorithm's NULL, is not signed.
        if (found.status == SignatureStatus::verified) {
            EXPECT_EQ(bit / 8, whole.size() - 128 - 3 - 2) << bit;
        } else {
            EXPECT_NE(why(found), "") << bit;
        }
    }
}

TEST(ExamineCmsOfGost2015, VerifiesNoneOverBytesThatNobodySigned) {
    const std::string whole = make_gost_cms(gost_signer(), kContent);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(~damaged[at]);

        EXPECT_EQ(examine(damaged, "other").status, SignatureStatus::invalid) << "byte " << at;
        EXPECT_EQ(examine(whole.substr(0, at)).status, SignatureStatus::invalid) << at;
    }
}

}  // namespace
}  // namespace tizilim
