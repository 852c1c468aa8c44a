#include "agent/api/routes.h"
#include "platform/text/message.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using support::kLocalEntry;
using support::kPartialEntry;
using testing::HasSubstr;
using testing::Not;

constexpr auto kHeader =
    "application_date,recorded_date,late_reason,basis_type,basis_number,basis_date,basis_issuer,"
    "essence,form,minutes,minor,disclosure,language\n";
constexpr auto kRow =
    "2025-11-03,2025-11-03,,court_resolution,1,2025-11-03,Суд,Тайна,court,30,,,\n";

class LocalApi : public testing::Test {
protected:
    [[nodiscard]] support::Answer import(const std::string& csv) const {
        return agent_.ask(
            {.method = "POST", .path = "/api/v1/import", .content_type = "text/csv", .body = csv});
    }
    support::RunningAgent agent_;
};

TEST_F(LocalApi, RecordsAnEntryAndShowsIt) {
    const auto added = agent_.post_json("/api/v1/entries", kPartialEntry);
    const auto shown = agent_.get("/api/v1/entries/1");

    EXPECT_EQ(added.status, 201);
    EXPECT_THAT(added.body, HasSubstr(R"("number":1)"));
    EXPECT_THAT(added.body, HasSubstr(R"("delivery":"pending")"));
    EXPECT_THAT(added.head, HasSubstr("Location: /api/v1/entries/"));
    EXPECT_EQ(shown.status, 200);
    EXPECT_THAT(shown.body, HasSubstr(R"("essence":"Тайна")"));
    EXPECT_THAT(shown.body, HasSubstr(R"("would_leave":{"applicationDate":"2026-11-02")"));
    EXPECT_EQ(agent_.registry().balance().pending, 1U);
}

TEST_F(LocalApi, ShowsNothingThatWouldLeaveOfALocalEntry) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kLocalEntry));

    EXPECT_THAT(agent_.get("/api/v1/entries/1").body, HasSubstr(R"("would_leave":null)"));
}

TEST_F(LocalApi, NamesTheFieldsThatAreWrong) {
    const auto answer =
        agent_.post_json("/api/v1/entries", R"({"basis_type":"canary","minutes":0})");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr(R"("field":"basis_type")"));
    EXPECT_THAT(answer.body, HasSubstr(R"("field":"minutes")"));
    EXPECT_THAT(answer.body, Not(HasSubstr("canary")));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalApi, NamesAnUnknownKey) {
    const auto answer = agent_.post_json("/api/v1/entries", R"({"minute":1})");

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr(R"(unknown key: \"minute\")"));
}

TEST_F(LocalApi, RefusesWhatIsNoJson) {
    EXPECT_EQ(agent_.post_json("/api/v1/entries", "{").status, 400);
    EXPECT_EQ(agent_.post_json("/api/v1/entries", "[]").status, 400);
}

TEST_F(LocalApi, ListsInPages) {
    for (int i = 0; i < 3; ++i)
        static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    const auto first = agent_.get("/api/v1/entries?limit=2");
    const auto second = agent_.get("/api/v1/entries?first=3&limit=2");

    EXPECT_THAT(first.body, HasSubstr(R"("number":2)"));
    EXPECT_THAT(first.body, Not(HasSubstr(R"("number":3,)")));
    EXPECT_THAT(first.body, HasSubstr(R"("next":3)"));
    EXPECT_THAT(second.body, HasSubstr(R"("number":3,)"));
    EXPECT_THAT(second.body, HasSubstr(R"("next":null)"));
}

TEST_F(LocalApi, BoundsAPage) {
    for (const char* query : {"limit=1001", "limit=0", "limit=x", "first=0", "first=-1"})
        EXPECT_EQ(agent_.get("/api/v1/entries?" + std::string(query)).status, 400) << query;
}

TEST_F(LocalApi, AnswersNotFoundForAnEntryThatIsNotThere) {
    EXPECT_EQ(agent_.get("/api/v1/entries/7").status, 404);
    EXPECT_EQ(agent_.get("/nowhere").status, 404);
}

TEST_F(LocalApi, SaysWhichMethodsThereAre) {
    const auto answer = agent_.ask({.method = "DELETE", .path = "/api/v1/entries"});

    EXPECT_EQ(answer.status, 405);
    EXPECT_THAT(answer.head, HasSubstr("Allow: GET, POST"));
}

