#pragma once

#include "agent/cli/terminal/console.h"
#include "agent/documents/text_table.h"

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {

/// Names and their texts, one below the other; the texts begin at one column, in every language.
class TwoColumns {
public:
    /// The texts begin at `column_min`, or where the longest name leaves room.
    explicit TwoColumns(std::size_t column_min = kColumnMin) : column_min_(column_min) {}

    /// Nothing for an empty text.
    void add(std::string name, const std::string& text);
    /// In lines that end within `cells_max`.
    void print(std::ostream& out, std::size_t cells_max) const;

private:
    static constexpr std::size_t kColumnMin = 18;

    std::size_t column_min_;
    std::vector<std::pair<std::string, std::string>> rows_;
};

/// A table; where the terminal has no room for one, each row as its cells below each other, named
/// by their columns. A row whose first cell is empty goes on with the one before.
void print_table_or_rows(const Console& console, const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows);

}  // namespace tizilim::agent
