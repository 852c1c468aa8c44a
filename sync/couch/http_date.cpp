#include "sync/couch/http_date.h"

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "sync/couch/tuning.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::sync {
namespace {

using std::chrono::seconds;

/// `0` stands for a digit, `aaa` for a name.
constexpr std::string_view kForm = "aaa, 00 aaa 0000 00:00:00 GMT";
constexpr auto kWeekdays =
    std::to_array<std::string_view>({"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"});
constexpr auto kMonths = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});

bool has_form(std::string_view text) {
    const auto fits = [](char wanted, char c) {
        if (wanted == '0') return c >= '0' && c <= '9';
        return wanted == 'a' || wanted == c;
    };
    return std::equal(kForm.begin(), kForm.end(), text.begin(), text.end(), fits);
}

int number_in(std::string_view digits) {
    int number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

template <class Names>
std::optional<unsigned> place_in(const Names& names, std::string_view name) {
    const auto* const found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return {};
    return static_cast<unsigned>(found - names.begin());
}

}  // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
    if (!has_form(text)) return {};
    const auto weekday = place_in(kWeekdays, text.substr(0, 3));
    const auto month = place_in(kMonths, text.substr(8, 3));
    if (!weekday || !month) return {};
    const std::chrono::year_month_day date{
        std::chrono::year(number_in(text.substr(12, 4))), std::chrono::month(*month + 1),
        std::chrono::day(static_cast<unsigned>(number_in(text.substr(5, 2))))};
    if (!date.ok()) return {};
    const std::chrono::sys_days day(date);
    const int hour = number_in(text.substr(17, 2));
    const int minute = number_in(text.substr(20, 2));
    const int second = number_in(text.substr(23, 2));  // 60: a leap second
    if (std::chrono::weekday(day) != std::chrono::weekday(*weekday)) return {};
    if (hour > 23 || minute > 59 || second > 60) return {};
    return day + std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second);
}

std::optional<seconds> clock_ahead(const platform::HttpResponse& response,
                                   platform::WallTime asked_at, platform::WallTime answered_at) {
    const std::string* const age = response.header("age");
    if (age != nullptr && *age != "0") return {};
    const std::string* const text = response.header("date");
    if (text == nullptr) return {};
    const auto date = parse_http_date(*text);
    if (!date || *date < std::chrono::sys_days(kPeerDateMin)) return {};
    // The header drops what there is beyond a second: the peer's clock showed up to one more.
    const auto first = std::chrono::floor<seconds>(asked_at);
    const auto last = std::max(first, std::chrono::floor<seconds>(answered_at));
    if (*date < first) return *date - first;
    if (*date > last) return *date - last;
    return seconds(0);
}

}  // namespace tizilim::sync
