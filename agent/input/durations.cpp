#include "agent/input/shape.h"
#include "agent/input/written.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::Message;
using platform::Unexpected;

constexpr std::uint32_t kHour = 60;
constexpr std::uint32_t kMinute = 1;

constexpr auto kUnits = std::to_array<Meaning>({
    {"h", kHour},         {"hour", kHour},     {"hours", kHour},    {"ч", kHour},
    {"час", kHour},       {"часа", kHour},     {"часов", kHour},    {"сағ", kHour},
    {"сағат", kHour},     {"m", kMinute},      {"min", kMinute},    {"minute", kMinute},
    {"minutes", kMinute}, {"м", kMinute},      {"мин", kMinute},    {"минут", kMinute},
    {"минута", kMinute},  {"минуты", kMinute}, {"минуту", kMinute},
});

constexpr auto kWholeWords = std::to_array<Meaning>({{"полчаса", 30}, {"час", 60}, {"сағат", 60}});

/// Digits after a decimal sign, and what the last of them is a part of.
constexpr std::size_t kDecimalsMax = 3;

}  // namespace

Written minutes_written(std::string_view text) {
    Shape written = shape_of(text);
    // A full stop ends a unit that is cut short: "1 ч. 30 мин."
    const auto spaces = std::ranges::remove(written.shape, ' ');
    written.shape.erase(spaces.begin(), spaces.end());
    std::string& shape = written.shape;
    for (std::size_t at = shape.find("a."); at != std::string::npos; at = shape.find("a."))
        shape.erase(at + 1, 1);
    const Unexpected<Message> unknown{Message{"input.minutes"}};
    const auto n = [&](std::size_t i) { return std::uint64_t{written.number(i).value_or(0)}; };
    const auto unit = [&](std::size_t i) {
        return meaning_of(written.parts[i], kUnits).value_or(0);
    };
    for (std::size_t i = 0; i < written.parts.size(); ++i)
        if (shape.find('9') != std::string::npos && !written.number(i) && unit(i) == 0)
            return unknown;

    if (shape == "9") return std::to_string(n(0));
    if (shape == "9:9" && written.parts[1].size() == 2 && n(1) < kHour)
        return std::to_string(n(0) * kHour + n(1));
    if (shape == "9a") return std::to_string(n(0) * unit(1));
    if ((shape == "9a9" || (shape == "9a9a" && unit(3) == kMinute)) && unit(1) == kHour &&
        n(2) < kHour)
        return std::to_string(n(0) * kHour + n(2));
    if (shape == "9,9" || shape == "9.9") return Unexpected{Message{"input.decimal_needs_unit"}};
    if ((shape == "9,9a" || shape == "9.9a") && unit(2) == kHour &&
        written.parts[1].size() <= kDecimalsMax) {
        std::uint64_t whole = 1;
        for (std::size_t i = 0; i < written.parts[1].size(); ++i) whole *= 10;
        const std::uint64_t minutes = n(1) * kHour;
        if (minutes % whole != 0) return Unexpected{Message{"input.part_of_a_minute"}};
        return std::to_string(n(0) * kHour + minutes / whole);
    }
    if (shape == "a")
        if (const auto minutes = meaning_of(written.parts[0], kWholeWords))
            return std::to_string(*minutes);
    return unknown;
}

}  // namespace tizilim::agent
