#include "agent/api/page_sessions.h"
#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/config/places.h"
#include "agent/config/setup_fields.h"
#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "agent/register/register_maker.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/log.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using agent::ApiResponse;
using agent::FieldProblems;
using agent::SetupFields;
using testing::HasSubstr;
using testing::Not;

/// The paths of the first run; what would be written is noted.
class SetupRoutes : public testing::Test {
protected:
    [[nodiscard]] ApiResponse ask(const std::string& method, const std::string& body = {},
                                  const std::string& last = {}) const {
        std::vector<std::string> path{"api", "v1", "setup"};
        if (!last.empty()) path.push_back(last);
        return routes_.answer({.method = method,
                               .path = std::move(path),
                               .query = {},
                               .content_type = "application/json",
                               .authorized = true,
                               .body = body,
                               .session = "1f"});
    }

    agent::Configuration configuration_ = agent::parse_configuration(
        "[register]\nlawyer = Серікова\n[unified]\nurl = https://h/db\n",
        agent::Places{.config = "/c", .register_directory = "/r", .anchor_directory = "/a"},
        agent::Credentials::leave);
    FieldProblems problems_;
    SetupFields written_;
    std::string session_;
    int begun_ = 0;

    support::SimClock clock_;
    platform::SystemRandom random_;
    agent::PageSessions pages_{clock_, random_};
    agent::Routes routes_{agent::NoRegister{
        .observe = [] { return agent::observe_without_register({}, {}); },
        .make = [](const store::PairingCode* /*pairing*/) { return agent::NewRegister{}; },
        .restore = [](const store::RestoreOptions& /*options*/) { return store::RestoreReport{}; },
        .directory = "/r",
        .utc_offset = std::chrono::hours(5),
        .pages = pages_,
        .setup = {.configuration = [this] { return configuration_; },
                  .write =
                      [this](const SetupFields& fields, const std::string& session) {
                          written_ = fields;
                          session_ = session;
                          return problems_;
                      },
                  .begin_anew = [this] { ++begun_; }}}};
};

TEST_F(SetupRoutes, ShowWhatIsConfiguredButNoPassword) {
    configuration_.unified.password_file = "/secret";

    const ApiResponse shown = ask("GET");

    EXPECT_EQ(shown.status, 200);
    EXPECT_THAT(shown.body, HasSubstr(R"("lawyer":"Серікова")"));
    EXPECT_THAT(shown.body, HasSubstr(R"("url":"https://h/db")"));
    EXPECT_THAT(shown.body, HasSubstr(R"("has_password":true)"));
    EXPECT_THAT(shown.body, Not(HasSubstr("secret")));
}

TEST_F(SetupRoutes, HaveItWrittenAndBeginAnewOnceThatIsAnswered) {
    const ApiResponse answer = ask("POST", R"({"lawyer": "A", "password": "sesame"})");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(written_, (SetupFields{{"lawyer", "A"}, {"password", "sesame"}}));
    EXPECT_EQ(session_, "1f");
    EXPECT_EQ(begun_, 0);
    ASSERT_TRUE(answer.afterwards);
    answer.afterwards();
    EXPECT_EQ(begun_, 1);
    EXPECT_THAT(answer.body, Not(HasSubstr("sesame")));
}

TEST_F(SetupRoutes, NameWhatIsWrongByItsFieldAndGoOn) {
    problems_ = {{"url", {"config.url"}}, {"", {"setup.no_place"}}};

    const ApiResponse answer = ask("POST", R"({"url": "x"})");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr(R"("field":"url")"));
    EXPECT_THAT(answer.body, HasSubstr("config.url"));
    EXPECT_THAT(answer.body, HasSubstr("setup.no_place"));
    EXPECT_FALSE(answer.afterwards);
}

TEST_F(SetupRoutes, HandOnNoMoreThanALineMayHold) {
    const ApiResponse answer = ask("POST", R"({"lawyer": ")" + std::string(1001, 'a') + R"("})");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr(R"("field":"lawyer")"));
    EXPECT_EQ(written_, SetupFields{});
}

TEST_F(SetupRoutes, TakeKnownFieldsAsTextsAlone) {
    for (const std::string body :
         {"", "[]", R"({"lawyer": 1})", R"({"directory": "/r"})", R"({"password_file": "/k"})"})
        EXPECT_EQ(ask("POST", body).status, 400) << body;
    EXPECT_EQ(written_, SetupFields{});
}

TEST_F(SetupRoutes, ReadAnAdministratorsFile) {
    const ApiResponse read = ask("POST", R"({"text": "[unified]\nurl = https://h/db\n"})", "file");
    const ApiResponse refused = ask("POST", R"({"text": "[unified]\nproxy = x\n"})", "file");

    EXPECT_EQ(read.status, 200);
    EXPECT_THAT(read.body, HasSubstr(R"({"fields":{"url":"https://h/db"}})"));
    EXPECT_EQ(refused.status, 422);
    EXPECT_THAT(refused.body, HasSubstr("setup.file_unknown"));
    EXPECT_EQ(written_, SetupFields{});
}

TEST(RegisterMaker, MakesNoRegisterOnceAnotherProgramIsToBegin) {
    const support::TempDirectory folder;
    const support::SimClock clock;
    platform::SystemRandom random;
    support::MemoryKeyStore keys;
    std::ostringstream text;
    platform::Log log(text, clock);
    const store::RegisterSettings settings{.directory = folder / "register", .policy = {}};
    agent::RegisterMaker maker(
        {.settings = settings, .keys = keys, .clock = clock, .random = random, .log = log},
        folder / "keys", [] { return store::BookState{}; });

    EXPECT_EQ(maker.before_making([] { return FieldProblems{{"url", {"config.url"}}}; }).size(),
              1U);
    EXPECT_EQ(maker.before_making([] { return FieldProblems{}; }), FieldProblems{});

    EXPECT_THROW(static_cast<void>(maker.make(nullptr)), store::StoreError);
    EXPECT_THROW(static_cast<void>(maker.before_making([] { return FieldProblems{}; })),
                 store::StoreError);
    EXPECT_FALSE(store::Register::is_in(settings.directory));
}

}  // namespace
}  // namespace tizilim
