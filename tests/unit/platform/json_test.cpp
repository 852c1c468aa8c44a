#include "platform/text/json.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace tizilim {
namespace {

using platform::canonical_json;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::to_json;

JsonValue nested_arrays(int depth) {
    JsonValue value = JsonArray{};
    for (int i = 1; i < depth; ++i) {
        JsonArray outer;
        outer.push_back(std::move(value));
        value = std::move(outer);
    }
    return value;
}

TEST(Json, WritesEveryKindInTheOrderGiven) {
    const JsonValue value = JsonObject{
        {"b", JsonArray{1, -2, 0.5, true, false, nullptr, "x", JsonObject{}, JsonArray{}}},
        {"a", JsonObject{{"c", std::string("y")}}}};

    EXPECT_EQ(to_json(value), R"({"b":[1,-2,0.5,true,false,null,"x",{},[]],"a":{"c":"y"}})");
}

TEST(Json, SortsMembersOnlyInTheCanonicalForm) {
    const JsonValue value =
        JsonObject{{"z", 1}, {"", 2}, {"ab", JsonObject{{"d", 3}, {"c", 4}}}, {"a", 5}};

    EXPECT_EQ(to_json(value), R"({"z":1,"":2,"ab":{"d":3,"c":4},"a":5})");
    EXPECT_EQ(canonical_json(value), R"({"":2,"a":5,"ab":{"c":4,"d":3},"z":1})");
}

TEST(Json, KeepsIntegersExact) {
    const JsonValue value = JsonArray{std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max(), 0};

    EXPECT_EQ(to_json(value), "[-9223372036854775808,9223372036854775807,0]");
}

// RFC 8785, section 3.2.2.
TEST(Json, WritesTheSampleOfRfc8785) {
    const JsonValue value =
        JsonObject{{"numbers", JsonArray{333333333.33333329, 1E30, 4.50, 2e-3, 1e-27}},
                   {"string", "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f"},
                   {"literals", JsonArray{nullptr, true, false}}};

    EXPECT_EQ(canonical_json(value), R"({"literals":[null,true,false],)"
                                     R"("numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
                                     R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
}

// RFC 8785, section 3.2.3: by UTF-16 code units, so U+1F600 stands before U+FB33.
TEST(Json, SortsNamesAsTheSampleOfRfc8785) {
    const JsonValue value = JsonObject{{"\u20ac", "Euro Sign"},
                                       {"\r", "Carriage Return"},
                                       {"\ufb33", "Hebrew Letter Dalet With Dagesh"},
                                       {"1", "One"},
                                       {"\U0001f600", "Emoji: Grinning Face"},
                                       {"\u0080", "Control"},
                                       {"\u00f6", "Latin Small Letter O With Diaeresis"}};

    EXPECT_EQ(canonical_json(value),
              "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
              "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
              "\"\U0001f600\":\"Emoji: Grinning Face\","
              "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(Json, SortsSupplementaryCharactersAmongThemselvesByCodePoint) {
    const JsonValue value = JsonObject{{"\U00010400", 1}, {"\U0001f600", 2}, {"\U0001f5ff", 3},
                                       {"\ue000", 4},     {"\ud7ff", 5},     {"\uffff", 6}};

    EXPECT_EQ(canonical_json(value),
              "{\"\ud7ff\":5,\"\U00010400\":1,\"\U0001f5ff\":3,\"\U0001f600\":2,\"\ue000\":4,"
              "\"\uffff\":6}");
}

// RFC 8785, appendix B.
TEST(Json, WritesDoublesAsEcmaScript) {
    const std::pair<double, std::string> samples[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {5e-324, "5e-324"},
        {-5e-324, "-5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {9007199254740992.0, "9007199254740992"},
        {-9007199254740992.0, "-9007199254740992"},
        {295147905179352830000.0, "295147905179352830000"},
        {9.999999999999997e22, "9.999999999999997e+22"},
        {1e23, "1e+23"},
        {999999999999999700000.0, "999999999999999700000"},
        {1e21, "1e+21"},
        {9.999999999999997e-7, "9.999999999999997e-7"},
        {0.000001, "0.000001"},
        {333333333.33333325, "333333333.33333325"},
        {0.000003333333333333333, "0.000003333333333333333"},
        {1424953923781206.2, "1424953923781206.2"},
        {100000.0, "100000"},
        {-1.5, "-1.5"},
        {std::numeric_limits<double>::infinity(), "null"},
        {std::numeric_limits<double>::quiet_NaN(), "null"}};

    for (const auto& [number, text] : samples) EXPECT_EQ(to_json(JsonValue(number)), text);
}

TEST(Json, EscapesWhatRfc8785EscapesAndNothingElse) {
    std::string out = "x";

    platform::append_json_string(out, std::string("\b\t\n\f\r\"\\/\0\x1f\x7f", 11) + "Қ\u2028");

    EXPECT_EQ(out, "x\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0000\\u001f\x7fҚ\u2028\"");
}

TEST(Json, MakesNullOfANullPointerAndMovesStrings) {
    std::string text = "a text that is too long to lie in the string object itself";
    const char* const letters = text.data();

    const JsonValue moved(std::move(text));

    EXPECT_EQ(JsonValue(nullptr), JsonValue());
    ASSERT_NE(moved.string(), nullptr);
    EXPECT_EQ(moved.string()->data(), letters);
}

TEST(Json, FindsMembersByName) {
    const JsonValue value = JsonObject{{"a", 1}, {"b", "x"}};

    ASSERT_NE(value.find("b"), nullptr);
    EXPECT_EQ(*value.find("b")->string(), "x");
    EXPECT_EQ(value.find("c"), nullptr);
    EXPECT_EQ(JsonValue(JsonArray{}).find("a"), nullptr);
}

TEST(Json, ComparesByKindValueAndOrder) {
    const JsonValue value = JsonObject{{"a", JsonArray{1, "x", nullptr}}, {"b", true}};

    EXPECT_EQ(value, (JsonObject{{"a", JsonArray{1, "x", nullptr}}, {"b", true}}));
    EXPECT_NE(value, (JsonObject{{"b", true}, {"a", JsonArray{1, "x", nullptr}}}));
    EXPECT_NE(value, (JsonObject{{"a", JsonArray{1, "x", false}}, {"b", true}}));
    EXPECT_NE(value, (JsonObject{{"a", JsonArray{1, "x"}}, {"b", true}}));
    EXPECT_NE(value, (JsonObject{{"c", JsonArray{1, "x", nullptr}}, {"b", true}}));
    EXPECT_NE(JsonValue(1), JsonValue(1.0));
    EXPECT_NE(JsonValue(1), JsonValue(2));
    EXPECT_NE(JsonValue(0.5), JsonValue(0.25));
    EXPECT_NE(JsonValue("1"), JsonValue("2"));
    EXPECT_NE(JsonValue(true), JsonValue(false));
}

TEST(Json, WritesAndComparesDeepValuesWithoutTheCallStack) {
    constexpr int kDepth = 1000;
    const JsonValue value = nested_arrays(kDepth);

    EXPECT_EQ(to_json(value), std::string(kDepth, '[') + std::string(kDepth, ']'));
    EXPECT_EQ(value, nested_arrays(kDepth));
    EXPECT_NE(value, nested_arrays(kDepth + 1));
}

}  // namespace
}  // namespace tizilim
