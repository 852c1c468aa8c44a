#include "platform/text/civil_time.h"

#include "platform/clock.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tizilim::platform {
namespace {

constexpr UtcOffset kLargestOffset = std::chrono::hours(14);  // of any country, ISO 8601 use

/// Digits alone: no sign and no space, which from_chars or stoi would let through.
std::optional<int> parse_digits(std::string_view text) {
    const bool all_digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!all_digits) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

}  // namespace

CivilDate civil_day(WallTime time, UtcOffset offset) {
    return CivilDate(std::chrono::floor<std::chrono::days>(time + offset));
}

std::optional<CivilDate> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_digits(text.substr(0, 4));
    const auto month = parse_digits(text.substr(5, 2));
    const auto day = parse_digits(text.substr(8, 2));
    if (!year || !month || !day || *year == 0) return std::nullopt;
    const CivilDate date(std::chrono::year(*year),
                         std::chrono::month(static_cast<unsigned>(*month)),
                         std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    return date;
}

std::string format_date(CivilDate date) {
    std::string text;
    append_padded(text, static_cast<int>(date.year()), 4);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

std::string format_time(WallTime time, UtcOffset offset) {
    const auto civil = std::chrono::floor<std::chrono::seconds>(time + offset);
    const auto day = std::chrono::floor<std::chrono::days>(civil);
    const std::chrono::hh_mm_ss clock(civil - day);
    std::string text = format_date(CivilDate(day));
    text += 'T';
    append_padded(text, clock.hours().count(), 2);
    text += ':';
    append_padded(text, clock.minutes().count(), 2);
    text += ':';
    append_padded(text, clock.seconds().count(), 2);
    return text + format_utc_offset(offset);
}

std::optional<TimeAtOffset> parse_time(std::string_view text) {
    constexpr std::size_t kBytes = std::string_view("2025-11-03T09:15:00+05:00").size();
    if (text.size() != kBytes || text[10] != 'T' || text[13] != ':' || text[16] != ':') return {};
    const auto day = parse_date(text.substr(0, 10));
    const auto hours = parse_digits(text.substr(11, 2));
    const auto minutes = parse_digits(text.substr(14, 2));
    const auto seconds = parse_digits(text.substr(17, 2));
    const auto offset = parse_utc_offset(text.substr(19));
    if (!day || !hours || !minutes || !seconds || !offset) return {};
    if (*hours > 23 || *minutes > 59 || *seconds > 59) return {};
    return TimeAtOffset{std::chrono::sys_days(*day) + std::chrono::hours(*hours) +
                            std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds) -
                            *offset,
                        *offset};
}

std::optional<UtcOffset> parse_utc_offset(std::string_view text) {
    if (text.size() != 6 || text[3] != ':') return std::nullopt;
    if (text[0] != '+' && text[0] != '-') return std::nullopt;
    const auto hours = parse_digits(text.substr(1, 2));
    const auto minutes = parse_digits(text.substr(4, 2));
    if (!hours || !minutes || *minutes >= 60) return std::nullopt;
    const UtcOffset size = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    if (size > kLargestOffset) return std::nullopt;
    return text[0] == '-' ? -size : size;
}

std::string format_utc_offset(UtcOffset offset) {
    const auto size = std::chrono::abs(offset).count();
    std::string text(1, offset < UtcOffset::zero() ? '-' : '+');
    append_padded(text, size / 60, 2);
    text += ':';
    append_padded(text, size % 60, 2);
    return text;
}

}  // namespace tizilim::platform
