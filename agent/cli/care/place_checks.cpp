#include "agent/cli/care/place_checks.h"

#include "agent/cli/care/finding.h"
#include "agent/cli/care/link_checks.h"
#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/files/process_lock.h"
#include "platform/network/local_stream.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

namespace fs = std::filesystem;
using platform::Message;

constexpr std::size_t kCertificatesBytesMax = std::size_t{4} << 20;
constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
/// A year of entries with their signatures, and what a backup takes while it is written.
constexpr std::uint64_t kDiskWantedMebibytes = 512;
/// Some days of them: the reserve of 8 MiB is next.
constexpr std::uint64_t kDiskNeededMebibytes = 32;

Message in_folder(const char* code, const fs::path& folder) {
    return {code, {{"folder", folder.string()}}};
}

/// Secrets and certificates as the daemon reads them.
Findings files_of(const Configuration& configuration) {
    const Places places{.config = configuration.file,
                        .register_directory = configuration.registry.directory,
                        .anchor_directory = configuration.registry.anchor_directory};
    try {
        static_cast<void>(load_configuration(places, Credentials::read));
        return {{"files", Verdict::ok, {"doctor.files"}}};
    } catch (const ConfigError& error) {
        Findings found;
        for (const Message& line : error.lines()) found.push_back({"files", Verdict::fail, line});
        return found;
    }
}

std::optional<Finding> exposed(std::string_view subject, const fs::path& path) {
    const auto exposure = platform::exposure_to_others(path);
    if (!exposure) return {};
    return Finding{subject, Verdict::fail, *exposure};
}

Finding folder_of(const Configuration& configuration) {
    const fs::path& folder = configuration.registry.directory;
    for (const fs::path& path : {folder, keys_directory(configuration)})
        if (auto found = exposed("folder", path)) return *std::move(found);
    if (const std::string mode = platform::access_beyond_owner(folder); !mode.empty())
        return {"folder",
                Verdict::warn,
                {"doctor.folder_readable", {{"folder", folder.string()}, {"mode", mode}}}};
    return {"folder", Verdict::ok, in_folder("doctor.folder", folder)};
}

/// Where no daemon answers: whether some program has the register all the same.
Finding lock_of(const fs::path& folder) {
    try {
        const platform::ProcessLock lock(folder);
        return {"lock", Verdict::ok, {"doctor.not_locked"}};
    } catch (const platform::LockHeld& held) {
        return {"lock", Verdict::fail, {"doctor.locked", {{"why", as_json(held.message())}}}};
    }
}

Finding disk_of(const fs::path& folder) {
    std::error_code failed;
    const fs::space_info space = fs::space(folder, failed);
    if (failed) return {"disk", Verdict::warn, in_folder("doctor.disk_unknown", folder)};
    const std::uint64_t left = space.available / kMebibyte;
    const platform::JsonObject values{{"folder", folder.string()}, {"left", left}};
    if (left >= kDiskWantedMebibytes) return {"disk", Verdict::ok, {"doctor.disk", values}};
    return {"disk",
            left < kDiskNeededMebibytes ? Verdict::fail : Verdict::warn,
            {"doctor.disk_low", values}};
}

Finding backup_folder_of(const fs::path& folder) {
    constexpr std::string_view kSubject = "backup_folder";
    std::error_code failed;
    if (folder.empty()) return {kSubject, Verdict::warn, {"doctor.no_backup_folder"}};
    if (!fs::is_directory(folder, failed))
        return {kSubject, Verdict::fail, in_folder("doctor.backup_folder_gone", folder)};
    const auto others = platform::writers_beyond_owner(folder);
    if (others && others->owner)
        return {
            kSubject,
            Verdict::warn,
            {"backup.folder_of_another", {{"folder", folder.string()}, {"user", *others->owner}}}};
    if (others)
        return {kSubject,
                Verdict::warn,
                {"backup.folder_open_to_others",
                 {{"folder", folder.string()}, {"mode", others->mode}}}};
    const fs::space_info space = fs::space(folder, failed);
    const std::uint64_t left = failed ? 0 : space.available / kMebibyte;
    if (left < kDiskNeededMebibytes)
        return {kSubject,
                Verdict::warn,
                {"doctor.disk_low", {{"folder", folder.string()}, {"left", left}}}};
    return {kSubject, Verdict::ok, in_folder("doctor.backup_folder", folder)};
}

std::string end_of(std::string_view pem, platform::UtcOffset offset) {
    const auto end = platform::first_end_of(pem);
    return end ? platform::format_time(*end, offset) : std::string();
}

Finding anchors_of(const Configuration& configuration, platform::WallTime now) {
    const store::RegisterSettings& registry = configuration.registry;
    if (registry.trusted_certificates.empty())
        return {"anchors", Verdict::warn, {"doctor.no_anchors"}};
    return end_of_certificate("anchors", "doctor.renew_anchors",
                              end_of(registry.trusted_certificates, registry.utc_offset), now);
}

std::optional<Finding> client_certificate_of(const Configuration& configuration,
                                             platform::WallTime now) {
    const fs::path& file = configuration.unified.client_certificate;
    if (file.empty()) return {};
    try {
        const std::string pem = platform::read_file(file, kCertificatesBytesMax);
        return end_of_certificate("client_certificate", "doctor.renew_client",
                                  end_of(pem, configuration.registry.utc_offset), now);
    } catch (const platform::FileError& error) {
        return Finding{"client_certificate", Verdict::fail, error.message()};
    }
}

}  // namespace

Findings place_findings(const Configuration& configuration, bool is_running,
                        platform::WallTime now) {
    const fs::path& folder = configuration.registry.directory;
    Findings found;
    // What the account of the system's service has is not for who only may ask it.
    const bool is_of_service = configuration.control.access == platform::ControlAccess::group;
    std::error_code failed;
    if (is_of_service) {
        found.push_back({"folder", Verdict::ok, in_folder("doctor.folder_of_service", folder)});
    } else {
        found = files_of(configuration);
        if (!fs::is_directory(folder, failed)) {
            found.push_back({"folder", Verdict::fail, in_folder("doctor.no_folder", folder)});
        } else {
            found.push_back(folder_of(configuration));
            if (!is_running) found.push_back(lock_of(folder));
            found.push_back(disk_of(folder));
        }
        found.push_back(backup_folder_of(configuration.backup.directory));
        if (auto own = client_certificate_of(configuration, now)) found.push_back(*std::move(own));
    }
    found.push_back(anchors_of(configuration, now));
    return found;
}

}  // namespace tizilim::agent
