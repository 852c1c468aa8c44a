#include "agent/documents/xlsx/number_format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using Kind = NumberFormat::Kind;

bool is_one_of(std::string_view signs, char sign) {
    return signs.find(sign) != std::string_view::npos;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The signs of the first section that mean something: no quoted text, no color or currency in
/// brackets, nothing that is escaped. Of [h] only the letter stays, as a capital.
std::string signs_of(std::string_view code) {
    std::string signs;
    for (std::size_t at = 0; at < code.size() && code[at] != ';'; ++at) {
        if (code[at] == '"') {
            at = std::min(code.find('"', at + 1), code.size());
        } else if (is_one_of("\\_*", code[at])) {
            ++at;
        } else if (code[at] == '[') {
            const std::size_t end = std::min(code.find(']', at), code.size());
            const std::string_view inside = code.substr(at + 1, end - at - 1);
            const char first = inside.empty() ? ' ' : lower(inside.front());
            const bool elapsed =
                is_one_of("hms", first) && std::all_of(inside.begin(), inside.end(),
                                                       [&](char c) { return lower(c) == first; });
            if (elapsed) signs += static_cast<char>(first - 'a' + 'A');
            at = end;
        } else {
            signs += lower(code[at]);
        }
    }
    return signs;
}

}  // namespace

NumberFormat built_in_format(std::uint32_t id) {
    const auto between = [id](std::uint32_t first, std::uint32_t last) {
        return id >= first && id <= last;
    };
    constexpr std::uint32_t kDayAndTime = 22;
    constexpr std::uint32_t kElapsed = 46;
    if (id == kDayAndTime) return {.kind = Kind::day_and_time};
    if (between(18, 21) || between(32, 33) || between(45, 47))
        return {.kind = Kind::time, .beyond_a_day = id == kElapsed};
    // From 27 on: of East Asian languages.
    if (between(14, 17) || between(27, 36) || between(50, 58)) return {.kind = Kind::day};
    return {};
}

NumberFormat format_of(std::string_view code) {
    const std::string signs = signs_of(code);
    if (signs == "general") return {};
    const auto has = [&](std::string_view some) {
        return signs.find_first_of(some) != std::string::npos;
    };
    const bool elapsed = has("HMS");
    const bool time = elapsed || has("hs");
    const bool day = has("yd") || (has("m") && !time);
    if (day && time) return {.kind = Kind::day_and_time};
    if (day) return {.kind = Kind::day};
    if (time) return {.kind = Kind::time, .beyond_a_day = elapsed};
    if (signs.size() > 1 && signs.find_first_not_of('0') == std::string::npos)
        return {.digits = signs.size()};
    return {};
}

}  // namespace tizilim::agent
