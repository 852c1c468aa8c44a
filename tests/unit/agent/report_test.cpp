#include "agent/documents/report/report.h"

#include "agent/documents/report/report_formats.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "tests/unit/agent/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using agent::claim_deadline;
using agent::DueState;
using agent::MonthReport;
using agent::Tally;
using store::EntryView;
using support::entry_view;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const agent::Words kReportWords(agent::UserLanguage::en, 5h);
const std::vector<std::string> kBooks{"OLDBOOK001", "BOOK000001"};

MonthReport report_of(std::vector<EntryView> views,
                      platform::CivilDate today = 2026y / std::chrono::November / 22) {
    support::FakeEntries entries(std::move(views));
    return agent::month_report(entries.source(), kBooks, 2026y / std::chrono::November, today);
}

EntryView with_minutes(std::uint64_t number, std::uint32_t minutes) {
    EntryView view = entry_view(number);
    view.minutes = std::to_string(minutes);
    return view;
}

TEST(Rounding, GoesByTheStepsAndIsExactAboveThem) {
    EXPECT_EQ(agent::rounded_minutes(1), 60U);
    EXPECT_EQ(agent::rounded_minutes(60), 60U);
    EXPECT_EQ(agent::rounded_minutes(61), 90U);
    EXPECT_EQ(agent::rounded_minutes(90), 90U);
    EXPECT_EQ(agent::rounded_minutes(91), 120U);
    EXPECT_EQ(agent::rounded_minutes(120), 120U);
    EXPECT_EQ(agent::rounded_minutes(121), 121U);
}

TEST(Deadlines, OfAClaimAreOneMonthAndClampToItsEnd) {
    using std::chrono::last;
    EXPECT_EQ(claim_deadline(2026y / 11 / 2), 2026y / 12 / 2);
    EXPECT_EQ(claim_deadline(2026y / 1 / 31), 2026y / 2 / 28);
    EXPECT_EQ(claim_deadline(2028y / 1 / 30), 2028y / 2 / 29);
    EXPECT_EQ(claim_deadline(2026y / 8 / 31), 2026y / 9 / 30);
    EXPECT_EQ(claim_deadline(2026y / 12 / 31), 2027y / 1 / 31);
}

TEST(Deadlines, OfTheReportAreTheFifthOfTheNextMonth) {
    EXPECT_EQ(agent::report_deadline(2026y / std::chrono::November), 2026y / 12 / 5);
    EXPECT_EQ(agent::report_deadline(2026y / std::chrono::December), 2027y / 1 / 5);
}

TEST(Deadlines, AreSoonForAWeekAndPastTheDayAfter) {
    const platform::CivilDate due = 2026y / 12 / 2;
    EXPECT_EQ(agent::due_state(due, 2026y / 11 / 24), DueState::later);
    EXPECT_EQ(agent::due_state(due, 2026y / 11 / 25), DueState::soon);
    EXPECT_EQ(agent::due_state(due, due), DueState::soon);
    EXPECT_EQ(agent::due_state(due, 2026y / 12 / 3), DueState::past);
}

TEST(Month, IsWrittenAsText) {
    EXPECT_EQ(agent::format_month(2026y / std::chrono::March), "2026-03");
}

TEST(MonthReport, CountsByFormAndBasisAndKeepsTheVoidedApart) {
    EntryView other = with_minutes(2, 30);
    other.form = "legal_information";
    other.basis_type = "application";
    EntryView voided = with_minutes(3, 500);
    voided.state = "void";

    const MonthReport report = report_of({with_minutes(1, 90), other, voided});

    EXPECT_EQ(report.recorded, (Tally{3, 620}));
    EXPECT_EQ(report.voided, (Tally{1, 500}));
    EXPECT_EQ(report.in_force(), (Tally{2, 120}));
    EXPECT_EQ(report.by_form.at("court"), (Tally{1, 90}));
    EXPECT_EQ(report.by_form.at("legal_information"), (Tally{1, 30}));
    EXPECT_EQ(report.by_basis.at("application"), (Tally{1, 30}));
    EXPECT_EQ(report.rounded_total(), 90U + 60U);
}

