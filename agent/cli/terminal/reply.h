#pragma once

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

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

/// What the daemon says in the member `name` of `json`: in the person's words where it gives its
/// message, else the text. A message stands as `code` and `values` beside `message`, `reason`,
/// `why` and `failed`, else as the member `<name>_message`.
[[nodiscard]] std::string said(const Words& words, const platform::JsonValue& json,
                               std::string_view name = "message");

/// What a person is to know at once, on one line of `err`: "tizilim: …" and "warning: …".
void complain(const Command& command, const std::string& text);
void warn(const Command& command, const std::string& text);

/// Prints what went wrong here: the words to `err`, with --json `error` and the English to `out`.
void print_error(const Console& console, const Words& words, bool json,
                 const platform::JsonObject& error, const platform::Message& message);

/// Prints an answer that is no success: message and fields to `err`, with --json the JSON to `out`.
int refuse(const Command& command, const platform::JsonValue& answer);

/// The same for what this process refuses itself.
int refuse_here(const Command& command, const platform::Message& message);

/// Prints a usage error that the parser could not see.
int usage_problem(const Command& command, const platform::Message& message);

/// No output file may be in the register's folder, where a typing error would replace a file of it.
/// \throws platform::FileError
void expect_outside_register(const Command& command, const std::filesystem::path& file);

/// The member's text, or its JSON; empty when absent or null.
[[nodiscard]] std::string text_at(const platform::JsonValue& json, std::string_view name);
[[nodiscard]] bool true_at(const platform::JsonValue& json, std::string_view name);
/// The member, or null.
[[nodiscard]] const platform::JsonValue& value_at(const platform::JsonValue& json,
                                                  std::string_view name);
[[nodiscard]] const platform::JsonArray& array_at(const platform::JsonValue& json,
                                                  std::string_view name);

/// One line of JSON to `out`.
void print_json(const Command& command, const platform::JsonValue& json);

/// What is wrong with a field or a row, a line each: "line 12, minutes: …"; by the field's flag
/// where `command.names_flags`.
void print_problems(const Command& command, const platform::JsonArray& problems);
/// The same as warnings.
void print_warnings(const Command& command, const platform::JsonArray& problems);

/// At most kImportBytesMax + 1 bytes.
[[nodiscard]] std::string read_stdin(std::istream& in);

/// The JSON object on standard input. Returns an ExitCode; what is wrong was printed.
int read_stdin_object(const Command& command, platform::JsonObject& object);

/// `name` as a segment of a path, or as a value in a query.
[[nodiscard]] std::string url_part(const std::string& name);
/// "/api/v1/entries/<name>".
[[nodiscard]] std::string entry_path(const std::string& name);

}  // namespace tizilim::agent
