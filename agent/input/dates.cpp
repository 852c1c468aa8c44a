#include "agent/input/shape.h"
#include "agent/input/written.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::CivilDate;
using platform::Message;
using platform::Unexpected;
using std::chrono::sys_days;

/// `-400` would be a slip.
constexpr std::uint32_t kDaysBackMax = 366;
/// A two-digit year is of this century.
constexpr std::uint32_t kCentury = 2000;

constexpr auto kDayWords = std::to_array<Meaning>({
    {"today", 0},
    {"сегодня", 0},
    {"бүгін", 0},
    {"yesterday", 1},
    {"вчера", 1},
    {"кеше", 1},
});

constexpr auto kMonthWords = std::to_array<Meaning>({
    {"january", 1},   {"январь", 1},   {"января", 1},     {"қаңтар", 1},   {"february", 2},
    {"февраль", 2},   {"февраля", 2},  {"ақпан", 2},      {"march", 3},    {"март", 3},
    {"марта", 3},     {"наурыз", 3},   {"april", 4},      {"апрель", 4},   {"апреля", 4},
    {"сәуір", 4},     {"may", 5},      {"май", 5},        {"мая", 5},      {"мамыр", 5},
    {"june", 6},      {"июнь", 6},     {"июня", 6},       {"маусым", 6},   {"july", 7},
    {"июль", 7},      {"июля", 7},     {"шілде", 7},      {"august", 8},   {"август", 8},
    {"августа", 8},   {"тамыз", 8},    {"september", 9},  {"сентябрь", 9}, {"сентября", 9},
    {"қыркүйек", 9},  {"october", 10}, {"октябрь", 10},   {"октября", 10}, {"қазан", 10},
    {"november", 11}, {"ноябрь", 11},  {"ноября", 11},    {"қараша", 11},  {"december", 12},
    {"декабрь", 12},  {"декабря", 12}, {"желтоқсан", 12},
});

CivilDate date_of(std::uint32_t year, std::uint32_t month, std::uint32_t day) {
    if (year < 100) year += kCentury;
    return {std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
            std::chrono::day(day)};
}

Written no_date(bool in_file) {
    return Unexpected{Message{in_file ? "input.date_in_file" : "input.date"}};
}

Written shown(const CivilDate& date, bool in_file) {
    if (!date.ok() || int(date.year()) < 1900 || int(date.year()) > 9999) return no_date(in_file);
    return platform::format_date(date);
}

/// The last such day that is not after `today`: of the month, or of the year where one is given.
Written last_such(const WrittenOn& today, std::optional<std::uint32_t> month, std::uint32_t day) {
    if (!today) return no_date(true);
    const std::chrono::months step(month ? 12 : 1);
    std::chrono::year_month at = today->year() / today->month();
    if (month) at = today->year() / std::chrono::month(*month);
    // The 31st of a month that has none is of the month before; 29 February of the leap year.
    for (int i = 0; i < 8; ++i, at -= step) {
        const CivilDate date{at.year(), at.month(), std::chrono::day(day)};
        if (date.ok() && sys_days(date) <= sys_days(*today)) return platform::format_date(date);
        if (!at.month().ok()) break;
    }
    return no_date(false);
}

Written days_back(const WrittenOn& today, std::uint32_t days) {
    if (!today) return no_date(true);
    if (days > kDaysBackMax) return no_date(false);
    return platform::format_date(CivilDate(sys_days(*today) - std::chrono::days(days)));
}

std::string month_text(std::uint32_t year, std::uint32_t month) {
    return platform::format_date(date_of(year, month, 1)).substr(0, 7);
}

/// The last such month that is not after `today`.
Written last_such_month(const WrittenOn& today, std::uint32_t month) {
    if (!today || month < 1 || month > 12) return Unexpected{Message{"input.month"}};
    const bool is_to_come = month > static_cast<unsigned>(today->month());
    return month_text(static_cast<std::uint32_t>(int(today->year())) - (is_to_come ? 1 : 0), month);
}

}  // namespace

Written date_written(std::string_view text, const WrittenOn& today) {
    const Shape written = shape_of(text);
    const bool in_file = !today;
    const auto n = [&](std::size_t i) { return written.number(i).value_or(0); };
    if (written.shape == "9-9-9" && written.parts[0].size() == 4)
        return shown(date_of(n(0), n(1), n(2)), in_file);
    if (written.shape == "9.9.9" && (written.parts[2].size() == 4 || written.parts[2].size() == 2))
        return shown(date_of(n(2), n(1), n(0)), in_file);
    if (written.shape == "9a9" && written.parts[2].size() == 4)
        if (const auto month = meaning_of(written.parts[1], kMonthWords))
            return shown(date_of(n(2), *month, n(0)), in_file);
    if (written.shape == "9a")
        if (const auto month = meaning_of(written.parts[1], kMonthWords))
            return last_such(today, month, n(0));
    if (written.shape == "9.9") return last_such(today, n(1), n(0));
    if (written.shape == "9" && written.parts[0].size() <= 2)
        return last_such(today, std::nullopt, n(0));
    if (written.shape == "-9")
        return days_back(today, written.number(0).value_or(kDaysBackMax + 1));
    if (written.shape == "a")
        if (const auto days = meaning_of(written.parts[0], kDayWords))
            return days_back(today, *days);
    return no_date(in_file);
}

Written month_written(std::string_view text, const WrittenOn& today) {
    const Shape written = shape_of(text);
    const auto n = [&](std::size_t i) { return written.number(i).value_or(0); };
    const auto year_and_month = [&](std::size_t year, std::uint32_t month) -> Written {
        if (written.parts[year].size() != 4 || month < 1 || month > 12)
            return Unexpected{Message{"input.month"}};
        return month_text(n(year), month);
    };
    if (written.shape == "9-9") return year_and_month(0, n(1));
    if (written.shape == "9.9") return year_and_month(1, n(0));
    if (written.shape == "9") return last_such_month(today, n(0));
    if (written.shape == "a9" || written.shape == "9a") {
        const std::size_t word = written.shape == "a9" ? 0 : 1;
        if (const auto month = meaning_of(written.parts[word], kMonthWords))
            return year_and_month(1 - word, *month);
    }
    if (written.shape == "a")
        if (const auto month = meaning_of(written.parts[0], kMonthWords))
            return last_such_month(today, *month);
    return Unexpected{Message{"input.month"}};
}

}  // namespace tizilim::agent
