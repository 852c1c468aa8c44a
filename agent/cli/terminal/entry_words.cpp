#include "agent/cli/terminal/entry_words.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/unicode.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace tizilim::agent {
namespace {

using platform::JsonValue;

struct Coded {
    std::string_view member;
    std::string_view family;  ///< of the messages with the words
};
constexpr auto kCoded = std::to_array<Coded>({{"basis_type", "basis."},
                                              {"form", "form_official."},
                                              {"disclosure", "class."},
                                              {"delivery", "state."},
                                              {"state", "entry_state."},
                                              {"language", "language."},
                                              {"minor", "yes_or_no."},
                                              {"act", "act."},
                                              {"kind", "conflict_kind."},
                                              {"status", "signature."}});
constexpr auto kTimes = std::to_array<std::string_view>(
    {"application_date", "recorded_date", "basis_date", "recorded_at", "tried_at", "at", "since",
     "brought_over", "signed_at", "valid_from", "valid_to"});

}  // namespace

std::string word_of(const Words& words, std::string_view family, std::string_view code) {
    if (code.empty()) return {};
    const std::string message = std::string(family) + std::string(code);
    std::string word = words(message);
    return word == message ? std::string(code) : word;
}

std::string field_word(const Words& words, std::string_view name) {
    return word_of(words, "field.", name);
}

std::string time_in_words(const Words& words, const std::string& text) {
    constexpr std::size_t kDayBytes = std::string_view("2026-11-02").size();
    if (text.empty()) return {};
    if (text.size() == kDayBytes) return words("cli.day", {{"on", text}});
    return words("cli.time", {{"at", text}});
}

std::string member_in_words(const Words& words, std::string_view name, const JsonValue& value) {
    if (const bool* const yes = value.boolean())
        return word_of(words, "yes_or_no.", *yes ? "yes" : "no");
    const std::string* const text = value.string();
    if (text == nullptr)
        return std::holds_alternative<std::nullptr_t>(value.value) ? std::string()
                                                                   : platform::to_json(value);
    const auto* const coded = std::ranges::find(kCoded, name, &Coded::member);
    if (coded != kCoded.end()) return word_of(words, coded->family, *text);
    if (std::ranges::find(kTimes, name) != kTimes.end()) return time_in_words(words, *text);
    return *text;
}

std::string kept_in_words(const Words& words, std::string_view name, const std::string& kept) {
    if (name == "minutes" && !kept.empty()) return words("cli.minutes", {{"count", kept}});
    return member_in_words(words, name, kept);
}

void print_understood(const Command& command, const platform::JsonObject& typed,
                      const JsonValue& answer) {
    const Words& words = command.words;
    const JsonValue& understood = value_at(answer, "understood");
    for (const platform::JsonMember& member : typed) {
        const std::string kept = text_at(understood, member.name);
        const std::string* const text = member.value.string();
        if (kept.empty() || text == nullptr) continue;
        const std::string shown_kept = kept_in_words(words, member.name, kept);
        if (platform::trimmed_text(*text) == shown_kept) continue;
        say(command.console,
            "  " + shown(words("cli.understood", {{"field", field_word(words, member.name)},
                                                  {"typed", *text},
                                                  {"kept", shown_kept}}),
                         kWidthMax));
    }
}

std::string in_words(const Words& words, const JsonValue& json, std::string_view name) {
    const JsonValue& value = value_at(json, name);
    if (json.find(std::string(name) + "_message") != nullptr) return said(words, json, name);
    return member_in_words(words, name, value);
}

}  // namespace tizilim::agent
