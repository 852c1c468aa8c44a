#pragma once

#include "agent/cli/terminal/command.h"
#include "platform/text/json.h"

#include <string_view>

namespace tizilim::agent {

// A person at a terminal records an entry: Console::ask is given.

/// Asks for the fields of a new entry, one after the other. What is in `fields` is offered; what
/// was answered is there in the end, as it is kept, and in `preview` what the daemon says of it.
/// Returns an ExitCode; why it is not done was printed. \throws Unreachable
int ask_fields(const Command& command, platform::JsonObject& fields, platform::JsonValue& preview);

/// `otherwise` for an answer that is empty; no where none comes. `question` is a message.
[[nodiscard]] bool ask_yes(const Command& command, std::string_view question, bool otherwise);

}  // namespace tizilim::agent
