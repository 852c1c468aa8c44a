#include "store/keys/written_code.h"

#include "platform/check.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/keys/seal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kBits = 5;
constexpr std::size_t kGroup = 4;
/// Elements of GF(32) but zero, which are the powers of 2; also the length of a code word at most.
constexpr std::size_t kPowers = 31;
/// Whoever types it may add blanks, but not a book.
constexpr std::size_t kTypedBytesMax = 1024;

using platform::Message;
using Symbols = std::vector<std::uint8_t>;

struct Lookalike {
    std::string_view typed;
    char meant;
};

/// What is read or typed for a sign of the alphabet: the letters that Crockford leaves out, and the
/// Cyrillic ones of a keyboard that was left on Kazakh or Russian.
constexpr auto kLookalikes = std::to_array<Lookalike>({
    {"O", '0'}, {"o", '0'}, {"I", '1'}, {"i", '1'}, {"L", '1'}, {"l", '1'}, {"О", '0'}, {"о", '0'},
    {"І", '1'}, {"і", '1'}, {"А", 'A'}, {"а", 'A'}, {"В", 'B'}, {"в", 'B'}, {"С", 'C'}, {"с", 'C'},
    {"Е", 'E'}, {"е", 'E'}, {"Н", 'H'}, {"н", 'H'}, {"К", 'K'}, {"к", 'K'}, {"М", 'M'}, {"м", 'M'},
    {"Р", 'P'}, {"р", 'P'}, {"Т", 'T'}, {"т", 'T'}, {"Х", 'X'}, {"х", 'X'}, {"У", 'Y'}, {"у", 'Y'},
});

/// Blanks and dashes, the invisible ones too: a code is often pasted from somewhere.
constexpr auto kIgnored = std::to_array<std::string_view>({
    " ",      "\t",     "\r",     "\n",     "\v",     "\f",     "-",      "_",
    "\u00a0", "\u00ad", "\u2002", "\u2003", "\u2007", "\u2008", "\u2009", "\u200a",
    "\u200b", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u202f",
    "\u205f", "\u2212", "\u3000", "\ufe58", "\ufe63", "\ufeff", "\uff0d",
});

/// Multiplication in GF(32), modulo x^5 + x^2 + 1.
constexpr std::uint8_t times(std::uint8_t a, std::uint8_t b) {
    unsigned product = 0;
    for (unsigned bit = 0; bit < kBits; ++bit) {
        if ((b >> bit & 1U) != 0) product ^= static_cast<unsigned>(a) << bit;
    }
    for (unsigned bit = 2 * kBits - 2; bit >= kBits; --bit) {
        if ((product >> bit & 1U) != 0) product ^= 0b100101U << (bit - kBits);
    }
    return static_cast<std::uint8_t>(product);
}

/// high * x + low, of a division by (x + 2)(x + 4) = x^2 + 6x + 8.
struct Remainder {
    std::uint8_t high = 1;  ///< begins at (1, 1), so that all zeros is no code word
    std::uint8_t low = 1;

    [[nodiscard]] constexpr bool is_zero() const { return high == 0 && low == 0; }
    [[nodiscard]] constexpr std::uint8_t at(std::uint8_t x) const {
        return static_cast<std::uint8_t>(times(high, x) ^ low);
    }
};

/// Of the symbols of one word: zero for a code word.
Remainder remainder(const Symbols& symbols, std::size_t word, std::size_t words) {
    Remainder left;
    for (std::size_t i = word; i < symbols.size(); i += words) {
        const std::uint8_t out = left.high;
        left.high = static_cast<std::uint8_t>(left.low ^ times(out, 6));
        left.low = static_cast<std::uint8_t>(symbols[i] ^ times(out, 8));
    }
    return left;
}

/// How many symbols from the end of a word the wrong one is, if there is only one: an error e there
/// leaves e * 2^n at 2 and e * 4^n at 4.
std::optional<std::size_t> wrong_from_end(const Remainder& left) {
    std::uint8_t at_four = left.at(2);
    if (at_four == 0 || left.at(4) == 0) return {};
    for (std::size_t n = 0; n < kPowers; ++n) {
        if (at_four == left.at(4)) return n;
        at_four = times(at_four, 2);
    }
    return {};
}

/// The length in bytes of the UTF-8 character that `text` begins with; 1 for a byte that is none.
std::size_t character_bytes(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return std::min(bytes, text.size());
}

std::optional<std::uint8_t> symbol_of(std::string_view character) {
    const auto* const alike = std::find_if(kLookalikes.begin(), kLookalikes.end(),
                                           [&](const auto& l) { return l.typed == character; });
    char sign = character.size() == 1 ? character.front() : '\0';
    if (alike != kLookalikes.end()) sign = alike->meant;
    if (sign >= 'a' && sign <= 'z') sign = static_cast<char>(sign - 'a' + 'A');
    const std::size_t symbol = kAlphabet.find(sign);
    if (symbol == std::string_view::npos) return {};
    return static_cast<std::uint8_t>(symbol);
}

