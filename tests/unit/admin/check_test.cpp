#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/unit/admin/admin_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace tizilim::admin {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;

class CheckTest : public AdminTest {
protected:
    /// Their databases.
    std::vector<std::string> provisioned(int count) {
        EXPECT_EQ(provision(lawyers(count)).code, 0);
        std::vector<std::string> names;
        for (const auto& file : files(".setup")) names.push_back(value_in(file, "user"));
        return names;
    }
    [[nodiscard]] std::string verdict_on(const std::string& database) {
        const auto json = platform::read_json(run({"check", "--json"}).out);
        if (!json) return "no JSON";
        for (const platform::JsonValue& row : *json->find("registers")->array())
            if (*row.find("register")->string() == database) return *row.find("verdict")->string();
        return "absent";
    }
};

TEST_F(CheckTest, ShowsFortyHealthyAndOneStale) {
    const std::vector<std::string> databases = provisioned(40);
    for (const std::string& database : databases) put_health(database, hours(1));

    const Said all = run({"check"});
    clock_.advance(hours(100));
    for (std::size_t i = 1; i < databases.size(); ++i)
        model_.database(databases[i])->lose("health:pc");
    for (std::size_t i = 1; i < databases.size(); ++i) put_health(databases[i], hours(2));
    const Said one_stale = run({"check"});

    EXPECT_EQ(all.code, 0) << all.out << all.err;
    EXPECT_THAT(all.out, HasSubstr("Well: 40 of 40."));
    EXPECT_EQ(one_stale.code, 1);
    EXPECT_THAT(one_stale.out, HasSubstr("Well: 39 of 40."));
    EXPECT_THAT(one_stale.out, HasSubstr("STALE"));
    EXPECT_EQ(verdict_on(databases[0]), "stale");
    EXPECT_EQ(run({"check", "--stale-days", "10"}).code, 1);  // its backup is as old
}

TEST_F(CheckTest, TellsWhatIsWrong) {
    const std::vector<std::string> databases = provisioned(5);
    put_health(databases[1], hours(1), "refused");
    put_health(databases[2], hours(1));
    put('/' + databases[2] + "/_security", R"({"members":{"names":[],"roles":[]}})");
    put_health(databases[3], hours(1));
    ASSERT_EQ(run({"revoke", databases[3]}).code, 0);
    put_health(databases[4], hours(1));

    EXPECT_EQ(verdict_on(databases[0]), "unseen");
    EXPECT_EQ(verdict_on(databases[1]), "unwell");
    EXPECT_EQ(verdict_on(databases[2]), "broken");
    EXPECT_EQ(verdict_on(databases[3]), "revoked");
    EXPECT_EQ(verdict_on(databases[4]), "healthy");
    EXPECT_THAT(run({"check"}).out, HasSubstr("members (`_security`)"));
}

TEST_F(CheckTest, ChangesNothing) {
    provisioned(3);
    transport_.forget_captured();

    static_cast<void>(run({"check"}));

    EXPECT_EQ(transport_.captured_count("PUT "), 0U);
}

TEST_F(CheckTest, GivesMetricsWithoutNamesOfPeople) {
    const std::string database = provisioned(1).front();
    put_health(database, hours(1));

    const Said said = run({"check", "--prometheus"});

    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("tizilim_register_well{register=\"" + database + "\"} 1\n"));
    EXPECT_THAT(said.out, HasSubstr("tizilim_register_seen_age_seconds{register=\"" + database +
                                    "\"} 3600\n"));
    EXPECT_THAT(said.out, Not(HasSubstr("Адвокат")));
    EXPECT_THAT(said.out, Not(HasSubstr("8001013")));
}

}  // namespace
}  // namespace tizilim::admin
