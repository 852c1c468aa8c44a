#include "agent/admin/couch_server.h"
#include "agent/config/setup.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/unit/admin/admin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tizilim::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kTextMax = 10'000;

std::string text_of(const std::filesystem::path& file) {
    return platform::read_file(file, kTextMax);
}

TEST_F(AdminTest, MakesFortyRegistersAndASecondRunChangesNothing) {
    const Said first = provision(lawyers(40));

    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("Made or mended: 40. All there before: 0."));
    ASSERT_EQ(files(".setup").size(), 40U);
    ASSERT_EQ(files(".txt").size(), 40U);
    std::map<std::string, std::string> before;
    for (const auto& file : files(".setup")) {
        EXPECT_EQ(status_for(file), 200) << file;
        EXPECT_EQ(platform::access_beyond_owner(file), "");
        before[file] = text_of(file);
    }

    transport_.forget_captured();
    const Said second = provision(lawyers(40));

    EXPECT_EQ(second.code, 0) << second.err;
    EXPECT_THAT(second.out, HasSubstr("Made or mended: 0. All there before: 40."));
    EXPECT_EQ(transport_.captured_count("PUT "), 0U);
    for (const auto& [file, text] : before) EXPECT_EQ(text_of(file), text);
}

TEST_F(AdminTest, WritesTheFileThatTheFirstRunTakes) {
    ASSERT_EQ(provision("lawyer;iin;bar_association;bar_association_kk;language\n"
                        "\"Ахметов \"\"Младший\"\"\";800101300001;Коллегия;Алқа;kk\n")
                  .code,
              0);

    const auto fields = agent::read_setup_file(text_of(files(".setup").front()));

    ASSERT_TRUE(fields);
    EXPECT_EQ(fields->at("lawyer"), "Ахметов \"Младший\"");
    EXPECT_EQ(fields->at("iin"), "800101300001");
    EXPECT_EQ(fields->at("bar_association"), "Коллегия");
    EXPECT_EQ(fields->at("bar_association_kk"), "Алқа");
    EXPECT_EQ(fields->at("language"), "kk");
    EXPECT_EQ(fields->at("user"), fields->at("url").substr(std::string("https://model/").size()));
    EXPECT_THAT(text_of(files(".txt").front()), HasSubstr(fields->at("password")));
}

TEST_F(AdminTest, NamesADatabaseByItsIdentityAndLetsNobodyElseIn) {
    ASSERT_EQ(provision(lawyers(2)).code, 0);
    const std::string user = value_in(files(".setup")[0], "user");
    const std::string password = value_in(files(".setup")[0], "password");
    const support::CouchDatabase* database = model_.database(user);
    ASSERT_NE(database, nullptr);

    EXPECT_EQ("register-" + *database->body("register")->find("identity")->string(), user);
    EXPECT_EQ(status_of('/' + value_in(files(".setup")[1], "user"), user, password), 403);
    EXPECT_EQ(status_of("/_users/_all_docs", user, password), 401);
    EXPECT_GE(password.size(), 20U);
}

TEST_F(AdminTest, TheMadeRulesRefuseAFieldThatMayNotLeave) {
    ASSERT_EQ(provision(lawyers(1)).code, 0);
    const auto setup = files(".setup").front();
    const auto push = [&](const std::string& members) {
        return model_
            .handle(
                {.method = platform::Method::put,
                 .url = value_in(setup, "url") + "/entry:1",
                 .headers = {{"Authorization", basic_authorization(value_in(setup, "user"),
                                                                   value_in(setup, "password"))}},
                 .body = R"({"type":"entry")" + members + '}'})
            .status;
    };

    EXPECT_EQ(push(R"(,"notes":"x")"), 403);
    EXPECT_EQ(push(R"(,"essence":")" + std::string(300'000, 'x') + '"'), 403);
    EXPECT_EQ(push(R"(,"minutes":90)"), 201);
}

TEST_F(AdminTest, ADryRunSaysWhatWouldBeMadeAndMakesNothing) {
    const Said said = provision(lawyers(2), {"--dry-run"});

    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("Would be made or mended: 2."));
    EXPECT_EQ(transport_.captured_count("PUT "), 0U);
    EXPECT_FALSE(std::filesystem::exists(output()));
}

TEST_F(AdminTest, MendsWhatWasChangedAndKeepsThePassword) {
    ASSERT_EQ(provision(lawyers(1)).code, 0);
    const auto setup = files(".setup").front();
    const std::string database = value_in(setup, "user");
    put('/' + database + "/_security", R"({"members":{"names":["somebody"],"roles":[]}})");
    put('/' + database + "/_revs_limit", "20");

    const Said said = provision(lawyers(1));

    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("members (`_security`), length of histories"));
    EXPECT_EQ(status_for(setup), 200);
    EXPECT_EQ(model_.database(database)->revisions_limit, 1000);
}