bool is_ignored(std::string_view character) {
    return std::find(kIgnored.begin(), kIgnored.end(), character) != kIgnored.end();
}

Message count_problem(std::size_t count, const CodeShape& shape) {
    return {shape.problems.count, {{"signs", shape.signs()}, {"count", count}}};
}

Message symbol_problem(std::size_t place, const CodeShape& shape) {
    return {shape.problems.sign, {{"sign", place % kGroup + 1}, {"group", place / kGroup + 1}}};
}

/// The groups to look at first; empty when they can't be told.
platform::JsonArray suspects(const Symbols& symbols, std::size_t words) {
    CHECK(words > 0);
    const std::size_t length = symbols.size() / words;
    platform::JsonArray groups;
    for (std::size_t word = 0; word < words; ++word) {
        const Remainder left = remainder(symbols, word, words);
        if (left.is_zero()) continue;
        const auto from_end = wrong_from_end(left);
        if (!from_end || *from_end >= length) return {};
        const std::size_t place = (length - 1 - *from_end) * words + word;
        groups.emplace_back(place / kGroup + 1);
    }
    return groups;
}

Message check_problem(const Symbols& symbols, const CodeShape& shape) {
    const platform::JsonArray groups = suspects(symbols, shape.words);
    if (groups.empty()) return {shape.problems.check};
    if (groups.size() == 1) return {shape.problems.check_one, {{"group", groups.front()}}};
    return {shape.problems.check_several, {{"groups", groups}}};
}

/// The symbols that were typed, blanks and dashes left out; else what is wrong.
std::optional<Message> take_symbols(std::string_view text, const CodeShape& shape,
                                    Symbols& symbols) {
    std::size_t count = 0;
    std::optional<std::size_t> bad;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, character_bytes(text));
        text.remove_prefix(character.size());
        if (is_ignored(character)) continue;
        const auto symbol = symbol_of(character);
        if (!symbol && !bad) bad = count;
        if (count < symbols.size()) symbols[count] = symbol.value_or(0);
        ++count;
    }
    // A code with a sign too many and a text that is no code differ in more than length: the
    // first of them is odd.
    if (count != symbols.size()) return count_problem(count, shape);
    if (bad) return symbol_problem(*bad, shape);
    return {};
}

/// Whether the bits are zero that the secret leaves over.
bool spare_bits_are_zero(const Symbols& symbols, std::size_t secret_bits, std::size_t data_signs) {
    const std::size_t spare = data_signs * kBits - secret_bits;
    return (symbols[data_signs - 1] & ((1U << spare) - 1)) == 0;
}

}  // namespace

std::string write_signs(std::string_view secret, const CodeShape& shape) {
    Symbols symbols(shape.signs());
    for (std::size_t bit = 0; bit < secret.size() * 8; ++bit) {
        const auto byte = static_cast<unsigned char>(secret[bit / 8]);
        const unsigned value = byte >> (7 - bit % 8) & 1U;
        symbols[bit / kBits] |= static_cast<std::uint8_t>(value << (kBits - 1 - bit % kBits));
    }
    for (std::size_t word = 0; word < shape.words; ++word) {
        // The remainder is linear in the last two: with zeros there it is what they must be.
        const Remainder check = remainder(symbols, word, shape.words);
        symbols[shape.data_signs + word] = check.high;
        symbols[shape.data_signs + shape.words + word] = check.low;
    }
    std::string text;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        if (i != 0 && i % kGroup == 0) text += '-';
        text += kAlphabet[symbols[i]];
    }
    wipe(symbols);
    return text;
}

std::optional<Message> read_signs(std::string_view typed, const CodeShape& shape,
                                  std::span<char> secret) {
    if (typed.size() > kTypedBytesMax) return Message{shape.problems.too_long};
    Symbols symbols(shape.signs());
    std::optional<Message> problem = take_symbols(typed, shape, symbols);
    bool fits = spare_bits_are_zero(symbols, secret.size() * 8, shape.data_signs);
    for (std::size_t word = 0; word < shape.words; ++word) {
        fits = fits && remainder(symbols, word, shape.words).is_zero();
    }
    if (!problem && !fits) problem = check_problem(symbols, shape);
    std::fill(secret.begin(), secret.end(), '\0');
    for (std::size_t bit = 0; !problem && bit < secret.size() * 8; ++bit) {
        const unsigned value = symbols[bit / kBits] >> (kBits - 1 - bit % kBits) & 1U;
        secret[bit / 8] =
            static_cast<char>(static_cast<unsigned char>(secret[bit / 8]) | value << (7 - bit % 8));
    }
    wipe(symbols);
    return problem;
}

}  // namespace tizilim::store
