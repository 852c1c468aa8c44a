#include "agent/texts/words.h"

#include "agent/texts/catalogue.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "tests/unit/agent/latin_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

const Words in_russian(UserLanguage::ru, std::chrono::hours(5));

std::string said_of(const JsonObject& values) {
    return in_russian("text", values);
}

TEST(Words, AreOfTheLanguage) {
    const JsonObject values{{"number", 7}};
    EXPECT_EQ(Words(UserLanguage::en, {})("entry.empty_book", values),
              "this book has no entry number 7; it is empty yet");
    EXPECT_EQ(Words(UserLanguage::ru, {})("entry.empty_book", values),
              "в этой книге нет записи № 7: она пока пуста");
    EXPECT_EQ(Words(UserLanguage::kk, {})("entry.empty_book", values),
              "бұл кітапта № 7 жазба жоқ: кітап әзірге бос");
}

TEST(Words, ShowMessagesInsideOthersAndLists) {
    const JsonValue inner = platform::as_json(Message{"entry.empty_book", {{"number", 1}}});
    EXPECT_EQ(said_of({{"text", inner}}), in_russian("entry.empty_book", {{"number", 1}}));
    EXPECT_EQ(said_of({{"text", JsonArray{1, "a"}}}), "1, a");
}

TEST(Words, ShowAListLineByLineWhereTheSentenceAsksForIt) {
    EXPECT_EQ(in_russian("config.wrong", {{"problems", JsonArray{1, "a"}}}), "1\na");
}

TEST(Words, ShowSecondsWhereTheyMatter) {
    const std::string said = Words(UserLanguage::en, std::chrono::hours(5))(
        "signature.far_ahead",
        {{"made", "2026-11-03T05:00:01Z"}, {"now", "2026-11-02T10:00:00+05:00"}});
    EXPECT_THAT(said, testing::HasSubstr("made at 03.11.2026 10:00:01, "));
    EXPECT_THAT(said, testing::HasSubstr("which is 02.11.2026 10:00:00. "));
}

TEST(Words, LeaveAPlaceholderWithoutAValueAndWhatIsNone) {
    EXPECT_EQ(said_of({}), "{text}");
    EXPECT_THAT(Words(UserLanguage::en, {})("help.resolve_from_stdin"),
                testing::HasSubstr(R"({"essence": {"text": "…"}})"));
}

TEST(Words, TellWhatNoCatalogueHasByCodeAndValues) {
    EXPECT_EQ(in_russian("no.such_message", {{"at", 3}}), R"(no.such_message {"at":3})");
}

TEST(Words, OfNoMessageAreNone) {
    EXPECT_EQ(in_russian(platform::Message{}), "");
}

TEST(Messages, ComeBackFromTheTextTheyWereKeptAs) {
    const Message message{"entry.empty_book", {{"number", 7}}};
    EXPECT_EQ(platform::unpacked(platform::packed(message)), message);
    const Message others = platform::as_it_stands("{not ours}");
    EXPECT_EQ(platform::packed(others), "{not ours}");
    const Message forged = platform::as_it_stands(R"({"code":"entry.empty_book","values":{}})");
    EXPECT_EQ(platform::unpacked(platform::packed(forged)), forged);
    EXPECT_EQ(platform::unpacked("{not ours}"), others);
    EXPECT_EQ(platform::unpacked(R"({"code":"a"})"), platform::as_it_stands(R"({"code":"a"})"));
}

TEST(Messages, AreReadFromTheirJsonAlone) {
    EXPECT_FALSE(platform::message_of(JsonValue("entry.empty_book")));
    EXPECT_FALSE(platform::message_of(JsonObject{{"code", 1}, {"values", JsonObject()}}));
    EXPECT_FALSE(platform::message_of(JsonObject{{"code", "a"}, {"values", 1}}));
}

/// Every sentence of every language: by the plural forms of its numbers.
TEST(Catalogue, HasTheSameMessagesInEveryLanguage) {
    std::size_t count = 0;
    kEnglish.for_each_code([&](std::string_view code) {
        ++count;
        EXPECT_TRUE(kKazakh.find(code)) << code;
        EXPECT_TRUE(kRussian.find(code)) << code;
    });
    EXPECT_GT(count, 2U);
}

/// A value as the sentence may get it, by its kind; `number` where nothing tells.
JsonValue value_of(std::string_view kind, std::int64_t number) {
    if (kind == "time" || kind == "second") return "2026-11-02T10:00:00+05:00";
    if (kind == "date") return "2026-11-02";
    if (kind == "lines") return JsonArray{number, number};
    if (kind.empty()) return number;
    const std::string family = std::string(kind) + '.';
    std::string code;
    kEnglish.for_each_code([&](std::string_view each) {
        if (code.empty() && each.starts_with(family)) code = each.substr(family.size());
    });
    return code;
}

/// "{name}" and "{name:kind}" of a sentence.
std::vector<std::pair<std::string, std::string>> placeholders(std::string_view sentence) {
    const auto is_of_one = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == ':'; };
    std::vector<std::pair<std::string, std::string>> found;
    for (std::size_t at = sentence.find('{'); at != std::string_view::npos;
         at = sentence.find('{', at + 1)) {
        const std::string_view inside = sentence.substr(at + 1, sentence.find('}', at) - at - 1);
        if (inside.empty() || !std::ranges::all_of(inside, is_of_one)) continue;
        const std::size_t colon = std::min(inside.find(':'), inside.size());
        found.emplace_back(inside.substr(0, colon),
                           inside.substr(std::min(colon + 1, inside.size())));
    }
    return found;
}

/// In words, with a value for each placeholder; `number` decides the plural form.
std::string spelled_out(UserLanguage language, std::string_view code, std::int64_t number) {
    JsonObject values;
    const auto entry = kEnglish.find(code);
    for (std::size_t form = 0; form < 2; ++form)
        for (const auto& [name, kind] : placeholders(entry->form(form)))
            if (std::ranges::find(values, name, &platform::JsonMember::name) == values.end())
                values.push_back({name, value_of(kind, number)});
    return Words(language, std::chrono::hours(5))(code, values);
}

TEST(EveryMessage, IsInWordsOfItsLanguage) {
    kEnglish.for_each_code([](std::string_view code) {
        for (const UserLanguage language : {UserLanguage::kk, UserLanguage::ru, UserLanguage::en}) {
            for (const std::int64_t number : {1, 2, 5, 11}) {
                const std::string said = spelled_out(language, code, number);
                EXPECT_NE(said, code);
                EXPECT_NE(said, "");
                EXPECT_THAT(placeholders(said), testing::IsEmpty()) << code << ": " << said;
                if (language == UserLanguage::en) continue;
                EXPECT_THAT(support::foreign_words(said), testing::IsEmpty())
                    << code << ": " << said;
            }
        }
    });
}

TEST(LatinWords, AreFoundBetweenOthers) {
    EXPECT_EQ(
        support::latin_words("нажмите Enter: `tizilim sync` {path} --json, потом OK. См. [eds] "
                             "ca_file, файл.pdf, https://a.kz/b и the end."),
        (std::vector<std::string>{"Enter", "OK", "the", "end"}));
    EXPECT_EQ(support::foreign_words("the PDF"), (std::vector<std::string>{"the"}));
}

}  // namespace
}  // namespace tizilim::agent
