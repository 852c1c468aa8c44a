#include "store/csv_text.h"

#include "platform/expected.h"
#include "platform/unicode.h"
#include "store/owner_session.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

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

}  // namespace

platform::Expected<std::string, RowProblem> utf8_text(std::string_view bytes) {
    constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
    const bool little = bytes.starts_with("\xff\xfe");
    if (little || bytes.starts_with("\xfe\xff")) {
        auto text = from_utf16(bytes.substr(2), little ? ByteOrder::little : ByteOrder::big);
        if (text) return *std::move(text);
        return platform::Unexpected{RowProblem{
            1, {"file", "begins as UTF-16 but is cut off or damaged; save it as UTF-8"}}};
    }
    if (bytes.starts_with(kUtf8Mark)) bytes.remove_prefix(kUtf8Mark.size());
    if (const auto bad = platform::invalid_utf8_at(bytes)) {
        const auto line = std::count(bytes.begin(), bytes.begin() + static_cast<long>(*bad), '\n');
        return platform::Unexpected{RowProblem{
            static_cast<std::uint64_t>(line) + 1,
            {"file", "is no UTF-8 text at byte " + std::to_string(*bad) +
                         " (a Windows-1251 file, perhaps); save it again as \"CSV UTF-8\""}}};
    }
    return std::string(bytes);
}

}  // namespace tizilim::store
