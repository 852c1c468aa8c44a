#include "platform/text/unicode.h"

#include "platform/check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utf8proc.h>

namespace tizilim::platform {
namespace {

/// What a lead byte promises: the length of its sequence and the bounds of the second byte, which
/// alone keep out overlong forms, surrogates and what is above U+10FFFF (RFC 3629, section 4).
struct Sequence {
    std::size_t length = 0;  ///< 0: no lead byte
    unsigned second_min = 0x80;
    unsigned second_max = 0xbf;
};

Sequence sequence_of(unsigned lead) {
    if (lead < 0x80) return {.length = 1};
    if (lead < 0xc2) return {};
    if (lead < 0xe0) return {.length = 2};
    if (lead == 0xe0) return {.length = 3, .second_min = 0xa0};
    if (lead == 0xed) return {.length = 3, .second_max = 0x9f};
    if (lead < 0xf0) return {.length = 3};
    if (lead == 0xf0) return {.length = 4, .second_min = 0x90};
    if (lead < 0xf4) return {.length = 4};
    if (lead == 0xf4) return {.length = 4, .second_max = 0x8f};
    return {};
}

/// The length of the valid sequence at the start of `text`, or 0.
std::size_t valid_sequence(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const Sequence sequence = sequence_of(at(0));
    if (sequence.length > text.size()) return 0;
    if (sequence.length < 2) return sequence.length;
    if (at(1) < sequence.second_min || at(1) > sequence.second_max) return 0;
    for (std::size_t i = 2; i < sequence.length; ++i) {
        if ((at(i) & 0xc0U) != 0x80U) return 0;
    }
    return sequence.length;
}

/// How many bytes of ASCII `text` begins with, in whole words of eight.
std::size_t ascii_words(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    std::size_t length = 0;
    while (text.size() - length >= sizeof(kHighBits)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + length, sizeof(word));
        if ((word & kHighBits) != 0) break;
        length += sizeof(word);
    }
    return length;
}

struct Free {
    void operator()(utf8proc_uint8_t* memory) const {
        std::free(memory);  // utf8proc takes it from malloc
    }
};

std::string mapped(std::string_view text, unsigned flags) {
    const std::string bytes(text);
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): a set of flags
    const auto form = static_cast<utf8proc_option_t>(flags);
    utf8proc_uint8_t* made = nullptr;
    const utf8proc_ssize_t length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                     static_cast<utf8proc_ssize_t>(bytes.size()), &made, form);
    const std::unique_ptr<utf8proc_uint8_t, Free> memory(made);
    if (length == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    CHECK(length >= 0);
    return {memory.get(), memory.get() + length};
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::optional<std::size_t> invalid_utf8_at(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        offset += ascii_words(text.substr(offset));
        if (offset == text.size()) break;
        const std::size_t length = valid_sequence(text.substr(offset));
        if (length == 0) return offset;
        offset += length;
    }
    return std::nullopt;
}

CodePoint first_code_point(std::string_view text) {
    const std::size_t length = valid_sequence(text);
    if (length == 0) return {.value = 0, .bytes = 1, .valid = false};
    utf8proc_int32_t value = 0;
    utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(length), &value);
    return {.value = static_cast<char32_t>(value), .bytes = length};
}

bool is_hidden(char32_t code_point) {
    if (code_point >= 0x20 && code_point < 0x7f) return false;
    // Nothing to see, and yet letters or marks to Unicode: fillers, joiners, variation selectors.
    constexpr auto kBlank = std::to_array<char32_t>(
        {0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180f, 0x3164, 0xffa0});
    if (code_point >= 0xfe00 && code_point <= 0xfe0f) return true;
    if (code_point >= 0xe0000 && code_point <= 0xe0fff) return true;
    if (std::find(kBlank.begin(), kBlank.end(), code_point) != kBlank.end()) return true;
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return true;
        default:
            return false;
    }
}

std::string trimmed_text(std::string_view text) {
    constexpr char32_t kByteOrderMark = 0xfeff;
    const auto is_blank = [](char32_t c) {
        return is_hidden(c) ||
               utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ZS;
    };
    std::string kept;
    std::size_t end = 0;
    while (!text.empty()) {
        const CodePoint next = first_code_point(text);
        const bool blank = next.valid && is_blank(next.value);
        const bool is_mark = next.valid && next.value == kByteOrderMark;
        if (!is_mark && !(blank && kept.empty())) kept += text.substr(0, next.bytes);
        if (!blank) end = kept.size();
        text.remove_prefix(next.bytes);
    }
    kept.resize(end);
    return kept;
}

std::string to_nfc(std::string_view text) {
    if (is_ascii(text)) return std::string(text);  // ASCII is in form C already
    return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string fold_for_search(std::string_view text) {
    constexpr std::string_view kCyrillicI = "\xd1\x96";
    std::string folded = mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    std::size_t at = folded.find(kCyrillicI);
    for (; at != std::string::npos; at = folded.find(kCyrillicI, at)) {
        folded.replace(at, kCyrillicI.size(), "i");
    }
    return folded;
}

}  // namespace tizilim::platform
