#pragma once

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/daemon_client.h"
#include "platform/text/json.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// Shared by the commands that talk to the daemon. Its answers are untrusted.

/// Texts are printed in full up to this width.
inline constexpr std::size_t kWidthMax = 100'000;

using PrintAnswer = std::function<void(const platform::JsonValue& answer)>;

/// Sends `request`; a success goes to `print`, or with --json is printed as it is. Returns an
/// ExitCode. \throws Unreachable
int ask(const Command& command, const DaemonRequest& request, const PrintAnswer& print);

/// The second half of ask().
int conclude(const Command& command, const DaemonReply& reply, const PrintAnswer& print);

/// ask() for a streamed answer: moves the bar, and calls `row` with lines that are neither progress
/// nor the end. After `done` the last line's result is in `result`. \throws Unreachable
int follow(const Command& command, const DaemonRequest& request, platform::JsonValue& result,
           const PrintAnswer& row = {});

[[nodiscard]] bool is_success(int status);

/// \throws Unreachable when it is no JSON
[[nodiscard]] platform::JsonValue read_reply(const std::string& body);

/// Prints an answer that is no success: message and fields to `err`, with --json the JSON to `out`.
int refuse(const Command& command, const platform::JsonValue& answer);

/// The same for what this process refuses itself.
int refuse_here(const Command& command, const std::string& message);

/// Prints a usage error that the parser could not see.
int usage_problem(const Command& command, const std::string& message);

/// No output file may be in the register's folder, where a typing error would replace a file of it.
/// \throws platform::FileError
void expect_outside_register(const Command& command, const std::filesystem::path& file);

/// The member's text, or its JSON; empty when absent or null.
[[nodiscard]] std::string text_at(const platform::JsonValue& json, std::string_view name);
[[nodiscard]] bool true_at(const platform::JsonValue& json, std::string_view name);
[[nodiscard]] const platform::JsonArray& array_at(const platform::JsonValue& json,
                                                  std::string_view name);

/// "line 12, minutes: a whole number is asked for"; with `names_flags`, "--minutes: …".
void print_problems(std::ostream& err, const platform::JsonArray& problems, std::string_view kind,
                    bool names_flags = false);

/// A name and its text in two columns; nothing for an empty text.
void print_line(std::ostream& out, std::string_view name, std::string_view text);

/// At most kImportBytesMax + 1 bytes.
[[nodiscard]] std::string read_stdin(std::istream& in);

/// `name` as a segment of a path, or as a value in a query.
[[nodiscard]] std::string url_part(const std::string& name);
/// "/api/v1/entries/<name>".
[[nodiscard]] std::string entry_path(const std::string& name);

}  // namespace tizilim::agent
