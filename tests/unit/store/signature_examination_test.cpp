#include "store/register/signature_examination.h"

#include "platform/cms/cms_signature.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/entry/entry.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "tests/support/test_gost.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using platform::SignatureStatus;

class SignatureExamination : public RegisterTest {
protected:
    SignatureExamination() {
        support::GostWish wish;
        wish.certificate.not_before = clock_.wall_now() - std::chrono::hours(24);
        wish.certificate.not_after = clock_.wall_now() + std::chrono::hours(24 * 300);
        signer_ = support::make_gost_certificate(wish, &authority_);
        id_ = add(good_input());
        cms_ = sign("1");
    }
    /// Returns what was attached.
    std::string sign(const std::string& name) {
        const store::SigningTask task = store::OwnerSession(*register_).to_sign(name);
        const std::string cms =
            support::make_gost_cms(*signer_, task.bytes, {.signing_times = {clock_.wall_now()}});
        (void)store::OwnerSession(*register_).attach(name, 1, cms);
        return cms;
    }
    /// As a version of this program that could not compute GOST has stored it.
    void store_as_not_verified(const std::string& cms) {
        const store::EntryId id = *store::EntryId::parse(id_);
        const std::string key = store::version_key(id, 1);
        store::opened(*register_).act(1 << 20, [&](const store::Writers& writers) {
            auto record = store::unpack<store::SignatureRecord>(
                writers.vault.get(store::Table::signatures, key).value_or(""));
            record.status = SignatureStatus::parsed_not_verified;
            record.cms = cms;
            record.sequence = writers.journal.next();
            const std::string packed = store::pack(record);
            writers.vault.put(store::Table::signatures, key, packed);
            writers.journal.append(store::Act::examined, id, packed, "parsed_not_verified");
        });
    }
    [[nodiscard]] store::RegisterCheck check() {
        store::RegisterCheck made = store::verify_and_examine(*register_, {});
        EXPECT_EQ(made.report.first_bad, std::nullopt);
        EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
        EXPECT_EQ(made.report.chain_head, register_->chain_head());
        return made;
    }
    [[nodiscard]] std::string status() const {
        return store::OwnerSession(*register_).show("1").signature.status;
    }
    void trust(const support::GostCertificate& certificate) {
        settings_.trusted_certificates = certificate.pem();
        open();
    }

    support::GostCertificate authority_ =
        support::make_gost_certificate(support::gost_authority("ОРТАЛЫҚ"));
    std::optional<support::GostCertificate> signer_;
    std::string id_;
    std::string cms_;
};

TEST_F(SignatureExamination, LiftsWhatCouldNotBeComputedBefore) {
    store_as_not_verified(cms_);
    ASSERT_EQ(status(), "parsed_not_verified");

    const store::RegisterCheck made = check();

    EXPECT_EQ(made.signatures.lifted, 1U);
    EXPECT_EQ(made.signatures.doubtful, 0U);
    EXPECT_EQ(status(), "verified_unchecked_issuer");
    EXPECT_EQ(check().signatures.lifted, 0U);
    EXPECT_EQ(check().report.chain_head, made.report.chain_head);
}

TEST_F(SignatureExamination, ChecksTheIssuerOnceThereAreTrustedCertificates) {
    trust(authority_);

    EXPECT_EQ(check().signatures.lifted, 1U);
    EXPECT_EQ(status(), "verified");
    EXPECT_EQ(check().signatures.lifted, 0U);
}

TEST_F(SignatureExamination, ReportsEachSignatureThatItExamines) {
    for (const char* const name : {"2", "3"}) {
        add(good_input());
        sign(name);
    }
    trust(authority_);
    std::vector<std::uint64_t> reported;
    std::set<std::uint64_t> totals;

    (void)store::verify_and_examine(*register_, [&](std::uint64_t done, std::uint64_t total) {
        reported.push_back(done);
        totals.insert(total);
    });

    ASSERT_EQ(totals.size(), 1U);
    const std::uint64_t total = *totals.begin();
    EXPECT_TRUE(std::ranges::is_sorted(reported));
    EXPECT_EQ(reported.back(), total);
    for (const std::uint64_t left : {3U, 2U, 1U}) {
        EXPECT_TRUE(std::ranges::binary_search(reported, total - left)) << left;
    }
}

TEST_F(SignatureExamination, TellsOfAnIssuerThatIsNotTrustedAndTakesNothingFromTheSignature) {
    store_as_not_verified(cms_);
    trust(support::make_gost_certificate(support::gost_authority("БАСҚА")));

    const store::RegisterCheck made = check();

    EXPECT_EQ(status(), "verified_unchecked_issuer");
    ASSERT_EQ(made.signatures.shown.size(), 1U);
    EXPECT_EQ(made.signatures.shown[0].entry, "1");
    EXPECT_EQ(made.signatures.shown[0].version, 1U);
    EXPECT_EQ(made.signatures.shown[0].why.code, "trust.no_chain");
}

TEST_F(SignatureExamination, TellsEachTimeOfOneThatDoesNotHold) {
    std::string damaged = cms_;
    damaged.back() = static_cast<char>(~damaged.back());
    store_as_not_verified(damaged);

    const store::RegisterCheck made = check();

    EXPECT_EQ(made.signatures.lifted, 0U);
    EXPECT_EQ(made.signatures.doubtful, 1U);
    EXPECT_EQ(made.signatures.shown.at(0).why.code, "signature.wrong");
    EXPECT_EQ(status(), "invalid");
    EXPECT_EQ(check().signatures.doubtful, 1U);
    EXPECT_EQ(check().report.chain_head, register_->chain_head());
}

}  // namespace
}  // namespace tizilim
