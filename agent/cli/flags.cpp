#include "agent/cli/flags.h"

#include "agent/cli/entries.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

struct EntryFlag {
    const char* flag;
    std::string_view column;
    const char* help;
};

constexpr std::array<EntryFlag, kEntryFlags> kFlags{{
    {"--application-date", "application_date", "day of application, 2025-11-03; default: today"},
    {"--basis", "basis_type", "code of the document that is the basis"},
    {"--basis-number", "basis_number", "its number (confidential)"},
    {"--basis-date", "basis_date", "its date"},
    {"--basis-issuer", "basis_issuer", "who issued it (confidential)"},
    {"--essence", "essence", "essence of the legal question (confidential)"},
    {"--form", "form", "code of the form of assistance"},
    {"--minutes", "minutes", "minutes spent"},
    {"--disclosure", "disclosure", "local, partial or full; default: by the policy"},
    {"--language", "language", "kk or ru; default: the register's"},
    {"--late-reason", "late_reason", "why it was not recorded on the day (confidential)"},
}};

}  // namespace

void EntryFlags::add_to(CLI::App& command) {
    for (std::size_t i = 0; i < kFlags.size(); ++i)
        options_.at(i) = command.add_option(kFlags.at(i).flag, values_.at(i), kFlags.at(i).help);
    minor_option_ =
        command.add_flag("--minor,!--no-minor", minor_, "concerns a minor: the entry stays here");
    command.add_flag("--from-stdin", from_stdin_,
                     "read a JSON object with the columns from standard input: other users of "
                     "this machine can read flags, but not that");
}

AddOptions EntryFlags::given() const {
    AddOptions given;
    given.from_stdin = from_stdin_;
    for (std::size_t i = 0; i < kFlags.size(); ++i)
        if (options_.at(i)->count() != 0)
            given.fields.push_back({std::string(kFlags.at(i).column), values_.at(i)});
    if (minor_option_->count() != 0) given.fields.push_back({"minor", minor_});
    return given;
}

std::string flag_of(std::string_view column) {
    if (column == "minor") return "--minor";
    const auto* const flag =
        std::find_if(kFlags.begin(), kFlags.end(),
                     [&](const EntryFlag& known) { return known.column == column; });
    return flag == kFlags.end() ? std::string(column) : flag->flag;
}

}  // namespace tizilim::agent
