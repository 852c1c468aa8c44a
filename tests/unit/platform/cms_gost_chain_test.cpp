#include "platform/cms/cms_signature.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/unit/platform/cms_signers.h"
#include "tests/unit/platform/gost_signers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;
using support::gost_authority;
using support::GostCertificate;
using support::GostWish;
using support::make_gost_certificate;
using support::make_gost_cms;

/// Why the chain of a signature of `signer` with `others` inside does not lead to `trusted`; empty:
/// it does.
std::string chain_fault(const GostCertificate& signer, const std::vector<GostCertificate>& others,
                        const std::string& trusted) {
    const CmsSignature found = platform::examine_cms(
        make_gost_cms(signer, kContent, {.others = others}), kContent, trusting(trusted));
    if (found.status == SignatureStatus::verified && found.issuer_checked) return {};
    EXPECT_FALSE(found.issuer_checked);
    return why(found);
}

/// Of a chain root, `issuer`, lawyer, where the issuer is made as wished.
std::string fault_under(const GostWish& issuer, const GostWish& lawyer = {}) {
    const auto between = make_gost_certificate(issuer, &gost_root());
    return chain_fault(make_gost_certificate(lawyer, &between), {between}, gost_root().pem());
}

TEST(GostChain, LeadsToATrustedCertificate) {
    const CmsSignature found =
        platform::examine_cms(make_gost_cms(gost_signer(), kContent, {.others = {gost_issuer()}}),
                              kContent, trusting(gost_root().pem()));

    EXPECT_EQ(found.status, SignatureStatus::verified) << why(found);
    EXPECT_TRUE(found.issuer_checked);
    EXPECT_EQ(code_of(found.status, found.issuer_checked), "verified");
    EXPECT_EQ(chain_fault(gost_signer(), {}, gost_issuer().pem()), "");
    EXPECT_EQ(chain_fault(gost_signer(), {}, gost_issuer().pem() + gost_root().pem()), "");
    EXPECT_EQ(chain_fault(gost_signer(), {}, gost_root().pem() + gost_issuer().pem()), "");
    EXPECT_EQ(chain_fault(gost_signer(), {gost_root(), gost_issuer()}, gost_root().pem()), "");
    EXPECT_EQ(chain_fault(gost_signer(), {}, gost_signer().pem()), "");
}

TEST(GostChain, EndsWhereNobodyIsTrusted) {
    const auto namesake = make_gost_certificate(gost_authority("ТЕСТТІК ТҮБІР (GOST)"));
    const auto stranger = make_gost_certificate(gost_authority("БӨТЕН"));

    EXPECT_TRUE(says(chain_fault(gost_signer(), {}, gost_root().pem()), "local issuer"));
    EXPECT_TRUE(says(chain_fault(gost_signer(), {gost_issuer()}, stranger.pem()), "local issuer"));
    EXPECT_TRUE(says(chain_fault(gost_signer(), {gost_issuer()}, authority().pem()), "issuer"));
    EXPECT_TRUE(
        says(chain_fault(gost_signer(), {gost_issuer()}, namesake.pem()), "signature failure"));
    EXPECT_EQ(chain_fault(gost_signer(), {gost_issuer()}, namesake.pem() + gost_root().pem()), "");
}

TEST(GostChain, RefusesAnIssuerThatMayNotIssue) {
    GostWish no_authority = gost_authority("КУӘЛІК");
    no_authority.is_authority = false;
    GostWish other_usage = gost_authority("КУӘЛІК");
    other_usage.certificate.key_usage = "critical,digitalSignature";
    GostWish silent = gost_authority("КУӘЛІК");
    silent.certificate.key_usage = "";

    EXPECT_TRUE(says(fault_under(no_authority), "invalid CA"));
    EXPECT_TRUE(says(fault_under(other_usage), "invalid CA"));
    EXPECT_EQ(fault_under(silent), "");
}

TEST(GostChain, RefusesAnIssuerThatWasNotValidThen) {
    GostWish expired = gost_authority("КУӘЛІК");
    expired.certificate.not_after = support::kSigningTime - std::chrono::hours(1);
    GostWish later = gost_authority("КУӘЛІК");
    later.certificate.not_before = support::kSigningTime + std::chrono::hours(1);

    EXPECT_TRUE(says(fault_under(expired), "expired"));
    EXPECT_TRUE(says(fault_under(later), "not yet valid"));
}

