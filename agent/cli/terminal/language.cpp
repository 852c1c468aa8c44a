#include "agent/cli/terminal/language.h"

#include "agent/config/ini.h"
#include "agent/config/places.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/text/civil_time.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr platform::UtcOffset kKazakhstan = std::chrono::hours(5);

/// The value of a flag as typed: "--flag value" or "--flag=value"; empty: it is not there.
std::string flag_value(const std::vector<std::string>& arguments, std::string_view flag) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == flag && i + 1 < arguments.size()) return arguments[i + 1];
        const std::string& typed = arguments[i];
        if (typed.starts_with(flag) && typed.substr(flag.size()).starts_with('='))
            return typed.substr(flag.size() + 1);
    }
    return {};
}

std::vector<IniSetting> settings_of(const std::filesystem::path& file) {
    if (file.empty()) return {};
    try {
        return read_ini(platform::read_file(file, kConfigBytesMax)).settings;
    } catch (const platform::FileError&) {
        return {};
    }
}

std::optional<UserLanguage> language_of_locale(const Environment& environment) {
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const auto locale = environment(name);
        if (locale && !locale->empty()) return parse_user_language(locale->substr(0, 2));
    }
    return std::nullopt;
}

}  // namespace

Words words_of(const std::vector<std::string>& arguments, const Environment& environment) {
    auto language = parse_user_language(flag_value(arguments, "--language"));
    platform::UtcOffset offset = kKazakhstan;
    for (const IniSetting& setting :
         settings_of(find_places(flag_value(arguments, "--config"), environment).config)) {
        if (setting.section != "register") continue;
        if (setting.key == "language" && !language) language = parse_user_language(setting.value);
        if (setting.key == "utc_offset")
            offset = platform::parse_utc_offset(setting.value).value_or(offset);
    }
    if (!language) language = language_of_locale(environment);
    return {language.value_or(UserLanguage::en), offset};
}

}  // namespace tizilim::agent
