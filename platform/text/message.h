#pragma once

#include "platform/text/json.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {

/// What a person is to be told, without words: which sentence, and what that sentence names.
/// agent/texts has the sentences, in Kazakh, Russian and English.
struct Message {
    std::string code;     ///< "entry.no_such_number"
    JsonObject values{};  ///< texts, whole numbers and messages (as_json), named as in the sentence

    bool operator==(const Message&) const = default;
};

/// {"code": "entry.no_such_number", "values": {"number": 7}}
[[nodiscard]] JsonObject as_json(const Message& message);
/// The reverse, of untrusted JSON: nothing for another shape.
[[nodiscard]] std::optional<Message> message_of(const JsonValue& json);

/// Appends `message` to what is told to other programs: as member `name` in English, empty for
/// nothing, and as as_json(): its members beside `message`, `reason`, `why` and `failed`, else as
/// the member `<name>_message`.
void append_message(JsonObject& to, std::string_view name, const std::optional<Message>& message);

/// What others said (a server, the system, an earlier version of this program), as it stands.
[[nodiscard]] Message as_it_stands(std::string text);

/// As one text, to be kept where once there was only text; what is no message stays as it stands.
[[nodiscard]] std::string packed(const Message& message);
[[nodiscard]] Message unpacked(std::string_view text);

/// For logs and exceptions: in English where the program has the words, else code and values.
[[nodiscard]] std::string in_english(const Message& message);
/// Called once, before the first thread, by a program or a test that has the words.
void install_english(std::string (*words)(const Message& message));

/// A failure that a person is told of. what() is in_english().
class MessageError : public std::runtime_error {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a failure is its message
    MessageError(Message message)
        : std::runtime_error(in_english(message)), message_(std::move(message)) {}
    [[nodiscard]] const Message& message() const noexcept { return message_; }

private:
    Message message_;
};

}  // namespace tizilim::platform
