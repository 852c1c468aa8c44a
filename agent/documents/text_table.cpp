#include "agent/documents/text_table.h"

#include "platform/text/unicode.h"
#include "platform/text/visible.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr std::string_view kEllipsis = "…";
/// A text in lines that are shorter is harder to read than one that goes on at the left.
constexpr std::size_t kRoomMin = 16;

bool is_line_end(char c) {
    return c == '\n' || c == '\r' || c == '\t';
}
bool is_combining(char32_t c) {
    return c >= 0x300 && c < 0x370;
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const std::string spaces(width - std::min(width, text_width(text)), ' ');
    return align == Align::left ? text + spaces : spaces + text;
}

/// Up to a space; a command between backticks is not broken at its spaces.
std::string_view first_word(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && text[end] != ' ') {
        const std::size_t closing =
            text[end] == '`' ? text.find('`', end + 1) : std::string_view::npos;
        end = closing == std::string_view::npos ? end + 1 : closing + 1;
    }
    return text.substr(0, end);
}

void print_row(std::ostream& out, const std::vector<Column>& columns,
               const std::vector<std::size_t>& widths, const std::vector<std::string>& cells,
               std::size_t cells_max) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i != 0) line += "  ";
        const bool is_last = i + 1 == cells.size() && columns[i].align == Align::left;
        line += is_last ? in_lines(cells[i], text_width(line), cells_max)
                        : padded(cells[i], widths[i], columns[i].align);
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
}

}  // namespace

std::size_t text_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const platform::CodePoint next = platform::first_code_point(text);
        if (!is_combining(next.value)) ++width;
        text.remove_prefix(next.bytes);
    }
    return width;
}

std::string shown(std::string_view text, std::size_t width_max) {
    std::string line(text);
    std::replace_if(line.begin(), line.end(), is_line_end, ' ');
    line = platform::visible(line);
    if (text_width(line) <= width_max) return line;
    std::string cut;
    std::size_t width = 0;
    for (std::string_view rest = line; width + 1 < width_max; ++width) {
        const platform::CodePoint next = platform::first_code_point(rest);
        cut += rest.substr(0, next.bytes);
        rest.remove_prefix(next.bytes);
    }
    return cut += kEllipsis;
}

std::string in_lines(std::string_view text, std::size_t indent, std::size_t cells_max) {
    if (cells_max < indent + kRoomMin) return std::string(text);
    std::string out;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::string_view word = first_word(text);
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        const std::size_t width = text_width(word);
        if (column > indent && column + 1 + width > cells_max) {
            out += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += width;
    }
    return out;
}

void print_table(std::ostream& out, const std::vector<Column>& columns,
                 const std::vector<std::vector<std::string>>& rows, std::size_t cells_max) {
    std::vector<std::vector<std::string>> cells(1);
    for (const Column& column : columns) cells.front().push_back(column.title);
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i)
            line.push_back(shown(row[i], columns[i].width_max));
    }
    std::vector<std::size_t> widths(columns.size(), 0);
    for (const auto& line : cells)
        for (std::size_t i = 0; i < columns.size(); ++i)
            widths[i] = std::max(widths[i], text_width(line[i]));
    for (const auto& line : cells) print_row(out, columns, widths, line, cells_max);
}

void TableStream::row(const std::vector<std::string>& cells) {
    if (!begun_) {
        std::vector<std::string> titles;
        titles.reserve(columns_.size());
        for (const Column& column : columns_) titles.push_back(column.title);
        print(titles);
        begun_ = true;
    }
    print(cells);
}

void TableStream::print(const std::vector<std::string>& cells) {
    std::vector<std::size_t> widths;
    std::vector<std::string> line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        widths.push_back(columns_[i].width_max);
        line.push_back(shown(cells[i], columns_[i].width_max));
    }
    print_row(out_, columns_, widths, line, kNoCellsMax);
    out_ << std::flush;
}

}  // namespace tizilim::agent
