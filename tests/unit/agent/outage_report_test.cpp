#include "agent/delivery/outage.h"
#include "agent/documents/report/outage_formats.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/replication/link_state.h"
#include "tests/unit/agent/observations.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using agent::Outage;
using agent::OutageEnd;
using agent::State;
using testing::HasSubstr;
using testing::Not;

const agent::Words kOutageWords(agent::UserLanguage::en, 5h);

/// November 2026; one outage from October into it, one within it, one under way.
agent::OutageReport report() {
    agent::OutageReport report{.month = std::chrono::year(2026) / 11,
                               .utc_offset = 5h,
                               .now = support::wall_time(20, 0),
                               .outages = {}};
    report.outages.push_back({.id = 1,
                              .from = report.begins() - 3h,
                              .last = report.begins() + 1h,
                              .to = report.begins() + 2h,
                              .cause = State::offline,
                              .end = OutageEnd::over,
                              .attempts = 30});
    report.outages.back().add_errors(platform::as_it_stands("name lookup failed"), 29);
    report.outages.back().add_errors(platform::as_it_stands("=HYPERLINK(\"x\"), timeout"), 1);
    report.outages.push_back({.id = 2,
                              .from = support::wall_time(19, 30),
                              .last = support::wall_time(19, 40),
                              .cause = State::unauthorized,
                              .attempts = 1});
    return report;
}

TEST(OutageReport, BeginsAndEndsInTheRegistersOffset) {
    EXPECT_EQ(platform::format_time(report().begins(), 5h), "2026-11-01T00:00:00+05:00");
    EXPECT_EQ(platform::format_time(report().ends(), 5h), "2026-12-01T00:00:00+05:00");
    EXPECT_EQ(report().share_of(report().outages[0]), 2h);
    EXPECT_EQ(report().share_of(report().outages[1]), 30min);
}

TEST(OutageReport, IsATableWithASum) {
    const std::string text = agent::outages_text(report(), kOutageWords);

    EXPECT_THAT(text, HasSubstr("31.10.2026 21:00  01.11.2026 02:00  offline"));
    EXPECT_THAT(text, HasSubstr("name lookup failed (29); "));
    EXPECT_THAT(text, HasSubstr("unauthorized  under way"));
    EXPECT_THAT(text, HasSubstr("2 outages, 2 h 30 min of this month\n"));
    agent::OutageReport none = report();
    none.outages.clear();
    EXPECT_THAT(agent::outages_text(none, kOutageWords),
                testing::EndsWith("\n0 outages, 0 s of this month\n"));
}

TEST(OutageReport, TellsEachErrorToItsEndInLinesThatATerminalHolds) {
    agent::OutageReport one = report();
    std::string reason;
    for (int i = 0; i < 25; ++i) reason += "word" + std::to_string(i) + ' ';
    one.outages.back().add_errors(platform::as_it_stands(reason + "end"), 7);

    std::istringstream text(agent::outages_text(one, kOutageWords));
    std::string all;
    for (std::string line; std::getline(text, line);) {
        EXPECT_LE(line.size(), 80U) << line;
        all += line + '\n';
    }

    EXPECT_THAT(all, HasSubstr("\n  word0 word1 "));
    EXPECT_THAT(all, HasSubstr("word24 end (7)\n"));
}

TEST(OutageReport, IsACsvThatRunsNoFormula) {
    agent::OutageReport one = report();
    one.outages.front().errors.erase(one.outages.front().errors.begin());
    const std::string csv = agent::outages_csv(one);

    EXPECT_THAT(csv, testing::StartsWith("\xef\xbb\xbf"
                                         "from,to,cause,end,seconds_of_month,attempts,errors\r\n"
                                         "2026-10-31T21:00:00+05:00,2026-11-01T02:00:00+05:00,"
                                         "offline,over,7200,30,"));
    EXPECT_THAT(csv, HasSubstr(R"csv("'=HYPERLINK(""x""), timeout (1)")csv"));
    EXPECT_THAT(csv, HasSubstr("2026-11-02T19:30:00+05:00,,unauthorized,,1800,1,\r\n"));
}

TEST(OutageReport, IsJson) {
    const std::string json = platform::to_json(agent::outages_json(report()));

    EXPECT_THAT(json,
                testing::StartsWith(R"({"month":"2026-11","now":"2026-11-02T20:00:00+05:00")"));
    EXPECT_THAT(json, HasSubstr(R"({"from":"2026-11-02T19:30:00+05:00","to":null,)"
                                R"("cause":"unauthorized","end":null,"secondsOfMonth":1800,)"));
    EXPECT_THAT(json, HasSubstr(R"("errors":[{"reason":"name lookup failed","code":"text",)"));
}

class OutageRoute : public testing::Test {
protected:
    /// A try that fails now.
    void fail() {
        store::SyncSnapshot snapshot;
        snapshot.link.emplace();
        snapshot.link->outcome = store::Outcome::offline;
        snapshot.link->reason = platform::as_it_stands("name lookup failed");
        snapshot.link->failing_since = agent_.clock().wall_now();
        snapshot.link->failures = 1;
        agent_.watch().note(snapshot);
    }
    support::RunningAgent agent_;
};

TEST_F(OutageRoute, ShowsThisMonthUnlessAnotherIsAskedFor) {
    fail();

    EXPECT_THAT(agent_.get("/api/v1/outages").body, HasSubstr(R"("month":"2026-11")"));
    EXPECT_THAT(agent_.get("/api/v1/outages").body, HasSubstr("name lookup failed"));
    EXPECT_THAT(agent_.get("/api/v1/outages?month=2026-10").body, HasSubstr(R"("outages":[])"));
    EXPECT_THAT(agent_.get("/api/v1/outages?format=text").body, HasSubstr("1 outage, "));
    EXPECT_THAT(agent_.get("/api/v1/outages?format=csv").head, HasSubstr("text/csv"));
}

TEST_F(OutageRoute, SaysWhatIsAskedFor) {
    for (const char* query : {"month=2026-13", "month=2026", "format=pdf"})
        EXPECT_EQ(agent_.get("/api/v1/outages?" + std::string(query)).status, 400) << query;
    EXPECT_EQ(agent_.ask({.path = "/api/v1/outages", .over_port = true}).status, 404);
}

}  // namespace
}  // namespace tizilim
