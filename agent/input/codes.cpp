#include "agent/input/codes.h"

#include "agent/input/shape.h"
#include "agent/input/written.h"
#include "agent/texts/words.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
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

/// `empty` and `several` are messages: with "codes", the list of those it may be.
Written code_written(std::string_view text, std::span<const Spelling> spellings,
                     const char* unknown, const char* several) {
    const std::string trimmed = platform::trimmed_text(text);
    const Shape written = shape_of(text);
    if (const auto number = written.number(0); number && written.shape == "9") {
        if (*number >= 1 && *number <= spellings.size())
            return std::string(spellings[*number - 1].code);
        return Unexpected{Message{unknown}};
    }
    std::vector<const Spelling*> meant;
    for (const Spelling& spelling : spellings) {
        if (trimmed == spelling.code ||
            std::ranges::any_of(spelling.texts, [&](std::string_view words) {
                return is_whole(written.parts, words);
            }))
            return std::string(spelling.code);
        const bool begins_code = !trimmed.empty() && spelling.code.starts_with(trimmed);
        const bool said = !written.parts.empty() &&
                          std::ranges::any_of(spelling.texts, [&](std::string_view words) {
                              return is_said_by(written.parts, words);
                          });
        if (begins_code || said) meant.push_back(&spelling);
    }
    if (meant.size() == 1) return std::string(meant.front()->code);
    if (meant.empty()) return Unexpected{Message{unknown}};
    platform::JsonArray codes;
    for (const Spelling* const spelling : meant) codes.emplace_back(spelling->code);
    return Unexpected{Message{several, {{"codes", codes}}}};
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
    return code_written(text, bases(), "input.basis_unknown", "input.basis_several");
}

Written form_written(std::string_view text) {
    return code_written(text, forms(), "input.form_unknown", "input.form_several");
}

Written class_written(std::string_view text) {
    return code_written(text, classes(), "input.class_unknown", "input.class_several");
}

Written language_written(std::string_view text) {
    return code_written(text, languages(), "input.language_unknown", "input.language_several");
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
