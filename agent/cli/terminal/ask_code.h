#pragma once

#include "agent/cli/terminal/command.h"
#include "platform/text/message.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace tizilim::agent {

/// A code that a person has on paper, and where to read it from.
struct CodeSource {
    std::string question;            ///< "Recovery code:", in the person's words
    std::filesystem::path file{};    ///< that holds it; empty: terminal or standard input
    platform::Message when_missing;  ///< "no code was given: …"
    /// What is wrong with a text; nothing when it is a code.
    std::function<std::optional<platform::Message>(const std::string& text)> problem;
};

/// The code, as typed. A person who mistypes is asked again, before the long work begins. Nothing
/// when there is none; the reason was printed. \throws platform::FileError
[[nodiscard]] std::optional<std::string> ask_for_code(const Command& command,
                                                      const CodeSource& source);

/// The same for the recovery code of `backup`, from `file` where it has a name. A backup that is
/// not there is said before anybody types. \throws platform::FileError
[[nodiscard]] std::optional<std::string> ask_for_recovery_code(const Command& command,
                                                               const std::filesystem::path& file,
                                                               const std::filesystem::path& backup);

}  // namespace tizilim::agent
