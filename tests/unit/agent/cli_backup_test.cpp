#include "agent/cli/cli.h"
#include "platform/text/json_reader.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::AskSecret;
using support::Ran;
using support::run_command;
using testing::HasSubstr;

/// The recovery code in what a command printed.
std::string code_in(const std::string& out) {
    const std::size_t start = out.find("\n    ") + 5;
    return out.substr(start, out.find('\n', start) - start);
}

class BackupCommands : public testing::Test {
protected:
    BackupCommands() { std::filesystem::create_directory(folder_); }

    /// A configuration of a register in `name`.
    std::filesystem::path config_of(const std::string& name) {
        const auto file = directory_ / (name + ".conf");
        std::ofstream(file) << "[register]\ndirectory = " << name << '\n';
        return file;
    }
    /// The one file in the folder for backups.
    std::string backup() const {
        return std::filesystem::directory_iterator(folder_)->path().string();
    }
    Ran ask_daemon(std::vector<std::string> arguments) {
        return run_command(agent_.write_config(), std::move(arguments));
    }

    support::TempDirectory directory_;
    std::filesystem::path folder_ = directory_ / "backups";
    support::RunningAgent agent_;
    std::string code_ = agent_.recovery_code();
};

TEST_F(BackupCommands, SalvageWhatARegisterThatCannotBeOpenedStillSays) {
    const auto config = config_of("damaged");
    ASSERT_EQ(run_command(config, {"init", "--here"}).code, agent::done);
    const auto file = directory_ / "damaged" / "register.mdb";
    std::fstream(file, std::ios::binary | std::ios::in | std::ios::out) << std::string(8192, '\0');
    EXPECT_EQ(run_command(config, {"verify", "--offline"}).code, agent::refused);

    const auto saved = (directory_ / "saved.jsonl").string();
    const Ran ran = run_command(config, {"verify", "--offline", "--salvage", saved});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("no entry could be read"));
    EXPECT_TRUE(std::filesystem::exists(saved));
    EXPECT_EQ(run_command(config, {"verify", "--salvage", saved}).code, agent::usage);
}

TEST_F(BackupCommands, BackUpWhileTheDaemonRuns) {
    const Ran ran = ask_daemon({"backup", folder_.string()});
    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr(backup()));
    const Ran json = ask_daemon({"backup", folder_.string(), "--keep", "1", "--json"});
    EXPECT_THAT(json.out, HasSubstr(R"("removed":1)"));
    EXPECT_THAT(json.out, HasSubstr(backup()));
}

TEST_F(BackupCommands, SayWhyThereIsNone) {
    const Ran ran = ask_daemon({"backup", (folder_ / "vanished").string()});
    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("is not there"));
}

TEST_F(BackupCommands, FailWhenTheRecoveryCodeCouldNotBeShown) {
    std::istringstream in;
    std::ostringstream err;
    std::ofstream full("/dev/full");
    const agent::Console console{
        .in = in, .out = full, .err = err, .progress = false, .ask_secret = {}};

    const int code = agent::run_cli({"--config", config_of("unseen").string(), "init", "--here"},
                                    console, support::no_environment);

    EXPECT_EQ(code, agent::refused);
    EXPECT_THAT(err.str(), HasSubstr("could not be written"));
}

TEST_F(BackupCommands, AskForTheNameOfAFolder) {
    const Ran ran = ask_daemon({"backup", ""});
    EXPECT_EQ(ran.code, agent::usage);
    EXPECT_THAT(ran.err, HasSubstr("name one"));
}

TEST_F(BackupCommands, NeverWriteADocumentOverTheRegister) {
    const auto config = config_of("mine");
    ASSERT_EQ(run_command(config, {"init", "--here"}).code, agent::done);
    const auto file = directory_ / "mine" / "register.mdb";
    const auto bytes = std::filesystem::file_size(file);
    std::filesystem::create_symlink(directory_ / "mine", directory_ / "link");

    for (const char* const folder : {"mine", "link", "link/../mine"}) {
        const std::string target = (directory_ / folder / "register.mdb").string();
        const Ran ran = run_command(config, {"verify", "--offline", "--salvage", target});
        EXPECT_EQ(ran.code, agent::refused) << target;
        EXPECT_THAT(ran.err, HasSubstr("the register's own folder"));
    }

    EXPECT_EQ(std::filesystem::file_size(file), bytes);
    EXPECT_EQ(run_command(config, {"verify", "--offline"}).code, agent::done);
}

