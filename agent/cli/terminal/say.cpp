#include "agent/cli/terminal/say.h"

#include "agent/cli/terminal/console.h"
#include "agent/documents/text_table.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

void print_lines(std::ostream& to, std::string_view text, std::size_t cells_max) {
    while (true) {
        const std::string_view line = text.substr(0, text.find('\n'));
        const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
        to << std::string(indent, ' ') << in_lines(line.substr(indent), indent, cells_max) << '\n';
        if (line.size() == text.size()) return;
        text.remove_prefix(line.size() + 1);
    }
}

}  // namespace

void say(const Console& console, std::string_view text) {
    print_lines(console.out, text, console.cells_max());
}

void say_beside(const Console& console, std::string_view text) {
    print_lines(console.err, text, console.err_cells_max());
}

}  // namespace tizilim::agent
