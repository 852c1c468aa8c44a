#include "agent/cli/terminal/ask_code.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/reply.h"
#include "platform/files/file.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"
#include "platform/text/unicode.h"
#include "store/keys/recovery_code.h"

#include <cstddef>
#include <filesystem>
#include <ios>
#include <istream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

constexpr std::size_t kCodeBytesMax = 4096;
constexpr int kTriesMax = 3;

/// Typed or given; nothing when there is none to be had.
std::optional<std::string> code_from(const Command& command, const CodeSource& source) {
    if (!source.file.empty())
        return platform::text_or_bytes(platform::read_file(source.file, kCodeBytesMax));
    if (command.console.ask_secret) return command.console.ask_secret(source.question);
    std::string text(kCodeBytesMax, '\0');
    command.console.in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(command.console.in.gcount()));
    text = platform::text_or_bytes(std::move(text));
    if (platform::trimmed_text(text).empty()) return {};
    return text;
}

}  // namespace

std::optional<std::string> ask_for_code(const Command& command, const CodeSource& source) {
    const bool asks = source.file.empty() && command.console.ask_secret;
    std::optional<platform::Message> problem;
    for (int tries = asks ? kTriesMax : 1; tries > 0; --tries) {
        if (problem) complain(command, command.words(*problem));
        std::optional<std::string> code = code_from(command, source);
        if (!code) {
            problem = source.when_missing;
            break;
        }
        problem = source.problem(*code);
        if (!problem) return code;
    }
    if (problem) refuse_here(command, *problem);
    return {};
}

std::optional<std::string> ask_for_recovery_code(const Command& command,
                                                 const std::filesystem::path& file,
                                                 const std::filesystem::path& backup) {
    // Only the daemon's account may be allowed to look; what is certainly not there is said at
    // once.
    std::error_code error;
    if (std::filesystem::status(backup, error).type() == std::filesystem::file_type::not_found)
        (void)platform::read_file(backup, kCodeBytesMax);
    return ask_for_code(
        command, {.question = command.words("cli.recovery_code_question"),
                  .file = file,
                  .when_missing = platform::Message{"cli.no_recovery_code"},
                  .problem = [](const std::string& text) -> std::optional<platform::Message> {
                      const auto parsed = store::RecoveryCode::parse(text);
                      return parsed ? std::nullopt : std::optional(parsed.error());
                  }});
}

}  // namespace tizilim::agent
