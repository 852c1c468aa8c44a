#include "agent/input/shape.h"

#include "platform/text/unicode.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

constexpr std::size_t kDigitsMax = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A letter of any alphabet: beyond ASCII only letters are expected, but for spaces of other kinds.
bool is_letter(platform::CodePoint c) {
    const char32_t v = c.value;
    return (v >= 'a' && v <= 'z') || v > 0xBF;
}

bool is_space(char32_t v) {
    return v == ' ' || v == '\t' || v == 0xA0 || (v >= 0x2000 && v <= 0x200A) || v == 0x202F;
}

}  // namespace

std::optional<std::uint32_t> Shape::number(std::size_t index) const {
    if (index >= parts.size()) return std::nullopt;
    const std::string& part = parts[index];
    if (part.empty() || part.size() > kDigitsMax || !std::ranges::all_of(part, is_digit))
        return std::nullopt;
    std::uint32_t number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    return number;
}

Shape shape_of(std::string_view text) {
    Shape out;
    const std::string folded = platform::fold_for_search(platform::trimmed_text(text));
    std::string_view rest = folded;
    char last = 0;  ///< the kind before; 0 after a space or anything else
    bool spaced = false;
    while (!rest.empty()) {
        const platform::CodePoint c = platform::first_code_point(rest);
        const std::string_view bytes = rest.substr(0, c.bytes);
        rest.remove_prefix(c.bytes);
        const char kind = is_space(c.value)         ? ' '
                          : is_digit(bytes.front()) ? '9'
                          : c.valid && is_letter(c) ? 'a'
                                                    : '.';
        if (kind == ' ') {
            spaced = true;
            continue;
        }
        if (kind == '.') {
            out.shape += bytes;
        } else if (kind == last && !spaced) {
            out.parts.back() += bytes;
        } else {
            if (kind == last) out.shape += ' ';
            out.shape += kind;
            out.parts.emplace_back(bytes);
        }
        last = kind == '.' ? '\0' : kind;
        spaced = false;
    }
    return out;
}

std::optional<std::uint32_t> meaning_of(std::string_view part, std::span<const Meaning> meanings) {
    const auto found = std::ranges::find_if(meanings, [&](const Meaning& meaning) {
        return platform::fold_for_search(meaning.word) == part;
    });
    return found == meanings.end() ? std::nullopt : std::optional(found->number);
}

}  // namespace tizilim::agent
