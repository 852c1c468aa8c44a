#include "store/recovery_code.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "store/seal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace tizilim::store {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSymbolBits = 5;
constexpr std::size_t kDataSymbols = 26;  // 130 bits: the last two are zero
constexpr std::size_t kSpareBits = kDataSymbols * kSymbolBits - RecoveryCode::kBytes * 8;
constexpr std::size_t kSymbols = 28;
constexpr std::size_t kGroup = 4;
/// Whoever types it may add blanks, but not a book.
constexpr std::size_t kTypedBytesMax = 1024;

using Symbols = std::array<std::uint8_t, kSymbols>;

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
    for (unsigned bit = 0; bit < kSymbolBits; ++bit) {
        if ((b >> bit & 1U) != 0) product ^= static_cast<unsigned>(a) << bit;
    }
    for (unsigned bit = 2 * kSymbolBits - 2; bit >= kSymbolBits; --bit) {
        if ((product >> bit & 1U) != 0) product ^= 0b100101U << (bit - kSymbolBits);
    }
    return static_cast<std::uint8_t>(product);
}

/// The remainder after division by (x + 2)(x + 4) = x^2 + 6x + 8: zero for a code word. Begins at
/// (1, 1), so that all zeros is none.
constexpr std::pair<std::uint8_t, std::uint8_t> remainder(std::span<const std::uint8_t> symbols) {
    std::uint8_t high = 1;
    std::uint8_t low = 1;
    for (const std::uint8_t symbol : symbols) {
        const std::uint8_t out = high;
        high = static_cast<std::uint8_t>(low ^ times(out, 6));
        low = static_cast<std::uint8_t>(symbol ^ times(out, 8));
    }
    return {high, low};
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

std::string length_problem(std::size_t count) {
    return "the recovery code has " + std::to_string(kSymbols) + " signs, this one has " +
           std::to_string(count) + ": compare it with what was written down";
}

std::string symbol_problem(std::size_t place) {
    return "sign " + std::to_string(place % kGroup + 1) + " of group " +
           std::to_string(place / kGroup + 1) +
           " is none that a recovery code has: digits and Latin letters, but not U";
}

/// The symbols that were typed, blanks and dashes left out; else what is wrong.
platform::Expected<Symbols, std::string> symbols_of(std::string_view text) {
    Symbols symbols{};
    std::size_t count = 0;
    std::optional<std::size_t> bad;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, character_bytes(text));
        text.remove_prefix(character.size());
        if (is_ignored(character)) continue;
        const auto symbol = symbol_of(character);
        if (!symbol && !bad) bad = count;
        if (count < kSymbols) symbols[count] = symbol.value_or(0);
        ++count;
    }
    // Two signs too many say more than that the first of them is odd.
    if (count != kSymbols) return platform::Unexpected{length_problem(count)};
    if (bad) return platform::Unexpected{symbol_problem(*bad)};
    return symbols;
}

}  // namespace

RecoveryCode RecoveryCode::make(platform::Random& random) {
    RecoveryCode code;
    random.fill(std::as_writable_bytes(std::span(code.bytes_)));
    return code;
}

RecoveryCode::~RecoveryCode() {
    wipe(bytes_);
}

std::string RecoveryCode::text() const {
    Symbols symbols{};
    for (std::size_t bit = 0; bit < kBytes * 8; ++bit) {
        const auto byte = static_cast<unsigned char>(bytes_[bit / 8]);
        const unsigned value = byte >> (7 - bit % 8) & 1U;
        const std::size_t shift = kSymbolBits - 1 - bit % kSymbolBits;
        symbols[bit / kSymbolBits] |= static_cast<std::uint8_t>(value << shift);
    }
    // The remainder of all 28 is linear in the last two: with zeros there it is what they must be.
    std::tie(symbols[kDataSymbols], symbols[kDataSymbols + 1]) = remainder(symbols);
    std::string text;
    for (std::size_t i = 0; i < kSymbols; ++i) {
        if (i != 0 && i % kGroup == 0) text += '-';
        text += kAlphabet[symbols[i]];
    }
    wipe(symbols);
    return text;
}

platform::Expected<RecoveryCode, std::string> RecoveryCode::parse(std::string_view text) {
    if (text.size() > kTypedBytesMax) {
        return platform::Unexpected{
            std::string("this is no recovery code: it is far too long; give the code alone")};
    }
    auto typed = symbols_of(text);
    if (!typed) return platform::Unexpected{typed.error()};
    Symbols symbols = *std::move(typed);
    const unsigned spare = symbols[kDataSymbols - 1] & ((1U << kSpareBits) - 1);
    if (remainder(symbols) != std::pair<std::uint8_t, std::uint8_t>{0, 0} || spare != 0) {
        return platform::Unexpected{std::string(
            "the recovery code has a mistake in it: its last two signs do not fit the others; "
            "compare it with what was written down, sign by sign")};
    }
    RecoveryCode code;
    for (std::size_t bit = 0; bit < kBytes * 8; ++bit) {
        const std::size_t shift = kSymbolBits - 1 - bit % kSymbolBits;
        const unsigned value = symbols[bit / kSymbolBits] >> shift & 1U;
        code.bytes_[bit / 8] = static_cast<char>(static_cast<unsigned char>(code.bytes_[bit / 8]) |
                                                 value << (7 - bit % 8));
    }
    wipe(symbols);
    return code;
}

}  // namespace tizilim::store
