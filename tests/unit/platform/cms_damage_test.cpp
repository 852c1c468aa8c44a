#include "platform/cms/cms_signature.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/platform/cms_signers.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using support::make_cms;

constexpr std::string_view kOther = R"({"essence":"Басқа","number":18})";

/// Every bit of `whole` turned over in turn. What is still verified over the signed content may
/// differ in what nobody signed only: the same signer, certificate and time.
void expect_no_flip_to_deceive(const std::string& whole) {
    const CmsSignature sound = examine(whole);
    ASSERT_EQ(sound.status, SignatureStatus::verified) << why(sound);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string damaged = whole;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        const CmsSignature found = examine(damaged);
        if (found.status != SignatureStatus::verified) {
            ++refused;
            EXPECT_NE(why(found), "") << "bit " << bit;
            continue;
        }
        EXPECT_EQ(found.signer, sound.signer) << "bit " << bit;
        EXPECT_EQ(found.serial, sound.serial) << "bit " << bit;
        EXPECT_EQ(found.algorithm, sound.algorithm) << "bit " << bit;
        EXPECT_EQ(found.signed_at, sound.signed_at) << "bit " << bit;
        EXPECT_NE(examine(damaged, kOther).status, SignatureStatus::verified) << "bit " << bit;
    }
    // Not signed and not looked at: versions, the outer list of digests, an algorithm's NULL.
    EXPECT_GT(refused, whole.size() * 8 * 9 / 10);
}

TEST(ExamineCms, IsNotDeceivedByAnyFlippedBitOfAnEcdsaSignature) {
    expect_no_flip_to_deceive(make_cms({.signers = {ecdsa_signer()}}, kContent));
}

TEST(ExamineCms, IsNotDeceivedByAnyFlippedBitOfAnRsaSignature) {
    expect_no_flip_to_deceive(make_cms({.signers = {rsa_signer()}}, kContent));
}

TEST(ExamineCms, NeverVerifiesAFlippedCmsOverOtherContent) {
    const std::string carrying =
        make_cms({.signers = {ecdsa_signer()}, .detached = false}, kContent);
    for (std::size_t at = 0; at < carrying.size(); ++at) {
        std::string damaged = carrying;
        damaged[at] = static_cast<char>(~damaged[at]);

        EXPECT_EQ(examine(damaged, kOther).status, SignatureStatus::invalid) << "byte " << at;
    }
}

TEST(ExamineCms, NeverVerifiesAFlippedGost) {
    const std::string whole = support::assemble_cms({});
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string damaged = whole;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));

        EXPECT_NE(examine(damaged).status, SignatureStatus::verified) << "bit " << bit;
    }
}

TEST(ExamineCms, RefusesEveryTruncation) {
    for (const std::string& whole :
         {make_cms({.signers = {rsa_signer()}}, kContent), support::assemble_cms({})}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            EXPECT_EQ(examine(whole.substr(0, size)).status, SignatureStatus::invalid)
                << size << " of " << whole.size();
        }
    }
}

}  // namespace
}  // namespace tizilim
