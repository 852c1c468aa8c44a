#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

inline constexpr std::size_t kConfigBytesMax = std::size_t{256} * 1024;

/// The register of the system's service.
inline constexpr auto kSystemRegister = "/var/lib/tizilim";

/// Where the configuration is, where a register is kept that it doesn't place, and where its anchor
/// is: never beside it, so that who puts back an older register leaves the anchor as it is.
struct Places {
    std::filesystem::path config;  ///< empty: there is no file
    std::filesystem::path register_directory;
    std::filesystem::path anchor_directory;
    /// The register of a service of the system, and where its control socket is: of
    /// /etc/tizilim/tizilim.conf or none, /run/tizilim; of /etc/tizilim/NAME.conf,
    /// /run/tizilim@NAME. Empty: there is no such service.
    std::filesystem::path service_register{kSystemRegister};
    std::filesystem::path runtime_directory{};
    /// Where one is to be made, if there is none; empty: no home is known.
    std::filesystem::path new_config{};
};

/// Beneath these is what the resolver, TLS and the C library read while tizilim-sync runs: all that
/// its confinement lets it read. Folders, since files in them are replaced by others of the same
/// name. Nothing of the register may lie there.
[[nodiscard]] std::vector<std::filesystem::path> readable_by_network();
/// Which of these `folder` is or lies beneath, through links as well; empty: none.
[[nodiscard]] std::filesystem::path network_reads(const std::filesystem::path& folder);

/// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

/// Where the person's programs keep what they remember: `tizilim` in the XDG state folder; empty:
/// no home is known.
[[nodiscard]] std::filesystem::path state_folder(const Environment& environment);

/// `asked` (of --config), else $TIZILIM_CONFIG, else the user's, else the system's where they
/// exist. Absolute, so that a change of the working directory does no harm.
[[nodiscard]] Places find_places(const std::string& asked, const Environment& environment);

/// The text of the configuration; empty when there is no file.
/// \throws ConfigError, also when others may change the file
[[nodiscard]] std::string read_config_file(const Places& places);

}  // namespace tizilim::agent