TEST(GostChain, TakesAnIssuerThatIsValidRatherThanOneThatWasRenewed) {
    GostWish old = gost_authority("ТЕСТТІК ОРТАЛЫҚ (GOST)");
    old.certificate.not_after = support::kSigningTime - std::chrono::hours(1);
    const auto expired = renewed_gost_certificate(gost_issuer(), old, gost_root());

    EXPECT_TRUE(says(chain_fault(gost_signer(), {expired}, gost_root().pem()), "expired"));
    EXPECT_EQ(chain_fault(gost_signer(), {expired, gost_issuer()}, gost_root().pem()), "");
}

TEST(GostChain, KeepsToThePathLength) {
    GostWish first = gost_authority("БІРІНШІ");
    first.between_max = 0;
    const auto upper = make_gost_certificate(first, &gost_root());
    const auto lower = make_gost_certificate(gost_authority("ЕКІНШІ"), &upper);
    const auto under_lower = make_gost_certificate({}, &lower);
    const auto under_upper = make_gost_certificate({}, &upper);

    EXPECT_EQ(chain_fault(under_upper, {upper}, gost_root().pem()), "");
    EXPECT_TRUE(says(chain_fault(under_lower, {upper, lower}, gost_root().pem()), "path length"));
}

TEST(GostChain, KeepsToTheNamesThatAnIssuerMayGive) {
    GostWish wish = gost_authority("КУӘЛІК");
    wish.permitted = "ОМАРОВ ДАУЛЕТ";
    GostWish other;
    other.certificate.name = "БАСҚА АДАМ";

    EXPECT_TRUE(says(fault_under(wish, other), "permitted subtree"));
    wish.permitted = "БАСҚА АДАМ";
    EXPECT_TRUE(says(fault_under(wish), "permitted subtree"));
}

TEST(GostChain, RefusesACriticalExtensionThatIsNotKnown) {
    using support::der_element;
    GostWish wish = gost_authority("КУӘЛІК");
    wish.extensions = der_element(0x30, support::der_oid("1.2.398.3.3.99") +
                                            der_element(0x01, "\xff") + der_element(0x04, "x"));
    GostWish lawyer;
    lawyer.extensions = wish.extensions;

    EXPECT_TRUE(says(fault_under(wish), "unhandled critical extension"));
    EXPECT_TRUE(
        says(fault_under(gost_authority("КУӘЛІК"), lawyer), "unhandled critical extension"));
}

TEST(GostChain, EndsInACircle) {
    const auto first = make_gost_certificate(gost_authority("БІРІНШІ"));
    const auto second = make_gost_certificate(gost_authority("ЕКІНШІ"), &first);
    const auto first_again = renewed_gost_certificate(first, gost_authority("БІРІНШІ"), second);
    const auto lawyer = make_gost_certificate({}, &second);

    EXPECT_TRUE(
        says(chain_fault(lawyer, {second, first_again, first}, gost_root().pem()), "issuer"));
}

TEST(GostChain, EndsAtACrowdOfIssuers) {
    const auto issuer = make_gost_certificate(gost_authority("КӨП"), &gost_root());
    const auto namesake = make_gost_certificate(gost_authority("КӨП"), &gost_root());
    const auto lawyer = make_gost_certificate({}, &issuer);
    std::vector<GostCertificate> crowd{issuer};
    GostWish wish = gost_authority("КӨП");
    while (crowd.size() < 40) {
        wish.certificate.not_after += std::chrono::hours(1);
        crowd.insert(crowd.begin(), renewed_gost_certificate(namesake, wish, gost_root()));
    }

    EXPECT_TRUE(says(chain_fault(lawyer, crowd, gost_root().pem()), "signature failure"));
    crowd.erase(crowd.begin(), crowd.begin() + 20);
    EXPECT_EQ(chain_fault(lawyer, crowd, gost_root().pem()), "");
}

TEST(GostChain, EndsWhenItIsTooLong) {
    std::vector<GostCertificate> chain{gost_root()};
    for (int i = 0; i < 10; ++i) {
        chain.push_back(
            make_gost_certificate(gost_authority("БУЫН " + std::to_string(i)), &chain.back()));
    }
    const auto lawyer = make_gost_certificate({}, &chain.back());

    EXPECT_TRUE(says(chain_fault(lawyer, chain, gost_root().pem()), "chain too long"));
}

}  // namespace
}  // namespace tizilim
