#include "agent/input/codes.h"

#include "agent/input/shape.h"
#include "agent/input/written.h"
#include "agent/texts/words.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/nearest.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;
using platform::Unexpected;

/// Of a typed word, its last letters may be those of another case of the noun, if so many stay.
constexpr std::size_t kEndingMax = 2;
constexpr std::size_t kStemMin = 5;

std::string without_last(std::string_view word) {
    std::size_t end = word.size();
    while (end > 0 && (static_cast<unsigned char>(word[end - 1]) & 0xC0U) == 0x80U) --end;
    return std::string(word.substr(0, end == 0 ? 0 : end - 1));
}

std::size_t letters_of(std::string_view word) {
    return static_cast<std::size_t>(std::ranges::count_if(
        word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Whether `typed` begins `word`, in whatever case of the noun.
bool begins(const std::string& typed, std::string_view word) {
    std::string stem = typed;
    for (std::size_t cut = 0; cut <= kEndingMax; ++cut) {
        if (word.starts_with(stem)) return true;
        if (letters_of(stem) <= kStemMin) return false;
        stem = without_last(stem);
    }
    return false;
}

/// Whether each typed word begins one of `text`, each another.
bool is_said_by(const std::vector<std::string>& typed, std::string_view text) {
    std::vector<std::string> words = shape_of(text).parts;
    return std::ranges::all_of(typed, [&](const std::string& word) {
        const auto found = std::ranges::find_if(
            words, [&](const std::string& other) { return begins(word, other); });
        if (found == words.end()) return false;
        words.erase(found);
        return true;
    });
}

bool is_whole(const std::vector<std::string>& typed, std::string_view text) {
    return typed == shape_of(text).parts;
}

/// What is said of a text that is no code. Each is a message's code: `nearest` has "meant", the one
/// that it nearly is, `several` has "codes", those that it may be.
struct Refusals {
    const char* unknown;
    const char* nearest;
    const char* several;
};

/// The codes that `words` say, each of which may be the beginning of one.
std::vector<std::string> said_by(const std::vector<std::string>& words,
                                 std::span<const Spelling> spellings) {
    std::vector<std::string> codes;
    for (const Spelling& spelling : spellings)
        if (!words.empty() && std::ranges::any_of(spelling.texts, [&](std::string_view text) {
                return is_said_by(words, text);
            }))
            codes.emplace_back(spelling.code);
    return codes;
}

/// The codes that were meant by a text with typing errors.
std::vector<std::string> nearly_said(const std::string& text, const std::vector<std::string>& parts,
                                     std::span<const Spelling> spellings) {
    std::vector<std::string> codes;
    std::vector<std::string> words;
    for (const Spelling& spelling : spellings) {
        codes.emplace_back(spelling.code);
        for (const std::string& official : spelling.texts)
            for (std::string& word : shape_of(official).parts) words.push_back(std::move(word));
    }
    if (std::string code = platform::nearest(text, codes); !code.empty()) return {std::move(code)};
    std::vector<std::string> meant;
    for (const std::string& part : parts) {
        const bool is_one =
            std::ranges::any_of(words, [&](const std::string& word) { return begins(part, word); });
        meant.push_back(is_one ? part : platform::nearest(part, words));
        if (meant.back().empty()) return {};
    }
    return said_by(meant, spellings);
}

Unexpected<Message> no_code(const std::string& text, const std::vector<std::string>& parts,
                            std::span<const Spelling> spellings, const Refusals& refusals) {
    const std::vector<std::string> nearly = nearly_said(text, parts, spellings);
    if (nearly.empty()) return Unexpected{Message{refusals.unknown}};
    if (nearly.size() == 1)
        return Unexpected{Message{refusals.nearest, {{"meant", nearly.front()}}}};
    return Unexpected{
        Message{refusals.several, {{"codes", platform::JsonArray(nearly.begin(), nearly.end())}}}};
}

Written code_written(std::string_view text, std::span<const Spelling> spellings,
                     const Refusals& refusals) {
    const std::string trimmed = platform::trimmed_text(text);
    const Shape written = shape_of(text);
    if (const auto number = written.number(0); number && written.shape == "9") {
        if (*number >= 1 && *number <= spellings.size())
            return std::string(spellings[*number - 1].code);
        return Unexpected{Message{refusals.unknown}};
    }
    std::vector<std::string> meant = said_by(written.parts, spellings);
    for (const Spelling& spelling : spellings) {
        if (trimmed == spelling.code ||
            std::ranges::any_of(spelling.texts, [&](std::string_view words) {
                return is_whole(written.parts, words);
            }))
            return std::string(spelling.code);
        const std::string code(spelling.code);
        const bool begins_code = !trimmed.empty() && code.starts_with(trimmed);
        if (begins_code && std::ranges::find(meant, code) == meant.end()) meant.push_back(code);
    }
    if (meant.size() == 1) return meant.front();
    if (meant.empty()) return no_code(trimmed, written.parts, spellings, refusals);
    return Unexpected{
        Message{refusals.several, {{"codes", platform::JsonArray(meant.begin(), meant.end())}}}};
}

/// With the words of the messages `<family><code>`.
template <class Codes>
std::vector<Spelling> spellings_of(const Codes& codes, const std::string& family) {
    constexpr auto kLanguages =
        std::to_array<UserLanguage>({UserLanguage::kk, UserLanguage::ru, UserLanguage::en});
    std::vector<Spelling> out;
    for (const auto code : codes) {
        Spelling& spelling = out.emplace_back(Spelling{.code = store::code_of(code), .texts = {}});
        for (std::size_t i = 0; i < kLanguages.size(); ++i)
            spelling.texts[i] = Words(kLanguages[i], {})(family + std::string(spelling.code));
    }
    return out;
}

std::span<const Spelling> bases() {
    static const auto spellings = spellings_of(store::all_basis_types(), "basis.");
    return spellings;
}

std::span<const Spelling> forms() {
    static const auto spellings = spellings_of(store::all_forms(), "form_official.");
    return spellings;
}

/// Those that a new entry may be of: a withdrawal is an act of its own.
std::span<const Spelling> classes() {
    using enum store::DisclosureClass;
    constexpr auto kOfNewEntry = std::to_array({local, partial, full});
    static const auto spellings = spellings_of(kOfNewEntry, "class.");
    return spellings;
}

constexpr Refusals kOfClass{.unknown = "input.class_unknown",
                            .nearest = "input.class_nearest",
                            .several = "input.class_several"};

std::span<const Spelling> languages() {
    constexpr auto kOfEntry = std::to_array({store::Language::kk, store::Language::ru});
    static const auto spellings = spellings_of(kOfEntry, "language.");
    return spellings;
}

}  // namespace

std::span<const Spelling> codes_of(const store::EntryField& field) {
    using store::EntryTexts;
    if (field.text == &EntryTexts::basis_type) return bases();
    if (field.text == &EntryTexts::form) return forms();
    if (field.text == &EntryTexts::disclosure) return classes();
    if (field.text == &EntryTexts::language) return languages();
    return {};
}

Written basis_written(std::string_view text) {
    return code_written(text, bases(),
                        {.unknown = "input.basis_unknown",
                         .nearest = "input.basis_nearest",
                         .several = "input.basis_several"});
}

Written form_written(std::string_view text) {
    return code_written(text, forms(),
                        {.unknown = "input.form_unknown",
                         .nearest = "input.form_nearest",
                         .several = "input.form_several"});
}

Written class_written(std::string_view text) {
    return code_written(text, classes(), kOfClass);
}

Written new_class_written(std::string_view text) {
    using enum store::DisclosureClass;
    static const auto spellings =
        spellings_of(std::to_array({local, partial, full, withdrawn}), "class.");
    // Nobody withdraws by a number that no list shows.
    const bool is_number = shape_of(text).shape == "9";
    return is_number ? class_written(text) : code_written(text, spellings, kOfClass);
}

Written language_written(std::string_view text) {
    return code_written(text, languages(),
                        {.unknown = "input.language_unknown",
                         .nearest = "input.language_nearest",
                         .several = "input.language_several"});
}

Written yes_or_no_written(std::string_view text) {
    constexpr auto kWords = std::to_array<Meaning>({{"yes", 1},
                                                    {"true", 1},
                                                    {"да", 1},
                                                    {"y", 1},
                                                    {"д", 1},
                                                    {"и", 1},
                                                    {"ия", 1},
                                                    {"иә", 1},
                                                    {"no", 0},
                                                    {"false", 0},
                                                    {"нет", 0},
                                                    {"n", 0},
                                                    {"н", 0},
                                                    {"ж", 0},
                                                    {"жоқ", 0}});
    const Shape written = shape_of(text);
    if (written.shape == "a")
        if (const auto yes = meaning_of(written.parts[0], kWords))
            return std::string(*yes == 1 ? "yes" : "no");
    if (const auto number = written.number(0); written.shape == "9" && number && *number <= 1)
        return std::string(*number == 1 ? "yes" : "no");
    return Unexpected{Message{"input.yes_or_no"}};
}

}  // namespace tizilim::agent
