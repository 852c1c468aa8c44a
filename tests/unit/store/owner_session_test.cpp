#include "store/owner/owner_session.h"

#include "platform/clock.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::EntryNumber;
using store::ImportRow;

class OwnerSessionTest : public RegisterTest {
protected:
    store::ImportReport import(const std::vector<ImportRow>& rows) {
        return store::OwnerSession(*register_).import(rows, {}, {});
    }
};

TEST_F(OwnerSessionTest, NumbersEntriesWithoutGapsAlsoAfterARefusal) {
    add(good_input());
    store::EntryTexts bad = good_input();
    bad.minutes = "0";
    EXPECT_FALSE(store::OwnerSession(*register_).add(bad).has_value());
    add(good_input());

    const auto entries = store::OwnerSession(*register_).list({.count_max = 10}).entries;

    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].number, EntryNumber{1});
    EXPECT_EQ(entries[1].number, EntryNumber{2});
}

TEST_F(OwnerSessionTest, ShowsWhatWasRecorded) {
    const store::EntryTexts input = good_input();
    const store::EntryView view = store::OwnerSession(*register_).show(add(input));

    EXPECT_EQ(view.application_date, input.application_date);
    EXPECT_EQ(view.recorded_at, "2026-11-02T09:00:00+05:00");
    EXPECT_EQ(view.basis_type, input.basis_type);
    EXPECT_EQ(view.basis_number, input.basis_number);
    EXPECT_EQ(view.basis_issuer, input.basis_issuer);
    EXPECT_EQ(view.essence, input.essence);
    EXPECT_EQ(view.minutes, "135");
    EXPECT_EQ(view.disclosure, "partial");
    EXPECT_EQ(view.delivery, "pending");
    EXPECT_EQ(view.revision, "");
    EXPECT_EQ(view.would_leave.find(input.essence), std::string::npos);
    EXPECT_NE(view.would_leave.find("commitment"), std::string::npos);
}

TEST_F(OwnerSessionTest, MakesFreshVersionSevenIds) {
    std::set<std::string> ids;
    for (int i = 0; i < 50; ++i) ids.insert(add(good_input()));

    EXPECT_EQ(ids.size(), 50U);
    for (const std::string& id : ids) {
        EXPECT_EQ(id[14], '7');
        EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    }
}

TEST_F(OwnerSessionTest, FindsAnEntryByNumberIdAndUniquePrefix) {
    const std::string first = add(good_input());
    clock_.advance(std::chrono::hours(24 * 400));
    store::EntryTexts later = good_input();
    later.late_reason = "болезнь";
    const std::string second = add(later);

    EXPECT_EQ(store::OwnerSession(*register_).show("2").id, second);
    EXPECT_EQ(store::OwnerSession(*register_).show(first).id, first);
    EXPECT_EQ(store::OwnerSession(*register_).show(second.substr(0, 9)).id, second);
    EXPECT_THROW((void)store::OwnerSession(*register_).show("3"), store::StoreError);
    EXPECT_THROW((void)store::OwnerSession(*register_).show(first.substr(0, 2)), store::StoreError);
    EXPECT_THROW((void)store::OwnerSession(*register_).show("zzzz"), store::StoreError);
}

TEST_F(OwnerSessionTest, RefusesAPrefixThatTwoEntriesShare) {
    const std::string first = add(good_input());
    add(good_input());
    EXPECT_THROW((void)store::OwnerSession(*register_).show(first.substr(0, 8)), store::StoreError);
}

TEST_F(OwnerSessionTest, QueuesByClassAndSignature) {
    add_of_class("local");
    add_of_class("partial");
    settings_.require_signature = true;
    open();
    add_of_class("local");
    add_of_class("full");

    const store::Balance balance = register_->balance();

    EXPECT_EQ(balance.recorded, 4U);
    EXPECT_EQ(balance.local, 2U);
    EXPECT_EQ(balance.pending, 0U);  // what was pending waits for a signature now
    EXPECT_EQ(balance.awaiting_signature, 2U);
    EXPECT_EQ(balance.error(), 0);
}

