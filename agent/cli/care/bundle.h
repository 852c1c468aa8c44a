#pragma once

#include "agent/cli/care/doctor.h"
#include "agent/cli/terminal/command.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <string>

namespace tizilim::agent {

/// What may go to who helps: of the values of a message numbers, times, and messages like these.
/// Texts are left out: a folder's name, or what a server said, may hold anything.
[[nodiscard]] platform::Message without_texts(const platform::Message& message);

/// The same of an object that the daemon answers: sentences are said anew, by their messages.
[[nodiscard]] platform::JsonValue without_texts(const platform::JsonValue& json);

/// One text, in English, that a person reads before he gives it away: what doctor found, the
/// configuration, state and metrics as anybody on this machine may see them, outages, sizes. No
/// field of an entry, no count of those that stay, no name, password or key, and no text that was
/// typed or came from elsewhere.
[[nodiscard]] std::string bundle_of(const Command& command, const Examined& seen);

/// Writes it to a new file of mode 0600. \throws platform::FileError also where there is one
void write_bundle(const Command& command, const Examined& seen, const std::string& file);

}  // namespace tizilim::agent
