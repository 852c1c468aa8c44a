#include "agent/documents/xlsx/cell_text.h"

#include "agent/documents/csv/csv_records.h"
#include "agent/documents/xlsx/number_format.h"
#include "agent/documents/xlsx/sheet_cells.h"
#include "agent/documents/xlsx/workbook.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tizilim::agent {
namespace {

using platform::Message;
using Kind = NumberFormat::Kind;

constexpr std::int64_t kDaySeconds = 86'400;
constexpr double kSerialMax = 2'958'466;  ///< 1 January 10000
/// Excel keeps so many digits, and puts zeros for the others.
constexpr double kExactMax = 1e15;
constexpr int kDigits = 15;

std::optional<double> number_of(std::string_view text) {
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return {};
    return number;
}

/// The day of a serial number. In the system of 1900 the first day is 1, and 60 is 29 February
/// 1900, a day that never was: from there on all are one more than they should be.
std::optional<std::string> day_of(std::int64_t serial, bool since_1904) {
    using std::chrono::days;
    using std::chrono::sys_days;
    constexpr std::int64_t kNoSuchDay = 60;
    sys_days first = sys_days(std::chrono::year(1904) / 1 / 1);
    if (!since_1904) {
        if (serial < 1 || serial == kNoSuchDay) return {};
        first = sys_days(std::chrono::year(1899) / 12 / (serial < kNoSuchDay ? 31 : 30));
    }
    return platform::format_date(platform::CivilDate(first + days(serial)));
}

/// "26:15", or "26:15:30".
std::string time_text(std::int64_t seconds) {
    const auto two = [](std::int64_t part) {
        return (part < 10 ? ":0" : ":") + std::to_string(part);
    };
    std::string text = std::to_string(seconds / 3600) + two(seconds / 60 % 60);
    return seconds % 60 == 0 ? text : text + two(seconds % 60);
}

/// As Excel shows it, without a part for the power of ten.
std::string plain_text(double number, std::size_t digits) {
    std::array<char, 400> text{};
    const bool whole = number == std::floor(number);
    const auto [end, failed] = whole ? std::to_chars(text.data(), text.data() + text.size(), number,
                                                     std::chars_format::fixed)
                                     : std::to_chars(text.data(), text.data() + text.size(), number,
                                                     std::chars_format::general, kDigits);
    const std::string plain(text.data(), failed == std::errc{} ? end : text.data());
    return number < 0 || plain.size() >= digits || !whole
               ? plain
               : std::string(digits - plain.size(), '0') + plain;
}

/// Nothing: no such day or time.
std::optional<std::string> date_text(double number, const NumberFormat& format, bool since_1904,
                                     Wanted wanted) {
    if (number < 0 || number >= kSerialMax) return {};
    const std::int64_t seconds = std::llround(number * static_cast<double>(kDaySeconds));
    const bool is_time =
        format.kind == Kind::time && (seconds < kDaySeconds || format.beyond_a_day);
    if (is_time) return time_text(seconds);
    auto day = day_of(seconds / kDaySeconds, since_1904);
    if (!day || wanted == Wanted::day) return day;
    return *day + ' ' + time_text(seconds % kDaySeconds);
}

}  // namespace

platform::Expected<std::string, Message> cell_text(const Sheet& sheet, std::uint64_t row,
                                                   const Cell& cell, Wanted wanted) {
    const std::string name = cell_name(cell.column, row);
    const auto bad = [&](const char* code) {
        return platform::Unexpected{Message{code, {{"cell", name}}}};
    };
    if (cell.kind == Cell::Kind::error) return bad("import.xlsx_error_value");
    if (cell.kind == Cell::Kind::not_computed) return bad("import.xlsx_not_computed");
    if (cell.kind == Cell::Kind::yes_or_no) return std::string(cell.text == "0" ? "no" : "yes");
    if (cell.kind != Cell::Kind::number) {
        std::string text = heading_text(sheet, cell);
        if (text.size() > kCsvFieldBytesMax)
            return platform::Unexpected{
                Message{"import.xlsx_text_too_long", {{"cell", name}, {"max", kCsvFieldBytesMax}}}};
        return text;
    }
    const auto number = number_of(cell.text);
    if (!number) return bad("import.xlsx_odd_cell");
    const NumberFormat format =
        cell.style < sheet.formats.size() ? sheet.formats[cell.style] : NumberFormat{};
    if (format.kind == Kind::number) {
        if (std::fabs(*number) >= kExactMax) return bad("import.xlsx_digits_lost");
        return plain_text(*number, format.digits);
    }
    if (wanted == Wanted::text) return bad("import.xlsx_date_as_text");
    const auto text = date_text(*number, format, sheet.since_1904, wanted);
    if (!text) return bad("import.xlsx_no_such_day");
    return *text;
}

std::string heading_text(const Sheet& sheet, const Cell& cell) {
    if (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::number) return cell.text;
    if (cell.kind != Cell::Kind::shared) return {};
    std::size_t at = 0;
    const auto [end, failed] =
        std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), at);
    const bool known = failed == std::errc{} && end == cell.text.data() + cell.text.size() &&
                       at < sheet.shared.size();
    return known ? sheet.shared[at] : std::string();
}

}  // namespace tizilim::agent
