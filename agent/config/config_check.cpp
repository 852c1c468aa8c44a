#include "agent/config/config_check.h"

#include "agent/config/config_error.h"
#include "agent/config/ini.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/nearest.h"

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
std::vector<std::string> keys_of(std::string_view section, std::span<const KeyName> known) {
    std::vector<std::string> keys;
    for (const KeyName& key : known)
        if (key.section == section) keys.emplace_back(key.name);
    return keys;
}

/// "register", "unified"…
std::vector<std::string> sections_of(std::span<const KeyName> known) {
    std::vector<std::string> sections;
    for (const KeyName& key : known)
        if (sections.empty() || sections.back() != key.section) sections.emplace_back(key.section);
    return sections;
}

Message unknown_section(const std::string& section, std::span<const KeyName> known) {
    const std::vector<std::string> names = sections_of(known);
    const std::string meant = platform::nearest(section, names);
    if (!meant.empty())
        return {"config.unknown_section_but", {{"section", section}, {"meant", meant}}};
    JsonArray sections;
    for (const std::string& name : names) sections.emplace_back('[' + name + ']');
    return {"config.unknown_section", {{"section", section}, {"sections", std::move(sections)}}};
}

/// `names`: the keys of its section.
Message unknown_key(const IniSetting& setting, const std::vector<std::string>& names,
                    std::span<const KeyName> known) {
    platform::JsonObject values{{"key", setting.key}, {"section", setting.section}};
    const auto elsewhere = std::ranges::find(known, setting.key, &KeyName::name);
    if (elsewhere != known.end()) {
        values.push_back({"other", elsewhere->section});
        return {"config.key_elsewhere", std::move(values)};
    }
    if (const std::string meant = platform::nearest(setting.key, names); !meant.empty()) {
        values.push_back({"meant", meant});
        return {"config.unknown_key_but", std::move(values)};
    }
    values.push_back({"keys", JsonArray(names.begin(), names.end())});
    return {"config.unknown_key", std::move(values)};
}

/// Nothing, when the section was named already.
std::optional<Message> message_of_unknown(const IniSetting& setting,
                                          std::span<const KeyName> known) {
    const std::vector<std::string> keys = keys_of(setting.section, known);
    if (setting.key.empty() && keys.empty()) return unknown_section(setting.section, known);
    if (setting.key.empty() || keys.empty()) return {};
    return unknown_key(setting, keys, known);
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
