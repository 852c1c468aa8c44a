#include "agent/documents/xlsx/basis_column.h"

#include "agent/input/written.h"
#include "platform/text/unicode.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

constexpr std::string_view kNumberSign = "№";
constexpr std::string_view kFrom = " от ";

/// Spaces of each kind and line ends as one plain space.
std::string with_plain_spaces(std::string_view text) {
    constexpr std::string_view kNoBreak = "\xc2\xa0";
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool no_break = text.substr(at).starts_with(kNoBreak);
        if (no_break) ++at;
        const bool is_space =
            no_break || std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos;
        if (!is_space) {
            plain += text[at];
        } else if (!plain.empty() && plain.back() != ' ') {
            plain += ' ';
        }
    }
    return plain;
}

std::string trimmed(std::string_view text) {
    return platform::trimmed_text(text);
}

bool is_day(std::string_view text) {
    return date_written(trimmed(text), {}).has_value();
}

/// Where the day begins, after the number, and how long what stands before it is.
struct Day {
    std::size_t after_number = 0;
    std::size_t begins = 0;
    std::size_t ends = 0;
};

/// The first part after "от" or a comma, up to a comma or the end, that is a day.
std::optional<Day> day_in(std::string_view rest) {
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const bool from = rest.substr(at).starts_with(kFrom);
        if (!from && rest[at] != ',') continue;
        const std::size_t begins = at + (from ? kFrom.size() : 1);
        const std::size_t ends = std::min(rest.find(',', begins), rest.size());
        if (is_day(rest.substr(begins, ends - begins))) return Day{at, begins, ends};
    }
    return {};
}

}  // namespace

std::optional<BasisColumn> basis_column(std::string_view text) {
    const std::string plain = with_plain_spaces(text);
    const std::size_t sign = plain.find(kNumberSign);
    if (sign == std::string::npos) return {};
    BasisColumn column;
    column.type = trimmed(std::string_view(plain).substr(0, sign));
    if (column.type.ends_with(',')) column.type.pop_back();
    const std::string_view rest = std::string_view(plain).substr(sign + kNumberSign.size());
    if (const auto day = day_in(rest)) {
        column.number = trimmed(rest.substr(0, day->after_number));
        column.date = trimmed(rest.substr(day->begins, day->ends - day->begins));
        column.issuer = trimmed(rest.substr(std::min(day->ends + 1, rest.size())));
    } else {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        column.number = trimmed(rest.substr(0, comma));
        column.issuer = trimmed(rest.substr(std::min(comma + 1, rest.size())));
    }
    if (!basis_written(column.type) || column.number.empty()) return {};
    return column;
}

}  // namespace tizilim::agent
