#include "agent/delivery/outage_log.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/outage.h"
#include "platform/clock.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/replication/link_state.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/observations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using agent::AgentFacts;
using agent::Outage;
using agent::OutageEnd;
using agent::State;
using platform::as_it_stands;
using testing::HasSubstr;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A link that fails and works again, at the times that a test says.
class OutageLogTest : public testing::Test {
protected:
    OutageLogTest() { start(); }

    void start() { outages_ = std::make_unique<agent::OutageLog>(file_, log_); }
    void wait(std::chrono::seconds time) {
        facts_.now += time;
        facts_.wall_now += time;
    }
    /// A try that fails, `reason` given.
    void fail(store::Outcome outcome, const std::string& reason) {
        if (!facts_.sync.link->failing_since) facts_.sync.link->failing_since = facts_.wall_now;
        ++facts_.sync.link->failures;
        facts_.sync.link->outcome = outcome;
        facts_.sync.link->reason = platform::as_it_stands(reason);
        outages_->note(facts_);
    }
    void succeed() {
        facts_.sync.link->failing_since.reset();
        facts_.sync.link->failures = 0;
        facts_.sync.link->reason.reset();
        facts_.sync.link->outcome = store::Outcome::idle;
        facts_.sync.link->succeeded_at = facts_.sync.link->progressed_at = facts_.now;
        outages_->note(facts_);
    }
    [[nodiscard]] std::vector<Outage> all() const {
        return outages_->between(platform::WallTime{}, facts_.wall_now + std::chrono::years(1),
                                 facts_.wall_now);
    }

    support::TempDirectory folder_;
    std::filesystem::path file_ = folder_ / "outages.jsonl";
    support::SimClock clock_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    AgentFacts facts_ = support::waiting_facts();
    std::unique_ptr<agent::OutageLog> outages_;
};

TEST_F(OutageLogTest, KeepsFromToCauseAndEvidence) {
    const auto began = facts_.wall_now;
    fail(store::Outcome::offline, "name lookup failed");
    wait(1min);
    fail(store::Outcome::offline, "name lookup failed");
    wait(1min);
    fail(store::Outcome::offline, "timeout");
    const auto last = facts_.wall_now;
    wait(1min);
    succeed();

    ASSERT_EQ(all().size(), 1U);
    const Outage outage = all().front();
    EXPECT_EQ(outage.from, began);
    EXPECT_EQ(outage.last, last);
    EXPECT_EQ(outage.to, facts_.wall_now);
    EXPECT_EQ(outage.cause, State::offline);
    EXPECT_EQ(outage.end, OutageEnd::over);
    EXPECT_EQ(outage.attempts, 3U);
    EXPECT_EQ(outage.errors,
              (std::vector<agent::OutageError>{{as_it_stands("name lookup failed"), 2},
                                               {as_it_stands("timeout"), 1}}));
}

TEST_F(OutageLogTest, HasNoEndWhileItIsUnderWay) {
    fail(store::Outcome::unauthorized, "401");

    ASSERT_EQ(all().size(), 1U);
    EXPECT_FALSE(all().front().to.has_value());
    EXPECT_EQ(all().front().end, OutageEnd::under_way);
}

