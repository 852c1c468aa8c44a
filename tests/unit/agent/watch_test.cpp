#include "agent/cli/care/watch.h"

#include "agent/cli/cli.h"
#include "agent/cli/terminal/console.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const platform::WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 2)};

std::vector<std::string> codes(const std::string& status, agent::WatchMemory& memory,
                               platform::WallTime now = kNow, const std::string& own_end = {},
                               const agent::WatchOptions& options = {}) {
    std::vector<std::string> list;
    for (const auto& duty :
         agent::duties_of(*platform::read_json(status), own_end, options, memory, now))
        list.push_back(duty.code);
    return list;
}

TEST(Watch, IsQuietWhileNothingIsToBeDone) {
    agent::WatchMemory memory;
    EXPECT_THAT(codes(R"({"entries":{"unsigned":0,"pending":2},"oldestPendingSeconds":3600,)"
                      R"("conflicts":0,"backup":{"failed":"","drill":null}})",
                      memory, kNow, "2027-11-02T10:00:00+05:00"),
                IsEmpty());
}

TEST(Watch, SpeaksOfUnsignedEntriesOnceTheyWaitForDays) {
    const std::string status = R"({"entries":{"unsigned":2}})";
    agent::WatchMemory memory;
    EXPECT_THAT(codes(status, memory), IsEmpty());
    EXPECT_THAT(codes(status, memory, kNow + 71h), IsEmpty());
    EXPECT_THAT(codes(status, memory, kNow + 72h), ElementsAre("watch.to_sign"));
    EXPECT_THAT(codes(R"({"entries":{"unsigned":0}})", memory, kNow + 73h), IsEmpty());
    EXPECT_THAT(codes(status, memory, kNow + 74h), IsEmpty()) << "others, that wait since now";
}

TEST(Watch, SpeaksOfWhatNeedsThePerson) {
    agent::WatchMemory memory;
    EXPECT_THAT(codes(R"({"entries":{"pending":1},"oldestPendingSeconds":259200,"conflicts":1,)"
                      R"("backup":{"failed":"x","drill":{"failed":"y"}}})",
                      memory, kNow, "2026-12-01T00:00:00+00:00"),
                ElementsAre("watch.unsent", "watch.conflicts", "watch.backup_failed",
                            "watch.drill_failed", "watch.certificate_ends"));
    EXPECT_THAT(codes(R"({"entries":{}})", memory, kNow, "2026-11-01T00:00:00+00:00"),
                ElementsAre("watch.certificate_over"));
}

TEST(Watch, SpeaksOfAServiceThatIsSilentForDays) {
    agent::WatchMemory memory;
    EXPECT_THAT(codes("null", memory), IsEmpty());
    EXPECT_THAT(codes("null", memory, kNow + 72h), ElementsAre("watch.silent"));
    EXPECT_THAT(codes("{}", memory, kNow + 73h), IsEmpty());
}

TEST(WatchMemory, IsKeptThroughRestarts) {
    const support::TempDirectory folder;
    const agent::WatchMemory memory{.unsigned_since = kNow,
                                    .silent_since = {},
                                    .copied_at = kNow + 1h,
                                    .noticed_on = std::chrono::year(2026) / 11 / 2};
    agent::write_watch_memory(folder / "state" / "watch.json", memory);
    EXPECT_EQ(agent::read_watch_memory(folder / "state" / "watch.json"), memory);
    std::ofstream(folder / "state" / "watch.json") << "{half";
    EXPECT_EQ(agent::read_watch_memory(folder / "state" / "watch.json"), agent::WatchMemory{});
    EXPECT_EQ(agent::read_watch_memory(folder / "none"), agent::WatchMemory{});
}

class CopiedBackups : public testing::Test {
protected:
    CopiedBackups() {
        std::filesystem::create_directory(folder_ / "from");
        std::filesystem::create_directory(folder_ / "to");
    }
    std::filesystem::path made(const std::string& day, const std::string& content) {
        const auto file =
            folder_ / "from" / ("tizilim-K7ABCDEFGH-202611" + day + "T040000Z.backup");
        std::ofstream(file) << content;
        return file;
    }
    [[nodiscard]] std::vector<std::string> copies() const {
        std::vector<std::string> names;
        for (const auto& file : std::filesystem::directory_iterator(folder_ / "to"))
            names.push_back(file.path().filename().string().substr(0, 27));
        std::ranges::sort(names);
        return names;
    }
    bool copy(const std::filesystem::path& file) {
        return agent::copy_backup(file, "K7ABCDEFGH", folder_ / "to", 2);
    }
    support::TempDirectory folder_;
};

TEST_F(CopiedBackups, AreTheSameBytesAndTheNewestStay) {
    const auto large = made("01", std::string(200'000, 'a') + "b");
    EXPECT_TRUE(copy(large));
    EXPECT_EQ(platform::read_file(folder_ / "to" / large.filename(), 300'000),
              platform::read_file(large, 300'000));
    EXPECT_FALSE(copy(large)) << "it is there";

    std::ofstream(folder_ / "to" / "letter.txt") << "x";
    EXPECT_TRUE(copy(made("02", "two")));
    EXPECT_TRUE(copy(made("03", std::string(65536, 'c'))));

    EXPECT_THAT(copies(), ElementsAre("letter.txt", "tizilim-K7ABCDEFGH-20261102",
                                      "tizilim-K7ABCDEFGH-20261103"));
}

TEST_F(CopiedBackups, TakeThePlaceOfOneThatWasCutOff) {
    const auto file = made("01", "whole");
    std::ofstream(folder_ / "to" / file.filename()) << "wh";
    EXPECT_TRUE(copy(file));
    EXPECT_EQ(platform::read_file(folder_ / "to" / file.filename(), 100), "whole");
}

TEST(WatchCommand, NoticesOnceADayInTheWordsOfThePerson) {
    support::RunningAgent agent{20s, true};
    ASSERT_EQ(agent.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    const support::TempDirectory folder;
    std::vector<std::string> notices;
    platform::WallTime now = kNow;
    const auto look = [&] {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err};
        console.now = [&] { return now; };
        console.state = folder / "state";
        console.notify = [&](const std::string& title, const std::string& text) {
            notices.push_back(title + ": " + text);
            return true;
        };
        const int code = agent::run_cli({"--config", agent.write_config().string(), "--language",
                                         "ru", "watch", "--once", "--days", "2"},
                                        console, support::no_environment);
        EXPECT_EQ(code, 0) << err.str();
        EXPECT_EQ(out.str(), "");
    };

    look();
    EXPECT_THAT(notices, IsEmpty());
    now += 48h;
    look();
    now += 1h;
    look();
    EXPECT_THAT(notices, ElementsAre(HasSubstr("1 запись ждёт вашей подписи")));
    now += 24h;
    look();
    EXPECT_EQ(notices.size(), 2U);
}

}  // namespace
}  // namespace tizilim
