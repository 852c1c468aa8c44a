#pragma once

#include "agent/cli/daemon_client.h"
#include "agent/cli/entries.h"
#include "platform/json.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// What the commands share that talk to the daemon. What it says is never trusted to be ours:
/// another program may have the port.

/// Texts are printed in full up to this width.
inline constexpr std::size_t kWidthMax = 100'000;

using PrintAnswer = std::function<void(const platform::JsonValue& answer)>;

/// Asks, and hands a success to `print`, unless JSON is to be printed as it is. An ExitCode.
/// \throws Unreachable
int ask(const Command& command, const DaemonRequest& request, const PrintAnswer& print);

/// What ask() does with a reply. An ExitCode.
int conclude(const Command& command, const DaemonReply& reply, const PrintAnswer& print);

/// The same for a streamed answer: moves the bar, and gives lines that are neither progress nor the
/// end to `row`. After `done` the result of the last line is in `result`. \throws Unreachable
int follow(const Command& command, const DaemonRequest& request, platform::JsonValue& result,
           const PrintAnswer& row = {});

[[nodiscard]] bool is_success(int status);

/// \throws Unreachable when it is no JSON
[[nodiscard]] platform::JsonValue read_reply(const std::string& body);

/// An answer that is no success: message and fields to `err`, the JSON to `out` when asked for.
int refuse(const Command& command, const platform::JsonValue& answer);

/// The same of what this process refuses itself.
int refuse_here(const Command& command, const std::string& message);

/// A wrong use that the parser could not see.
int usage_problem(const Command& command, const std::string& message);

/// What is written for people never goes among the register's own files, where a slip of the hand
/// would replace one. \throws platform::FileError
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

/// Adds to `fields` what the flags say, and standard input where it was asked for. An ExitCode.
int add_given_fields(const Command& command, const AddOptions& options,
                     platform::JsonObject& fields);

/// At most kImportBytesMax + 1 bytes.
[[nodiscard]] std::string read_stdin(std::istream& in);

/// `name` as a segment of a path, or as a value in a query.
[[nodiscard]] std::string url_part(const std::string& name);
/// "/api/v1/entries/" and the entry that `name` names.
[[nodiscard]] std::string entry_path(const std::string& name);

}  // namespace tizilim::agent