TEST_F(OutageLogTest, KnowsNothingWhileTheLinkWorks) {
    succeed();
    outages_->note(facts_);

    EXPECT_TRUE(all().empty());
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(OutageLogTest, CountsEachAttemptOnceHoweverOftenItIsTold) {
    fail(store::Outcome::offline, "timeout");
    outages_->note(facts_);
    outages_->note(facts_);

    EXPECT_EQ(all().front().attempts, 1U);
}

TEST_F(OutageLogTest, PartsTimesOfDifferentCauses) {
    fail(store::Outcome::offline, "name lookup failed");
    wait(5min);
    fail(store::Outcome::captive_portal, "a login page answered");
    wait(5min);
    succeed();

    ASSERT_EQ(all().size(), 2U);
    EXPECT_EQ(all()[0].end, OutageEnd::changed);
    EXPECT_EQ(all()[0].to, all()[1].from);
    EXPECT_EQ(all()[1].cause, State::captive_portal);
    EXPECT_EQ(all()[1].attempts, 1U);
    EXPECT_EQ(all()[1].end, OutageEnd::over);
}

TEST_F(OutageLogTest, ClaimsNothingOfATimeInWhichNothingWasTried) {
    fail(store::Outcome::offline, "timeout");
    const auto last = facts_.wall_now;
    wait(1h);
    facts_.sync.pause_reason = as_it_stands("by a person");
    outages_->note(facts_);
    wait(5h);
    facts_.sync.pause_reason.reset();
    outages_->note(facts_);
    EXPECT_EQ(all().size(), 1U);
    fail(store::Outcome::offline, "timeout");

    ASSERT_EQ(all().size(), 2U);
    EXPECT_EQ(all()[0].end, OutageEnd::paused);
    EXPECT_EQ(all()[0].to, last);
    EXPECT_EQ(all()[1].from, facts_.wall_now);
}

TEST_F(OutageLogTest, NeverTakesAnotherConfigurationForAnEnd) {
    fail(store::Outcome::offline, "timeout");
    const auto last = facts_.wall_now;
    wait(1h);
    facts_.sync.link = store::LinkState{};
    outages_->note(facts_);

    EXPECT_EQ(all().front().end, OutageEnd::unknown);
    EXPECT_EQ(all().front().to, last);
}

TEST_F(OutageLogTest, TellsThatNothingMovesAlthoughThePeerAnswers) {
    facts_.balance.oldest_pending_at = facts_.wall_now - 2h;
    facts_.sync.link->progressed_at = facts_.now - 1h;
    outages_->note(facts_);
    wait(1h);
    outages_->note(facts_);
    const auto moved = facts_.wall_now;
    succeed();

    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(all().front().cause, State::stuck);
    EXPECT_EQ(all().front().from, moved - 2h);
    EXPECT_EQ(all().front().attempts, 2U);
    EXPECT_EQ(all().front().end, OutageEnd::over);
}

TEST_F(OutageLogTest, IsNotLateWithWhatWaitsAgainSinceAMoment) {
    // A peer that was restored: receipts were taken back, and nothing had moved for days.
    facts_.balance.pending = 0;
    facts_.balance.oldest_pending_at.reset();
    facts_.balance.sent = 20;
    facts_.sync.link->progressed_at = facts_.now - 9h;
    facts_.waiting_since = facts_.now - 1min;
    outages_->note(facts_);

    EXPECT_TRUE(all().empty());
}

TEST_F(OutageLogTest, SurvivesARestart) {
    fail(store::Outcome::offline, "timeout");
    wait(1h);
    succeed();
    const std::vector<Outage> before = all();
    start();

    EXPECT_EQ(all(), before);
    fail(store::Outcome::refused, "404");
    EXPECT_EQ(all().back().id, 2U);
}

TEST_F(OutageLogTest, DoesNotKnowTheEndOfWhatAnUncleanEndCutOff) {
    fail(store::Outcome::offline, "timeout");
    const auto last = facts_.wall_now;
    wait(1h);
    start();  // no stop() before

    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(all().front().end, OutageEnd::unknown);
    EXPECT_EQ(all().front().to, last);
    start();
    EXPECT_EQ(all().size(), 1U);
}

TEST_F(OutageLogTest, DoesNotKnowTheEndOfWhatAStopCutOff) {
    fail(store::Outcome::offline, "timeout");
    const auto last = facts_.wall_now;
    wait(1h);
    outages_->stop();
    start();

    EXPECT_EQ(all().front().end, OutageEnd::unknown);
    EXPECT_EQ(all().front().to, last);
}

TEST_F(OutageLogTest, KeepsWhatIsWholeOfAFileCutAnywhere) {
    fail(store::Outcome::offline, "timeout");
    succeed();
    wait(1h);
    fail(store::Outcome::captive_portal, "a login page answered");
    succeed();
    const std::string whole = text_of(file_);
    // Each length costs some waits for the disk; no step is as long as a number or a name.
    constexpr std::size_t kStep = 13;
    for (std::size_t length = 0; length < whole.size(); length += kStep) {
        std::ofstream(file_, std::ios::binary) << whole.substr(0, length);
        facts_ = support::waiting_facts();
        start();
        const std::size_t known = all().size();
        fail(store::Outcome::refused, "404");
        succeed();
        start();

        ASSERT_EQ(all().size(), known + 1) << length;
        EXPECT_EQ(all().back().cause, State::refused) << length;
        EXPECT_EQ(all().back().end, OutageEnd::over) << length;
    }
}

TEST_F(OutageLogTest, BringsTheCountToTheDiskNowAndThen) {
    fail(store::Outcome::offline, "timeout");
    const auto size = std::filesystem::file_size(file_);
    wait(1min);
    fail(store::Outcome::offline, "timeout");
    EXPECT_EQ(std::filesystem::file_size(file_), size);
    wait(agent::kOutageWriteDelay);
    fail(store::Outcome::offline, "timeout");
    EXPECT_GT(std::filesystem::file_size(file_), size);
    start();

    EXPECT_EQ(all().front().attempts, 3U);
}

TEST_F(OutageLogTest, IsBoundedHoweverLongAnOutageLastsAndHoweverManyThereAre) {
    for (int day = 0; day < 20; ++day) {
        for (int i = 0; i < 12; ++i) {
            wait(2h);
            fail(store::Outcome::offline, "reason " + std::to_string(i));
        }
    }
    EXPECT_LT(std::filesystem::file_size(file_), agent::kOutageSlackBytes + 4096);
    ASSERT_EQ(all().size(), 1U);
    EXPECT_EQ(all().front().errors.size(), agent::kOutageErrorsMax);
    EXPECT_EQ(all().front().attempts, 240U);
    EXPECT_EQ(all().front().other_errors, 80U);
    succeed();
    start();
    EXPECT_EQ(all().front().attempts, 240U);
}

TEST_F(OutageLogTest, GoesOnWithoutADiskAndWritesAllWhenItIsBack) {
    std::filesystem::create_directory(file_);
    start();
    fail(store::Outcome::offline, "timeout");
    EXPECT_EQ(all().size(), 1U);
    EXPECT_THAT(log_text_.str(), HasSubstr("outages_not_"));

    const auto elsewhere = folder_ / "gone" / "outages.jsonl";
    agent::OutageLog log(elsewhere, log_);
    facts_ = support::waiting_facts();
    facts_.sync.link->failing_since = facts_.wall_now;
    facts_.sync.link->outcome = store::Outcome::offline;
    facts_.sync.link->failures = 1;
    log.note(facts_);
    std::filesystem::create_directory(folder_ / "gone");
    succeed();
    log.note(facts_);

    const agent::OutageLog again(elsewhere, log_);
    const auto found = again.between({}, facts_.wall_now + 1h, facts_.wall_now);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().end, OutageEnd::over);
}

