#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DisclosureClass;
using store::GivenFields;
using store::StoreError;
using testing::HasSubstr;
using testing::IsEmpty;

class History : public RegisterTest {
protected:
    store::Revised amend(const std::string& name, const GivenFields& fields,
                         const std::string& reason = "ошибка в записи") {
        auto revised = store::OwnerSession(*register_).amend(name, fields, reason);
        EXPECT_TRUE(revised.has_value()) << revised.error().front().field << ": "
                                         << platform::in_english(revised.error().front().message);
        return *revised;
    }
    /// What is wrong with the fields of an amendment.
    std::vector<store::FieldError> errors_of(const GivenFields& fields) {
        const auto revised = store::OwnerSession(*register_).amend("1", fields, "ошибка");
        return revised ? std::vector<store::FieldError>{} : revised.error();
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
    store::EntryView shown(const std::string& name = "1") {
        return store::OwnerSession(*register_).show(name);
    }
    void expect_sound() { EXPECT_EQ(register_->verify({}).first_bad, std::nullopt); }
    void reopen_with_lawyer(const std::string& lawyer) {
        settings_.lawyer = lawyer;
        open();
    }
};

TEST_F(History, KeepsEveryVersionWithWhoWhenWhatAndWhy) {
    reopen_with_lawyer("Ахметова А. А.");
    add(good_input());
    clock_.advance(std::chrono::hours(2));

    const auto revised = amend("1", {{"minutes", "90"}, {"essence", "иное"}}, "пересчёт времени");

    EXPECT_EQ(revised.version, 2U);
    const auto versions = store::OwnerSession(*register_).history("1");
    ASSERT_EQ(versions.size(), 2U);
    EXPECT_EQ(versions[0].act, "recorded");
    EXPECT_EQ(versions[0].at, "2026-11-02T09:00:00+05:00");
    EXPECT_THAT(versions[0].changes, IsEmpty());
    EXPECT_EQ(versions[1].act, "amended");
    EXPECT_EQ(versions[1].at, "2026-11-02T11:00:00+05:00");
    EXPECT_EQ(versions[1].by, "Ахметова А. А.");
    EXPECT_EQ(versions[1].reason, "пересчёт времени");
    ASSERT_EQ(versions[1].changes.size(), 2U);
    EXPECT_EQ(versions[1].changes[0].field, "essence");
    EXPECT_EQ(versions[1].changes[0].before, good_input().essence);
    EXPECT_EQ(versions[1].changes[0].after, "иное");
    EXPECT_EQ(versions[1].changes[1].before, "135");
    EXPECT_EQ(versions[1].changes[1].after, "90");
    EXPECT_EQ(shown().minutes, "90");
    EXPECT_EQ(shown().recorded_at, "2026-11-02T09:00:00+05:00");
    expect_sound();
}

TEST_F(History, HasTheRegistersLanguageOnceItsOwnIsMadeEmpty) {
    store::EntryTexts input = good_input();
    input.language = "kk";
    const std::string id = add(input);

    (void)amend(id, {{"language", ""}});

    EXPECT_EQ(store::OwnerSession(*register_).show(id).language, "ru");
}

TEST_F(History, SendsAnAmendmentAsAChildOfWhatLeft) {
    add(good_input());
    deliver_all();
    const std::string first = shown().revision;

    const auto revised = amend("1", {{"minutes", "90"}});

    EXPECT_TRUE(revised.earlier_version_left);
    EXPECT_EQ(revised.delivery, store::DeliveryState::pending);
    const auto changes = all_changes();
    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_EQ(changes.entries[0].revision().generation, 2U);
    EXPECT_EQ(changes.entries[0].ancestors().at(0), first.substr(2));
    EXPECT_THAT(changes.entries[0].body(), HasSubstr("\"minutes\":90"));
    deliver_all();
    EXPECT_EQ(register_->balance().delivered, 1U);
    expect_sound();
}

TEST_F(History, MovesAnEntryToItsNewMonth) {
    store::EntryTexts input = good_input();
    input.application_date = "2026-10-31";
    input.late_reason = "связь";
    add(input);

    amend("1", {{"application_date", "2026-11-02"}});

    using std::chrono::year;
    EXPECT_THAT(store::OwnerSession(*register_).list({.month = year(2026) / 10 / 1}).entries,
                IsEmpty());
    EXPECT_EQ(store::OwnerSession(*register_).list({.month = year(2026) / 11 / 1}).entries.size(),
              1U);
    EXPECT_FALSE(shown().late);
    expect_sound();
}

TEST_F(History, NeverBackdatesByAnAmendment) {
    add(good_input());
    clock_.advance(std::chrono::hours(48));
    const auto later = errors_of({{"application_date", "2026-11-03"}});
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].field, "application_date");
    EXPECT_THAT(platform::in_english(later[0].message),
                HasSubstr("after the day on which the entry was recorded"));

    const auto earlier = errors_of({{"application_date", "2026-11-01"}});
    ASSERT_EQ(earlier.size(), 1U);
    EXPECT_EQ(earlier[0].field, "late_reason");
    EXPECT_EQ(shown().versions, 1U);
}

