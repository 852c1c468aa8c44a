#include "agent/cli/cli.h"
#include "platform/text/json_reader.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::HasSubstr;
using testing::MatchesRegex;

class Open : public testing::Test {
protected:
    using Browser = std::function<bool(const std::filesystem::path&)>;

    /// At a desktop whose browser is `browser`; without one where that is empty.
    Ran run(const Browser& browser, std::vector<std::string> more = {}) {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err};
        console.home = home_.path();
        console.open_file = browser;
        console.wait = [this](std::chrono::milliseconds time) { waited_ += time; };
        std::vector<std::string> arguments{"--config", config_.string(), "open"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const int code = agent::run_cli(arguments, console, support::no_environment);
        return {.code = code, .out = out.str(), .err = err.str()};
    }
    static std::string content_of(const std::filesystem::path& file) {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    /// What stands in `file` behind "http://127.0.0.1:PORT/#".
    [[nodiscard]] std::string code_in(const std::filesystem::path& file) const {
        const std::string content = content_of(file);
        const std::string address = "http://127.0.0.1:" + std::to_string(agent_.port()) + "/#";
        const std::size_t at = content.find(address);
        return at == std::string::npos ? "" : content.substr(at + address.size(), 32);
    }
    /// As the page trades it.
    [[nodiscard]] int trade(const std::string& code) const {
        return agent_
            .ask({.method = "POST",
                  .path = "/api/v1/session",
                  .over_port = true,
                  .headers = {"Origin: http://127.0.0.1:" + std::to_string(agent_.port()),
                              "Authorization: Code " + code}})
            .status;
    }

    support::RunningAgent agent_;
    const std::filesystem::path config_ = agent_.write_config();
    const support::TempDirectory home_;
    std::chrono::milliseconds waited_{0};
};

TEST_F(Open, LeadsTheBrowserToThePageByAFileThatNobodyElseReads) {
    std::filesystem::path file;
    auto access = std::filesystem::perms::none;
    const Ran ran = run([&](const std::filesystem::path& opened) {
        file = opened;
        access = std::filesystem::status(opened).permissions();
        return trade(code_in(opened)) == 201;
    });
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.out, "The page is open in the browser.\n");
    EXPECT_EQ(file.parent_path(), home_.path());
    EXPECT_FALSE(file.filename().string().starts_with('.')) << "confined browsers don't read it";
    EXPECT_EQ(access, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Open, ShowsACodeToTypeWhereNoBrowserCameForIt) {
    const Ran ran = run([](const auto&) { return true; });
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(waited_, std::chrono::seconds(10));
    EXPECT_THAT(ran.out, HasSubstr("http://127.0.0.1:" + std::to_string(agent_.port()) + "/"));
    const std::size_t at = ran.out.find("the code ");
    ASSERT_NE(at, std::string::npos);
    std::string code = ran.out.substr(at + 9, 9);
    EXPECT_THAT(code, MatchesRegex("[0-9]{4} [0-9]{4}"));
    EXPECT_EQ(trade(code.erase(4, 1)), 201);
}

TEST_F(Open, ShowsACodeToTypeAtOnceWhereThereIsNoDesktop) {
    EXPECT_THAT(run({}).out, HasSubstr("type the code"));
    EXPECT_THAT(run([](const auto&) { return false; }).out, HasSubstr("type the code"));
    EXPECT_EQ(waited_.count(), 0);
}

TEST_F(Open, AnswersInJson) {
    const Ran opened =
        run([&](const auto& file) { return trade(code_in(file)) == 201; }, {"--json"});
    EXPECT_EQ(opened.out, "{\"opened\":true}\n");
    const auto typed = platform::read_json(run({}, {"--json"}).out, {});
    ASSERT_TRUE(typed);
    EXPECT_NE(typed->find("code"), nullptr);
}

TEST_F(Open, LocksAllPages) {
    (void)run([&](const auto& file) { return trade(code_in(file)) == 201; });
    const Ran ran = run({}, {"--end"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.out, "open pages that are locked now: 1\n");
}

TEST_F(Open, SaysThatNoDaemonRuns) {
    agent_.endpoints().stop();
    EXPECT_EQ(run({}).code, 3);
}

}  // namespace
}  // namespace tizilim
