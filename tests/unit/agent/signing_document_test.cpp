#include "agent/documents/signing_document.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/unit/agent/running_agent.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using platform::JsonObject;

class SigningDocument : public testing::Test {
protected:
    SigningDocument() {
        EXPECT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
        EXPECT_EQ(agent_.post_json("/api/v1/entries", support::kLocalEntry).status, 201);
        std::string full = support::kPartialEntry;
        full.insert(1, R"("disclosure":"full",)");
        EXPECT_EQ(agent_.post_json("/api/v1/entries", full).status, 201);
        EXPECT_EQ(agent_.post_json("/api/v1/entries/1/void", R"({"reason":"x"})").status, 200);
    }
    [[nodiscard]] std::vector<store::SigningTask> tasks() {
        return store::OwnerSession(agent_.registry()).to_sign(1, 100).tasks;
    }
    /// A member of the document of `task` set to `value`, in canonical form.
    [[nodiscard]] static std::string with(const store::SigningTask& task, const std::string& name,
                                          platform::JsonValue value) {
        JsonObject body = *platform::read_json(task.bytes)->object();
        std::erase_if(body, [&](const auto& member) { return member.name == name; });
        body.push_back({name, std::move(value)});
        return platform::canonical_json(body);
    }

    support::RunningAgent agent_{std::chrono::seconds(20), true};
};

TEST_F(SigningDocument, IsWhatTheRegisterGivesToBeSigned) {
    ASSERT_EQ(tasks().size(), 3U);
    for (const store::SigningTask& task : tasks())
        EXPECT_FALSE(agent::signing_problem(task.id, task.bytes)) << task.bytes;
}

TEST_F(SigningDocument, IsNothingElse) {
    const store::SigningTask task = tasks().front();
    for (const std::string& bytes :
         {std::string(),
          std::string("I owe the bearer a million"),
          std::string("{}"),
          std::string("[]"),
          std::string("null"),
          '"' + task.id + '"',
          task.bytes + "\n",
          " " + task.bytes,
          task.bytes.substr(1),
          task.bytes + task.bytes,
          with(task, "contract", "I sell my house"),
          with(task, "type", "contract"),
          with(task, "schema", 2),
          with(task, "minutes", "135"),
          with(task, "minutes", 0),
          with(task, "commitment", "I sell my house"),
          with(task, "state", "withdrawn"),
          with(task, "state", "sold"),
          with(task, "basis", JsonObject{{"type", "house"}}),
          with(task, "eds", JsonObject{{"algorithm", "x"}, {"cms", "y"}}),
          with(task, "_rev", "1-x"),
          with(task, "withheld", platform::JsonArray{}),
          with(task, "recordedAt", "yesterday"),
          with(task, "essence", nullptr)})
        EXPECT_TRUE(agent::signing_problem(task.id, bytes)) << bytes;
}

TEST_F(SigningDocument, IsOfTheEntryThatIsNamed) {
    const auto waiting = tasks();

    EXPECT_TRUE(agent::signing_problem(waiting[0].id, waiting[1].bytes));
    EXPECT_TRUE(agent::signing_problem("", waiting[0].bytes));
    EXPECT_TRUE(agent::signing_problem("x", with(waiting[0], "_id", "entry:x")));
}

}  // namespace
}  // namespace tizilim
