#include "agent/delivery/metrics.h"

#include "agent/delivery/status.h"
#include "platform/clock.h"
#include "platform/text/message.h"
#include "tests/unit/agent/observations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace tizilim {
namespace {

using agent::Audience;
using testing::HasSubstr;
using testing::Not;

/// Reads the Prometheus text format 0.0.4 as strictly as it is written down, and more strictly
/// where we mean to be: each family has HELP and TYPE, its samples follow at once, no sample twice,
/// counters end in _total, every line ends.
class StrictReader {
public:
    /// What is wrong, with its line; nothing when all is well.
    std::optional<std::string> read(const std::string& text) {
        if (text.empty() || text.back() != '\n') return "the last line has no end";
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (!take(line)) return "bad line: " + line;
        if (!has_samples_) return "a family without a sample: " + family_;
        return {};
    }
    std::map<std::string, std::string> samples;  ///< name and labels, value

private:
    bool take(const std::string& line) {
        static const std::regex help_line(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ([^\\\n]+))");
        static const std::regex type_line(
            R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped))");
        static const std::regex sample_line(
            R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*")re"
            R"re((,[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*")*\})? (-?[0-9]+(\.[0-9]+)?))re");
        std::smatch match;
        if (std::regex_match(line, match, help_line)) return begin(match[1]);
        if (std::regex_match(line, match, type_line)) return type(match[1], match[2]);
        if (std::regex_match(line, match, sample_line))
            return sample(match[1], match[1].str() + match[2].str(), match[4]);
        return false;
    }
    bool begin(const std::string& name) {
        const bool previous_is_complete = family_.empty() || has_samples_;
        family_ = name;
        typed_ = has_samples_ = false;
        return previous_is_complete && name.starts_with("tizilim_") &&
               families_.insert(name).second;
    }
    bool type(const std::string& name, const std::string& kind) {
        const bool first = !typed_ && !has_samples_;
        typed_ = true;
        return first && name == family_ && (kind == "counter") == name.ends_with("_total");
    }
    bool sample(const std::string& name, const std::string& key, const std::string& value) {
        has_samples_ = true;
        return typed_ && name == family_ && samples.emplace(key, value).second;
    }

    std::set<std::string> families_;
    std::string family_;
    bool typed_ = false;
    bool has_samples_ = false;
};

TEST(Metrics, AreInThePrometheusTextFormat) {
    for (const auto audience : {Audience::stranger, Audience::owner}) {
        const auto text =
            agent::metrics_text(support::observation_of(support::waiting_facts()), audience);

        EXPECT_EQ(StrictReader().read(text), std::nullopt);
    }
}

TEST(Metrics, ReaderOfTheFormatIsStrict) {
    for (const char* const bad :
         {"tizilim_a 1\n",                                                // no HELP, no TYPE
          "# HELP tizilim_a x\n# TYPE tizilim_a gauge\ntizilim_a 1",      // no end
          "# HELP tizilim_a x\n# TYPE tizilim_a gauge\ntizilim_a one\n",  // no number
          "# HELP tizilim_a x\n# TYPE tizilim_a gauge\ntizilim_b 1\n",    // not its family
          "# HELP tizilim_a x\n# TYPE tizilim_a counter\ntizilim_a 1\n",  // no _total
          "# HELP tizilim_a x\n# TYPE tizilim_a gauge\n",                 // no sample
          "# HELP tizilim_a x\n# TYPE tizilim_a gauge\ntizilim_a 1\ntizilim_a 1\n"})
        EXPECT_NE(StrictReader().read(bad), std::nullopt) << bad;
}