TEST_F(OwnerSessionTest, LetsGoWhatWaitedWhenSignaturesAreNoLongerAskedFor) {
    settings_.require_signature = true;
    open();
    add_of_class("partial");
    add_of_class("local");
    settings_.require_signature = false;

    open();

    EXPECT_EQ(register_->balance().pending, 1U);
    EXPECT_EQ(register_->balance().local, 1U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(OwnerSessionTest, LeavesAloneWhatMayHaveLeftUnsigned) {
    add_of_class("partial");
    (void)all_changes();
    settings_.require_signature = true;

    open();

    EXPECT_EQ(register_->balance().pending, 1U);
}

TEST_F(OwnerSessionTest, KnowsSinceWhenTheOldestWaits) {
    const platform::WallTime first = clock_.wall_now();
    add(good_input());
    clock_.advance(std::chrono::minutes(5));
    add(good_input());
    EXPECT_EQ(register_->balance().oldest_pending_at, first);
}

TEST_F(OwnerSessionTest, PreviewsWithoutRecording) {
    const auto preview = store::OwnerSession(*register_).preview(good_input());
    EXPECT_NE(preview->find("\"minutes\":135"), std::string::npos);
    EXPECT_EQ(*store::OwnerSession(*register_).preview(input_of_class("local")), "");
    EXPECT_EQ(register_->balance().recorded, 0U);
}

TEST_F(OwnerSessionTest, ImportsAllRowsOrNone) {
    ImportRow bad{3, imported_input("Т-2")};
    bad.input.minutes = "0";

    const store::ImportReport report = import({{2, imported_input("Т-1")}, bad});

    EXPECT_EQ(report.recorded, 0U);
    ASSERT_EQ(report.errors.size(), 1U);
    EXPECT_EQ(report.errors[0].line, 3U);
    EXPECT_EQ(report.errors[0].error.field, "minutes");
    EXPECT_EQ(register_->balance().recorded, 0U);
}

TEST_F(OwnerSessionTest, RecognisesAFileThatWasImportedBefore) {
    const std::vector<ImportRow> rows{
        {2, imported_input("Т-1")}, {3, imported_input("Т-2")}, {4, imported_input("Т-2")}};
    EXPECT_EQ(import(rows).recorded, 3U);

    std::vector<ImportRow> longer = rows;
    longer.push_back({5, imported_input("Т-3")});
    const store::ImportReport again = import(longer);

    EXPECT_EQ(again.recorded, 1U);
    EXPECT_EQ(again.already_there, 3U);
    EXPECT_EQ(register_->balance().recorded, 4U);
}

TEST_F(OwnerSessionTest, KeepsTheRecordingDayOfAnImport) {
    store::EntryTexts input = imported_input();
    input.application_date = "2025-11-14";
    input.basis_date = "2025-11-14";
    input.recorded_date = "2025-11-17";
    input.late_reason = "не было связи";
    import({{2, input}});

    const store::EntryView view = store::OwnerSession(*register_).show("1");

    EXPECT_EQ(view.recorded_at, "2025-11-17");
    EXPECT_TRUE(view.imported);
    EXPECT_TRUE(view.late);
}

TEST_F(OwnerSessionTest, ListsAPageAndAMonth) {
    for (const char* day : {"2025-10-31", "2025-11-01", "2025-11-30", "2025-12-01"}) {
        store::EntryTexts input = imported_input(day);
        input.application_date = day;
        input.recorded_date = day;
        input.basis_date = day;
        import({{2, input}});
    }
    using std::chrono::year;

    const auto page = store::OwnerSession(*register_).list({.first = 2, .count_max = 2}).entries;
    const auto month = store::OwnerSession(*register_)
                           .list({.count_max = 10, .month = year(2025) / 11 / 15})
                           .entries;

    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].number, EntryNumber{2});
    ASSERT_EQ(month.size(), 2U);
    EXPECT_EQ(month[0].application_date, "2025-11-01");
    EXPECT_EQ(month[1].application_date, "2025-11-30");
}

TEST_F(OwnerSessionTest, ReclassifiesBeforeAnythingLeft) {
    const std::string id = add_of_class("full");
    EXPECT_NE(store::OwnerSession(*register_).show(id).would_leave.find("\"essence\""),
              std::string::npos);

    const store::Revised made =
        store::OwnerSession(*register_).classify(id, store::DisclosureClass::local, "по просьбе");

    EXPECT_EQ(made.delivery, store::DeliveryState::local);
    EXPECT_FALSE(made.earlier_version_left);
    EXPECT_EQ(store::OwnerSession(*register_).show(id).would_leave, "");
    EXPECT_EQ(register_->balance().local, 1U);
    EXPECT_EQ(register_->balance().pending, 0U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(OwnerSessionTest, CannotMakeLocalWhatMayHaveLeft) {
    const std::string id = add_of_class("partial");
    (void)all_changes();
    EXPECT_THROW(
        (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::local, "поздно"),
        store::StoreError);
    EXPECT_EQ(store::OwnerSession(*register_).show(id).disclosure, "partial");
}

TEST_F(OwnerSessionTest, SaysThatAnEarlierVersionMayHaveLeft) {
    const std::string id = add_of_class("full");
    (void)all_changes();
    EXPECT_TRUE(store::OwnerSession(*register_)
                    .classify(id, store::DisclosureClass::partial, "по просьбе")
                    .earlier_version_left);
}

TEST_F(OwnerSessionTest, WantsAReasonForAnotherClass) {
    const std::string id = add_of_class("full");
    EXPECT_THROW(
        (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::local, " "),
        store::StoreError);
    EXPECT_EQ(store::OwnerSession(*register_).show(id).disclosure, "full");
}

TEST_F(OwnerSessionTest, CommitsToWithheldFieldsWithAFreshSalt) {
    const auto commitment = [](const std::string& json) {
        return json.substr(json.find("\"commitment\":\""), 80);
    };
    const std::string id = add_of_class("partial");
    const std::string first = commitment(store::OwnerSession(*register_).show(id).would_leave);
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::full, "решение");
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "решение");
    EXPECT_NE(commitment(store::OwnerSession(*register_).show(id).would_leave), first);
}

}  // namespace
}  // namespace tizilim
