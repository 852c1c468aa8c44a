#include "platform/cms/cms_signature.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/register/schema.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/support/said.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_gost.h"
#include "tests/unit/store/raw_register.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using store::DeliveryState;
using store::StoreError;
using support::KeyKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Signing : public RegisterTest {
protected:
    Signing() {
        wish_.not_before = clock_.wall_now() - std::chrono::hours(24);
        wish_.not_after = clock_.wall_now() + std::chrono::hours(24 * 300);
        settings_.require_signature = true;
        open();
    }
    std::string cms_over(const std::string& bytes, KeyKind kind = KeyKind::rsa) {
        return support::make_cms(
            {.signers = {authority_.issue(kind, wish_)}, .signed_at = clock_.wall_now()}, bytes);
    }
    store::Signed sign(const std::string& name, KeyKind kind = KeyKind::rsa) {
        const store::SigningTask task = store::OwnerSession(*register_).to_sign(name);
        return store::OwnerSession(*register_)
            .attach(name, task.version, cms_over(task.bytes, kind));
    }
    template <class Act>
    static std::string refusal_of(const Act& act) {
        try {
            act();
        } catch (const StoreError& error) {
            EXPECT_EQ(error.kind(), StoreError::Kind::refused);
            return error.what();
        }
        return {};
    }
    std::size_t waiting() { return store::OwnerSession(*register_).to_sign(0, 100).tasks.size(); }
    store::EntryView shown(const std::string& name = "1") {
        return store::OwnerSession(*register_).show(name);
    }
    void expect_sound() { EXPECT_EQ(register_->verify({}).first_bad, std::nullopt); }

    /// Of those bytes that have a digest of 64 times `digest`: which they are, nothing here can
    /// tell.
    support::AssembledCms gost_wish(char digest = 'd') {
        support::AssembledCms gost;
        gost.message_digest = std::string(64, digest);
        gost.certificate = wish_;
        gost.signing_times = {clock_.wall_now()};
        return gost;
    }
    std::string gost(const support::CertificateWish& by = {}, char digest = 'd') {
        support::AssembledCms wish = gost_wish(digest);
        wish.certificate.serial_number = by.serial_number;
        return support::assemble_cms(wish);
    }
    std::string refused(int number, std::uint32_t version, const std::string& cms) {
        return refusal_of([&] {
            (void)store::OwnerSession(*register_).attach(std::to_string(number), version, cms);
        });
    }
    /// The list of what is attached, in a register of that schema.
    void forget_attached(const std::string& schema) {
        register_.reset();
        {
            RawRegister raw(settings_, keys_, random_);
            raw.erase(store::Table::attached, 0);
            raw.set_schema(schema);
        }
        open();
    }

    support::TestAuthority authority_{"ТЕСТ", clock_.wall_now() - std::chrono::hours(24 * 30)};
    support::CertificateWish wish_;
};

