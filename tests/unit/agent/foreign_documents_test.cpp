// What is stored of documents that others wrote at the unified system: shown, and dropped.
#include "agent/cli/cli.h"
#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "platform/text/message.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/observations.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using testing::Not;

/// An entry, and more that others wrote of it than is stored of one document.
class ForeignDocuments : public testing::Test {
protected:
    ForeignDocuments() {
        EXPECT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
        id_ = store::OwnerSession(agent_.registry()).show("1").id;
    }
    void write_as_others(int count) {
        std::vector<store::RemoteDocument> documents;
        for (int i = 0; i < count; ++i) {
            const store::Revision revision{2, std::to_string(i)};
            documents.push_back({"entry:" + id_, revision, {"x"}, false, {{"text", "x"}}});
        }
        agent_.registry().replication().apply("peer", documents, {"9", 0, "", ""});
    }
    /// At a terminal where `typed` is answered; without one, where nobody can be asked.
    [[nodiscard]] Ran run(std::vector<std::string> arguments,
                          const std::optional<std::string>& typed = {}) {
        arguments.insert(arguments.begin(), {"--config", agent_.write_config().string()});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        agent::Console console{.in = in, .out = out, .err = err};
        if (typed) console.ask = [&](std::string_view) { return typed; };
        const int code = agent::run_cli(std::move(arguments), console, support::no_environment);
        return {.code = code, .out = out.str(), .err = err.str()};
    }
    [[nodiscard]] store::ForeignFigures figures() { return agent_.registry().foreign_figures(); }

    support::RunningAgent agent_;
    std::string id_;
};

TEST_F(ForeignDocuments, AreInTheStatusWithTheirLimits) {
    EXPECT_THAT(agent_.get("/status").body,
                HasSubstr(R"("foreign":{"documents":0,"bytes":0,"documentsMax":10001,)"
                          R"("bytesMax":67112960,"limitReached":false})"));
    write_as_others(2);

    EXPECT_THAT(agent_.get("/status").body, HasSubstr(R"("foreign":{"documents":2,)"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("2 documents of at most 10001, "));
}

TEST_F(ForeignDocuments, AreNotInTheStatusWhereThereAreNone) {
    EXPECT_THAT(run({"status"}).out, Not(HasSubstr("of others")));
}

TEST_F(ForeignDocuments, ThatReachALimitAreToldAndTheRegisterStaysReady) {
    write_as_others(40);

    const std::string status = agent_.get("/status").body;
    EXPECT_THAT(status, HasSubstr(R"("limitReached":true)"));
    EXPECT_THAT(status, HasSubstr("further ones are left out, recording and delivery go on"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("further documents of others are left out"));
    EXPECT_EQ(agent_.get("/readyz").status, 200);
    EXPECT_EQ(agent_.post_json("/api/v1/entries?once=0", support::kLocalEntry).status, 201);
}

TEST(AgentState, TellsOfALimitOnWhatOthersWroteWhateverTheState) {
    agent::AgentFacts facts = support::synced_facts();
    facts.foreign_problem = agent::foreign_problem({.left_out = 1});
    EXPECT_EQ(agent::agent_state(facts).state, agent::State::synced);
    EXPECT_THAT(support::said(agent::agent_state(facts).reason), HasSubstr("--drop-foreign"));

    facts.backup_problem = platform::as_it_stands("the last backup failed");
    EXPECT_THAT(support::said(agent::agent_state(facts).reason),
                testing::StartsWith("the last backup failed; "));
    EXPECT_EQ(agent::foreign_problem({}), std::nullopt);
}

TEST_F(ForeignDocuments, AreDroppedOnceThatWasTyped) {
    write_as_others(2);

    for (const char* typed : {"", "yes", "Drop it"}) {
        const Ran other = run({"conflicts", "--drop-foreign", "--of-entries"}, typed);
        EXPECT_EQ(other.code, agent::refused) << typed;
        EXPECT_THAT(other.err, HasSubstr("nothing was dropped")) << typed;
        EXPECT_EQ(figures().documents, 2U);
    }
    const Ran ran = run({"conflicts", "--drop-foreign", "--of-entries"}, "drop");

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("Dropped 2 documents of others, "));
    EXPECT_EQ(figures().documents, 0U);
    EXPECT_EQ(run({"conflicts"}).out, "No entry is in conflict.\n");
}

TEST_F(ForeignDocuments, AreNotDroppedUnaskedWithoutATerminal) {
    write_as_others(2);

    const Ran refused = run({"conflicts", "--drop-foreign", "--of-entries"});
    const Ran agreed = run({"conflicts", "--drop-foreign", "--of-entries", "--yes", "--json"});

    EXPECT_EQ(refused.code, agent::refused);
    EXPECT_THAT(refused.err, HasSubstr("Give --yes"));
    EXPECT_EQ(agreed.code, agent::done) << agreed.err;
    EXPECT_THAT(agreed.out, testing::StartsWith(R"({"documents":2,"bytes":)"));
}

TEST_F(ForeignDocuments, OfEntriesStayWhereTheyAreNotNamed) {
    write_as_others(2);

    const Ran ran = run({"conflicts", "--drop-foreign", "--yes"});

    EXPECT_THAT(ran.out, HasSubstr("Dropped 0 documents of others, 0 B"));
    EXPECT_EQ(figures().documents, 2U);
}

TEST_F(ForeignDocuments, AreDroppedByNoFlagAlone) {
    EXPECT_EQ(run({"conflicts", "--of-entries"}).code, agent::usage);
    EXPECT_EQ(run({"conflicts", "--yes"}).code, agent::usage);
}

TEST_F(ForeignDocuments, AreDroppedByARequestThatSaysWhich) {
    write_as_others(2);
    for (const char* body : {"", "{", "{}", "[]", R"({"of_entries":1})", R"({"of_entries":null})",
                             R"({"of_entries":true,"more":1})"}) {
        const auto answer = agent_.post_json("/api/v1/foreign/drop", body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_THAT(answer.body, HasSubstr("of_entries")) << body;
    }
    EXPECT_EQ(figures().documents, 2U);

    const auto answer = agent_.post_json("/api/v1/foreign/drop", R"({"of_entries":true})");

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(R"("documents":2,)"));
}

}  // namespace
}  // namespace tizilim
