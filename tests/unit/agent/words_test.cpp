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

/// What a sentence in Kazakh or Russian may have in Latin letters: names of programs, files,
/// formats and codes.
constexpr auto kLatinNames =
    std::to_array<std::string_view>({"court",       "resolution", "deleted",   "yes",
                                     "no",          "from",       "to",        "tizilim",
                                     "tizilimd",    "CouchDB",    "JSON",      "Lines",
                                     "CSV",         "HTML",       "CMS",       "PKCS",
                                     "csv",         "jsonl",      "json",      "text",
                                     "kk",          "ru",         "en",        "local",
                                     "partial",     "full",       "withdrawn", "mine",
                                     "theirs",      "essence",    "control",   "sock",
                                     "cms",         "p7s",        "sig",       "p12",
                                     "drop",        "unified",    "file",      "proxy",
                                     "PEM",         "https",      "TLS",       "chmod",
                                     "ca",          "UTF",        "register",  "password",
                                     "certificate", "OpenSSL",    "NCALayer",  "HTTP",
                                     "DER",         "Content",    "user",      "url",
                                     "sign",        "iin",        "eds",       "client",
                                     "ulimit",      "true",       "token",     "retry",
                                     "http",        "host",       "f",         "d",
                                     "Length",      "xls",        "w",         "section",
                                     "recorded",    "port",       "own",       "only",
                                     "o",           "key",        "h",         "format",
                                     "false",       "database",   "base64",    "U",
                                     "Type",        "Tizilim",    "HOME",      "Excel",
                                     "CAdES",       "BES",        "xlsx",      "x509",
                                     "void",        "v2",         "sync",      "status",
                                     "signing",     "sep",        "resolve",   "r",
                                     "provider",    "openssl",    "ods",       "name",
                                     "md",          "log",        "localhost", "language",
                                     "keep",        "init",       "id",        "go",
                                     "fods",        "first",      "enabled",   "disclosure",
                                     "directory",   "detached",   "default",   "conflicts",
                                     "classify",    "chown",      "at",        "application",
                                     "api",         "agent",      "ZIP",       "XML",
                                     "XDG",         "UTC",        "T09",       "SHA",
                                     "RSA",         "README",     "PDF",       "OpenDocument",
                                     "Numbers",     "NUL",        "Lock",      "Host",
                                     "FILE",        "ECDSA",      "DATA",      "Caps",
                                     "AUTH"});

/// Where what begins at `from` ends: a `command`, a {value} or a --flag; `from` for all else.
std::size_t end_of_name(std::string_view sentence, std::size_t from) {
    const std::string_view rest = sentence.substr(from);
    const std::string_view ends = rest.starts_with('{')    ? "}"
                                  : rest.starts_with('`')  ? "`"
                                  : rest.starts_with("--") ? " "
                                                           : "";
    if (ends.empty()) return from;
    return std::min(sentence.find(ends, from + 1), sentence.size() - 1) + 1;
}

/// The words in Latin letters that are no such name.
std::vector<std::string> latin_words(std::string_view sentence) {
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < sentence.size();) {
        const auto c = static_cast<unsigned char>(sentence[i]);
        const std::size_t end = end_of_name(sentence, i);
        if (std::isalpha(c) != 0 || (std::isdigit(c) != 0 && !words.back().empty())) {
            words.back() += sentence[i];
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
        i = std::max(end, i + 1);
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

TEST(Catalogue, HasNoForeignWordsInKazakhAndRussian) {
    for (const Catalogue* const catalogue : {&kKazakh, &kRussian}) {
        catalogue->for_each_code([&](std::string_view code) {
            const auto entry = catalogue->find(code);
            ASSERT_TRUE(entry.has_value());
            for (std::size_t form = 0; form < 3; ++form)
                for (const std::string& word : latin_words(entry->form(form)))
                    EXPECT_NE(std::ranges::find(kLatinNames, word), kLatinNames.end())
                        << code << ": " << word << " in: " << entry->form(form);
        });
    }
}

TEST(LatinWords, AreFoundBetweenOthers) {
    EXPECT_EQ(latin_words("нажмите Enter: `tizilim sync` {path} --json, потом OK"),
              (std::vector<std::string>{"Enter", "OK"}));
}

}  // namespace
}  // namespace tizilim::agent