TEST_F(History, NamesFieldsThatCannotBeAmended) {
    add(good_input());
    EXPECT_EQ(errors_of({{"disclosure", "full"}}).at(0).field, "disclosure");
    EXPECT_THAT(platform::in_english(errors_of({{"recorded_date", "2026-11-01"}}).at(0).message),
                HasSubstr("essence"));
    EXPECT_EQ(errors_of({{"minutes", "-1"}}).at(0).field, "minutes");
    EXPECT_EQ(shown().versions, 1U);
    expect_sound();
}

TEST_F(History, WantsAReasonAndAChange) {
    add(good_input());
    const auto refusal = [&](const GivenFields& fields, const std::string& reason) {
        return refusal_of(
            [&] { (void)store::OwnerSession(*register_).amend("1", fields, reason); });
    };
    EXPECT_THAT(refusal({{"minutes", "90"}}, " \n"), HasSubstr("reason is empty"));
    EXPECT_THAT(refusal({{"minutes", "135"}}, "без перемен"), HasSubstr("nothing would change"));
    EXPECT_THAT(refusal({{"minutes", "90"}}, std::string(2000, 'x')), HasSubstr("at most"));
    EXPECT_EQ(shown().versions, 1U);
}

TEST_F(History, VoidsAMistakeThatStaysReadable) {
    add(good_input());
    deliver_all();

    const auto revised = store::OwnerSession(*register_).void_entry("1", "записано дважды");

    EXPECT_EQ(revised.delivery, store::DeliveryState::pending);
    EXPECT_EQ(shown().state, "void");
    EXPECT_EQ(shown().void_reason, "записано дважды");
    EXPECT_EQ(shown().essence, good_input().essence);
    EXPECT_THAT(all_changes().entries.at(0).body(), HasSubstr("\"state\":\"void\""));
    EXPECT_EQ(store::OwnerSession(*register_).history("1").at(1).act, "voided");
    EXPECT_EQ(add(good_input()).empty(), false);
    EXPECT_EQ(register_->balance().recorded, 2U);
    expect_sound();
}

TEST_F(History, RefusesToAmendOrVoidWhatIsVoid) {
    add(good_input());
    (void)store::OwnerSession(*register_).void_entry("1", "ошибка");
    EXPECT_THAT(
        refusal_of([&] { (void)store::OwnerSession(*register_).void_entry("1", "ещё раз"); }),
        HasSubstr("void already"));
    EXPECT_THAT(refusal_of([&] {
                    (void)store::OwnerSession(*register_).amend("1", {{"minutes", "9"}}, "ошибка");
                }),
                HasSubstr("the entry is void"));
    EXPECT_EQ(shown().versions, 2U);
}

TEST_F(History, KeepsTheReasonOfAVoidEntryThroughAnotherClass) {
    add(good_input());
    (void)store::OwnerSession(*register_).void_entry("1", "ошибка");
    (void)store::OwnerSession(*register_).classify("1", DisclosureClass::local, "по просьбе");
    EXPECT_EQ(shown().void_reason, "ошибка");
}

