#include "agent/cli/terminal/two_columns.h"

#include "agent/cli/terminal/reply.h"
#include "agent/documents/text_table.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>

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

}  // namespace tizilim::agent
