#include "agent/cli_output.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr std::string_view kEllipsis = "…";

struct CodePoint {
    char32_t value;
    std::string_view bytes;
};

/// The first code point of `text`, which is not empty. What is no UTF-8 counts byte by byte.
CodePoint first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    char32_t value = lead;
    if (lead >= 0xF0) {
        length = 4;
        value = lead & 0x07U;
    } else if (lead >= 0xE0) {
        length = 3;
        value = lead & 0x0FU;
    } else if (lead >= 0xC0) {
        length = 2;
        value = lead & 0x1FU;
    }
    if (length > text.size()) return {.value = lead, .bytes = text.substr(0, 1)};
    for (const char next : text.substr(1, length - 1))
        value = value << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    return {.value = value, .bytes = text.substr(0, length)};
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}
bool is_combining(char32_t c) {
    return c >= 0x300 && c < 0x370;
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const std::string spaces(width - std::min(width, text_width(text)), ' ');
    return align == Align::left ? text + spaces : spaces + text;
}

void print_row(std::ostream& out, const std::vector<Column>& columns,
               const std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i != 0) line += "  ";
        line += padded(cells[i], widths[i], columns[i].align);
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
}

}  // namespace

std::size_t text_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const CodePoint c = first_of(text);
        if (!is_combining(c.value)) ++width;
        text.remove_prefix(c.bytes.size());
    }
    return width;
}

std::string shown(std::string_view text, std::size_t width_max) {
    std::string clean;
    for (std::string_view rest = text; !rest.empty();) {
        const CodePoint c = first_of(rest);
        rest.remove_prefix(c.bytes.size());
        clean += is_control(c.value) ? " " : c.bytes;
    }
    if (text_width(clean) <= width_max) return clean;
    std::string cut;
    std::size_t width = 0;
    for (std::string_view rest = clean; width + 1 < width_max; ++width) {
        const CodePoint c = first_of(rest);
        rest.remove_prefix(c.bytes.size());
        cut += c.bytes;
    }
    return cut += kEllipsis;
}

void print_table(std::ostream& out, const std::vector<Column>& columns,
                 const std::vector<std::vector<std::string>>& rows) {
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
    for (const auto& line : cells) print_row(out, columns, widths, line);
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
    print_row(out_, columns_, widths, line);
    out_ << std::flush;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
    constexpr std::uint64_t kCells = 40;
    if (!on_ || total == 0) return;
    const std::uint64_t reached = std::min(done, total);
    const auto full = static_cast<std::size_t>(reached * kCells / total);
    out_ << "\r[" << std::string(full, '#') << std::string(kCells - full, '.') << "] "
         << reached * 100 / total << " %" << std::flush;
    drawn_ = true;
}

void ProgressBar::clear() {
    constexpr std::size_t kLineCells = 60;
    if (drawn_) out_ << '\r' << std::string(kLineCells, ' ') << '\r' << std::flush;
    drawn_ = false;
}

ProgressBar::~ProgressBar() {
    clear();
}

}  // namespace tizilim::agent
