#include "platform/text/json_reader.h"

#include "platform/text/json.h"
#include "platform/text/message.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

std::string error_of(std::string_view text, const platform::JsonBounds& bounds = {}) {
    const auto read = platform::read_json(text, bounds);
    return read ? "read as " + platform::to_json(*read) : platform::in_english(read.error());
}

/// The text as it was understood.
std::string echo(std::string_view text) {
    const auto read = platform::read_json(text);
    return read ? platform::to_json(*read) : "refused: " + platform::in_english(read.error());
}

TEST(JsonReader, ReadsEveryKindOfValueInTheOrderGiven) {
    const std::string text =
        R"({"b":[1,-2,0.5,true,false,null,"х",{},[]],"a":{"c":{"d":[[["e"]]]}},"":""})";

    EXPECT_EQ(echo(text), text);
}

TEST(JsonReader, ReadsScalarsAndSpaceAround) {
    EXPECT_EQ(echo(" \t\r\n 7 \n"), "7");
    EXPECT_EQ(echo("\"a\""), "\"a\"");
    EXPECT_EQ(echo("null"), "null");
    EXPECT_EQ(echo("-0"), "0");
}

TEST(JsonReader, TellsIntegersFromOtherNumbers) {
    const auto read = platform::read_json("[1, 1.0, 1e2, 9007199254740992, -9007199254740992]");

    ASSERT_TRUE(read);
    const platform::JsonArray& numbers = *read->array();
    ASSERT_EQ(numbers.size(), 5U);
    ASSERT_NE(numbers[0].integer(), nullptr);
    EXPECT_EQ(numbers[1].integer(), nullptr);
    EXPECT_EQ(numbers[2].integer(), nullptr);
    EXPECT_EQ(*numbers[3].integer(), std::int64_t{1} << 53);
    EXPECT_EQ(*numbers[4].integer(), -(std::int64_t{1} << 53));
}

TEST(JsonReader, LeavesLongFractionsAndDigitsInStringsAlone) {
    EXPECT_EQ(echo("\"18446744073709551617\""), "\"18446744073709551617\"");
    EXPECT_TRUE(platform::read_json("[0.12345678901234567890, 9007199254740992.0, 1e15, 1e-17]"));
}

TEST(JsonReader, ReadsEscapes) {
    const auto read =
        platform::read_json(R"(["\"\\\/\b\f\n\r\t","\u0416\u20ac\ud83d\ude00","\\u0000"])");

    ASSERT_TRUE(read) << platform::in_english(read.error());
    const platform::JsonArray& texts = *read->array();
    EXPECT_EQ(*texts[0].string(), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(*texts[1].string(), "Ж€😀");
    EXPECT_EQ(*texts[2].string(), "\\u0000");
}

// clang-format off: a table
constexpr std::string_view kNoJson[] = {
    "", " ", "{", "[", "}", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}",
    "{\"a\":1,}", "{a:1}", "{'a':1}", "{1:2}", "{\"a\" 1}", "nul", "nullx", "tru", "True", "NaN",
    "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10", "--1", "1,2", "[1}",
    "{\"a\":1]", "1 2", "{}{}", "{} x", "[]]", "// c\n1", "/* c */ 1", "1 // c", "1 /* */",
    "[1/**/,2]", "\"a", "\"a\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "<html></html>",
    "\xef\xbb\xbf{}", "[\"a\":1]", "{\"a\":1:2}", "{,}", "{[]:1}", "{\"a\":1 \"b\":2}", "[1]\f",
    "\v1",
};
// clang-format on

TEST(JsonReader, RefusesWhatIsNoJson) {
    for (const std::string_view text : kNoJson) {
        EXPECT_FALSE(platform::read_json(text)) << "of: " << text << " as " << echo(text);
    }
}

TEST(JsonReader, RefusesLoneSurrogates) {
    for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")",
                             R"("\ud800\ud800")", R"("\udc00\ud800")"}) {
        EXPECT_FALSE(platform::read_json(text)) << text;
    }
}

TEST(JsonReader, RefusesControlCharactersInStrings) {
    for (int code = 0; code < 0x20; ++code) {
        const std::string text = "[\"a" + std::string(1, static_cast<char>(code)) + "b\"]";

        EXPECT_FALSE(platform::read_json(text)) << code;
    }
}

