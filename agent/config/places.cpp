#include "agent/config/places.h"

#include "agent/config/config_error.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/text/message.h"

#include <Poco/Environment.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr auto kSystemConfig = "/etc/tizilim/tizilim.conf";
constexpr std::string_view kSystemAnchor = "/var/lib/tizilim-anchor";
constexpr std::string_view kSystemRuntime = "/run/tizilim";

std::filesystem::path under_home(const Environment& environment, const std::string& variable,
                                 const std::filesystem::path& otherwise) {
    const auto set = environment(variable);
    if (set && std::filesystem::path(*set).is_absolute()) return *set;
    const auto home = environment("HOME");
    if (home && !home->empty()) return std::filesystem::path(*home) / otherwise;
    return {};
}

/// As far as the system says; a folder that is not there yet counts as well.
std::filesystem::path without_links(const std::filesystem::path& path) {
    std::error_code failed;
    const auto found = std::filesystem::weakly_canonical(path, failed);
    return (failed ? path : found).lexically_normal();
}

/// The user's, whether or not it is there; empty: no home is known.
std::filesystem::path own_config(const Environment& environment) {
    const auto folder = under_home(environment, "XDG_CONFIG_HOME", ".config");
    return folder.empty() ? folder : folder / "tizilim" / "tizilim.conf";
}

std::filesystem::path find_config(const std::string& asked, const Environment& environment) {
    if (!asked.empty()) return std::filesystem::absolute(asked);
    if (const auto named = environment("TIZILIM_CONFIG"); named && !named->empty())
        return std::filesystem::absolute(*named);
    std::error_code failed;
    auto own = own_config(environment);
    if (!own.empty() && std::filesystem::exists(own, failed)) return own;
    return std::filesystem::exists(kSystemConfig, failed) ? kSystemConfig : "";
}

/// What the folders of one of several services of the system have behind their names.
std::string instance_of(const std::filesystem::path& config) {
    const std::string name = config.stem().string();
    return name == std::filesystem::path(kSystemConfig).stem() ? "" : '@' + name;
}

}  // namespace

std::filesystem::path state_folder(const Environment& environment) {
    const auto folder = under_home(environment, "XDG_STATE_HOME", ".local/state");
    return folder.empty() ? folder : folder / "tizilim";
}

std::vector<std::filesystem::path> readable_by_network() {
    return {"/etc",
            "/usr/lib",
            "/usr/share/ca-certificates",
            "/usr/local/share/ca-certificates",
            "/lib",
            "/lib64",
            "/run/systemd/resolve",
            "/run/resolvconf",
            "/run/NetworkManager"};
}

std::filesystem::path network_reads(const std::filesystem::path& folder) {
    const std::filesystem::path asked = without_links(folder);
    for (const std::filesystem::path& readable : readable_by_network()) {
        const std::filesystem::path above = without_links(readable);
        if (std::ranges::mismatch(above, asked).in1 == above.end()) return readable;
    }
    return {};
}

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
    if (places.config.empty()) places.new_config = own_config(environment);
    const bool is_system =
        places.config.parent_path() == std::filesystem::path(kSystemConfig).parent_path();
    const std::string instance = is_system ? instance_of(places.config) : "";
    places.service_register = std::string(kSystemRegister) + instance;
    std::error_code failed;
    if (const std::filesystem::path folder = std::string(kSystemRuntime) + instance;
        std::filesystem::is_directory(folder, failed))
        places.runtime_directory = folder;
    if (is_system) {
        places.register_directory = places.service_register;
        places.anchor_directory = std::string(kSystemAnchor) + instance;
        return places;
    }
    if (const auto folder = under_home(environment, "XDG_DATA_HOME", ".local/share");
        !folder.empty())
        places.register_directory = folder / "tizilim";
    places.anchor_directory = state_folder(environment);
    return places;
}

std::string read_config_file(const Places& places) {
    if (places.config.empty()) return {};
    try {
        if (auto exposure = platform::exposure_to_others(places.config))
            throw ConfigError(places.config, {{.line = 0, .message = *std::move(exposure)}});
        return platform::read_file(places.config, kConfigBytesMax);
    } catch (const platform::FileError& error) {
        std::optional<platform::Message> group;
        if (error.system_error() == EACCES) group = platform::group_needed(places.config);
        throw ConfigError(places.config,
                          {{.line = 0, .message = group ? *std::move(group) : error.message()}});
    }
}

}  // namespace tizilim::agent
