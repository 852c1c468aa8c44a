#pragma once

#include "agent/config/config_check.h"
#include "agent/config/places.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tizilim::agent {

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

/// Of [eds], what who has the network needs.
struct TimestampSettings {
    /// "http://host": of the authority that is asked for time-stamps; empty: none is.
    std::string url;

    bool operator==(const TimestampSettings&) const = default;
};

struct SecuritySettings {
    /// Where the system can't confine the programs they end, and do not only say so.
    bool require_confinement = false;

    bool operator==(const SecuritySettings&) const = default;
};

/// [unified], [sync], [security] and tsa_url: all that who delivers has to know.
struct NetworkSettings {
    UnifiedSettings unified;
    SyncSettings sync;
    TimestampSettings timestamps;
    SecuritySettings security;

    bool operator==(const NetworkSettings&) const = default;
};

/// Whether the files that hold what the unified system asks for are read: the command line does
/// without, and may be another user's than the daemon.
enum class Credentials { read, leave };

/// Reads and checks these sections alone; secrets are read from their files. What is wrong in
/// another section is not named, and does no harm. \throws ConfigError, also when others may change
/// the file
[[nodiscard]] NetworkSettings load_network_settings(const Places& places);

/// Once all keys are taken: checks what takes more than one key to see, and reads the secrets.
void complete_network_settings(NetworkSettings& settings, Credentials credentials,
                               ConfigCheck& check);

/// Why there is nothing to deliver to; nothing: there is.
[[nodiscard]] std::optional<platform::Message> idle_reason(const NetworkSettings& settings);

}  // namespace tizilim::agent
