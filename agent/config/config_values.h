#pragma once

#include "platform/text/message.h"

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace tizilim::agent {

/// What is wrong with a value, or nothing. Never repeats the value: it may be a secret.
using ValueProblem = std::optional<platform::Message>;

/// "true" or "yes", "false" or "no".
[[nodiscard]] ValueProblem set_yes_no(bool& target, std::string_view value);

/// `folder` is where relative paths begin.
[[nodiscard]] ValueProblem set_folder(std::filesystem::path& target, std::string_view value,
                                      const std::filesystem::path& folder);

/// A file that is read now or by libcurl later: a missing one is a fault of the configuration.
[[nodiscard]] ValueProblem set_file(std::filesystem::path& target, std::string_view value,
                                    const std::filesystem::path& folder);

/// Nothing, when `text` is no number or not within the bounds.
template <class Number>
[[nodiscard]] std::optional<Number> number_of(std::string_view text, Number least, Number most) {
    Number number{};
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || stop != text.data() + text.size()) return {};
    if (number < least || number > most) return {};
    return number;
}

/// That a number between the two is asked for.
[[nodiscard]] platform::Message whole_number(std::int64_t least, std::int64_t most);

}  // namespace tizilim::agent
