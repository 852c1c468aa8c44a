#pragma once

#include "agent/config/config_error.h"
#include "agent/config/config_values.h"
#include "agent/config/ini.h"
#include "platform/text/message.h"

#include <filesystem>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tizilim::agent {

/// A key of a section, and what puts its value into `Settings`.
template <class Settings>
struct SettingKey {
    std::string_view section;
    std::string_view name;
    ValueProblem (*set)(Settings& settings, std::string_view value,
                        const std::filesystem::path& folder);
};

struct KeyName {
    std::string_view section;
    std::string_view name;
};

template <class Settings>
[[nodiscard]] std::vector<KeyName> names_of(std::span<const SettingKey<Settings>> keys) {
    std::vector<KeyName> names;
    names.reserve(keys.size());
    for (const auto& key : keys) names.push_back({key.section, key.name});
    return names;
}

/// What is found while the lines of a configuration are taken: all that is wrong, and what is odd,
/// each with its line.
class ConfigCheck {
public:
    /// With what is wrong with `ini` already. It outlives the check.
    explicit ConfigCheck(const IniText& ini);
    explicit ConfigCheck(IniText&& ini) = delete;

    /// Puts the value in its place, or names what is wrong with it. False: not one of `keys`.
    template <class Settings>
    [[nodiscard]] bool take(std::span<const SettingKey<Settings>> keys, const IniSetting& setting,
                            const std::filesystem::path& folder,
                            std::type_identity_t<Settings>& settings);

    /// Names a section or key that is not among `known`; a key of an unknown section goes with it.
    void unknown(const IniSetting& setting, std::span<const KeyName> known);

    void problem(std::string_view section, std::string_view key, platform::Message message);
    void value_problem(std::string_view section, std::string_view key,
                       const platform::Message& why);
    void warn(std::string_view section, std::string_view key, platform::Message message);

    /// Whom is trusted must not be for others to say. False: there is no such file, or it is named.
    [[nodiscard]] bool unchangeable(std::string_view section, std::string_view key,
                                    const std::filesystem::path& file);

    /// \throws ConfigError of all that is wrong with `file`, in the order of its lines
    void expect_no_problem(const std::filesystem::path& file);
    /// What is odd, but may be right.
    [[nodiscard]] std::vector<ConfigProblem> take_warnings() { return std::move(warnings_); }

private:
    [[nodiscard]] ConfigProblem at(std::string_view section, std::string_view key,
                                   platform::Message message) const;
    void bad_value(const IniSetting& setting, const platform::Message& why);

    const IniText& ini_;
    std::vector<ConfigProblem> problems_;
    std::vector<ConfigProblem> warnings_;
};

template <class Settings>
bool ConfigCheck::take(std::span<const SettingKey<Settings>> keys, const IniSetting& setting,
                       const std::filesystem::path& folder,
                       std::type_identity_t<Settings>& settings) {
    for (const auto& key : keys) {
        if (key.section != setting.section || key.name != setting.key) continue;
        if (const ValueProblem why = key.set(settings, setting.value, folder))
            bad_value(setting, *why);
        return true;
    }
    return false;
}

}  // namespace tizilim::agent
