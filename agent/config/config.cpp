#include "agent/config/config.h"

#include "agent/config/config_keys.h"
#include "agent/config/iin.h"
#include "agent/config/ini.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/network/local_stream.h"
#include "platform/network/loopback.h"
#include "platform/process/machine_id.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"

#include <Poco/Environment.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;
constexpr std::size_t kCertificatesBytesMax = std::size_t{1} << 20;
constexpr auto kSystemConfig = "/etc/tizilim/tizilim.conf";
constexpr auto kSystemRegister = "/var/lib/tizilim";
constexpr auto kSystemAnchor = "/var/lib/tizilim-anchor";
constexpr auto kSystemRuntime = "/run/tizilim";

using platform::as_json;
using platform::Message;

Message with_place(const std::filesystem::path& file, const ConfigProblem& problem) {
    platform::JsonObject values{{"problem", as_json(problem.message)}};
    if (file.empty()) return {"config.without_file", std::move(values)};
    values.push_back({"file", file.string()});
    if (problem.line == 0) return {"config.in_file", std::move(values)};
    values.push_back({"line", problem.line});
    return {"config.at_line", std::move(values)};
}

Message message_of(const std::filesystem::path& file, const std::vector<ConfigProblem>& problems) {
    platform::JsonArray lines;
    for (const ConfigProblem& problem : problems)
        lines.emplace_back(as_json(with_place(file, problem)));
    return {"config.wrong", {{"problems", std::move(lines)}}};
}

Message bad_value(std::string_view section, std::string_view key, const Message& why) {
    return {"config.bad_value", {{"section", section}, {"key", key}, {"why", as_json(why)}}};
}

/// Checks what takes more than one key to see, and reads the secrets.
class Completion {
public:
    Completion(Configuration& configuration, const IniText& ini,
               std::vector<ConfigProblem>& problems, Credentials credentials)
        : configuration_(configuration),
          ini_(ini),
          problems_(problems),
          reads_secrets_(credentials == Credentials::read) {}

    void run(const Places& places) {
        if (configuration_.registry.directory.empty())
            configuration_.registry.directory = places.register_directory;
        if (configuration_.registry.directory.empty())
            problem("register", "directory", {"config.directory_needed"});
        configuration_.registry.anchor_directory = places.anchor_directory;
        const bool is_service = configuration_.registry.directory == kSystemRegister &&
                                !places.runtime_directory.empty();
        configuration_.control =
            is_service ? ControlSettings{.directory = places.runtime_directory,
                                         .access = platform::ControlAccess::group}
                       : ControlSettings{.directory = configuration_.registry.directory};
        configuration_.registry.lawyer = configuration_.lawyer;
        const std::string& iin = configuration_.registry.lawyer_iin;
        if (!iin.empty() && !iin_checks(iin))
            configuration_.warnings.push_back(at("register", "iin", {"config.iin_mistyped"}));
        own_key(iin);
        credentials();
        proxy_credentials();
        trusted_certificates();
        unused_proxy();
        if (!reads_secrets_) return;
        unchangeable("unified", "ca_file", configuration_.unified.ca_file);
        unchangeable("unified", "client_certificate", configuration_.unified.client_certificate);
        private_key();
    }

private:
    void own_key(const std::string& iin) {
        const std::optional<bool>& only = configuration_.eds.own_key_only;
        configuration_.registry.own_key_only = only.value_or(true);
        if (only.value_or(false) && iin.empty())
            problem("eds", "own_key_only", {"config.own_key_without_iin"});
    }

    void trusted_certificates() {
        const std::filesystem::path& file = configuration_.eds.ca_file;
        if (!unchangeable("eds", "ca_file", file)) return;
        try {
            std::string pem = platform::read_file(file, kCertificatesBytesMax);
            const auto parsed = platform::TrustedCertificates::parse(pem);
            if (!parsed)
                return problem("eds", "ca_file",
                               {"config.ca_file_unusable",
                                {{"file", file.string()}, {"why", as_json(parsed.error())}}});
            if (parsed->empty())
                return problem("eds", "ca_file",
                               {"config.ca_file_empty", {{"file", file.string()}}});
            configuration_.registry.trusted_certificates = std::move(pem);
        } catch (const platform::FileError& error) {
            value_problem("eds", "ca_file", error.message());
        }
    }