TEST(Metrics, SayWhatIs) {
    StrictReader reader;

    ASSERT_EQ(reader.read(agent::metrics_text(support::observation_of(support::waiting_facts()),
                                              Audience::owner)),
              std::nullopt);

    EXPECT_EQ(reader.samples["tizilim_build_info{version=\"1.0.0\"}"], "1");
    EXPECT_EQ(reader.samples["tizilim_state{state=\"pending\"}"], "1");
    EXPECT_EQ(reader.samples["tizilim_state{state=\"synced\"}"], "0");
    EXPECT_EQ(reader.samples["tizilim_entries{delivery=\"pending\"}"], "3");
    EXPECT_EQ(reader.samples["tizilim_entries{delivery=\"local\"}"], "5");
    EXPECT_EQ(reader.samples["tizilim_balance_error"], "0");
    EXPECT_EQ(reader.samples["tizilim_oldest_pending_seconds"], "60");
    EXPECT_EQ(reader.samples["tizilim_link_bytes_total{direction=\"up\"}"], "4210");
    EXPECT_EQ(reader.samples["tizilim_uptime_seconds"], "3600");
    EXPECT_EQ(reader.samples["tizilim_clock_good"], "1");
    EXPECT_EQ(reader.samples["tizilim_book_good"], "1");
}

TEST(Metrics, SayThatClockAndBookNeedAPerson) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.clock.went_back = true;
    observed.book.problem = platform::as_it_stands("a copy");
    StrictReader reader;

    ASSERT_EQ(reader.read(agent::metrics_text(observed, Audience::stranger)), std::nullopt);

    EXPECT_EQ(reader.samples["tizilim_clock_good"], "0");
    EXPECT_EQ(reader.samples["tizilim_book_good"], "0");
}

TEST(Metrics, TellAnybodyOfBackupsAndNobodyOfTheirFolder) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.backup = {
        .last_at = observed.facts.wall_now - std::chrono::hours(50),
        .failed = platform::as_it_stands("the folder for backups /media/disk is not there"),
        .failures = 3,
        .due_at = observed.facts.wall_now - std::chrono::hours(26)};
    StrictReader reader;
    const auto text = agent::metrics_text(observed, Audience::stranger);

    ASSERT_EQ(reader.read(text), std::nullopt);

    EXPECT_EQ(reader.samples["tizilim_backup_age_seconds"], "180000");
    EXPECT_EQ(reader.samples["tizilim_backup_last_success_timestamp_seconds"],
              std::to_string((observed.backup.last_at->time_since_epoch().count()) / 1000));
    EXPECT_EQ(reader.samples["tizilim_backup_overdue_seconds"], "93600");
    EXPECT_EQ(reader.samples["tizilim_backup_failed"], "1");
    EXPECT_EQ(reader.samples["tizilim_backup_failures_total"], "3");
    EXPECT_THAT(text, Not(HasSubstr("/media")));
}

TEST(Metrics, TellHowTheLastDrillOfABackupWent) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.backup.drill = {.tried_at = platform::WallTime(std::chrono::seconds(1000)),
                             .made_at = platform::WallTime(std::chrono::seconds(900)),
                             .failed = platform::as_it_stands("/media/disk is gone"),
                             .failures = 2};
    StrictReader reader;
    const auto text = agent::metrics_text(observed, Audience::stranger);

    ASSERT_EQ(reader.read(text), std::nullopt);

    EXPECT_EQ(reader.samples["tizilim_backup_drill_last_success_timestamp_seconds"], "1000");
    EXPECT_EQ(reader.samples["tizilim_backup_drill_failed"], "1");
    EXPECT_EQ(reader.samples["tizilim_backup_drill_failures_total"], "2");
    EXPECT_THAT(text, Not(HasSubstr("/media")));
}

TEST(Metrics, HaveNoAgeOfABackupThatNeverWas) {
    auto observed = support::observation_of(support::waiting_facts());
    observed.backup.due_at = observed.facts.wall_now - std::chrono::hours(1);
    StrictReader reader;
    ASSERT_EQ(reader.read(agent::metrics_text(observed, Audience::stranger)), std::nullopt);

    EXPECT_FALSE(reader.samples.contains("tizilim_backup_age_seconds"));
    EXPECT_EQ(reader.samples["tizilim_backup_overdue_seconds"], "3600");
    EXPECT_EQ(reader.samples["tizilim_backup_failed"], "0");
}

