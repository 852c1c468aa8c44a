#include "agent/documents/csv/csv_guard.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

constexpr std::string_view kFormulaSigns = "=+-@";
constexpr std::string_view kCellEnds = ";\t\r\n";

/// What a cell may begin with: `marks` times ', then quotes that a program would take away, then
/// maybe a sign.
struct CellStart {
    std::size_t marks = 0;
    bool runs = false;  ///< as a formula, were there no '
};

CellStart cell_start(std::string_view rest, bool first) {
    const std::size_t marks = std::min(rest.find_first_not_of('\''), rest.size());
    const std::size_t sign = rest.find_first_not_of('"', marks);
    if (sign == std::string_view::npos) return {.marks = marks};
    const bool blank =
        first && sign == marks && kCellEnds.substr(1).find(rest[sign]) != std::string_view::npos;
    return {.marks = marks,
            .runs = blank || kFormulaSigns.find(rest[sign]) != std::string_view::npos};
}

}  // namespace

std::string guarded(std::string_view field) {
    std::string safe;
    for (std::size_t at = 0; at <= field.size();) {
        if (cell_start(field.substr(at), at == 0).runs) safe += '\'';
        const std::size_t end = field.find_first_of(kCellEnds, at);
        if (end == std::string_view::npos) return safe.append(field.substr(at));
        safe.append(field.substr(at, end + 1 - at));
        at = end + 1;
    }
    return safe;
}

std::string unguarded(std::string_view field) {
    std::string plain;
    for (std::size_t at = 0; at <= field.size();) {
        const CellStart start = cell_start(field.substr(at), at == 0);
        if (start.runs && start.marks > 0) ++at;
        const std::size_t end = field.find_first_of(kCellEnds, at);
        if (end == std::string_view::npos) return plain.append(field.substr(at));
        plain.append(field.substr(at, end + 1 - at));
        at = end + 1;
    }
    return plain;
}

std::string csv_field(std::string_view field) {
    std::string safe = guarded(field);
    if (safe.find_first_of(",;\"\t\r\n") == std::string::npos) return safe;
    std::string quoted = "\"";
    for (const char c : safe) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted += '"';
}

}  // namespace tizilim::agent
