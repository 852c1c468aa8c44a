#include "store/entry/codes.h"

#include "agent/input/shape.h"
#include "agent/input/written.h"
#include "agent/texts/form_texts.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"

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

/// What one code may be written as.
struct Spelling {
    std::string_view code;
    std::array<std::string_view, 2> texts;  ///< kk and ru
};

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
        if (trimmed == spelling.code || is_whole(written.parts, spelling.texts[0]) ||
            is_whole(written.parts, spelling.texts[1]))
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

template <class Code, class Text>
std::vector<Spelling> spellings_of(std::span<const Code> codes, Text text) {
    std::vector<Spelling> out;
    for (const Code code : codes)
        out.push_back({store::code_of(code),
                       {text(code, store::Language::kk), text(code, store::Language::ru)}});
    return out;
}

}  // namespace

Written basis_written(std::string_view text) {
    return code_written(text, spellings_of(store::all_basis_types(), basis_text),
                        "input.basis_unknown", "input.basis_several");
}

Written form_written(std::string_view text) {
    return code_written(text, spellings_of(store::all_forms(), assistance_text),
                        "input.form_unknown", "input.form_several");
}

Written yes_or_no_written(std::string_view text) {
    constexpr auto kWords = std::to_array<Meaning>({{"yes", 1},
                                                    {"true", 1},
                                                    {"да", 1},
                                                    {"иә", 1},
                                                    {"no", 0},
                                                    {"false", 0},
                                                    {"нет", 0},
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
