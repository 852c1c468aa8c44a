#include "agent/local_port.h"

#include "agent/access_token.h"
#include "agent/config.h"
#include "agent/routes.h"
#include "platform/random.h"
#include "tests/support/temp_directory.h"
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

class LocalPortTest : public testing::Test {
protected:
    [[nodiscard]] support::Answer import(const std::string& csv) const {
        return agent_.ask(
            {.method = "POST", .path = "/api/v1/import", .content_type = "text/csv", .body = csv});
    }
    support::RunningAgent agent_;
};

TEST_F(LocalPortTest, AnswersWithoutATokenWhatAnyoneMayKnow) {
    for (const char* path : {"/healthz", "/readyz", "/status", "/metrics"}) {
        const auto answer = agent_.ask({.path = path, .with_token = false});

        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_THAT(answer.head, HasSubstr("Cache-Control: no-store")) << path;
        EXPECT_THAT(answer.head, HasSubstr("X-Content-Type-Options: nosniff")) << path;
    }
}

TEST_F(LocalPortTest, SplitsTheStatusByTheToken) {
    EXPECT_THAT(agent_.get("/status").body, HasSubstr("\"recorded\""));
    EXPECT_THAT(agent_.ask({.path = "/status", .with_token = false}).body,
                Not(HasSubstr("\"recorded\"")));
    EXPECT_THAT(agent_.get("/metrics").body, HasSubstr("tizilim_entries_recorded"));
    EXPECT_THAT(agent_.ask({.path = "/metrics", .with_token = false}).body,
                Not(HasSubstr("tizilim_entries_recorded")));
}

TEST_F(LocalPortTest, WantsTheTokenForEverythingElse) {
    for (const char* path : {"/api/v1/entries", "/api/v1/entries/1"})
        EXPECT_EQ(agent_.ask({.path = path, .with_token = false}).status, 401) << path;
    for (const char* path :
         {"/api/v1/entries", "/api/v1/entries/1/classify", "/api/v1/preview", "/api/v1/import",
          "/api/v1/verify", "/api/v1/sync", "/api/v1/pause", "/api/v1/resume"}) {
        const auto answer = agent_.ask({.method = "POST",
                                        .path = path,
                                        .content_type = "application/json",
                                        .body = kPartialEntry,
                                        .with_token = false});
        EXPECT_EQ(answer.status, 401) << path;
    }
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalPortTest, RefusesAWrongTokenEvenWhereNoneIsNeeded) {
    const auto answer = agent_.ask(
        {.path = "/status", .with_token = false, .headers = {"Authorization: Bearer x"}});

    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(answer.head, HasSubstr("WWW-Authenticate: Bearer"));
}

TEST_F(LocalPortTest, RefusesAForeignOrigin) {
    const auto answer = agent_.ask({.method = "POST",
                                    .path = "/api/v1/entries",
                                    .content_type = "application/json",
                                    .body = kPartialEntry,
                                    .headers = {"Origin: https://evil.example"}});

    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalPortTest, RefusesAForeignHost) {
    const auto answer = agent_.send("GET /status HTTP/1.1\r\nHost: evil.example\r\n\r\n");

    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, HasSubstr("\"error\":\"forbidden\""));
}

TEST_F(LocalPortTest, RecordsAnEntryAndShowsIt) {
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

TEST_F(LocalPortTest, ShowsNothingThatWouldLeaveOfALocalEntry) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kLocalEntry));

    EXPECT_THAT(agent_.get("/api/v1/entries/1").body, HasSubstr(R"("would_leave":null)"));
}

TEST_F(LocalPortTest, NamesTheFieldsThatAreWrong) {
    const auto answer =
        agent_.post_json("/api/v1/entries", R"({"basis_type":"canary","minutes":0})");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr(R"("field":"basis_type")"));
    EXPECT_THAT(answer.body, HasSubstr(R"("field":"minutes")"));
    EXPECT_THAT(answer.body, Not(HasSubstr("canary")));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalPortTest, NamesAnUnknownKey) {
    const auto answer = agent_.post_json("/api/v1/entries", R"({"minute":1})");

    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr(R"(unknown key \"minute\")"));
}

TEST_F(LocalPortTest, RefusesWhatIsNoJson) {
    EXPECT_EQ(agent_.post_json("/api/v1/entries", "{").status, 400);
    EXPECT_EQ(agent_.post_json("/api/v1/entries", "[]").status, 400);
}

