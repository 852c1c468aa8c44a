#include "agent/texts/words.h"

#include "agent/texts/catalogue.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

const Catalogue& catalogue_of(UserLanguage language) {
    switch (language) {
        case UserLanguage::kk:
            return kKazakh;
        case UserLanguage::ru:
            return kRussian;
        case UserLanguage::en:
            break;
    }
    return kEnglish;
}

/// The form that a number takes: the rules in the headers of the catalogues.
std::size_t plural_form(UserLanguage language, std::int64_t number) {
    const std::int64_t n = std::abs(number);
    if (language == UserLanguage::kk) return 0;
    if (language == UserLanguage::en) return n == 1 ? 0 : 1;
    const std::int64_t tens = n % 100;
    if (n % 10 == 1 && tens != 11) return 0;
    return n % 10 >= 2 && n % 10 <= 4 && (tens < 12 || tens > 14) ? 1 : 2;
}

const JsonValue* value_named(const JsonObject& values, std::string_view name) {
    const auto found = std::ranges::find(values, name, &platform::JsonMember::name);
    return found == values.end() ? nullptr : &found->value;
}

/// A "{name}" or "{name:kind}", or the text before the next.
struct Piece {
    std::string_view text{};  ///< as it stands in the sentence
    std::string_view name{};  ///< empty: this is no placeholder
    std::string_view kind{};
};

Piece next_piece(std::string_view& sentence) {
    const std::size_t open = sentence.find('{');
    const std::size_t close = open == 0 ? sentence.find('}') : std::string_view::npos;
    if (close == std::string_view::npos) {
        const std::size_t end = open == 0 ? sentence.size() : open;
        const Piece piece{.text = sentence.substr(0, end)};
        sentence.remove_prefix(piece.text.size());
        return piece;
    }
    Piece piece{.text = sentence.substr(0, close + 1), .name = sentence.substr(1, close - 1)};
    sentence.remove_prefix(close + 1);
    if (const std::size_t colon = piece.name.find(':'); colon != std::string_view::npos) {
        piece.kind = piece.name.substr(colon + 1);
        piece.name = piece.name.substr(0, colon);
    }
    return piece;
}

/// The first whole number that the English sentence names decides the form.
std::int64_t counted(std::string_view english, const JsonObject& values) {
    while (!english.empty()) {
        const JsonValue* const value = value_named(values, next_piece(english).name);
        if (value != nullptr && value->integer() != nullptr) return *value->integer();
    }
    return 0;
}

std::string day(std::string_view iso) {
    const auto date = platform::parse_date(iso);
    if (!date) return std::string(iso);
    std::string out = platform::format_date(*date);
    return out.substr(8, 2) + '.' + out.substr(5, 2) + '.' + out.substr(0, 4);
}

std::string point_in_time(std::string_view rfc3339, std::optional<platform::UtcOffset> offset,
                          bool to_second) {
    std::string text(rfc3339);
    if (text.ends_with('Z')) text.replace(text.size() - 1, 1, "+00:00");
    const auto at = platform::parse_time(text);
    if (!at) return std::string(rfc3339);
    const std::string local = platform::format_time(at->time, offset.value_or(at->offset));
    return day(local.substr(0, 10)) + ' ' + local.substr(11, to_second ? 8 : 5);
}

}  // namespace

std::optional<UserLanguage> parse_user_language(std::string_view code) {
    if (code == "kk") return UserLanguage::kk;
    if (code == "ru") return UserLanguage::ru;
    if (code == "en") return UserLanguage::en;
    return std::nullopt;
}

std::string_view code_of(UserLanguage language) {
    switch (language) {
        case UserLanguage::kk:
            return "kk";
        case UserLanguage::ru:
            return "ru";
        case UserLanguage::en:
            break;
    }
    return "en";
}

// NOLINTNEXTLINE(misc-no-recursion): a message in a message, as deep as a reader of JSON allows
std::string Words::operator()(const platform::Message& message) const {
    return (*this)(message.code, message.values);
}

// NOLINTNEXTLINE(misc-no-recursion): a message in a message, as deep as a reader of JSON allows
std::string Words::operator()(std::string_view code, const JsonObject& values) const {
    const auto entry = catalogue_of(language_).find(code);
    if (!entry) {
        std::string out(code);
        if (!values.empty()) out.append(" ").append(platform::to_json(values));
        return out;
    }
    return filled(entry->form(plural_form(language_, counted(entry->english, values))), values);
}

// NOLINTNEXTLINE(misc-no-recursion): a message in a message, as deep as a reader of JSON allows
std::string Words::filled(std::string_view sentence, const JsonObject& values) const {
    std::string out;
    while (!sentence.empty()) {
        const Piece piece = next_piece(sentence);
        const JsonValue* const value = value_named(values, piece.name);
        out += value == nullptr ? std::string(piece.text) : shown(*value, piece.kind);
    }
    return out;
}

// NOLINTNEXTLINE(misc-no-recursion): a message in a message, as deep as a reader of JSON allows
std::string Words::shown(const JsonValue& value, std::string_view kind) const {
    if (const auto* const number = value.integer()) return std::to_string(*number);
    if (const auto message = platform::message_of(value)) return (*this)(*message);
    if (const auto* const list = value.array()) {
        const bool by_lines = kind == "lines";
        std::string out;
        for (const JsonValue& item : *list)
            out.append(out.empty() ? ""
                       : by_lines  ? "\n"
                                   : ", ")
                .append(shown(item, by_lines ? std::string_view() : kind));
        return out;
    }
    const std::string* const text = value.string();
    if (text == nullptr) return platform::to_json(value);
    if (kind == "time") return point_in_time(*text, offset_, false);
    if (kind == "second") return point_in_time(*text, offset_, true);
    if (kind == "date") return day(*text);
    if (kind.empty()) return *text;
    return (*this)(std::string(kind) + '.' + *text);
}

std::string english(const platform::Message& message) {
    return Words(UserLanguage::en, std::nullopt)(message);
}

}  // namespace tizilim::agent
