#include "agent/cli/cli.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::HasSubstr;
using testing::IsEmpty;

/// One entry that has left.
class Withdrawing : public testing::Test {
protected:
    Withdrawing() {
        EXPECT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
        (void)agent_.registry().replication().changes_after({}, {10, 1 << 20});
    }
    /// At a terminal where `typed` is answered; without one, where nobody can be asked.
    [[nodiscard]] Ran run(std::vector<std::string> arguments,
                          const std::optional<std::string>& typed = {}) {
        arguments.insert(arguments.end(),
                         {"--reason", "the client asks", "--config", config_.string()});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err};
        if (typed)
            console.ask = [&](std::string_view question) {
                asked_.emplace_back(question);
                return typed;
            };
        const int code = agent::run_cli(std::move(arguments), console, support::no_environment);
        return {.code = code, .out = out.str(), .err = err.str()};
    }
    [[nodiscard]] std::string disclosure() {
        return store::OwnerSession(agent_.registry()).show("1").disclosure;
    }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
    std::vector<std::string> asked_;
};

TEST_F(Withdrawing, AsksForTheNumberAgain) {
    const Ran ran = run({"classify", "1", "withdrawn"}, " 1 ");

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(disclosure(), "withdrawn");
    ASSERT_EQ(asked_.size(), 1U);
    EXPECT_THAT(asked_.front(), HasSubstr("Type 1 again"));
}

TEST_F(Withdrawing, AsksForTheNumberAgainHoweverItIsSaid) {
    EXPECT_EQ(run({"classify", "1", "отозвать"}, "2").code, agent::refused);
    EXPECT_EQ(disclosure(), "partial");
    EXPECT_EQ(run({"classify", "1", "қайтарып алынды"}, "1").code, agent::done);
    EXPECT_EQ(disclosure(), "withdrawn");
    EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(Withdrawing, ChangesNothingWhenAnotherNumberIsTyped) {
    for (const char* typed : {"2", "", "yes", "11"}) {
        const Ran ran = run({"classify", "1", "withdrawn"}, typed);

        EXPECT_EQ(ran.code, agent::refused) << typed;
        EXPECT_THAT(ran.err, HasSubstr("nothing was changed"));
        EXPECT_EQ(disclosure(), "partial");
    }
}

TEST_F(Withdrawing, IsRefusedWithoutATerminalAndSaysWhatToDo) {
    const Ran ran = run({"classify", "1", "withdrawn"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("--yes"));
    EXPECT_EQ(disclosure(), "partial");
}

TEST_F(Withdrawing, TakesYesFromAScript) {
    EXPECT_EQ(run({"classify", "1", "withdrawn", "--yes"}).code, agent::done);
    EXPECT_EQ(disclosure(), "withdrawn");
}

TEST_F(Withdrawing, IsAskedForWhenWhatHasLeftConcernsAMinor) {
    const Ran refused = run({"amend", "1", "--minor"});
    EXPECT_EQ(refused.code, agent::refused);
    EXPECT_THAT(refused.err, HasSubstr("concerns a minor"));
    EXPECT_THAT(refused.err, HasSubstr("--yes"));
    EXPECT_EQ(run({"amend", "1", "--minor"}, "3").code, agent::refused);
    EXPECT_EQ(disclosure(), "partial");

    const Ran ran = run({"amend", "1", "--minor"}, "1");

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(disclosure(), "withdrawn");
    EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(Withdrawing, TakesYesFromAScriptThatSetsMinor) {
    EXPECT_EQ(run({"amend", "1", "--minor", "--yes"}).code, agent::done);
    EXPECT_EQ(disclosure(), "withdrawn");
}

TEST_F(Withdrawing, AsksNobodyAboutOtherActs) {
    EXPECT_EQ(run({"amend", "1", "--minutes", "91"}, "1").code, agent::done);
    EXPECT_EQ(run({"classify", "1", "full"}, "1").code, agent::done);

    EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(Withdrawing, IsAgreedToByAParameterOfTheLocalPort) {
    const std::string body = R"({"fields":{"minor":true},"reason":"age"})";

    const auto asked = agent_.post_json("/api/v1/entries/1/amend", body);
    EXPECT_EQ(asked.status, 409);
    EXPECT_THAT(asked.body, HasSubstr(R"("error":"withdraws")"));
    EXPECT_EQ(agent_.post_json("/api/v1/entries/1/amend?withdraw=1", body).status, 200);
    EXPECT_EQ(disclosure(), "withdrawn");
}

}  // namespace
}  // namespace tizilim
