#include "agent/entry_json.h"

#include "platform/expected.h"
#include "platform/json.h"
#include "store/rules.h"
#include "sync/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tizilim {
namespace {

using testing::HasSubstr;
using testing::Not;

platform::Expected<store::EntryInput, std::string> read(std::string_view text) {
    return agent::entry_input_of(*sync::read_json(text));
}

TEST(EntryJson, TakesMinutesAsANumberAndMinorAsABoolean) {
    const auto input = read(R"({"minutes":90,"minor":true,"essence":null})");

    ASSERT_TRUE(input.has_value());
    EXPECT_EQ(input->minutes, "90");
    EXPECT_EQ(input->minor, "yes");
    EXPECT_EQ(input->essence, "");
}

TEST(EntryJson, ComesBackAsItWent) {
    const auto input = read(R"({"application_date":"2026-11-02","essence":"Мәні","minor":"no"})");

    EXPECT_EQ(platform::to_json(agent::json_of(*input)),
              R"({"application_date":"2026-11-02","essence":"Мәні","minor":"no"})");
}

TEST(EntryJson, RefusesAnotherKindOfValue) {
    EXPECT_THAT(read(R"({"essence":7})").error(), HasSubstr("essence must be a string"));
    EXPECT_THAT(read(R"({"minutes":true})").error(), HasSubstr("a string or an integer"));
    EXPECT_THAT(read(R"({"minutes":1.5})").error(), HasSubstr("a string or an integer"));
}

TEST(EntryJson, DoesNotLetAnEntryBeDatedBack) {
    EXPECT_FALSE(read(R"({"recorded_date":"2020-01-01"})").has_value());
}

TEST(EntryJson, DoesNotRepeatAKeyThatMayBeASecret) {
    EXPECT_THAT(read(R"({"Тайна клиента":"x"})").error(), Not(HasSubstr("Тайна")));
}

}  // namespace
}  // namespace tizilim