    void credentials() {
        UnifiedSettings& unified = configuration_.unified;
        const bool by_password = !unified.password_file.empty();
        const bool by_token = !unified.token_file.empty();
        if (by_password && by_token)
            return problem("unified", "token_file", {"config.token_and_password"});
        if (by_token && !unified.user.empty())
            return problem("unified", "user", {"config.user_with_token"});
        if (by_password && unified.user.empty()) return given_without("password_file", "user");
        if (!by_password && !by_token && !unified.user.empty())
            return given_without("user", "password_file");
        if (by_token) {
            if (const auto token = secret("token_file", unified.token_file))
                unified.authorization = "Bearer " + *token;
        } else if (by_password) {
            if (const auto password = secret("password_file", unified.password_file))
                unified.authorization =
                    "Basic " + platform::to_base64(unified.user + ':' + *password);
        }
    }

    void unused_proxy() {
        const UnifiedSettings& unified = configuration_.unified;
        if (!unified.proxy || unified.proxy->empty() || unified.url.empty()) return;
        if (platform::is_loopback_host(Poco::URI(unified.url).getHost()))
            configuration_.warnings.push_back(at("unified", "proxy", {"config.proxy_unused"}));
    }

    void proxy_credentials() {
        UnifiedSettings& unified = configuration_.unified;
        const bool has_password = !unified.proxy_password_file.empty();
        if (unified.proxy_user.empty() && !has_password) return;
        if (!unified.proxy || unified.proxy->empty())
            return given_without(has_password ? "proxy_password_file" : "proxy_user", "proxy");
        if (!has_password) return given_without("proxy_user", "proxy_password_file");
        if (unified.proxy_user.empty()) return given_without("proxy_password_file", "proxy_user");
        if (auto password = secret("proxy_password_file", unified.proxy_password_file))
            unified.proxy_password = *std::move(password);
    }

    /// Whom is trusted must not be for others to say. False: there is no such file, or it is named.
    bool unchangeable(std::string_view section, std::string_view key,
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

    void private_key() {
        const std::filesystem::path& file = configuration_.unified.client_certificate;
        std::error_code failed;
        const auto mode = std::filesystem::status(file, failed).permissions();
        if (file.empty() || failed ||
            (mode & std::filesystem::perms::others_read) == std::filesystem::perms::none)
            return;
        problem("unified", "client_certificate",
                {"config.key_readable", {{"file", file.string()}}});
    }

    std::optional<std::string> secret(std::string_view key, const std::filesystem::path& file) {
        if (!reads_secrets_ || !unchangeable("unified", key, file)) return {};
        try {
            const std::string mode = platform::access_beyond_owner(file);
            if (!mode.empty()) {
                problem("unified", key,
                        {"config.secret_readable",
                         {{"key", key}, {"file", file.string()}, {"mode", mode}}});
                return {};
            }
            std::string text = platform::text_or_bytes(platform::read_file(file, kSecretBytesMax));
            if (text.ends_with('\n')) text.pop_back();
            if (text.ends_with('\r')) text.pop_back();
            const auto is_control = [](unsigned char byte) { return byte < ' ' || byte == 0x7f; };
            if (!text.empty() && std::none_of(text.begin(), text.end(), is_control)) return text;
            problem("unified", key,
                    {"config.secret_not_alone", {{"key", key}, {"file", file.string()}}});
        } catch (const platform::FileError& error) {
            value_problem("unified", key, error.message());
        }
        return {};
    }

    [[nodiscard]] ConfigProblem at(std::string_view section, std::string_view key,
                                   Message message) const {
        const auto found = std::find_if(ini_.settings.begin(), ini_.settings.end(),
                                        [&](const IniSetting& setting) {
                                            return setting.section == section && setting.key == key;
                                        });
        return {.line = found == ini_.settings.end() ? 0 : found->line,
                .message = std::move(message)};
    }

    void problem(std::string_view section, std::string_view key, Message message) {
        problems_.push_back(at(section, key, std::move(message)));
    }

    void value_problem(std::string_view section, std::string_view key, const Message& why) {
        problem(section, key, bad_value(section, key, why));
    }

    /// Both of [unified].
    void given_without(std::string_view key, std::string_view other) {
        problem("unified", key, {"config.given_without", {{"key", key}, {"other", other}}});
    }

    Configuration& configuration_;
    const IniText& ini_;
    std::vector<ConfigProblem>& problems_;
    const bool reads_secrets_;
};

/// What is wrong with a name; nothing when it is known, or when its section was named already.
std::optional<Message> unknown(const IniSetting& setting) {
    platform::JsonArray keys = config_keys_of(setting.section);
    if (setting.key.empty() && keys.empty())
        return Message{"config.unknown_section",
                       {{"section", setting.section}, {"sections", config_sections()}}};
    if (setting.key.empty() || keys.empty()) return {};
    return Message{"config.unknown_key",
                   {{"key", setting.key}, {"section", setting.section}, {"keys", std::move(keys)}}};
}

void apply(Configuration& configuration, const IniSetting& setting,
           std::vector<ConfigProblem>& problems) {
    const ConfigKey* const key = find_config_key(setting.section, setting.key);
    if (key == nullptr) {
        if (auto message = unknown(setting))
            problems.push_back({setting.line, *std::move(message)});
        return;
    }
    if (key->fixed_at_start)
        configuration.fixed_at_start[setting.section + "." + setting.key] = setting.value;
    if (const ValueProblem problem =
            key->set(configuration, setting.value, configuration.file.parent_path()))
        problems.push_back({setting.line, bad_value(setting.section, setting.key, *problem)});
}

std::filesystem::path under_home(const Environment& environment, const std::string& variable,
                                 const std::filesystem::path& otherwise) {
    const auto set = environment(variable);
    if (set && std::filesystem::path(*set).is_absolute()) return *set;
    const auto home = environment("HOME");
    if (home && !home->empty()) return std::filesystem::path(*home) / otherwise;
    return {};
}

std::filesystem::path find_config(const std::string& asked, const Environment& environment) {
    if (!asked.empty()) return std::filesystem::absolute(asked);
    if (const auto named = environment("TIZILIM_CONFIG"); named && !named->empty())
        return std::filesystem::absolute(*named);
    std::error_code failed;
    const auto folder = under_home(environment, "XDG_CONFIG_HOME", ".config");
    if (!folder.empty()) {
        const auto own = folder / "tizilim" / "tizilim.conf";
        if (std::filesystem::exists(own, failed)) return own;
    }
    return std::filesystem::exists(kSystemConfig, failed) ? kSystemConfig : "";
}

}  // namespace

