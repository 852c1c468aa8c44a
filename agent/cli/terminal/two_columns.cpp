#include "agent/cli/terminal/two_columns.h"

#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/text_table.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {

void TwoColumns::add(std::string name, const std::string& text) {
    if (!text.empty()) rows_.emplace_back(std::move(name), shown(text, kWidthMax));
}

void TwoColumns::print(std::ostream& out, std::size_t cells_max) const {
    std::size_t column = column_min_;
    for (const auto& [name, text] : rows_) column = std::max(column, text_width(name) + 2);
    for (const auto& [name, text] : rows_)
        out << name << std::string(column - text_width(name), ' ')
            << in_lines(text, column, cells_max) << '\n';
}

void print_table_or_rows(const Console& console, const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows) {
    const std::size_t cells_max = console.cells_max();
    std::stringstream table;
    print_table(table, columns, rows, cells_max);
    bool fits = true;
    for (std::string line; std::getline(table, line);) fits = fits && text_width(line) <= cells_max;
    if (fits) {
        console.out << table.str();
        return;
    }
    for (const std::vector<std::string>& row : rows) {
        if (&row != &rows.front() && !row.front().empty()) console.out << '\n';
        TwoColumns lines;
        for (std::size_t i = 0; i < columns.size(); ++i)
            lines.add(columns[i].title, shown(row[i], columns[i].width_max));
        lines.print(console.out, cells_max);
    }
}

}  // namespace tizilim::agent
