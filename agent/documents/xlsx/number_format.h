#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// What a number in a cell is shown as: Excel keeps days and times as numbers.
struct NumberFormat {
    enum class Kind : std::uint8_t { number, day, time, day_and_time };
    Kind kind = Kind::number;
    bool beyond_a_day = false;  ///< a time such as [h]:mm, which may be of many hours
    std::size_t digits = 0;     ///< "000000": shown with so many, zeros before them
};

/// ECMA-376, 18.8.30: formats that have a number and stand in no file.
[[nodiscard]] NumberFormat built_in_format(std::uint32_t id);
/// A format of the workbook itself: "dd.mm.yyyy", "[h]:mm". Only its first section counts.
[[nodiscard]] NumberFormat format_of(std::string_view code);

}  // namespace tizilim::agent
