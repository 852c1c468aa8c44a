#pragma once

#include "platform/text/message.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <CLI/Error.hpp>

namespace tizilim::agent {

/// What is wrong with a command line that the parser refused with `error`. What a check of an
/// argument says is a packed() message (checks.h).
[[nodiscard]] platform::Message usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tizilim::agent