TEST_F(Signing, LetsAnEntryLeaveWhenItIsSigned) {
    add(good_input());
    EXPECT_EQ(register_->balance().awaiting_signature, 1U);
    EXPECT_THAT(all_changes().entries, IsEmpty());

    const store::Signed made = sign("1");

    EXPECT_EQ(made.delivery, DeliveryState::pending);
    EXPECT_EQ(made.signature.status, "verified_unchecked_issuer");
    EXPECT_THAT(made.signature.signer, HasSubstr("ОМАРОВ ДАУЛЕТ"));
    EXPECT_EQ(made.signature.iin, "850101300017");
    EXPECT_EQ(made.signature.signed_at, "2026-11-02T09:00:00+05:00");
    const auto changes = all_changes();
    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_THAT(changes.entries[0].body(), HasSubstr(R"("eds":{"algorithm":"1.2.840.113549)"));
    EXPECT_EQ(changes.entries[0].revision().generation, 1U);
    deliver_all();
    EXPECT_EQ(register_->balance().delivered, 1U);
    expect_sound();
}

TEST_F(Signing, SignsWhatWouldLeaveWithItsIdAndItsCommitment) {
    const std::string id = add(good_input());
    const std::string bytes = store::OwnerSession(*register_).to_sign("1").bytes;
    const std::string body = shown().would_leave;
    EXPECT_EQ(bytes, R"({"_id":"entry:)" + id + R"(",)" + body.substr(1));
    EXPECT_THAT(bytes, HasSubstr("\"commitment\""));
    EXPECT_THAT(bytes, Not(HasSubstr(good_input().essence)));
}

TEST_F(Signing, SignsWhatStaysHereAsWell) {
    add_of_class("local");
    const store::Signed made = sign("1", KeyKind::ecdsa);
    EXPECT_EQ(made.delivery, DeliveryState::local);
    EXPECT_EQ(shown().signature.status, "verified_unchecked_issuer");
    EXPECT_THAT(all_changes().entries, IsEmpty());
    EXPECT_EQ(waiting(), 0U);
    expect_sound();
}

TEST_F(Signing, AttachesOnlyASignatureOverExactlyTheseBytes) {
    add(good_input());
    add(good_input());
    const auto first = store::OwnerSession(*register_).to_sign("1");
    const auto second = store::OwnerSession(*register_).to_sign("2");
    const auto refusal = [&](const std::string& cms) {
        return refusal_of(
            [&] { (void)store::OwnerSession(*register_).attach("1", first.version, cms); });
    };
    EXPECT_THAT(refusal(cms_over(second.bytes)), HasSubstr("not attached"));
    EXPECT_THAT(refusal(cms_over(first.bytes + " ")), HasSubstr("not attached"));
    EXPECT_THAT(refusal("garbage"), HasSubstr("not attached"));
    EXPECT_EQ(waiting(), 2U);
    EXPECT_EQ(refusal(cms_over(first.bytes)), "");
    EXPECT_EQ(waiting(), 1U);
}

TEST_F(Signing, KeepsAKazakhGostSignatureButNeverCallsItVerified) {
    add(good_input());
    const auto made = store::OwnerSession(*register_).attach("1", 1, gost());
    EXPECT_EQ(made.signature.status, "parsed_not_verified");
    EXPECT_EQ(made.delivery, DeliveryState::pending);
    expect_sound();
}

TEST_F(Signing, RefusesASignatureThatIsAttachedToAnotherEntry) {
    add(good_input());
    add(good_input());
    (void)store::OwnerSession(*register_).attach("1", 1, gost());

    EXPECT_THAT(refused(2, 1, gost()), HasSubstr("attached to another entry"));
    // Wrapped anew, and by another key, it is over the same bytes.
    EXPECT_THAT(refused(2, 1, gost({.serial_number = "IIN991332000003"})),
                HasSubstr("attached to another entry"));
    EXPECT_EQ(refused(2, 1, gost({}, 'e')), "");
    expect_sound();
}

TEST_F(Signing, RefusesASignatureThatIsAttachedToAnotherVersion) {
    add(good_input());
    (void)store::OwnerSession(*register_).attach("1", 1, gost());
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());

    EXPECT_THAT(refused(1, 2, gost()), HasSubstr("version 1 of this entry"));
    EXPECT_EQ(refused(1, 2, gost({}, 'e')), "");
}

TEST_F(Signing, RefusesAGostSignatureOfAnotherEntryOrVersion) {
    support::GostWish wish;
    wish.certificate.not_before = wish_.not_before;
    wish.certificate.not_after = wish_.not_after;
    const auto signer = support::make_gost_certificate(wish);
    const auto signed_now = [&](const std::string& name) {
        return support::make_gost_cms(signer, store::OwnerSession(*register_).to_sign(name).bytes,
                                      {.signing_times = {clock_.wall_now()}});
    };
    add(good_input());
    add(good_input());
    const std::string of_the_first_version = signed_now("1");
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());

    EXPECT_THAT(refused(1, 2, of_the_first_version), HasSubstr("over other bytes"));
    EXPECT_THAT(refused(1, 2, signed_now("2")), HasSubstr("over other bytes"));
    EXPECT_THAT(refused(2, 1, signed_now("1")), HasSubstr("over other bytes"));
    EXPECT_EQ(waiting(), 2U);
    EXPECT_EQ(refused(1, 2, signed_now("1")), "");
    EXPECT_EQ(shown().signature.status, "verified_unchecked_issuer");
    expect_sound();
}

TEST_F(Signing, WantsASignatureOfItsOwnForAVersionOfEqualBytes) {
    add_of_class("local");
    const std::string first = cms_over(store::OwnerSession(*register_).to_sign("1").bytes);
    (void)store::OwnerSession(*register_).attach("1", 1, first);
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minor", "yes"}}, "возраст").has_value());

    EXPECT_THAT(refused(1, 2, first), HasSubstr("version 1 of this entry"));
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(sign("1").signature.status, "verified_unchecked_issuer");
    expect_sound();
}