TEST_F(LocalPortTest, ListsInPages) {
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

TEST_F(LocalPortTest, BoundsAPage) {
    for (const char* query : {"limit=1001", "limit=0", "limit=x", "first=0", "first=-1"})
        EXPECT_EQ(agent_.get("/api/v1/entries?" + std::string(query)).status, 400) << query;
}

TEST_F(LocalPortTest, AnswersNotFoundForAnEntryThatIsNotThere) {
    EXPECT_EQ(agent_.get("/api/v1/entries/7").status, 404);
    EXPECT_EQ(agent_.get("/nowhere").status, 404);
}

TEST_F(LocalPortTest, SaysWhichMethodsThereAre) {
    const auto answer = agent_.ask({.method = "DELETE", .path = "/api/v1/entries"});

    EXPECT_EQ(answer.status, 405);
    EXPECT_THAT(answer.head, HasSubstr("Allow: GET, POST"));
}

TEST_F(LocalPortTest, WantsTheRightKindOfBody) {
    const auto answer = agent_.ask({.method = "POST",
                                    .path = "/api/v1/entries",
                                    .content_type = "text/plain",
                                    .body = kPartialEntry});

    EXPECT_EQ(answer.status, 415);
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalPortTest, PreviewsAndRecordsNothing) {
    const auto answer = agent_.post_json("/api/v1/preview", kPartialEntry);

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("would_leave":{)"));
    EXPECT_THAT(answer.body, Not(HasSubstr("Тайна")));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalPortTest, ClassifiesAnEntry) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    const auto answer = agent_.post_json("/api/v1/entries/1/classify",
                                         R"({"disclosure":"local","reason":"the client asks"})");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr(R"("delivery":"local")"));
    EXPECT_EQ(agent_.registry().balance().local, 1U);
}

TEST_F(LocalPortTest, RefusesAClassItDoesNotKnow) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    EXPECT_EQ(
        agent_.post_json("/api/v1/entries/1/classify", R"({"disclosure":"x","reason":"y"})").status,
        400);
    EXPECT_EQ(agent_.post_json("/api/v1/entries/1/classify", R"({"disclosure":"local"})").status,
              400);
}

TEST_F(LocalPortTest, ImportsAFileAndKnowsItAgain) {
    const auto first = import(kHeader + std::string(kRow));
    const auto again = import(kHeader + std::string(kRow));

    EXPECT_EQ(first.status, 200);
    EXPECT_THAT(first.body, HasSubstr(R"({"result":{"recorded":1,"already_there":0)"));
    EXPECT_THAT(again.body, HasSubstr(R"({"result":{"recorded":0,"already_there":1)"));
    EXPECT_EQ(agent_.registry().balance().recorded, 1U);
}

TEST_F(LocalPortTest, UndoesAnImportWhoseClientWent) {
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

TEST_F(LocalPortTest, NamesLineAndFieldOfABadFile) {
    const auto malformed = import("nonsense\n1\n");
    const auto bad_value = import(kHeader + std::string(kRow) +
                                  "2025-11-04,2025-11-04,,court_resolution,1,,,x,court,0,,,\n");

    EXPECT_EQ(malformed.status, 422);
    EXPECT_THAT(malformed.body, HasSubstr(R"("line":1)"));
    EXPECT_THAT(bad_value.body, HasSubstr(R"("line":3,"field":"minutes")"));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(LocalPortTest, VerifiesWithProgress) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));

    const auto answer = agent_.ask({.method = "POST", .path = "/api/v1/verify"});

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.head, HasSubstr("application/x-ndjson"));
    EXPECT_THAT(answer.body, HasSubstr(R"("done":)"));
    EXPECT_THAT(answer.body, HasSubstr(R"({"result":{"good":true,"entries":1)"));
}

TEST_F(LocalPortTest, PausesAndResumes) {
    EXPECT_THAT(agent_.ask({.method = "POST", .path = "/api/v1/pause"}).body,
                HasSubstr("by a person"));
    EXPECT_THAT(agent_.ask({.method = "POST", .path = "/api/v1/resume"}).body,
                HasSubstr("no peer"));
}

TEST_F(LocalPortTest, AnswersHeadWithoutABody) {
    const auto answer = agent_.ask({.method = "HEAD", .path = "/healthz"});

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
}

TEST_F(LocalPortTest, LogsNothingOfAnEntry) {
    static_cast<void>(agent_.post_json("/api/v1/entries", kPartialEntry));
    static_cast<void>(agent_.get("/api/v1/entries/1"));

    EXPECT_EQ(agent_.logged(), "");
}

TEST(LocalPort, SaysThatThePortIsTaken) {
    support::RunningAgent first;
    const agent::StatusSettings settings{.address = "127.0.0.1", .port = first.port()};

    try {
        const agent::LocalPort second(settings, first.services(), "token", first.log());
        FAIL() << "two have the port";
    } catch (const agent::PortError& error) {
        EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(first.port())));
        EXPECT_THAT(error.what(), HasSubstr("[status] port"));
    }
}

TEST(AccessToken, IsMadeOnceForItsOwnerAlone) {
    const support::TempDirectory folder;
    platform::SystemRandom random;
    const auto file = agent::token_file(folder.path());

    const std::string made = agent::load_or_make_token(file, random);

    EXPECT_EQ(made.size(), 64U);
    EXPECT_EQ(agent::load_or_make_token(file, random), made);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(AccessToken, IsRefusedWhenOthersMayReadIt) {
    const support::TempDirectory folder;
    platform::SystemRandom random;
    const auto file = agent::token_file(folder.path());
    static_cast<void>(agent::load_or_make_token(file, random));
    std::filesystem::permissions(file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);

    EXPECT_ANY_THROW(static_cast<void>(agent::load_or_make_token(file, random)));
}

}  // namespace
}  // namespace tizilim
