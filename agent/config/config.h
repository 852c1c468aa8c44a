#pragma once

#include "agent/config/config_error.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

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

struct Configuration : NetworkSettings {
    std::filesystem::path file;  ///< empty: there is none, all is as by default
    store::RegisterSettings registry;
    std::string lawyer;
    std::string bar_association;
    std::string bar_association_kk;  ///< of the form in Kazakh; empty: the same
    StatusSettings status;
    ControlSettings control;
    BackupSettings backup;
    EdsSettings eds;
    /// "section.key" and its text, of what is read at the start only.
    std::map<std::string, std::string> fixed_at_start;
    /// What is odd, but may be right.
    std::vector<ConfigProblem> warnings;

    [[nodiscard]] const NetworkSettings& network() const noexcept { return *this; }
    /// That of the base would compare a part.
    bool operator==(const Configuration&) const = delete;
};

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

/// Whether there is a register where it is to be.
[[nodiscard]] bool holds_register(const Configuration& configuration);

/// Where the keys of a register are kept.
[[nodiscard]] std::filesystem::path keys_directory(const Configuration& configuration);

/// What to print when the process is ended by a fault while it has the register in `directory`
/// open.
[[nodiscard]] platform::Message crash_advice(const std::filesystem::path& directory);

}  // namespace tizilim::agent
