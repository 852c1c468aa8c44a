#pragma once

#include "agent/input/written.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {

// What the parser of the command line checks in arguments. Each check says what is wrong as a
// packed() message, which usage_error() unpacks.

/// A check that takes what `takes` takes, or says `wrong`.
template <class Takes>
CLI::Validator check_of(Takes takes, platform::Message wrong) {
    return {[takes = std::move(takes), wrong = std::move(wrong)](const std::string& text) {
                return takes(text) ? std::string() : platform::packed(wrong);
            },
            std::string()};
}

inline CLI::Validator is_given() {
    return check_of(
        [](const std::string& text) { return text.find_first_not_of(' ') != std::string::npos; },
        platform::Message{"cli.empty"});
}

/// What names no entry would ask for all of them.
inline CLI::Validator is_entry_name() {
    return is_given();
}

/// A whole number of this range.
inline CLI::Validator is_number(std::uint64_t least, std::uint64_t most) {
    const auto takes = [=](const std::string& text) {
        std::uint64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped, failed] = std::from_chars(text.data(), end, number);
        return failed == std::errc{} && stopped == end && number >= least && number <= most;
    };
    return check_of(takes, platform::Message{"cli.no_number", {{"least", least}, {"most", most}}});
}

/// The number of an entry, or where a page begins: a place in the order of leaving is far beyond.
inline CLI::Validator is_position() {
    return is_number(1, std::numeric_limits<std::int64_t>::max());
}

/// Takes one of these codes, and shows them in the help.
inline CLI::Option* take_one_of(CLI::Option* option, std::vector<std::string> codes) {
    std::string type;
    platform::JsonArray known;
    for (const std::string& code : codes) {
        type += (type.empty() ? "" : "|") + code;
        known.emplace_back(code);
    }
    const auto takes = [codes = std::move(codes)](const std::string& text) {
        return std::ranges::find(codes, text) != codes.end();
    };
    return option->type_name(type)->check(
        check_of(takes, platform::Message{"cli.no_such_code", {{"codes", std::move(known)}}}));
}

/// Takes what an entry that is recorded may become, by code, number or words; kept as a code.
inline CLI::Option* take_new_class(CLI::Option* option) {
    const auto read = [](std::string& text) {
        const Written code = new_class_written(text);
        if (!code) return platform::packed(code.error());
        text = *code;
        return std::string();
    };
    return option->type_name("local|partial|full|withdrawn")
        ->transform(CLI::Validator(read, std::string()));
}

}  // namespace tizilim::agent
