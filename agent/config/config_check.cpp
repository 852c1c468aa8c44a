#include "agent/config/config_check.h"

#include "agent/config/config_error.h"
#include "agent/config/ini.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::as_json;
using platform::JsonArray;
using platform::Message;

/// The keys of a section; none when there is no such section.
JsonArray keys_of(std::string_view section, std::span<const KeyName> known) {
    JsonArray list;
    for (const KeyName& key : known)
        if (key.section == section) list.emplace_back(key.name);
    return list;
}

/// "[register]", "[unified]"…
JsonArray sections_of(std::span<const KeyName> known) {
    JsonArray list;
    std::string_view last;
    for (const KeyName& key : known) {
        if (key.section == last) continue;
        last = key.section;
        list.emplace_back('[' + std::string(last) + ']');
    }
    return list;
}

/// Nothing, when the section was named already.
std::optional<Message> message_of_unknown(const IniSetting& setting,
                                          std::span<const KeyName> known) {
    JsonArray keys = keys_of(setting.section, known);
    if (setting.key.empty() && keys.empty())
        return Message{"config.unknown_section",
                       {{"section", setting.section}, {"sections", sections_of(known)}}};
    if (setting.key.empty() || keys.empty()) return {};
    return Message{"config.unknown_key",
                   {{"key", setting.key}, {"section", setting.section}, {"keys", std::move(keys)}}};
}

Message bad_value_message(std::string_view section, std::string_view key, const Message& why) {
    return {"config.bad_value", {{"section", section}, {"key", key}, {"why", as_json(why)}}};
}

}  // namespace

ConfigCheck::ConfigCheck(const IniText& ini) : ini_(ini) {
    for (const IniProblem& unread : ini.problems) problems_.push_back(unread.problem);
}

void ConfigCheck::unknown(const IniSetting& setting, std::span<const KeyName> known) {
    if (auto message = message_of_unknown(setting, known))
        problems_.push_back({setting.line, *std::move(message)});
}

void ConfigCheck::problem(std::string_view section, std::string_view key, Message message) {
    problems_.push_back(at(section, key, std::move(message)));
}

void ConfigCheck::value_problem(std::string_view section, std::string_view key,
                                const Message& why) {
    problem(section, key, bad_value_message(section, key, why));
}

void ConfigCheck::warn(std::string_view section, std::string_view key, Message message) {
    warnings_.push_back(at(section, key, std::move(message)));
}

bool ConfigCheck::unchangeable(std::string_view section, std::string_view key,
                               const std::filesystem::path& file) {
    std::error_code failed;
    // A missing one was named with its key.
    if (file.empty() || !std::filesystem::exists(file, failed)) return false;
    try {
        const auto exposure = platform::exposure_to_others(file);
        if (!exposure) return true;
        problem(section, key,
                {"config.not_relied_on",
                 {{"section", section}, {"key", key}, {"why", as_json(*exposure)}}});
    } catch (const platform::FileError& error) {
        value_problem(section, key, error.message());
    }
    return false;
}

void ConfigCheck::expect_no_problem(const std::filesystem::path& file) {
    if (problems_.empty()) return;
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    throw ConfigError(file, std::move(problems_));
}

ConfigProblem ConfigCheck::at(std::string_view section, std::string_view key,
                              Message message) const {
    const auto found =
        std::find_if(ini_.settings.begin(), ini_.settings.end(), [&](const IniSetting& setting) {
            return setting.section == section && setting.key == key;
        });
    return {.line = found == ini_.settings.end() ? 0 : found->line, .message = std::move(message)};
}

void ConfigCheck::bad_value(const IniSetting& setting, const Message& why) {
    problems_.push_back({setting.line, bad_value_message(setting.section, setting.key, why)});
}

}  // namespace tizilim::agent
