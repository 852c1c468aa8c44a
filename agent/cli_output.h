#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// How many cells of a terminal `text` takes: a cell a code point, none for a combining mark.
[[nodiscard]] std::size_t text_width(std::string_view text);

/// `text` without control characters, which would be commands to the terminal, and cut to
/// `width_max` cells with "…" at the end.
[[nodiscard]] std::string shown(std::string_view text, std::size_t width_max);

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t width_max = 40;
};

/// Columns as wide as they need be, two spaces between them.
void print_table(std::ostream& out, const std::vector<Column>& columns,
                 const std::vector<std::vector<std::string>>& rows);

/// A line on a terminal that shows how far a long command has come; nothing elsewhere.
class ProgressBar {
public:
    ProgressBar(std::ostream& out, bool on_terminal) : out_(out), on_(on_terminal) {}
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    void show(std::uint64_t done, std::uint64_t total);

private:
    std::ostream& out_;
    const bool on_;
    bool drawn_ = false;
};

}  // namespace tizilim::agent