TEST(JsonReader, RefusesANulHoweverItIsWritten) {
    EXPECT_EQ(error_of({"[1]\0", 4}), "it holds a NUL character");
    EXPECT_EQ(error_of({"\0[1]", 4}), "it holds a NUL character");
    EXPECT_EQ(error_of({"[1\0]", 4}), "it holds a NUL character");
    EXPECT_EQ(error_of(R"({"a":"b\u0000c"})"), "it holds a NUL character");
    EXPECT_EQ(error_of(R"({"a\\\u0000":1})"), "it holds a NUL character");
}

TEST(JsonReader, RefusesInvalidUtf8AndSaysWhere) {
    EXPECT_EQ(error_of("[\"\xff\"]"), "it is not UTF-8 from byte 2 on");
    EXPECT_EQ(error_of("\xff"), "it is not UTF-8 from byte 0 on");
    EXPECT_EQ(error_of("[\"\xed\xa0\x80\"]"), "it is not UTF-8 from byte 2 on");
}

TEST(JsonReader, RefusesANameTwiceInOneObject) {
    EXPECT_EQ(error_of(R"({"a":1,"b":2,"a":3})"), "an object has a name twice (at value 4)");
    EXPECT_EQ(error_of(R"([{"a":1},{"a":{"a":1,"\u0061":2}}])"),
              "an object has a name twice (at value 7)");
    EXPECT_EQ(echo(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"),
              R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})");
}

TEST(JsonReader, RefusesANameTwiceInALargeObject) {
    std::string text = "{";
    for (int i = 0; i < 1000; ++i) text += "\"n" + std::to_string(i) + "\":" + "1,";

    EXPECT_TRUE(platform::read_json(text + "\"n1000\":1}"));
    EXPECT_FALSE(platform::read_json(text + "\"n17\":1}"));
}

TEST(JsonReader, RefusesNumbersThatOthersReadDifferently) {
    for (const char* text :
         {"9007199254740993", "-9007199254740993", "9223372036854775807", "9223372036854775808",
          "18446744073709551615", "18446744073709551616", "-9223372036854775808",
          "-99999999999999999999", "18446744073709551617", "[1,-18446744073709551617]", "1e999",
          "-1e999", "2E20", "-2e20", "1e17", "18446744073709551617.0", "9007199254740994.0",
          "-90071992547409.94e2", "9.1e15"}) {
        EXPECT_FALSE(platform::read_json(text)) << text << " as " << echo(text);
    }
}

TEST(JsonReader, RefusesWhatIsNestedTooDeep) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };

    EXPECT_TRUE(platform::read_json(nested(32)));
    EXPECT_EQ(error_of(nested(33)), "it is nested deeper than 32 (at value 32)");
    EXPECT_FALSE(platform::read_json(std::string(5'000'000, '[')));
    EXPECT_TRUE(platform::read_json("[[]]", {.depth_max = 2}));
    EXPECT_FALSE(platform::read_json("[[{}]]", {.depth_max = 2}));
}

TEST(JsonReader, RefusesMoreValuesThanAllowed) {
    EXPECT_TRUE(platform::read_json("[1,2,3]", {.values_max = 4}));
    EXPECT_EQ(error_of("[1,2,3,4]", {.values_max = 4}), "it holds more than 4 values (at value 5)");
    EXPECT_FALSE(platform::read_json(R"({"a":1,"b":{"c":2}})", {.values_max = 3}));
}

TEST(JsonReader, SurvivesDamageAtAnyByte) {
    const std::string whole =
        R"({"last_seq":"7-g1","results":[{"id":"entry:1","seq":7,"changes":[{"rev":"1-é"}]}]})";
    std::mt19937 engine(7);
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        refused += platform::read_json(whole.substr(0, length)) ? 0U : 1U;
    }

    EXPECT_EQ(refused, whole.size());
    for (int i = 0; i < 20'000; ++i) {
        std::string damaged = whole;
        damaged[engine() % damaged.size()] = static_cast<char>(engine() % 256);
        damaged[engine() % damaged.size()] = static_cast<char>(engine() % 128);
        const auto read = platform::read_json(damaged);
        if (read) {
            const auto again = platform::read_json(platform::to_json(*read));
            ASSERT_TRUE(again) << damaged;
            EXPECT_EQ(*again, *read);
        }
    }
}

}  // namespace
}  // namespace tizilim