TEST(Metrics, KnowTheAgeOfAnExchangeBeforeTheStart) {
    auto facts = support::synced_facts();
    facts.sync.link->succeeded_at.reset();
    facts.earlier = {.succeeded_at = facts.wall_now - std::chrono::minutes(5)};
    StrictReader reader;
    ASSERT_EQ(reader.read(agent::metrics_text(support::observation_of(facts), Audience::stranger)),
              std::nullopt);

    EXPECT_EQ(reader.samples["tizilim_last_exchange_age_seconds"], "300");
}

TEST(Metrics, TellAStrangerNothingOfWhatStays) {
    auto facts = support::waiting_facts();
    const auto before = agent::metrics_text(support::observation_of(facts), Audience::stranger);
    ++facts.balance.recorded;
    ++facts.balance.local;
    auto observed = support::observation_of(facts);
    observed.figures.bytes += 4096;

    EXPECT_EQ(agent::metrics_text(observed, Audience::stranger), before);
    EXPECT_THAT(before, Not(HasSubstr("tizilim_store")));
}

TEST(Metrics, HaveNoTimesThatDidNotHappen) {
    auto facts = support::waiting_facts();
    facts.sync.link->succeeded_at.reset();
    facts.sync.link->last_verified_at.reset();

    const auto text = agent::metrics_text(support::observation_of(facts), Audience::stranger);

    EXPECT_EQ(StrictReader().read(text), std::nullopt);
    EXPECT_THAT(text, Not(HasSubstr("last_verified")));
}

TEST(Metrics, TellHowMuchIsStoredOfOthersToTheOwnerAlone) {
    auto observed = support::observation_of(support::synced_facts());
    observed.foreign.left_out = 3;
    StrictReader owner;
    StrictReader stranger;
    ASSERT_EQ(owner.read(agent::metrics_text(observed, Audience::owner)), std::nullopt);
    ASSERT_EQ(stranger.read(agent::metrics_text(observed, Audience::stranger)), std::nullopt);

    EXPECT_EQ(owner.samples["tizilim_foreign_documents"], "2");
    EXPECT_EQ(owner.samples["tizilim_foreign_bytes"], "700");
    EXPECT_EQ(owner.samples["tizilim_foreign_limit_reached"], "1");
    EXPECT_EQ(stranger.samples["tizilim_foreign_limit_reached"], "1");
    EXPECT_FALSE(stranger.samples.contains("tizilim_foreign_documents"));
    EXPECT_FALSE(stranger.samples.contains("tizilim_foreign_bytes"));
}

TEST(Metrics, TellOfTheLinkTheDayAndWhatComesNext) {
    auto facts = support::waiting_facts();
    facts.balance.conflicts = 2;
    facts.balance.oldest_pending_at = facts.wall_now - std::chrono::hours(1);
    facts.sync.link->progressed_at = facts.now - std::chrono::hours(1);
    facts.sync.link->failures = 4;
    facts.sync.link->skipped = 3;
    StrictReader reader;
    ASSERT_EQ(reader.read(agent::metrics_text(support::observation_of(facts), Audience::stranger)),
              std::nullopt);

    EXPECT_EQ(reader.samples["tizilim_conflicts"], "2");
    EXPECT_EQ(reader.samples["tizilim_standstill_seconds"], "3600");
    EXPECT_EQ(reader.samples["tizilim_next_step_seconds"], "1740");
    EXPECT_EQ(reader.samples["tizilim_link_failures"], "4");
    EXPECT_EQ(reader.samples["tizilim_skipped_documents_total"], "3");
    EXPECT_EQ(reader.samples["tizilim_link_requests_today"], "5");
    EXPECT_EQ(reader.samples[R"(tizilim_link_bytes_today{direction="up"})"], "2000");
    EXPECT_EQ(reader.samples[R"(tizilim_link_bytes_today{direction="down"})"], "400");
}

}  // namespace
}  // namespace tizilim