ConfigError::ConfigError(const std::filesystem::path& file, std::vector<ConfigProblem> problems)
    : MessageError(message_of(file, problems)), problems_(std::move(problems)) {}

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        if (!Poco::Environment::has(name)) return {};
        return Poco::Environment::get(name);
    };
}

Places find_places(const std::string& asked, const Environment& environment) {
    Places places{.config = find_config(asked, environment),
                  .register_directory = {},
                  .anchor_directory = {}};
    std::error_code failed;
    if (std::filesystem::is_directory(kSystemRuntime, failed))
        places.runtime_directory = kSystemRuntime;
    if (places.config.parent_path() == std::filesystem::path(kSystemConfig).parent_path()) {
        places.register_directory = kSystemRegister;
        places.anchor_directory = kSystemAnchor;
        return places;
    }
    if (const auto folder = under_home(environment, "XDG_DATA_HOME", ".local/share");
        !folder.empty())
        places.register_directory = folder / "tizilim";
    if (const auto folder = under_home(environment, "XDG_STATE_HOME", ".local/state");
        !folder.empty())
        places.anchor_directory = folder / "tizilim";
    return places;
}

Configuration parse_configuration(std::string_view text, const Places& places,
                                  Credentials credentials) {
    Configuration configuration;
    configuration.file = places.config;
    IniText ini = read_ini(text);
    std::vector<ConfigProblem> problems = std::move(ini.problems);
    for (const IniSetting& setting : ini.settings) apply(configuration, setting, problems);
    Completion(configuration, ini, problems, credentials).run(places);
    if (!problems.empty()) {
        std::stable_sort(problems.begin(), problems.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        throw ConfigError(places.config, std::move(problems));
    }
    return configuration;
}

Configuration load_configuration(const Places& places, Credentials credentials) {
    std::string text;
    if (!places.config.empty()) {
        try {
            if (auto exposure = platform::exposure_to_others(places.config))
                throw ConfigError(places.config, {{.line = 0, .message = *std::move(exposure)}});
            text = platform::read_file(places.config, kConfigBytesMax);
        } catch (const platform::FileError& error) {
            throw ConfigError(places.config, {{.line = 0, .message = error.message()}});
        }
    }
    Configuration configuration = parse_configuration(text, places, credentials);
    configuration.registry.machine_id = platform::machine_id();
    return configuration;
}

void expect_own_folder(const Configuration& configuration) {
    for (const std::filesystem::path& folder :
         {configuration.registry.directory, keys_directory(configuration)})
        if (const auto exposure = platform::exposure_to_others(folder))
            throw platform::FileError(
                Message{"config.register_exposed", {{"why", as_json(*exposure)}}}, 0);
}

std::filesystem::path keys_directory(const Configuration& configuration) {
    return configuration.registry.directory / "keys";
}

platform::Message crash_advice(const std::filesystem::path& directory) {
    return {"crash.register_open", {{"folder", directory.string()}}};
}

}  // namespace tizilim::agent
