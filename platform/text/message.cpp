#include "platform/text/message.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

std::string code_and_values(const Message& message) {
    return message.values.empty() ? message.code : message.code + ' ' + to_json(message.values);
}

std::atomic<std::string (*)(const Message&)> english{code_and_values};

}  // namespace

JsonObject as_json(const Message& message) {
    return {{"code", message.code}, {"values", message.values}};
}

std::optional<Message> message_of(const JsonValue& json) {
    const JsonValue* const code = json.find("code");
    const JsonValue* const values = json.find("values");
    if (code == nullptr || code->string() == nullptr) return std::nullopt;
    if (values == nullptr || values->object() == nullptr) return std::nullopt;
    return Message{*code->string(), *values->object()};
}

void append_message(JsonObject& to, std::string_view name, const std::optional<Message>& message) {
    constexpr auto kOnlyTexts =
        std::to_array<std::string_view>({"message", "reason", "why", "failed"});
    to.push_back({std::string(name), message ? in_english(*message) : std::string()});
    if (!message) return;
    if (std::ranges::find(kOnlyTexts, name) == kOnlyTexts.end()) {
        to.push_back({std::string(name) + "_message", as_json(*message)});
    } else {
        to.push_back({"code", message->code});
        to.push_back({"values", message->values});
    }
}

Message as_it_stands(std::string text) {
    return {"text", {{"text", std::move(text)}}};
}

std::string packed(const Message& message) {
    // What another said may look like one of ours.
    if (message.code == "text" && message.values.size() == 1)
        if (const std::string* const text = message.values.front().value.string();
            text != nullptr && unpacked(*text) == message)
            return *text;
    return to_json(as_json(message));
}

Message unpacked(std::string_view text) {
    if (text.starts_with('{')) {
        const auto json = read_json(text);
        if (json)
            if (auto message = message_of(*json)) return *std::move(message);
    }
    return as_it_stands(std::string(text));
}

std::string in_english(const Message& message) {
    return english.load()(message);
}

void install_english(std::string (*words)(const Message& message)) {
    english = words;
}

}  // namespace tizilim::platform