TEST(Outage, ShowsNoPasswordAndNoLineEnd) {
    Outage outage;
    outage.add_errors(as_it_stands("proxy http://user:pass@proxy:8080/a@b\nrefused"), 1);
    outage.add_errors(as_it_stands("//me@host"), 1);
    outage.add_errors(as_it_stands(std::string(199, 'x') + "\u00e9"), 1);

    EXPECT_EQ(outage.errors[0].reason, as_it_stands("proxy http://proxy:8080/a@b refused"));
    EXPECT_EQ(outage.errors[1].reason, as_it_stands("//host"));
    EXPECT_EQ(outage.errors[2].reason, as_it_stands(std::string(199, 'x')));
}

TEST(Outage, ReadsBackItsLine) {
    Outage outage{.id = 7,
                  .from = support::wall_time(9, 0),
                  .last = support::wall_time(9, 30),
                  .to = support::wall_time(10, 0),
                  .cause = State::refused,
                  .end = OutageEnd::over,
                  .attempts = 12};
    outage.add_errors(as_it_stands("404 \"no database\""), 12);

    EXPECT_EQ(agent::outage_of_line(agent::outage_line(outage)), outage);
    for (const char* line : {"", "{}", "[]", "null", R"({"id":1,"from":"x"})", "{\"id\":1"})
        EXPECT_FALSE(agent::outage_of_line(line).has_value()) << line;
}

TEST(Outage, LiesInEachMonthOfWhichItHasAPart) {
    const auto at = [](int hour) { return support::wall_time(hour, 0); };
    const Outage known{.from = at(9), .last = at(9), .to = at(11)};
    const Outage open{.from = at(9), .last = at(9)};

    EXPECT_TRUE(known.overlaps(at(8), at(10), at(20)));
    EXPECT_TRUE(known.overlaps(at(10), at(12), at(20)));
    EXPECT_FALSE(known.overlaps(at(11), at(12), at(20)));
    EXPECT_FALSE(known.overlaps(at(7), at(9), at(20)));
    EXPECT_TRUE(open.overlaps(at(15), at(18), at(20)));
    EXPECT_FALSE(open.overlaps(at(20), at(22), at(20)));
}

}  // namespace
}  // namespace tizilim
