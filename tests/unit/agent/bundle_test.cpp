#include "agent/cli/care/bundle.h"

#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tizilim {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Bundle, LeavesNumbersAndTimesOfAMessageAndNoText) {
    const platform::Message inner{"backup.no_folder", {{"folder", "/media/canary"}}};
    const platform::Message message{"overview.backup_failed",
                                    {{"why", as_json(inner)},
                                     {"text", "canary"},
                                     {"count", 3},
                                     {"number", 17},
                                     {"at", "2026-11-02T10:00:00+05:00"}}};

    const std::string kept = platform::to_json(as_json(agent::without_texts(message)));

    EXPECT_THAT(kept, Not(HasSubstr("canary")));
    EXPECT_THAT(kept, Not(HasSubstr("17")));
    EXPECT_THAT(kept, HasSubstr("backup.no_folder"));
    EXPECT_THAT(kept, HasSubstr(R"("count":3)"));
    EXPECT_THAT(kept, HasSubstr("2026-11-02T10:00:00+05:00"));
}

TEST(Bundle, LeavesNoTextOfAnAnswerButItsOwn) {
    const auto answer = *platform::read_json(
        R"({"state":"offline","reason":"canary","code":"text","values":{"text":"canary"},)"
        R"("anything":["canary",{"deep":"canary"}],"entries":{"recorded":25,"unsigned":2},)"
        R"("confinement":{"register":["landlock:7","seccomp","canary"]}})");

    const std::string kept = platform::to_json(agent::without_texts(answer));

    EXPECT_THAT(kept, Not(HasSubstr("canary")));
    EXPECT_THAT(kept, Not(HasSubstr("25")));
    EXPECT_THAT(kept, HasSubstr(R"("state":"offline")"));
    EXPECT_THAT(kept, HasSubstr(R"("unsigned":2)"));
    EXPECT_THAT(kept, HasSubstr(R"(["landlock:7","seccomp","…"])"));
}

TEST(Bundle, IsForItsOwnerAloneAndReplacesNoFile) {
    support::RunningAgent agent;
    const support::TempDirectory folder;
    const std::string file = (folder / "for-support.txt").string();

    const support::Ran ran =
        support::run_command(agent.write_config(), {"doctor", "--bundle", file});

    EXPECT_THAT(ran.out, HasSubstr("Written to " + file));
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    for (const char* const part :
         {"== doctor ==", "== configuration ==", "== status ==", "== metrics ==", "== outages ==",
          "== tables ==", "== log ==", "tizilim_backup_failed 0", "entries: 65536"})
        EXPECT_THAT(content_of(file), HasSubstr(part));
    const std::string before = content_of(file);
    const support::Ran again =
        support::run_command(agent.write_config(), {"doctor", "--bundle", file});
    EXPECT_THAT(again.err, HasSubstr("is there already"));
    EXPECT_EQ(content_of(file), before);
}

TEST(Bundle, TellsNothingOfEntriesOfWhatStaysAndOfWhatWasConfigured) {
    support::RunningAgent agent;
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(agent.post_json("/api/v1/entries", support::kLocalEntry).status, 201);
    ASSERT_EQ(agent.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    const auto config = agent.write_config();
    platform::write_file_atomically(config.parent_path() / "canary-password", "canary-secret");
    std::filesystem::create_directory(config.parent_path() / "canary-folder");
    platform::write_file_atomically(
        config, "[register]\ndirectory = register\nlawyer = canary-lawyer\n[status]\nport = " +
                    std::to_string(agent.port()) +
                    "\n[unified]\nurl = https://canary-user.example/canary-database\n"
                    "user = canary-account\npassword_file = canary-password\n"
                    "[backup]\ndirectory = canary-folder\n");
    const support::TempDirectory folder;
    const std::string file = (folder / "bundle").string();

    const support::Ran ran = support::run_command(config, {"doctor", "--bundle", file});
    ASSERT_TRUE(std::filesystem::exists(file)) << ran.err;

    const std::string text = content_of(file);
    for (const char* const secret :
         {"canary-lawyer", "canary-database", "canary-account", "canary-password", "canary-secret",
          "canary-folder", "Канарейка", "Тайна", "C-1", "A-1", "\"local\"", "\"recorded\"",
          "entries_recorded"})
        EXPECT_THAT(text, Not(HasSubstr(secret))) << secret;
    EXPECT_THAT(text, HasSubstr("[unified] url: https://canary-user.example\n"));
}

}  // namespace
}  // namespace tizilim
