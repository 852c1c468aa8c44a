#pragma once

#include "agent/cli/terminal/command.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"

#include <string>
#include <string_view>

namespace tizilim::agent {

/// The words of `code` in a family of messages: word_of(words, "state.", "pending"). A code of
/// another version, which has none, stays as it is.
[[nodiscard]] std::string word_of(const Words& words, std::string_view family,
                                  std::string_view code);

/// "field.minutes" in words: what a field of an entry, or what else is known of it, is called.
[[nodiscard]] std::string field_word(const Words& words, std::string_view name);

/// The member `name` of an entry, of a version or of a conflict as a person reads it: days, times,
/// codes, yes and no in words, all else as it stands; empty for nothing.
[[nodiscard]] std::string member_in_words(const Words& words, std::string_view name,
                                          const platform::JsonValue& value);
/// The same of the member of `json`; what the daemon says goes by said().
[[nodiscard]] std::string in_words(const Words& words, const platform::JsonValue& json,
                                   std::string_view name);

/// The text of a field, as it is kept, as a person reads it: "90 min" of 90.
[[nodiscard]] std::string kept_in_words(const Words& words, std::string_view name,
                                        const std::string& kept);
/// A line for each field of `typed` that the daemon understood as something else: "  minutes: 1:30
/// → 90 min"; none where both read alike.
void print_understood(const Command& command, const platform::JsonObject& typed,
                      const platform::JsonValue& answer);

/// "02.11.2026 14:05" of a text of RFC 3339, "02.11.2026" of a day.
[[nodiscard]] std::string time_in_words(const Words& words, const std::string& text);

}  // namespace tizilim::agent
