#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// A language that a person reads; the official form has only the first two.
enum class UserLanguage { kk, ru, en };

/// "kk", "ru" or "en".
[[nodiscard]] std::optional<UserLanguage> parse_user_language(std::string_view code);
[[nodiscard]] std::string_view code_of(UserLanguage language);

/// Puts messages into words, by the catalogues of this folder. In a sentence `{name}` stands for a
/// value: a text, a whole number, a message, or a list of these, with commas. `{name:time}` is RFC
/// 3339, shown as `29.11.2026 01:24` at the offset, without one at its own; `{name:second}` the
/// same with seconds; `{name:date}` a day, shown as `29.11.2026`; `{name:state}` a code, shown in
/// the words of the message `state.<code>`; `{name:lines}` a list, each on a line of its own. A
/// placeholder without a value stays, and what no catalogue has is shown as code and values.
class Words {
public:
    Words(UserLanguage language, std::optional<platform::UtcOffset> offset)
        : language_(language), offset_(offset) {}

    [[nodiscard]] std::string operator()(const platform::Message& message) const;
    [[nodiscard]] std::string operator()(std::string_view code,
                                         const platform::JsonObject& values = {}) const;
    [[nodiscard]] UserLanguage language() const { return language_; }

private:
    [[nodiscard]] std::string filled(std::string_view sentence,
                                     const platform::JsonObject& values) const;
    [[nodiscard]] std::string shown(const platform::JsonValue& value, std::string_view kind) const;

    UserLanguage language_;
    std::optional<platform::UtcOffset> offset_;
};

/// In English, with times at their own offset: for logs, and for what the API and exceptions say.
[[nodiscard]] std::string english(const platform::Message& message);

}  // namespace tizilim::agent
