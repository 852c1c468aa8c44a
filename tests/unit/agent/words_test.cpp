#include "agent/texts/words.h"

#include "agent/texts/catalogue.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
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

/// What a sentence in Kazakh or Russian may have in Latin letters: names of programs and formats,
constexpr auto kLatinNames = std::to_array<std::string_view>(
    {"AUTH",    "CMS",  "CSV",  "Caps",  "DER",  "ECDSA",    "Excel",   "HOME",    "HTML",
     "HTTP",    "Host", "JSON", "Lines", "Lock", "NCALayer", "NUL",     "Numbers", "OpenDocument",
     "OpenSSL", "PDF",  "PEM",  "PKCS",  "RSA",  "TLS",      "Tizilim", "U",       "UTC",
     "XML",     "ZIP"});
/// and what is typed as it stands: commands, keys of the configuration, codes, suffixes of files.
constexpr auto kTyped = std::to_array<std::string_view>(
    {"FILE",    "again",     "attach",    "certificate", "chmod",    "chown",     "classify",
     "cms",     "conflicts", "csv",       "default",     "detached", "directory", "disclosure",
     "drop",    "export",    "false",     "field",       "fields",   "first",     "fods",
     "format",  "init",      "d",         "from",        "full",     "help",      "https",
     "id",      "iin",       "json",      "jsonl",       "keep",     "kk",        "language",
     "limit",   "local",     "localhost", "log",         "mine",     "minutes",   "month",
     "no",      "ods",       "openssl",   "output",      "partial",  "port",      "provider",
     "proxy",   "recorded",  "resolve",   "retry",       "ru",       "sig",       "sign",
     "signing", "state",     "text",      "theirs",      "tizilim",  "tizilimd",  "to",
     "true",    "ulimit",    "url",       "user",        "void",     "withdrawn", "xls",
     "xlsx",    "yes"});

bool is_of_a_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./:=[]*#-").find(c) != std::string_view::npos;
}

/// Nothing but letters, with a full stop, a colon or a dash after it at most.
bool is_word(std::string_view name) {
    const std::size_t end = name.find_last_not_of(".:-");
    return end != std::string_view::npos &&
           std::ranges::all_of(name.substr(0, end + 1), [](char c) {
               return std::isalpha(static_cast<unsigned char>(c)) != 0;
           });
}

/// The words in Latin letters, outside `commands`, {values}, --flags, `file.names` and the like.
std::vector<std::string> latin_words(std::string_view sentence) {
    std::vector<std::string> words;
    while (!sentence.empty()) {
        const char quote = sentence.front() == '{' ? '}' : '`';
        if (sentence.front() == '{' || sentence.front() == '`') {
            sentence.remove_prefix(std::min(sentence.find(quote, 1), sentence.size() - 1) + 1);
            continue;
        }
        std::size_t end = 0;
        while (end < sentence.size() && is_of_a_name(sentence[end])) ++end;
        const std::string_view name = sentence.substr(0, end);
        if (is_word(name)) words.emplace_back(name.substr(0, name.find_last_not_of(".:-") + 1));
        sentence.remove_prefix(std::max<std::size_t>(end, 1));
    }
    return words;
}

bool is_no_foreign_word(const std::string& word) {
    return std::ranges::find(kLatinNames, word) != kLatinNames.end() ||
           std::ranges::find(kTyped, word) != kTyped.end();
}

TEST(Catalogue, HasNoForeignWordsInKazakhAndRussian) {
    for (const Catalogue* const catalogue : {&kKazakh, &kRussian}) {
        catalogue->for_each_code([&](std::string_view code) {
            const auto entry = catalogue->find(code);
            ASSERT_TRUE(entry.has_value());
            for (std::size_t form = 0; form < 3; ++form)
                for (const std::string& word : latin_words(entry->form(form)))
                    EXPECT_TRUE(is_no_foreign_word(word))
                        << code << ": " << word << " in: " << entry->form(form);
        });
    }
}

TEST(LatinWords, AreFoundBetweenOthers) {
    EXPECT_EQ(latin_words("нажмите Enter: `tizilim sync` {path} --json, потом OK. См. [eds] "
                          "ca_file, файл.pdf, https://a.kz/b и the end."),
              (std::vector<std::string>{"Enter", "OK", "the", "end"}));
    EXPECT_FALSE(is_no_foreign_word("the"));
}

}  // namespace
}  // namespace tizilim::agent
