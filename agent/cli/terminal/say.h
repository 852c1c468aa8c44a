#pragma once

#include "agent/cli/terminal/console.h"

#include <string_view>

namespace tizilim::agent {

/// A sentence, or several lines of them, with a line's end. At a terminal a line that is too long
/// is broken between words and goes on under its beginning.
void say(const Console& console, std::string_view text);

/// The same on `err`: what is beside the answer.
void say_beside(const Console& console, std::string_view text);

}  // namespace tizilim::agent
