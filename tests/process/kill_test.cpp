#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <signal.h>
#include <string>

namespace tizilim::process {
namespace {

constexpr int kKills = 100;
constexpr int kKillsMax = 500;
/// So many kills must fall behind an add that returned: they are what the test is about.
constexpr std::size_t kRecordedMin = 25;
/// A kill falls at most this long after the start of an add. The longer an add takes, on a busy
/// machine, the later: about half of the kills then fall behind one.
constexpr int kMillisecondsMin = 100;
constexpr int kMillisecondsMax = 20'000;

/// The id in the answer of `tizilim add --json`; empty when it says none.
std::string id_of(const std::string& answer) {
    const auto json = platform::read_json(answer);
    const platform::JsonValue* const id = json ? json->find("id") : nullptr;
    return id == nullptr || id->string() == nullptr ? "" : *id->string();
}

/// Kills the daemon while it starts, records and delivers: a hundred times, and on until enough
/// kills fell behind an add. Returns the ids of the entries whose `add` returned.
std::set<std::string> record_under_kills(Office& office) {
    std::mt19937 random(1);  // a seed that stands here, so that a failure is like the one before
    std::set<std::string> recorded;
    int within = 400;
    for (int kill = 0; kill < kKills || (recorded.size() < kRecordedMin && kill < kKillsMax);
         ++kill) {
        office.start_daemon();
        const auto moment =
            std::chrono::milliseconds(random() % static_cast<std::uint32_t>(within));
        // Every other time the daemon is up first, so that the kill falls into work.
        if (kill % 2 == 0) {
            (void)support::eventually(kCommandTime, [&] { return !office.state().empty(); });
        }
        const std::filesystem::path out = office.folder() / ("add" + std::to_string(kill));
        support::ChildProcess add(office.tizilim_command(office.add_arguments(kill + 1)), out, out);
        (void)support::eventually(moment, [&] { return false; });
        office.daemon().signal(SIGKILL);
        (void)office.daemon().wait(kCommandTime);
        const bool returned = add.wait(kCommandTime) == 0;
        if (returned) recorded.insert(id_of(support::text_of(out)));
        within = std::clamp(returned ? within * 3 / 4 : within * 4 / 3, kMillisecondsMin,
                            kMillisecondsMax);
    }
    return recorded;
}

/// id -> number, of everything in the book.
std::map<std::string, std::int64_t> listed(const Office& office) {
    std::map<std::string, std::int64_t> numbers;
    const support::Finished list = office.tizilim({"--json", "list", "--limit", "1000"});
    const auto json = platform::read_json(list.out);
    const platform::JsonValue* const entries = json ? json->find("entries") : nullptr;
    if (entries == nullptr || entries->array() == nullptr) return numbers;
    for (const platform::JsonValue& entry : *entries->array())
        numbers[*entry.find("id")->string()] = *entry.find("number")->integer();
    return numbers;
}

TEST(AgentKilledAHundredTimes, LosesNothingAndSendsEachEntryOnce) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(unified.url());

    const std::set<std::string> recorded = record_under_kills(office);

    ASSERT_GE(recorded.size(), kRecordedMin)
        << "too few kills fell behind an add: " << office.log();
    ASSERT_EQ(recorded.count(""), 0U);
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_TRUE(office.reaches("synced")) << office.log();
    const std::map<std::string, std::int64_t> numbers = listed(office);
    std::set<std::int64_t> distinct;
    for (const auto& [id, number] : numbers) distinct.insert(number);
    for (const std::string& id : recorded) EXPECT_EQ(numbers.count(id), 1U) << id;
    EXPECT_EQ(distinct.size(), numbers.size());
    EXPECT_EQ(*distinct.rbegin(), static_cast<std::int64_t>(numbers.size())) << "a gap";
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
    EXPECT_EQ(*at(office.status(), {"balanceError"})->integer(), 0);
    std::set<std::string> held;
    for (const HeldDocument& document : unified.entries()) {
        EXPECT_TRUE(document.revision.starts_with("1-")) << document.revision;
        held.insert(document.id.substr(std::string("entry:").size()));
    }
    std::set<std::string> expected;
    for (const auto& [id, number] : numbers) expected.insert(id);
    EXPECT_EQ(held, expected);
}

}  // namespace
}  // namespace tizilim::process
