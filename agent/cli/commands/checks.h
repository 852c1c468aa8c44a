#pragma once

#include "agent/documents/report/report.h"
#include "platform/text/civil_time.h"

#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <CLI/Validators.hpp>
#include <string>

namespace tizilim::agent {

/// What the parser of the command line checks in arguments, beside what CLI11 can.

/// Of --yes, wherever an act may withdraw an entry.
inline constexpr const char* kAgreedHelp =
    "withdraw the entry without being asked, where that is what comes of it";

inline CLI::Validator is_day() {
    return {[](const std::string& text) {
                return platform::parse_date(text) ? std::string() : "is no day as 2026-11-30";
            },
            "DAY"};
}

inline CLI::Validator is_month() {
    return {[](const std::string& text) {
                return parse_month(text) ? std::string() : "is no month as 2026-11";
            },
            "MONTH"};
}

inline CLI::Validator is_given() {
    return {[](const std::string& text) {
                return text.find_first_not_of(' ') == std::string::npos ? "is empty"
                                                                        : std::string();
            },
            "TEXT"};
}

/// What names no entry would ask for all of them.
inline CLI::Validator is_entry_name() {
    return is_given().description("ENTRY");
}

}  // namespace tizilim::agent