TEST_F(Signing, KnowsWhatWasAttachedBeforeThatWasListed) {
    add(good_input());
    add(good_input());
    (void)store::OwnerSession(*register_).attach("1", 1, gost());
    forget_attached("4");

    EXPECT_THAT(refused(2, 1, gost()), HasSubstr("attached to another entry"));
    expect_sound();
}

TEST_F(Signing, HasAnAttachedSignatureThatIsNotListedNamed) {
    add(good_input());
    sign("1");
    forget_attached(std::to_string(store::kSchema));

    EXPECT_THAT(support::said(register_->verify({}).first_bad), HasSubstr("not listed"));
}

TEST_F(Signing, RefusesASignatureMadeBeforeTheVersionWasRecordedAndNamesBothTimes) {
    add(good_input());
    clock_.advance(std::chrono::hours(1));
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());
    const std::string bytes = store::OwnerSession(*register_).to_sign("1").bytes;
    const auto at = [&](std::chrono::seconds later) {
        return support::make_cms({.signers = {authority_.issue(KeyKind::ecdsa, wish_)},
                                  .signed_at = clock_.wall_now() + later},
                                 bytes);
    };

    const std::string early = refused(1, 2, at(std::chrono::seconds(-1)));
    EXPECT_THAT(early, HasSubstr("made at 02.11.2026 09:59:59"));
    EXPECT_THAT(early, HasSubstr("recorded, at 02.11.2026 10:00:00"));
    const std::string ahead = refused(1, 2, at(std::chrono::hours(24) + std::chrono::seconds(1)));
    EXPECT_THAT(ahead, HasSubstr("made at 03.11.2026 10:00:01"));
    EXPECT_THAT(ahead, HasSubstr("now, which is 02.11.2026 10:00:00"));
    EXPECT_EQ(waiting(), 1U);
    EXPECT_EQ(refused(1, 2, at(std::chrono::seconds(0))), "");
}

TEST_F(Signing, TakesASignatureUpToADayAheadOfTheClock) {
    add(good_input());
    support::AssembledCms late = gost_wish();
    late.signing_times = {clock_.wall_now() + std::chrono::hours(24)};

    EXPECT_EQ(refused(1, 1, support::assemble_cms(late)), "");
}

TEST_F(Signing, ComparesTheSecondThatASignatureSays) {
    clock_.advance(std::chrono::milliseconds(900));
    add(good_input());

    EXPECT_EQ(sign("1").signature.status, "verified_unchecked_issuer");
}

TEST_F(Signing, RefusesAGostSignatureThatDoesNotSayWhenItWasMade) {
    add(good_input());
    support::AssembledCms undated = gost_wish();
    undated.signing_times = {};

    EXPECT_THAT(refused(1, 1, support::assemble_cms(undated)), HasSubstr("does not say when"));
}

TEST_F(Signing, RefusesACertificateThatWasNotValidWhenItSigned) {
    wish_.not_after = clock_.wall_now() - std::chrono::seconds(1);
    add(good_input());

    EXPECT_THAT(refused(1, 1, gost()), HasSubstr("had expired"));
    EXPECT_THAT(refused(1, 1, cms_over(store::OwnerSession(*register_).to_sign("1").bytes)),
                HasSubstr("had expired"));
}

TEST_F(Signing, WantsANewSignatureForAnAmendment) {
    add(good_input());
    sign("1");
    deliver_all();
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());

    EXPECT_EQ(register_->balance().awaiting_signature, 1U);
    EXPECT_EQ(shown().signature.status, "");
    EXPECT_EQ(waiting(), 1U);
    sign("1", KeyKind::ecdsa);
    EXPECT_EQ(all_changes().entries.at(0).revision().generation, 2U);
    deliver_all();

    EXPECT_EQ(register_->balance().delivered, 1U);
    const auto versions = store::OwnerSession(*register_).history("1");
    EXPECT_EQ(versions.at(0).signature.status, "verified_unchecked_issuer");
    EXPECT_EQ(versions.at(1).signature.status, "verified_unchecked_issuer");
    expect_sound();
}

TEST_F(Signing, RefusesAnOldVersionAndASecondSignature) {
    add(good_input());
    const auto old = store::OwnerSession(*register_).to_sign("1");
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());
    EXPECT_THAT(
        refusal_of([&] {
            (void)store::OwnerSession(*register_).attach("1", old.version, cms_over(old.bytes));
        }),
        HasSubstr("not the current one"));
    const auto now = store::OwnerSession(*register_).to_sign("1");
    sign("1");
    EXPECT_THAT(
        refusal_of([&] {
            (void)store::OwnerSession(*register_).attach("1", now.version, cms_over(now.bytes));
        }),
        HasSubstr("signed already"));
    EXPECT_THAT(refusal_of([&] { (void)store::OwnerSession(*register_).to_sign("1"); }),
                HasSubstr("signed already"));
}

