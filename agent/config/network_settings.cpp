#include "agent/config/network_settings.h"

#include "agent/config/config_check.h"
#include "agent/config/ini.h"
#include "agent/config/network_keys.h"
#include "agent/config/places.h"
#include "platform/files/file.h"
#include "platform/network/loopback.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"

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
constexpr std::string_view kUnified = "unified";

/// Of [unified]; in [sync] each key stands alone.
class Completion {
public:
    Completion(UnifiedSettings& unified, Credentials credentials, ConfigCheck& check)
        : unified_(unified), reads_secrets_(credentials == Credentials::read), check_(check) {}

    void run() {
        credentials();
        proxy_credentials();
        unused_proxy();
        if (!reads_secrets_) return;
        expect_unchangeable("ca_file", unified_.ca_file);
        expect_unchangeable("client_certificate", unified_.client_certificate);
        private_key();
    }

private:
    void credentials() {
        const bool by_password = !unified_.password_file.empty();
        const bool by_token = !unified_.token_file.empty();
        if (by_password && by_token) return problem("token_file", {"config.token_and_password"});
        if (by_token && !unified_.user.empty()) return problem("user", {"config.user_with_token"});
        if (by_password && unified_.user.empty()) return given_without("password_file", "user");
        if (!by_password && !by_token && !unified_.user.empty())
            return given_without("user", "password_file");
        if (by_token) {
            if (const auto token = secret("token_file", unified_.token_file))
                unified_.authorization = "Bearer " + *token;
        } else if (by_password) {
            if (const auto password = secret("password_file", unified_.password_file))
                unified_.authorization =
                    "Basic " + platform::to_base64(unified_.user + ':' + *password);
        }
    }

    void proxy_credentials() {
        const bool has_password = !unified_.proxy_password_file.empty();
        if (unified_.proxy_user.empty() && !has_password) return;
        if (!unified_.proxy || unified_.proxy->empty())
            return given_without(has_password ? "proxy_password_file" : "proxy_user", "proxy");
        if (!has_password) return given_without("proxy_user", "proxy_password_file");
        if (unified_.proxy_user.empty()) return given_without("proxy_password_file", "proxy_user");
        if (auto password = secret("proxy_password_file", unified_.proxy_password_file))
            unified_.proxy_password = *std::move(password);
    }

    void unused_proxy() {
        if (!unified_.proxy || unified_.proxy->empty() || unified_.url.empty()) return;
        if (platform::is_loopback_host(Poco::URI(unified_.url).getHost()))
            check_.warn(kUnified, "proxy", {"config.proxy_unused"});
    }

    void expect_unchangeable(std::string_view key, const std::filesystem::path& file) {
        static_cast<void>(check_.unchangeable(kUnified, key, file));
    }

    void private_key() {
        const std::filesystem::path& file = unified_.client_certificate;
        std::error_code failed;
        const auto mode = std::filesystem::status(file, failed).permissions();
        if (file.empty() || failed ||
            (mode & std::filesystem::perms::others_read) == std::filesystem::perms::none)
            return;
        problem("client_certificate", {"config.key_readable", {{"file", file.string()}}});
    }

    std::optional<std::string> secret(std::string_view key, const std::filesystem::path& file) {
        if (!reads_secrets_ || !check_.unchangeable(kUnified, key, file)) return {};
        try {
            const std::string mode = platform::access_beyond_owner(file);
            if (!mode.empty()) {
                problem(key, {"config.secret_readable",
                              {{"key", key}, {"file", file.string()}, {"mode", mode}}});
                return {};
            }
            std::string text = platform::text_or_bytes(platform::read_file(file, kSecretBytesMax));
            if (text.ends_with('\n')) text.pop_back();
            if (text.ends_with('\r')) text.pop_back();
            const auto is_control = [](unsigned char byte) { return byte < ' ' || byte == 0x7f; };
            if (!text.empty() && std::none_of(text.begin(), text.end(), is_control)) return text;
            problem(key, {"config.secret_not_alone", {{"key", key}, {"file", file.string()}}});
        } catch (const platform::FileError& error) {
            check_.value_problem(kUnified, key, error.message());
        }
        return {};
    }

    void problem(std::string_view key, platform::Message message) {
        check_.problem(kUnified, key, std::move(message));
    }

    void given_without(std::string_view key, std::string_view other) {
        problem(key, {"config.given_without", {{"key", key}, {"other", other}}});
    }

    UnifiedSettings& unified_;
    const bool reads_secrets_;
    ConfigCheck& check_;
};

constexpr std::string_view kEds = "eds";

/// [eds] is others' but for a key.
bool is_other_section(std::string_view section) {
    const auto keys = network_keys();
    return section == kEds || std::none_of(keys.begin(), keys.end(), [section](const auto& key) {
               return key.section == section;
           });
}

bool is_others(const IniSetting& setting) {
    const auto keys = network_keys();
    return is_other_section(setting.section) &&
           std::none_of(keys.begin(), keys.end(), [&](const auto& key) {
               return key.section == setting.section && key.name == setting.key;
           });
}

/// Without what stands in other sections. What stands in none remains: it may have been meant for
/// ours.
IniText network_part(IniText ini) {
    std::erase_if(ini.settings, is_others);
    std::erase_if(ini.problems, [](const IniProblem& problem) {
        return !problem.section.empty() && is_other_section(problem.section);
    });
    return ini;
}

}  // namespace

void complete_network_settings(NetworkSettings& settings, Credentials credentials,
                               ConfigCheck& check) {
    Completion(settings.unified, credentials, check).run();
}

NetworkSettings load_network_settings(const Places& places) {
    const IniText ini = network_part(read_ini(read_config_file(places)));
    const auto keys = network_keys();
    const std::vector<KeyName> known = names_of(keys);
    NetworkSettings settings;
    ConfigCheck check(ini);
    for (const IniSetting& setting : ini.settings)
        if (!check.take(keys, setting, places.config.parent_path(), settings))
            check.unknown(setting, known);
    complete_network_settings(settings, Credentials::read, check);
    check.expect_no_problem(places.config);
    return settings;
}

std::optional<platform::Message> idle_reason(const NetworkSettings& settings) {
    if (settings.unified.url.empty()) return platform::Message{"delivery.no_url"};
    if (!settings.sync.enabled) return platform::Message{"delivery.switched_off"};
    return {};
}

}  // namespace tizilim::agent