TEST_F(AdminTest, GoesOnWhereACrashStoppedIt) {
    transport_.on_request([&](const platform::HttpRequest& request) {
        const bool closes_database = request.method == platform::Method::put &&
                                     request.url.find("/_security") != std::string::npos;
        if (closes_database) transport_.set_down(platform::NetworkError::Kind::reset);
    });
    EXPECT_EQ(provision(lawyers(1)).code, 1);
    const std::string handed_out = text_of(files(".setup").front());
    transport_.on_request({});
    transport_.set_up();

    const Said said = provision(lawyers(1));

    EXPECT_EQ(said.code, 0) << said.err;
    ASSERT_EQ(files(".setup").size(), 1U);
    EXPECT_EQ(text_of(files(".setup").front()), handed_out);
    EXPECT_EQ(status_for(files(".setup").front()), 200);
}

TEST_F(AdminTest, TakesNoDatabaseThatItDidNotMake) {
    model_.create_database("old");

    const Said said = provision("lawyer,database\nАдвокат,old\nДругой,new\n");

    EXPECT_EQ(said.code, 1);
    EXPECT_THAT(said.err, HasSubstr("the database old is there"));
    EXPECT_THAT(said.err, HasSubstr("Nothing was made."));
    EXPECT_EQ(model_.database("new"), nullptr);
}

TEST_F(AdminTest, ShowsAPasswordOnlyWhenAsked) {
    const Said quiet = provision(lawyers(1));
    const std::string first = value_in(files(".setup").front(), "password");
    EXPECT_THAT(quiet.out + quiet.err, Not(HasSubstr(first)));

    const Said shown = run({"rotate", "800101300000", "--output", output().string(), "--show"});

    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr(value_in(files(".setup").front(), "password")));
}

TEST_F(AdminTest, RotatesAPassword) {
    ASSERT_EQ(provision(lawyers(2)).code, 0);
    const auto setup = files(".setup").front();
    const std::string user = value_in(setup, "user");
    const std::string old = value_in(setup, "password");

    const Said said = run({"rotate", user, "--output", output().string()});

    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(value_in(setup, "password"), old);
    EXPECT_EQ(status_for(setup), 200);
    EXPECT_EQ(status_of('/' + user, user, old), 401);
    EXPECT_EQ(status_for(files(".setup")[1]), 200);
    EXPECT_THAT(provision(lawyers(2)).out, HasSubstr("Made or mended: 0."));
}

TEST_F(AdminTest, RevokesARegisterWhoseDataStays) {
    ASSERT_EQ(provision(lawyers(1)).code, 0);
    const auto setup = files(".setup").front();
    const std::string user = value_in(setup, "user");
    put('/' + user + "/entry:1", R"({"type":"entry"})");

    const Said said = run({"revoke", user});

    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(status_for(setup), 401);
    EXPECT_TRUE(model_.database(user)->members.empty());
    EXPECT_EQ(model_.database(user)->count("entry:"), 1U);
    EXPECT_EQ(provision(lawyers(1)).code, 1);
    EXPECT_EQ(run({"rotate", user, "--output", output().string()}).code, 1);
}

TEST_F(AdminTest, SaysWhatIsWrongWithTheServer) {
    model_.fail_next({.status = 200, .body = "<html>log in</html>"});
    EXPECT_THAT(provision(lawyers(1)).err, HasSubstr("something answers in place"));
    transport_.set_down(platform::NetworkError::Kind::unreachable);
    EXPECT_EQ(provision(lawyers(1)).code, 1);
    transport_.set_up();
    const Said stranger = run_plain(
        {"--server", "https://model", "--admin", "admin", "--password-stdin", "check"}, "wrong\n");

    EXPECT_EQ(stranger.code, 1);
    EXPECT_THAT(stranger.err, HasSubstr("does not let this administrator in"));
    EXPECT_EQ(model_.database("_users"), nullptr);
}

TEST_F(AdminTest, ReadsNoPasswordThatOthersCanRead) {
    std::filesystem::permissions(folder_ / "password", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);

    const Said said = run({"check"});

    EXPECT_EQ(said.code, 1);
    EXPECT_EQ(transport_.counters().requests, 0U);
}

TEST_F(AdminTest, TakesNoAddressWithAPasswordInIt) {
    EXPECT_EQ(run_plain({"--server", "https://admin:secret@model", "check"}).code, 1);
    EXPECT_EQ(run_plain({"--server", "model", "check"}).code, 1);
    EXPECT_EQ(run_plain({"check"}).code, 2);
    EXPECT_EQ(transport_.counters().requests, 0U);
}

}  // namespace
}  // namespace tizilim::admin