TEST(MonthReport, CountsByDeliveryWhatIsVoidToo) {
    EntryView voided = entry_view(1);
    voided.state = "void";
    voided.delivery = "unsigned";
    voided.signature = {};
    EntryView local = entry_view(2);
    local.delivery = "local";
    local.signature = {};

    const MonthReport report = report_of({voided, local, entry_view(3)});

    EXPECT_EQ(report.by_delivery, (std::array<std::uint64_t, 6>{1, 1, 0, 0, 1, 0}));
    EXPECT_EQ(report.unsigned_entries, (std::vector<agent::EntryRef>{{1, 1}}));
    EXPECT_EQ(report.without_signature, (std::vector<agent::EntryRef>{{1, 1}, {1, 2}}));
}

TEST(MonthReport, RoundsEntryByEntry) {
    const MonthReport report = report_of(
        {with_minutes(1, 10), with_minutes(2, 60), with_minutes(3, 70), with_minutes(4, 300)});

    EXPECT_EQ(report.rounding[0].exact, (Tally{2, 70}));
    EXPECT_EQ(report.rounding[0].rounded, 120U);
    EXPECT_EQ(report.rounding[1].rounded, 90U);
    EXPECT_EQ(report.rounding[2].exact, (Tally{0, 0}));
    EXPECT_EQ(report.rounding[3].rounded, 300U);
    EXPECT_EQ(report.rounded_total(), 510U);
}

TEST(MonthReport, AsksForTheMonthInEveryBook) {
    EntryView old = entry_view(9);
    old.book = "OLDBOOK001";
    support::FakeEntries entries({old, entry_view(1)});

    const MonthReport report = agent::month_report(entries.source(), kBooks,
                                                   2026y / std::chrono::November, 2026y / 11 / 22);

    EXPECT_EQ(report.recorded.entries, 2U);
    ASSERT_EQ(entries.queries.size(), 2U);
    EXPECT_EQ(entries.queries[0].book, "OLDBOOK001");
    EXPECT_EQ(entries.queries[1].month, platform::CivilDate(2026y / 11 / 1));
    EXPECT_THAT(agent::report_text(report, kReportWords), HasSubstr("9 of OLDBOOK001, 1"));
}

MonthReport eventful_report() {
    EntryView late = entry_view(1);
    late.late = true;
    late.late_reason = "=не было связи";
    late.recorded_at = "2026-11-05T10:00:00+05:00";
    EntryView unsigned_entry = entry_view(2);
    unsigned_entry.signature = {};
    unsigned_entry.delivery = "unsigned";
    EntryView pending = entry_view(3);
    pending.delivery = "pending";
    EntryView refused = entry_view(4);
    refused.delivery = "quarantined";
    refused.delivery_reason = platform::as_it_stands("too long");
    EntryView doubtful = entry_view(5);
    doubtful.clock_warning = platform::as_it_stands("went back");
    doubtful.application_date = "2026-11-20";
    return report_of({late, unsigned_entry, pending, refused, doubtful}, 2026y / 12 / 3);
}

TEST(MonthReport, NamesWhatNeedsAPerson) {
    const MonthReport report = eventful_report();

    ASSERT_EQ(report.late.size(), 1U);
    EXPECT_EQ(report.late[0].recorded_date, "2026-11-05");
    ASSERT_EQ(report.unsigned_entries.size(), 1U);
    EXPECT_EQ(report.unsigned_entries[0].number, 2U);
    ASSERT_EQ(report.undelivered.size(), 1U);
    EXPECT_EQ(report.undelivered[0].number, 3U);
    ASSERT_EQ(report.quarantined.size(), 1U);
    EXPECT_EQ(report.quarantined[0].note, platform::as_it_stands("too long"));
    ASSERT_EQ(report.clock_in_doubt.size(), 1U);
    EXPECT_EQ(report.clock_in_doubt[0].entry.number, 5U);
    EXPECT_EQ(report.by_day.at(2026y / 11 / 2).size(), 4U);
}