TEST_F(History, SaysWhatHadLeftWhenAnEntryIsWithdrawn) {
    add(good_input());
    deliver_all();

    const auto revised =
        store::OwnerSession(*register_).classify("1", DisclosureClass::withdrawn, "тайна клиента");

    EXPECT_TRUE(revised.earlier_version_left);
    EXPECT_EQ(revised.delivery, store::DeliveryState::pending);
    EXPECT_EQ(shown().disclosure, "withdrawn");
    EXPECT_EQ(all_changes().entries.at(0).body(),
              R"({"schema":1,"state":"withdrawn","type":"entry"})");
    deliver_all();
    EXPECT_EQ(shown().delivery, "delivered");
    EXPECT_EQ(platform::in_english(*shown().delivery_reason),
              "asked to be forgotten, still readable there");
    expect_sound();
}

TEST_F(History, SendsAWithdrawalBeforeAllThatWaits) {
    add(good_input());
    deliver_all();
    for (int i = 0; i < 3; ++i) add(good_input());
    const std::string withdrawn = "entry:" + shown("1").id;

    (void)store::OwnerSession(*register_).classify("1", DisclosureClass::withdrawn, "тайна");

    EXPECT_EQ(all_changes().entries.at(0).document_id(), withdrawn);
    EXPECT_EQ(all_changes().entries.size(), 4U);
    expect_sound();
}

TEST_F(History, DoesNotWaitForASignatureToWithdraw) {
    add(good_input());
    deliver_all();
    settings_.require_signature = true;
    open();
    const auto revised =
        store::OwnerSession(*register_).classify("1", DisclosureClass::withdrawn, "тайна");
    EXPECT_EQ(revised.delivery, store::DeliveryState::pending);
}

TEST_F(History, WithdrawsForGoodAndOnlyWhatHasLeft) {
    add(good_input());
    const auto refusal = [&](DisclosureClass disclosure) {
        return refusal_of(
            [&] { (void)store::OwnerSession(*register_).classify("1", disclosure, "причина"); });
    };
    EXPECT_THAT(refusal(DisclosureClass::withdrawn), HasSubstr("nothing of the entry has left"));
    deliver_all();
    EXPECT_THAT(refusal(DisclosureClass::local), HasSubstr("`withdrawn` asks"));
    EXPECT_EQ(refusal(DisclosureClass::withdrawn), "");
    EXPECT_THAT(refusal(DisclosureClass::partial), HasSubstr("for good"));
    EXPECT_THAT(refusal(DisclosureClass::full), HasSubstr("for good"));
    EXPECT_EQ(shown().disclosure, "withdrawn");
}

TEST_F(History, SendsNothingMoreOfAWithdrawnEntryThatIsAmendedOrVoided) {
    add(good_input());
    deliver_all();
    (void)store::OwnerSession(*register_).classify("1", DisclosureClass::withdrawn, "тайна");
    deliver_all();

    amend("1", {{"essence", "иначе"}});
    (void)store::OwnerSession(*register_).void_entry("1", "ошибка");

    EXPECT_EQ(shown().delivery, "delivered");
    EXPECT_EQ(shown().essence, "иначе");
    EXPECT_EQ(shown().state, "void");
    EXPECT_THAT(all_changes().entries, IsEmpty());
    expect_sound();
}

TEST_F(History, KeepsHereWhatAnAmendmentMakesConcernAMinor) {
    add(good_input());
    const auto kept = amend("1", {{"minor", "yes"}});
    EXPECT_EQ(kept.disclosure, DisclosureClass::local);
    EXPECT_EQ(kept.delivery, store::DeliveryState::local);
    ASSERT_FALSE(kept.warnings.empty());
    EXPECT_EQ(kept.warnings.back().field, "disclosure");

    expect_sound();
}

