#include "store/entry/rules.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::EntryTexts;
using store::FieldError;

class Rules : public testing::Test {
protected:
    auto check(const EntryTexts& input) {
        return store::check(
            input, {*platform::parse_date("2026-11-02"), store::Language::kk, importing_, policy_});
    }
    /// The fields that are refused, in order.
    std::vector<std::string> refused(const EntryTexts& input) {
        auto checked = check(input);
        std::vector<std::string> fields;
        if (checked) return fields;
        for (const FieldError& error : checked.error()) fields.push_back(error.field);
        return fields;
    }
    std::vector<std::string> warned(const EntryTexts& input) {
        std::vector<std::string> fields;
        const auto checked = check(input);
        for (const FieldError& warning : checked->warnings) fields.push_back(warning.field);
        return fields;
    }
    store::DisclosurePolicy policy_;
    bool importing_ = false;
};

using Fields = std::vector<std::string>;

TEST_F(Rules, AcceptAGoodEntryWithoutWarning) {
    EXPECT_EQ(warned(good_input()), Fields{});
}

TEST_F(Rules, NameEveryFieldThatIsWrongAtOnce) {
    EntryTexts input;
    input.minutes = "0";
    input.minor = "maybe";
    input.language = "en";
    input.disclosure = "secret";

    EXPECT_EQ(refused(input), (Fields{"application_date", "basis_type", "essence", "form",
                                      "minutes", "minor", "language", "disclosure"}));
}

TEST_F(Rules, NeverRepeatTheValueInAMessage) {
    EntryTexts input = good_input();
    input.essence = std::string("canary\x01") + "7f3a";
    input.minutes = "canary7f3a";
    input.basis_type = "canary7f3a";

    auto checked = check(input);

    ASSERT_FALSE(checked.has_value());
    EXPECT_EQ(checked.error().size(), 3U);
    for (const FieldError& error : checked.error()) {
        EXPECT_EQ(platform::to_json(platform::as_json(error.message)).find("canary"),
                  std::string::npos)
            << error.field;
    }
}

TEST_F(Rules, RefuseADateInTheFuture) {
    EntryTexts input = good_input();
    input.application_date = "2026-11-03";
    EXPECT_EQ(refused(input), Fields{"application_date"});
}

TEST_F(Rules, RefuseADayThatNoCalendarHas) {
    EntryTexts input = good_input();
    input.application_date = "2026-02-30";
    EXPECT_EQ(refused(input), Fields{"application_date"});
}

TEST_F(Rules, WarnWhenTheBasisIsDatedAfterTheApplication) {
    EntryTexts input = good_input();
    input.application_date = "2026-11-01";
    input.late_reason = "не было связи";
    EXPECT_EQ(warned(input), Fields{"basis_date"});
}

TEST_F(Rules, WantAReasonForALateEntry) {
    EntryTexts input = good_input();
    input.application_date = "2026-11-01";
    input.basis_date = "2026-11-01";

    EXPECT_EQ(refused(input), Fields{"late_reason"});
    input.late_reason = "не было связи";
    EXPECT_TRUE(check(input)->late);
}

TEST_F(Rules, TakeTheRecordingDayFromAnImportOnly) {
    EntryTexts input = good_input();
    input.recorded_date = "2026-11-02";

    EXPECT_EQ(refused(input), Fields{"recorded_date"});
    importing_ = true;
    EXPECT_EQ(refused(input), Fields{});
}

TEST_F(Rules, RefuseAnImportThatIsBackdated) {
    importing_ = true;
    EntryTexts input = good_input();
    input.recorded_date = "2026-11-01";
    EXPECT_EQ(refused(input), Fields{"recorded_date"});
}

TEST_F(Rules, BoundTheMinutes) {
    EntryTexts input = good_input();
    for (const std::string bad : {"0", "-5", "1.5", "abc", "", "100001", "99999999999999999999"}) {
        input.minutes = bad;
        EXPECT_EQ(refused(input), Fields{"minutes"}) << bad;
    }
    input.minutes = "1441";
    EXPECT_EQ(warned(input), Fields{"minutes"});
    input.minutes = "1440";
    EXPECT_EQ(warned(input), Fields{});
}

TEST_F(Rules, RefuseTextThatIsNoUtf8OrTooLongOrHoldsControls) {
    EntryTexts input = good_input();
    input.essence = "abc\xff";
    EXPECT_EQ(refused(input), Fields{"essence"});
    input.essence = std::string(1 << 20, 'x');
    EXPECT_EQ(refused(input), Fields{"essence"});
    input.essence = std::string("a\0b", 3);
    EXPECT_EQ(refused(input), Fields{"essence"});
    input.essence = "две\nстроки";
    EXPECT_EQ(refused(input), Fields{});
}

TEST_F(Rules, KeepTextInNormalFormC) {
    EntryTexts input = input_of_class("full");
    input.essence = "и\xcc\x86";  // и and a combining breve: й
    EXPECT_EQ(refused(input), Fields{});
}

TEST_F(Rules, WithholdByDefault) {
    EntryTexts input = good_input();
    EXPECT_EQ(check(input)->disclosure, store::DisclosureClass::partial);
    input.minor = "yes";
    EXPECT_EQ(check(input)->disclosure, store::DisclosureClass::local);
    input.minor = "";
    input.basis_type = "application";
    EXPECT_EQ(check(input)->disclosure, store::DisclosureClass::local);
    input.basis_type = "victim_representative_resolution";
    EXPECT_EQ(check(input)->disclosure, store::DisclosureClass::local);
}

TEST_F(Rules, LetTheLawyerChooseAndWarnWhenThatOpensMore) {
    EntryTexts input = good_input();
    input.basis_type = "application";
    input.disclosure = "partial";

    EXPECT_EQ(warned(input), Fields{"disclosure"});
    EXPECT_EQ(check(input)->disclosure, store::DisclosureClass::partial);
}

TEST_F(Rules, KeepAMinorsEntryHereWhateverClassIsChosen) {
    EntryTexts input = good_input();
    input.minor = "yes";
    for (const std::string disclosure : {"partial", "full"}) {
        input.disclosure = disclosure;
        EXPECT_EQ(refused(input), Fields{"disclosure"}) << disclosure;
    }
    input.disclosure = "local";
    EXPECT_EQ(check(input)->disclosure, store::DisclosureClass::local);
}

TEST_F(Rules, UseTheRegistersLanguageWhenNoneIsGiven) {
    EntryTexts input = good_input();
    input.language = "";
    EXPECT_EQ(check(input)->content.language, store::Language::kk);
}

}  // namespace
}  // namespace tizilim