TEST_F(LocalApi, WantsTheRightKindOfBody) {
    const auto answer = agent_.ask({.method = "POST",
                                    .path = "/api/v1/entries",
                                    .content_type = "text/plain",
                                    .body = kPartialEntry});

    EXPECT_EQ(answer.status, 415);
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalApi, PreviewsAndRecordsNothing) {
    const auto answer = agent_.post_json("/api/v1/preview", kPartialEntry);

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("would_leave":{)"));
    EXPECT_THAT(answer.body, Not(HasSubstr("Тайна")));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalApi, ClassifiesAnEntry) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    const auto answer = agent_.post_json("/api/v1/entries/1/classify",
                                         R"({"disclosure":"local","reason":"the client asks"})");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("delivery":"local")"));
    EXPECT_EQ(agent_.registry().balance().local, 1U);
}

TEST_F(LocalApi, ClassifiesInWords) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    const auto answer = agent_.post_json("/api/v1/entries/1/classify",
                                         R"({"disclosure":"берілмейді","reason":"x"})");

    EXPECT_THAT(answer.body, HasSubstr(R"("disclosure":"local")"));
}

TEST_F(LocalApi, RefusesAClassItDoesNotKnow) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    EXPECT_EQ(
        agent_.post_json("/api/v1/entries/1/classify", R"({"disclosure":"x","reason":"y"})").status,
        400);
    EXPECT_EQ(agent_.post_json("/api/v1/entries/1/classify", R"({"disclosure":"local"})").status,
              400);
}

TEST_F(LocalApi, ImportsAFileAndKnowsItAgain) {
    const auto first = import(kHeader + std::string(kRow));
    const auto again = import(kHeader + std::string(kRow));

    EXPECT_EQ(first.status, 200);
    EXPECT_THAT(first.body, HasSubstr(R"({"result":{"recorded":1,"already_there":0)"));
    EXPECT_THAT(again.body, HasSubstr(R"({"result":{"recorded":0,"already_there":1)"));
    EXPECT_EQ(agent_.registry().balance().recorded, 1U);
}

TEST_F(LocalApi, UndoesAnImportWhoseClientWent) {
    const agent::Routes routes(agent_.services());
    const auto response = routes.answer({.method = "POST",
                                         .path = {"api", "v1", "import"},
                                         .query = {},
                                         .content_type = "text/csv",
                                         .authorized = true,
                                         .body = kHeader + std::string(kRow) + kRow});
    ASSERT_EQ(response.status, 200);

    EXPECT_THROW(response.stream([](std::string_view) { throw std::runtime_error("gone"); }),
                 std::runtime_error);

    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalApi, NamesLineAndFieldOfABadFile) {
    const auto malformed = import("nonsense\n1\n");
    const auto bad_value = import(kHeader + std::string(kRow) +
                                  "2025-11-04,2025-11-04,,court_resolution,1,,,x,court,0,,,\n");

    EXPECT_EQ(malformed.status, 422);
    EXPECT_THAT(malformed.body, HasSubstr(R"("line":1)"));
    EXPECT_THAT(bad_value.body, HasSubstr(R"("line":3,"field":"minutes")"));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalApi, VerifiesWithProgress) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    const auto answer = agent_.ask({.method = "POST", .path = "/api/v1/verify"});

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.head, HasSubstr("application/x-ndjson"));
    EXPECT_THAT(answer.body, HasSubstr(R"("done":)"));
    EXPECT_THAT(answer.body, HasSubstr(R"({"result":{"good":true,"entries":1)"));
}

TEST_F(LocalApi, PausesAndResumes) {
    const std::filesystem::path paused = agent_.register_folder() / "paused";

    EXPECT_THAT(agent_.ask({.method = "POST", .path = "/api/v1/pause"}).body,
                HasSubstr("by a person"));
    EXPECT_TRUE(std::filesystem::exists(paused));
    EXPECT_EQ(agent_.network().door().snapshot().pause_reason,
              platform::Message{"delivery.paused_by_a_person"});

    EXPECT_THAT(agent_.ask({.method = "POST", .path = "/api/v1/resume"}).body,
                Not(HasSubstr("by a person")));
    EXPECT_FALSE(std::filesystem::exists(paused));
    EXPECT_EQ(agent_.network().door().snapshot().pause_reason,
              platform::Message{"delivery.no_url"});
}

TEST_F(LocalApi, AnswersHeadWithoutABody) {
    const auto answer = agent_.ask({.method = "HEAD", .path = "/healthz"});

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
}

TEST_F(LocalApi, LogsNothingOfAnEntry) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));
    static_cast<void>(agent_.get("/api/v1/entries/1"));

    EXPECT_EQ(agent_.logged(), "");
}

}  // namespace
}  // namespace tizilim