TEST_F(History, WithdrawsWhatHasLeftAndConcernsAMinorOnlyWhenThatIsAgreed) {
    add(good_input());
    deliver_all();
    const auto set_minor = [&](store::Withdrawal withdrawal) {
        return store::OwnerSession(*register_)
            .amend("1", {{"minor", "yes"}}, "возраст", withdrawal);
    };

    try {
        (void)set_minor(store::Withdrawal::not_agreed);
        ADD_FAILURE() << "withdrawn unasked";
    } catch (const StoreError& error) {
        EXPECT_EQ(error.kind(), StoreError::Kind::withdraws);
    }
    EXPECT_EQ(shown().versions, 1U);
    EXPECT_EQ(shown().disclosure, "partial");

    EXPECT_EQ(set_minor(store::Withdrawal::agreed)->disclosure, DisclosureClass::withdrawn);
    EXPECT_EQ(all_changes().entries.at(0).body(),
              R"({"schema":1,"state":"withdrawn","type":"entry"})");
    EXPECT_EQ(store::OwnerSession(*register_).history("1").at(1).act, "withdrawn");
    expect_sound();
}

TEST_F(History, AsksBeforeAnotherBasisWithdrawsWhatHasLeft) {
    add(good_input());
    deliver_all();

    EXPECT_THROW(
        (void)store::OwnerSession(*register_).amend("1", {{"basis_type", "application"}}, "ошибка"),
        StoreError);
    EXPECT_EQ(shown().versions, 1U);
}

TEST_F(History, KeepsHereWhatTheLawyerHadLetOutOnceItConcernsAMinor) {
    store::EntryTexts input = input_of_class("full");
    input.basis_type = "application";
    add(input);

    EXPECT_EQ(amend("1", {{"minor", "yes"}}).disclosure, DisclosureClass::local);
    EXPECT_THAT(all_changes().entries, IsEmpty());
}

TEST_F(History, RefusesAClassThatLetsAMinorsEntryLeave) {
    store::EntryTexts input = good_input();
    input.minor = "yes";
    add(input);

    for (const auto disclosure : {DisclosureClass::partial, DisclosureClass::full}) {
        EXPECT_THAT(refusal_of([&] {
                        (void)store::OwnerSession(*register_).classify("1", disclosure, "просьба");
                    }),
                    HasSubstr("concerns a minor"));
    }
    EXPECT_EQ(shown().disclosure, "local");
    EXPECT_THAT(all_changes().entries, IsEmpty());
}

TEST_F(History, LetsNothingOutByItselfWhenMinorIsTakenBack) {
    store::EntryTexts input = good_input();
    input.minor = "yes";
    add(input);

    EXPECT_EQ(amend("1", {{"minor", "no"}}).disclosure, DisclosureClass::local);
    EXPECT_THAT(all_changes().entries, IsEmpty());
    EXPECT_EQ(store::OwnerSession(*register_)
                  .classify("1", DisclosureClass::partial, "совершеннолетний")
                  .disclosure,
              DisclosureClass::partial);
    deliver_all();

    (void)store::OwnerSession(*register_)
        .amend("1", {{"minor", "yes"}}, "возраст", store::Withdrawal::agreed);
    EXPECT_EQ(amend("1", {{"minor", "no"}}).disclosure, DisclosureClass::withdrawn);
    expect_sound();
}

TEST_F(History, WarnsOfAClassThatLetsOutWhatThePolicyKeepsHere) {
    store::EntryTexts input = good_input();
    input.basis_type = "application";
    add(input);
    const auto released = store::OwnerSession(*register_)
                              .classify("1", DisclosureClass::partial, "по просьбе")
                              .warnings;
    ASSERT_EQ(released.size(), 1U);
    EXPECT_THAT(platform::in_english(released[0].message), HasSubstr("the policy keeps here"));
    add(good_input());
    EXPECT_THAT(
        store::OwnerSession(*register_).classify("2", DisclosureClass::full, "по просьбе").warnings,
        IsEmpty());
}

TEST_F(History, KeepsTheClassThatTheLawyerChoseThroughAnAmendment) {
    store::EntryTexts input = good_input();
    input.basis_type = "application";
    input.disclosure = "partial";
    add(input);
    EXPECT_EQ(amend("1", {{"minutes", "90"}}).disclosure, DisclosureClass::partial);
}

}  // namespace
}  // namespace tizilim