TEST_F(Signing, SendsASignatureThatCameAfterItsEntryHadLeft) {
    settings_.require_signature = false;
    open();
    add(good_input());
    deliver_all();

    EXPECT_EQ(sign("1").delivery, DeliveryState::pending);

    const auto changes = all_changes();
    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_EQ(changes.entries[0].revision().generation, 2U);
    EXPECT_THAT(changes.entries[0].body(), HasSubstr("\"eds\""));
    deliver_all();
    expect_sound();
}

TEST_F(Signing, TakesNoLateReplyToTheUnsignedBodyForTheSignedOne) {
    settings_.require_signature = false;
    open();
    add(good_input());
    const auto unsigned_body = all_changes().entries.at(0);
    sign("1");
    mark(unsigned_body, store::Verdict::sent);
    mark(unsigned_body, store::Verdict::delivered);
    EXPECT_EQ(register_->balance().pending, 1U);
    expect_sound();
}

TEST_F(Signing, LetsSignedEntriesGoWhenTheSettingIsTurnedOnAndOff) {
    add(good_input());
    add(good_input());
    sign("1");
    settings_.require_signature = false;
    open();
    EXPECT_EQ(register_->balance().pending, 2U);
    settings_.require_signature = true;
    open();
    EXPECT_EQ(register_->balance().pending, 1U);
    EXPECT_EQ(register_->balance().awaiting_signature, 1U);
    expect_sound();
}

TEST_F(Signing, ChecksTheChainAgainstTheConfiguredAuthorities) {
    settings_.trusted_certificates = authority_.pem();
    open();
    add(good_input());
    EXPECT_TRUE(sign("1").signature.issuer_checked);
    settings_.trusted_certificates =
        support::TestAuthority("ЧУЖОЙ", clock_.wall_now() - std::chrono::hours(24)).pem();
    open();
    add(good_input());
    EXPECT_THAT(refusal_of([&] { sign("2"); }), HasSubstr("not attached"));
    expect_sound();
}

TEST_F(Signing, RefusesAnotherPersonsKeyWhereTheLawyersIsKnown) {
    settings_.lawyer_iin = "991332000003";
    open();
    add(good_input());
    EXPECT_THAT(refusal_of([&] { sign("1"); }), HasSubstr("another person's key"));
    EXPECT_THAT(refused(1, 1, gost()), HasSubstr("another person's key"));
    wish_.serial_number = "";
    EXPECT_THAT(refusal_of([&] { sign("1"); }), HasSubstr("another person's key"));
    wish_.serial_number = "IIN991332000003";
    EXPECT_EQ(sign("1").signature.iin, "991332000003");
}

TEST_F(Signing, OnlyWarnsOfAnotherPersonsKeyWhereThatIsAllowed) {
    settings_.own_key_only = false;
    settings_.lawyer_iin = "991332000003";
    open();
    add(good_input());
    const platform::Message differs{"signature.iin_differs"};
    EXPECT_THAT(sign("1").warnings, testing::Contains(differs));
    settings_.lawyer_iin = "850101300017";
    open();
    add(good_input());
    EXPECT_THAT(sign("2").warnings, testing::Not(testing::Contains(differs)));
}

TEST_F(Signing, PagesThroughWhatIsNotSigned) {
    for (int i = 0; i < 5; ++i) add(good_input());
    sign("2");
    std::vector<std::uint64_t> numbers;
    std::optional<std::uint64_t> from = 0;
    while (from) {
        const auto page = store::OwnerSession(*register_).to_sign(*from, 2);
        for (const auto& task : page.tasks) {
            numbers.push_back(static_cast<std::uint64_t>(task.number));
        }
        from = page.next;
    }
    EXPECT_THAT(numbers, ElementsAre(1, 3, 4, 5));
}

TEST_F(Signing, HasAChangedSignatureNamed) {
    add(good_input());
    sign("1");
    register_.reset();
    RawRegister(settings_, keys_, random_)
        .change(store::Table::signatures, 0, [](std::string& bytes) {
            auto record = store::unpack<store::SignatureRecord>(bytes);
            record.signer = "КТО-ТО ДРУГОЙ";
            bytes = store::pack(record);
        });
    open();
    EXPECT_THAT(support::said(register_->verify({}).first_bad), HasSubstr("the signature of"));
}

}  // namespace
}  // namespace tizilim
