#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::platform {

struct JsonMember;
struct JsonValue;
using JsonArray = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  ///< members in the order given; names are unique

/// A JSON value (RFC 8259), owned. Ours hold integers only; a double can only come from a peer.
struct JsonValue {
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, JsonArray, JsonObject>
        value;

    JsonValue();
    ~JsonValue();
    JsonValue(const JsonValue&);
    JsonValue(JsonValue&&) noexcept;
    JsonValue& operator=(const JsonValue&);
    JsonValue& operator=(JsonValue&&) noexcept;
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, JsonValue>)
    // NOLINTNEXTLINE(google-explicit-constructor): so that members read as in the JSON they make
    JsonValue(T&& from);

    /// The member's value, or null when this is no object or has none of that name.
    [[nodiscard]] const JsonValue* find(std::string_view name) const;
    [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&value); }
    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
    [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&value); }
    [[nodiscard]] const JsonArray* array() const { return std::get_if<JsonArray>(&value); }
    [[nodiscard]] const JsonObject* object() const { return std::get_if<JsonObject>(&value); }

    bool operator==(const JsonValue&) const;
};

// NOLINTNEXTLINE(misc-no-recursion): copied with its value, which is as deep as a reader allows
struct JsonMember {
    std::string name;
    JsonValue value;

    bool operator==(const JsonMember&) const;
};

/// Members in the order given, no spaces.
[[nodiscard]] std::string to_json(const JsonValue& value);

/// RFC 8785: members sorted, numbers as ECMAScript writes them: the one form that is signed and
/// digested. Names are valid UTF-8.
[[nodiscard]] std::string canonical_json(const JsonValue& value);

/// `text` in quotes, escaped as RFC 8785 says; other languages stay UTF-8.
void append_json_string(std::string& out, std::string_view text);

template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, JsonValue>)
JsonValue::JsonValue(T&& from) {
    using V = std::remove_cvref_t<T>;
    if constexpr (std::is_same_v<V, bool> || std::is_same_v<V, std::nullptr_t>) {
        value = from;
    } else if constexpr (std::is_integral_v<V>) {
        value = static_cast<std::int64_t>(from);
    } else if constexpr (std::is_convertible_v<T, std::string_view> &&
                         !std::is_same_v<V, std::string>) {
        value = std::string(std::string_view(from));
    } else {
        value = std::forward<T>(from);
    }
}

}  // namespace tizilim::platform
