#include "agent/api/description.h"

#include "agent/api/route.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/fields.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {
namespace {

using platform::JsonMember;
using platform::JsonValue;
using testing::IsEmpty;

/// "POST /api/v1/entries/*/void, json, owner"
std::string line(std::string_view method, std::string_view path, std::string_view body,
                 std::string_view whom) {
    std::string text(method);
    ((text += ' ') += path) += ", ";
    ((text += body) += ", ") += whom;
    return text;
}

std::string_view name_of(agent::Body body) {
    if (body == agent::Body::none) return "none";
    return body == agent::Body::json ? "json" : "rows";
}

std::string_view name_of(agent::For whom) {
    if (whom == agent::For::anyone) return "anyone";
    if (whom == agent::For::owner) return "owner";
    return whom == agent::For::control ? "control" : "session";
}

std::set<std::string> served() {
    std::set<std::string> lines;
    for (const agent::Route& route : agent::all_routes()) {
        std::string path;
        for (const std::string_view segment : route.path) (path += '/') += segment;
        lines.insert(line(route.method, path, name_of(route.body), name_of(route.whom)));
    }
    return lines;
}

/// {name} becomes *.
std::string template_of(std::string path) {
    for (std::size_t begin = path.find('{'); begin != std::string::npos; begin = path.find('{'))
        path.replace(begin, path.find('}') - begin + 1, agent::kAnySegment);
    return path;
}

std::string_view body_in(const JsonValue& operation) {
    const JsonValue* const body = operation.find("requestBody");
    if (body == nullptr) return "none";
    const JsonValue* const content = body->find("content");
    if (content->find("application/json") != nullptr) return "json";
    return content->find("text/csv") != nullptr ? "rows" : "of no known type";
}

std::string whom_in(const JsonValue& operation) {
    const JsonValue* const security = operation.find("security");
    if (security == nullptr) return "owner";
    const std::string text = platform::to_json(*security);
    if (text == "[]" || text == R"([{"oneTimeCode":[]}])") return "anyone";
    if (text == "[{}]") return "control";
    return text == R"([{"pageSession":[]}])" ? "session" : text;
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

std::set<std::string> described() {
    std::set<std::string> lines;
    const auto json = platform::read_json(agent::description());
    EXPECT_TRUE(json.has_value());
    if (!json) return lines;
    for (const JsonMember& path : *json->find("paths")->object())
        for (const JsonMember& operation : *path.value.object())
            if (operation.name != "parameters")
                lines.insert(line(upper(operation.name), template_of(path.name),
                                  body_in(operation.value), whom_in(operation.value)));
    return lines;
}

std::vector<std::string> without(const std::set<std::string>& lines,
                                 const std::set<std::string>& others) {
    std::vector<std::string> rest;
    std::ranges::set_difference(lines, others, std::back_inserter(rest));
    return rest;
}

TEST(Description, HasEveryPathThatIsServedAndNoOther) {
    EXPECT_THAT(without(served(), described()), IsEmpty());
    EXPECT_THAT(without(described(), served()), IsEmpty());
}

TEST(Description, HasEveryFieldOfAnEntry) {
    const auto json = platform::read_json(agent::description());
    ASSERT_TRUE(json.has_value());
    const JsonValue& schemas = *json->find("components")->find("schemas");
    const JsonValue& given = *schemas.find("EntryInput")->find("properties");
    const JsonValue& shown = *schemas.find("EntryMembers")->find("properties");

    for (const store::EntryField& field : store::entry_fields()) {
        const std::string name(field.name);
        EXPECT_EQ(given.find(name) != nullptr, field.given_by != store::GivenBy::file) << name;
        EXPECT_EQ(shown.find(name) != nullptr, name != "recorded_date") << name;
    }
}

TEST(Description, IsServedToTheOwnerAlone) {
    const support::RunningAgent agent;

    const support::Answer answer = agent.get("/api/v1/openapi.json");
    const support::Answer of_stranger =
        agent.ask({.path = "/api/v1/openapi.json", .over_port = true});

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, agent::description());
    EXPECT_EQ(of_stranger.status, 404);
}

}  // namespace
}  // namespace tizilim