TEST_F(BackupCommands, TakeNoRelativeFolderOverTheLocalPort) {
    for (const char* const body :
         {R"({"directory":"backups"})", R"({})", R"([])", R"({"directory":7})", R"({"keep":-1})",
          R"({"directory":"/x","other":1})", "no JSON"}) {
        EXPECT_EQ(agent_.post_json("/api/v1/backup", body).status, 400) << body;
    }
    EXPECT_EQ(agent_.ask({.method = "POST", .path = "/api/v1/backup", .over_port = true}).status,
              404);
}

TEST_F(BackupCommands, RestoreWithTheCodeFromStandardInputOrAFile) {
    ASSERT_EQ(ask_daemon({"backup", folder_.string()}).code, agent::done);
    const Ran piped = run_command(config_of("one"), {"restore", "--here", backup()}, code_ + "\n");
    EXPECT_EQ(piped.code, agent::done) << piped.err;
    EXPECT_THAT(piped.out, HasSubstr("Restored 0 entries"));
    const auto file = directory_ / "code";
    std::ofstream(file) << code_;
    const Ran from_file = run_command(
        config_of("two"),
        {"restore", "--here", backup(), "--code-file", file.string(), "--continue-book", "--json"});
    EXPECT_EQ(from_file.code, agent::done) << from_file.err;
    EXPECT_THAT(from_file.out, HasSubstr(R"("book":")" + agent_.registry().book().label));
    EXPECT_EQ(run_command(config_of("two"), {"verify", "--offline"}).code, agent::done);
    EXPECT_EQ(run_command(config_of("two"), {"restore", "--here", backup()}, code_).code,
              agent::refused);
}

TEST_F(BackupCommands, AskAgainForAMistypedCode) {
    ASSERT_EQ(ask_daemon({"backup", folder_.string()}).code, agent::done);
    int asked = 0;
    const AskSecret ask = [&](std::string_view) -> std::optional<std::string> {
        return ++asked == 1 ? "7K2M" : code_;
    };
    const Ran ran = run_command(config_of("one"), {"restore", "--here", backup()}, "", ask);
    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(asked, 2);
    EXPECT_THAT(ran.err, HasSubstr("has 28 signs"));
}

TEST_F(BackupCommands, GiveUpWhenNobodyAnswers) {
    ASSERT_EQ(ask_daemon({"backup", folder_.string()}).code, agent::done);
    const Ran ran = run_command(config_of("one"), {"restore", "--here", backup()}, "",
                                [](std::string_view) { return std::optional<std::string>(); });
    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("--code-file"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / "one"));
}

TEST_F(BackupCommands, PrintOneDocumentHoweverOftenTheCodeIsMistyped) {
    ASSERT_EQ(ask_daemon({"backup", folder_.string()}).code, agent::done);
    int asked = 0;
    const Ran mended = run_command(config_of("one"), {"restore", "--here", backup(), "--json"}, "",
                                   [&](std::string_view) { return ++asked == 1 ? "7K2M" : code_; });
    const Ran wrong = run_command(config_of("two"), {"restore", "--here", backup(), "--json"}, "",
                                  [](std::string_view) { return "7K2M"; });
    const Ran silent = run_command(config_of("two"), {"restore", "--here", backup(), "--json"}, "",
                                   [](std::string_view) { return std::optional<std::string>(); });

    EXPECT_EQ(mended.code, agent::done) << mended.err;
    EXPECT_EQ(wrong.code, agent::refused);
    for (const Ran& ran : {mended, wrong, silent}) {
        EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
        EXPECT_TRUE(platform::read_json(ran.out).has_value()) << ran.out;
    }
}

TEST_F(BackupCommands, ShowTheCodeOnceAndMakeAnotherOnRequest) {
    const auto config = config_of("one");
    const Ran made = run_command(config, {"init", "--here"});
    const std::string first = code_in(made.out);
    const Ran again = run_command(config, {"init", "--here", "--new-recovery-code"});
    const std::string second = code_in(again.out);
    EXPECT_EQ(first.size(), 34U) << made.out;
    EXPECT_EQ(second.size(), 34U) << again.out;
    EXPECT_NE(first, second);
    EXPECT_THAT(run_command(config_of("two"), {"init", "--here", "--json"}).out,
                HasSubstr(R"("recovery_code":")"));
}

TEST_F(BackupCommands, BeginANewBookOrGoOnWithTheOld) {
    const auto config = config_of("one");
    ASSERT_EQ(run_command(config, {"init", "--here"}).code, agent::done);
    EXPECT_THAT(run_command(config, {"init", "--here", "--new-book"}).out,
                HasSubstr("Began book "));
    EXPECT_THAT(run_command(config, {"init", "--here", "--continue-book"}).out,
                HasSubstr("Goes on with book "));
    EXPECT_EQ(run_command(config, {"init", "--continue-book", "--new-book"}).code, agent::usage);
}

}  // namespace
}  // namespace tizilim
