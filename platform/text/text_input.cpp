#include "platform/text/text_input.h"

#include "platform/expected.h"
#include "platform/text/unicode.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
/// Of bytes, looked at to tell what they are.
constexpr std::size_t kSampleBytes = 4096;

enum class ByteOrder { little, big };

std::uint32_t unit_at(std::string_view bytes, std::size_t at, ByteOrder order) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return order == ByteOrder::little ? first | second * 0x100U : first * 0x100U | second;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
    };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | code >> 6U);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | code >> 12U);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | code >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

/// Nothing for half a character.
std::optional<std::string> from_utf16(std::string_view bytes, ByteOrder order) {
    if (bytes.size() % 2 != 0) return {};
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
        std::uint32_t code = unit_at(bytes, at, order);
        if (code >= 0xDC00 && code < 0xE000) return {};
        if (code >= 0xD800 && code < 0xDC00) {
            at += 2;
            if (at == bytes.size()) return {};
            const std::uint32_t low = unit_at(bytes, at, order);
            if (low < 0xDC00 || low >= 0xE000) return {};
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
        }
        append_utf8(text, code);
    }
    return text;
}

/// Latin and Cyrillic letters have a 0 or a 4 in every other byte, which no other text has at all.
bool looks_like_utf16(std::string_view bytes) {
    std::array<std::size_t, 2> high{};
    const std::string_view sample = bytes.substr(0, kSampleBytes);
    for (std::size_t i = 0; i < sample.size(); ++i) {
        if (sample[i] == '\0' || sample[i] == '\x04') ++high.at(i % 2);
    }
    return std::max(high[0], high[1]) * 4 > sample.size() && sample.size() > 1;
}

bool looks_like_windows_1251(std::string_view bytes) {
    std::size_t beyond_ascii = 0;
    std::size_t letters = 0;
    for (const char c : bytes.substr(0, kSampleBytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) ++beyond_ascii;
        if (byte >= 0xc0) ++letters;
    }
    return letters * 4 >= beyond_ascii * 3;
}

/// By the first bytes, whatever the name says.
std::optional<ByteKind> document_kind(std::string_view bytes) {
    // OLE; and before it the beginning of a sheet, of versions 2, 3, 4 and 5.
    for (const std::string_view mark :
         {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "\x09\x02\x06", "\x09\x02\x04", "\x09\x04\x06",
          "\x09\x08\x08", "\x09\x08\x10"}) {
        if (bytes.starts_with(mark)) return ByteKind::old_excel;
    }
    if (bytes.starts_with("%PDF-")) return ByteKind::pdf;
    if (!bytes.starts_with("PK\x03\x04")) return {};
    // The names of what is in the archive stand in clear at its end.
    if (bytes.substr(0, kSampleBytes).find("opendocument") != std::string_view::npos) {
        return ByteKind::open_document;
    }
    if (bytes.find("xl/") != std::string_view::npos) return ByteKind::excel;
    return bytes.find(".iwa") == std::string_view::npos ? ByteKind::archive : ByteKind::numbers;
}

ByteKind kind_of(std::string_view bytes) {
    if (looks_like_utf16(bytes)) return ByteKind::unmarked_utf16;
    return looks_like_windows_1251(bytes) ? ByteKind::windows_1251 : ByteKind::unknown;
}

}  // namespace

bool is_document(std::string_view bytes) {
    return document_kind(bytes).has_value();
}

Expected<std::string, TextFault> read_text(std::string bytes) {
    if (const auto kind = document_kind(bytes)) return Unexpected{TextFault{*kind, 0}};
    const bool little = bytes.starts_with("\xff\xfe");
    if (little || bytes.starts_with("\xfe\xff")) {
        auto text = from_utf16(std::string_view(bytes).substr(2),
                               little ? ByteOrder::little : ByteOrder::big);
        if (text) return *std::move(text);
        return Unexpected{TextFault{ByteKind::cut_utf16, 0}};
    }
    if (bytes.starts_with(kUtf8Mark)) bytes.erase(0, kUtf8Mark.size());
    if (const auto bad = invalid_utf8_at(bytes)) return Unexpected{TextFault{kind_of(bytes), *bad}};
    if (bytes.find('\0') != std::string::npos && looks_like_utf16(bytes)) {
        return Unexpected{TextFault{ByteKind::unmarked_utf16, 0}};
    }
    return bytes;
}

std::string text_or_bytes(std::string bytes) {
    auto text = read_text(bytes);
    if (text) return *std::move(text);
    return bytes;
}

}  // namespace tizilim::platform
