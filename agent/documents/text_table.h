#pragma once

#include <cstddef>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {

/// Width of `text` in terminal cells: one a code point, none for a combining mark.
[[nodiscard]] std::size_t text_width(std::string_view text);

/// `text` on one line, visible() (platform/text/visible.h), cut to `width_max` cells with "…" at
/// the end.
[[nodiscard]] std::string shown(std::string_view text, std::size_t width_max);

inline constexpr std::size_t kNoCellsMax = std::numeric_limits<std::size_t>::max();

/// `text`, which begins `indent` cells from the left, in lines that end within `cells_max`: broken
/// at spaces but those of `a command`; the others begin where the first does. As it stands where
/// there is hardly any room.
[[nodiscard]] std::string in_lines(std::string_view text, std::size_t indent,
                                   std::size_t cells_max);

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t width_max = 40;
};

/// Columns as wide as their cells, two spaces between them; the last column in_lines().
void print_table(std::ostream& out, const std::vector<Column>& columns,
                 const std::vector<std::vector<std::string>>& rows,
                 std::size_t cells_max = kNoCellsMax);

/// The same for rows that come one by one: each column takes its `width_max`.
class TableStream {
public:
    TableStream(std::ostream& out, std::vector<Column> columns)
        : out_(out), columns_(std::move(columns)) {}
    void row(const std::vector<std::string>& cells);

private:
    void print(const std::vector<std::string>& cells);
    std::ostream& out_;
    const std::vector<Column> columns_;
    bool begun_ = false;
};

}  // namespace tizilim::agent
