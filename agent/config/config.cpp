#include "agent/config/config.h"

#include "agent/config/config_check.h"
#include "agent/config/config_keys.h"
#include "agent/config/iin.h"
#include "agent/config/ini.h"
#include "agent/config/network_keys.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/network/local_stream.h"
#include "platform/process/machine_id.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr std::size_t kCertificatesBytesMax = std::size_t{1} << 20;

using platform::as_json;
using platform::Message;

/// Checks what takes more than one key to see, and what the certificates of signers are.
class Completion {
public:
    Completion(Configuration& configuration, ConfigCheck& check)
        : configuration_(configuration), check_(check) {}

    void run(const Places& places) {
        if (configuration_.registry.directory.empty())
            configuration_.registry.directory = places.register_directory;
        if (configuration_.registry.directory.empty())
            check_.problem("register", "directory", {"config.directory_needed"});
        configuration_.registry.anchor_directory = places.anchor_directory;
        const bool is_service = configuration_.registry.directory == places.service_register &&
                                !places.runtime_directory.empty();
        configuration_.control =
            is_service ? ControlSettings{.directory = places.runtime_directory,
                                         .access = platform::ControlAccess::group}
                       : ControlSettings{.directory = configuration_.registry.directory};
        configuration_.registry.lawyer = configuration_.lawyer;
        const std::string& iin = configuration_.registry.lawyer_iin;
        if (!iin.empty() && !iin_checks(iin))
            check_.warn("register", "iin", {"config.iin_mistyped"});
        own_key(iin);
        trusted_certificates();
        if (is_unread("register", configuration_.registry.directory))
            static_cast<void>(is_unread("register", keys_directory(configuration_)));
        static_cast<void>(is_unread("backup", configuration_.backup.directory));
    }

private:
    /// Not where the program with the network may read.
    bool is_unread(std::string_view section, const std::filesystem::path& folder) {
        if (folder.empty()) return true;
        const std::filesystem::path above = network_reads(folder);
        if (above.empty()) return true;
        check_.value_problem(
            section, "directory",
            {"config.network_reads", {{"folder", folder.string()}, {"above", above.string()}}});
        return false;
    }

    void own_key(const std::string& iin) {
        const std::optional<bool>& only = configuration_.eds.own_key_only;
        configuration_.registry.own_key_only = only.value_or(true);
        if (only.value_or(false) && iin.empty())
            check_.problem("eds", "own_key_only", {"config.own_key_without_iin"});
    }

    void trusted_certificates() {
        const std::filesystem::path& file = configuration_.eds.ca_file;
        if (!check_.unchangeable("eds", "ca_file", file)) return;
        try {
            std::string pem = platform::read_file(file, kCertificatesBytesMax);
            const auto parsed = platform::TrustedCertificates::parse(pem);
            if (!parsed)
                return check_.problem(
                    "eds", "ca_file",
                    {"config.ca_file_unusable",
                     {{"file", file.string()}, {"why", as_json(parsed.error())}}});
            if (parsed->empty())
                return check_.problem("eds", "ca_file",
                                      {"config.ca_file_empty", {{"file", file.string()}}});
            configuration_.registry.trusted_certificates = std::move(pem);
        } catch (const platform::FileError& error) {
            check_.value_problem("eds", "ca_file", error.message());
        }
    }

    Configuration& configuration_;
    ConfigCheck& check_;
};

void take(Configuration& configuration, const IniSetting& setting, ConfigCheck& check) {
    const std::filesystem::path folder = configuration.file.parent_path();
    if (check.take(network_keys(), setting, folder, configuration)) return;
    if (!check.take(own_keys(), setting, folder, configuration))
        return check.unknown(setting, all_keys());
    configuration.fixed_at_start[setting.section + "." + setting.key] = setting.value;
}

}  // namespace

Configuration parse_configuration(std::string_view text, const Places& places,
                                  Credentials credentials) {
    Configuration configuration;
    configuration.file = places.config;
    const IniText ini = read_ini(text);
    ConfigCheck check(ini);
    for (const IniSetting& setting : ini.settings) take(configuration, setting, check);
    Completion(configuration, check).run(places);
    complete_network_settings(configuration, credentials, check);
    check.expect_no_problem(places.config);
    configuration.warnings = check.take_warnings();
    return configuration;
}

Configuration load_configuration(const Places& places, Credentials credentials) {
    Configuration configuration =
        parse_configuration(read_config_file(places), places, credentials);
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

bool holds_register(const Configuration& configuration) {
    return store::Register::is_in(configuration.registry.directory);
}

std::filesystem::path keys_directory(const Configuration& configuration) {
    return configuration.registry.directory / "keys";
}

platform::Message crash_advice(const std::filesystem::path& directory) {
    return {"crash.register_open", {{"folder", directory.string()}}};
}

}  // namespace tizilim::agent