TEST(MonthReport, ReadsAsText) {
    const std::string text = agent::report_text(eventful_report(), kReportWords);

    EXPECT_THAT(text, HasSubstr("Report for November 2026, on 03.12.2026\n"));
    EXPECT_THAT(text, HasSubstr("Recorded            5      450\n"));
    EXPECT_THAT(text, HasSubstr("of them void        0        0\n"));
    EXPECT_THAT(text, HasSubstr("in force            5      450\n"));
    EXPECT_THAT(text, HasSubstr("quarantined        1\n"));
    EXPECT_THAT(text, HasSubstr("up to 90 min         5      450      450\n"));
    EXPECT_THAT(text, HasSubstr("Rounded, that is 7 h 30 min\n"));
    EXPECT_THAT(text, HasSubstr("   1  02.11.2026  05.11.2026  =не было связи\n"));
    EXPECT_THAT(text, HasSubstr("Unsigned, leave when they are signed: 1 (2)\n"));
    EXPECT_THAT(text, HasSubstr("Without a signature, of every class: 1 (2)\n"));
    EXPECT_THAT(text, HasSubstr("Pending or sent, not yet delivered: 1 (3)\n"));
    EXPECT_THAT(text, HasSubstr("Quarantined, refused by the unified system: 1 (4)\n"
                                "  4: too long\n"));
    EXPECT_THAT(text, HasSubstr("02.11.2026  02.12.2026  past  1-4\n"));
    EXPECT_THAT(text, HasSubstr("20.11.2026  20.12.2026        5\n"));
    EXPECT_THAT(text, HasSubstr("  5: went back\n"));
    EXPECT_THAT(text, HasSubstr("The monthly report is due on 05.12.2026: soon\n"));
}

TEST(MonthReport, ReadsInTheLanguageOfThePerson) {
    const agent::Words russian(agent::UserLanguage::ru, 5h);
    const agent::Words kazakh(agent::UserLanguage::kk, 5h);

    EXPECT_THAT(agent::report_text(eventful_report(), russian),
                testing::StartsWith("Отчёт за ноябрь 2026 года, на 03.12.2026\n"));
    EXPECT_THAT(agent::report_text(eventful_report(), kazakh),
                testing::StartsWith("2026 жылғы қараша айының есебі, 03.12.2026 күнгі"));
}

TEST(MonthReport, ReadsAsJson) {
    const platform::JsonValue json = agent::report_json(eventful_report());

    EXPECT_EQ(*json.find("month")->string(), "2026-11");
    EXPECT_EQ(*json.find("recorded")->find("minutes")->integer(), 450);
    EXPECT_EQ(*json.find("rounded_minutes")->integer(), 450);
    EXPECT_EQ(json.find("rounding")->array()->size(), 4U);
    EXPECT_EQ(*json.find("waiting")->find("quarantine")->array()->at(0).find("reason")->string(),
              "too long");
    const auto& claim = json.find("claims")->array()->at(0);
    EXPECT_EQ(*claim.find("due")->string(), "2026-12-02");
    EXPECT_EQ(*claim.find("state")->string(), "past");
    EXPECT_EQ(claim.find("entries")->array()->size(), 4U);
    EXPECT_EQ(*json.find("report_due")->find("state")->string(), "soon");
}

TEST(MonthReport, ReadsAsCsvThatRunsNothing) {
    const std::string csv = agent::report_csv(eventful_report());

    EXPECT_THAT(csv, HasSubstr("in_force,,,,5,450,,,,\r\ndelivery,local,,,0,,,,,\r\n"));
    EXPECT_THAT(csv, HasSubstr("form,court,,,5,450,,,,\r\n"));
    EXPECT_THAT(csv, HasSubstr("rounding,up to 90 min,,,5,450,450,,,\r\n"));
    EXPECT_THAT(csv, HasSubstr("late,,2026-11-02,,,,,1,BOOK000001,'=не было связи\r\n"));
    EXPECT_THAT(csv, HasSubstr("waiting,quarantine,,,,,,4,BOOK000001,too long\r\n"));
    EXPECT_THAT(csv, HasSubstr("claim,past,2026-11-02,2026-12-02,,,,3,BOOK000001,\r\n"));
    EXPECT_THAT(csv, HasSubstr("report,soon,,2026-12-05,,,,,,\r\n"));
}

TEST(MonthReport, OfAnEmptyMonthSaysWhatIsDueAllTheSame) {
    const std::string text = agent::report_text(report_of({}), kReportWords);

    EXPECT_THAT(text, HasSubstr("The monthly report is due on 05.12.2026\n"));
    EXPECT_THAT(text, Not(HasSubstr("Claim due")));
}

}  // namespace
}  // namespace tizilim
