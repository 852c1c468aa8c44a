#pragma once

#include "agent/config/ini.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

inline constexpr std::size_t kConfigBytesMax = std::size_t{256} * 1024;

struct UnifiedSettings {
    std::string url;  ///< "https://host/database"; empty: none, nothing is delivered
    std::string user;
    std::filesystem::path password_file;
    std::filesystem::path token_file;
    /// Value of the Authorization header, made of the above; a secret. Empty: none.
    std::string authorization;
    std::filesystem::path ca_file;
    std::filesystem::path client_certificate;
    /// Not given: from the environment. Empty: none.
    std::optional<std::string> proxy;
    std::string proxy_user;
    std::filesystem::path proxy_password_file;
    std::string proxy_password;  ///< what is in that file; a secret

    bool operator==(const UnifiedSettings&) const = default;
};

struct SyncSettings {
    bool enabled = true;
    std::chrono::seconds poll_interval{1800};
    std::uint32_t bandwidth_kbps = 0;  ///< 0: no limit
    bool metered = false;

    bool operator==(const SyncSettings&) const = default;
};

struct StatusSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 7717;
    /// A client may take this long for a whole request, however evenly it drips. No key sets it.
    std::chrono::milliseconds request_time_max{20'000};
};

/// Where the control socket is and who may use it. No key sets it.
struct ControlSettings {
    std::filesystem::path directory;
    platform::ControlAccess access = platform::ControlAccess::owner;
};

struct BackupSettings {
    std::filesystem::path directory;  ///< empty: no backups
    std::chrono::hours every{24};
    std::uint32_t keep = 14;
};

struct EdsSettings {
    std::filesystem::path ca_file;  ///< PEM; empty: chains of signatures are not checked
    /// Not given: where the lawyer's IIN is.
    std::optional<bool> own_key_only;
};

struct Configuration {
    std::filesystem::path file;  ///< empty: there is none, all is as by default
    store::RegisterSettings registry;
    std::string lawyer;
    std::string bar_association;
    UnifiedSettings unified;
    SyncSettings sync;
    StatusSettings status;
    ControlSettings control;
    BackupSettings backup;
    EdsSettings eds;
    /// "section.key" and its text, of what is read at the start only.
    std::map<std::string, std::string> fixed_at_start;
    /// What is odd, but may be right.
    std::vector<ConfigProblem> warnings;
};

/// Everything that is wrong with a configuration: in words, a line "file:line: problem" for each.
class ConfigError : public platform::MessageError {
public:
    ConfigError(const std::filesystem::path& file, std::vector<ConfigProblem> problems);
    [[nodiscard]] const std::vector<ConfigProblem>& problems() const noexcept { return problems_; }

private:
    std::vector<ConfigProblem> problems_;
};

/// Where the configuration is, where a register is kept that it doesn't place, and where its anchor
/// is: never beside it, so that who puts back an older register leaves the anchor as it is.
struct Places {
    std::filesystem::path config;  ///< empty: there is no file
    std::filesystem::path register_directory;
    std::filesystem::path anchor_directory;
    /// Of the system's service, /run/tizilim; empty: there is none.
    std::filesystem::path runtime_directory{};
};

/// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

/// `asked` (of --config), else $TIZILIM_CONFIG, else the user's, else the system's where they
/// exist. Absolute, so that a change of the working directory does no harm.
[[nodiscard]] Places find_places(const std::string& asked, const Environment& environment);

/// Whether the files that hold what the unified system asks for are read: the command line does
/// without, and may be another user's than the daemon.
enum class Credentials { read, leave };

/// Reads and checks; secrets and certificates are read from their files, and the machine's id from
/// the system. \throws ConfigError, also when others may change the file
[[nodiscard]] Configuration load_configuration(const Places& places,
                                               Credentials credentials = Credentials::read);

/// The same from text. Relative paths are taken from the folder of `places.config`.
/// \throws ConfigError
[[nodiscard]] Configuration parse_configuration(std::string_view text, const Places& places,
                                                Credentials credentials = Credentials::read);

/// Before the register's folder is worked on by this process itself: it and its keys are this
/// user's, and no other user can change or replace them. \throws FileError that names what is wrong
void expect_own_folder(const Configuration& configuration);

/// Where the keys of a register are kept.
[[nodiscard]] std::filesystem::path keys_directory(const Configuration& configuration);

/// What to print when the process is ended by a fault while it has the register in `directory`
/// open.
[[nodiscard]] platform::Message crash_advice(const std::filesystem::path& directory);

}  // namespace tizilim::agent
