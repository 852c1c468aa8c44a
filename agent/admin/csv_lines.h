#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::admin {

struct CsvLine {
    std::size_t number = 0;  ///< where it begins, from 1
    std::vector<std::string> fields;
    bool is_broken = false;  ///< a quote that is not closed, or with text beside it
};

/// Splits `text` (RFC 4180); blank lines are left out. A broken line takes its own line alone. At
/// most `lines_max` of them.
[[nodiscard]] std::vector<CsvLine> csv_lines(std::string_view text, std::size_t lines_max);

}  // namespace tizilim::admin
