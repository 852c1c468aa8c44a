#include "agent/register/daemon.h"

#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/config/ini.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/sync_snapshot.h"
#include "agent/http/local_endpoints.h"
#include "agent/network/network_loop.h"
#include "agent/network/sync_loop.h"
#include "agent/register/backup_loop.h"
#include "platform/curl/curl_transport.h"
#include "platform/files/key_store.h"
#include "platform/process/signals.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/register/register.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

std::optional<platform::Message> idle_reason(const Configuration& configuration) {
    if (configuration.unified.url.empty()) return platform::Message{"delivery.no_url"};
    if (!configuration.sync.enabled) return platform::Message{"delivery.switched_off"};
    return {};
}

std::uint64_t bytes_per_second(std::uint64_t kbps) {
    constexpr std::uint64_t kBitsPerKilobit = 1000;
    return kbps * kBitsPerKilobit / 8;
}

/// The keys that differ between two configurations and are read at the start only.
std::set<std::string> changed_at_start(const Configuration& running, const Configuration& fresh) {
    std::set<std::string> changed;
    const auto compare = [&changed](const auto& one, const auto& other) {
        for (const auto& [key, value] : one) {
            const auto found = other.find(key);
            if (found == other.end() || found->second != value) changed.insert(key);
        }
    };
    compare(running.fixed_at_start, fresh.fixed_at_start);
    compare(fresh.fixed_at_start, running.fixed_at_start);
    return changed;
}

/// By which an earlier version knew its owner. It opens nothing any more.
void remove_token(const std::filesystem::path& register_directory) {
    std::error_code failed;  // then it stays, and does no harm
    std::filesystem::remove(register_directory / "token", failed);
}

class Daemon {
public:
    Daemon(const Places& places, Configuration configuration, platform::Log& log)
        : places_(places),
          configuration_(std::move(configuration)),
          unified_(configuration_.unified),
          sync_(configuration_.sync),
          log_(log),
          keys_(keys_directory(configuration_)),
          registry_(configuration_.registry, keys_, clock_, random_),
          watch_({.registry = registry_,
                  .clock = clock_,
                  .log = log_,
                  .utc_offset = configuration_.registry.utc_offset,
                  .started_at = clock_.now()},
                 configuration_.registry.directory),
          loop_({.store = registry_.replication(),
                 .clock = clock_,
                 .random = random_,
                 .log = log_,
                 .observe_peer_clock =
                     [this](std::chrono::seconds ahead) { registry_.observe_peer_clock(ahead); },
                 .tell = [this](const SyncSnapshot& snapshot) { watch_.note(snapshot); }},
                configuration_.registry.directory / "paused", peer_settings_of(configuration_)),
          backups_({.registry = registry_,
                    .clock = clock_,
                    .log = log_,
                    .memory = configuration_.registry.directory / "backup.json"},
                   configuration_.backup),
          endpoints_(configuration_.status, configuration_.control,
                     {.registry = registry_,
                      .delivery = door_to(loop_),
                      .backups = door_to(backups_),
                      .watch = watch_,
                      .clock = clock_,
                      .utc_offset = configuration_.registry.utc_offset,
                      .form = {.language = configuration_.registry.language,
                               .bar_association = configuration_.bar_association,
                               .lawyer = configuration_.lawyer},
                      .read_again = [this] { return read_again(); }},
                     log_) {
        remove_token(configuration_.registry.directory);
        const store::BookState book = registry_.book();
        log_.info("started", {{"version", TIZILIM_VERSION},
                              {"book", book.label},
                              {"directory", configuration_.registry.directory.string()},
                              {"address", configuration_.status.address},
                              {"port", std::int64_t{endpoints_.port()}},
                              {"control", configuration_.control.directory.string()}});
        if (book.problem)
            log_.error("no_new_entries", {{"reason", platform::in_english(*book.problem)}});
        if (book.warning)
            log_.warning("older_copy", {{"reason", platform::in_english(*book.warning)}});
        if (book.anchor_problem)
            log_.warning("no_anchor", {{"reason", platform::in_english(*book.anchor_problem)}});
        warn_of(configuration_);
        network_ = watch_network([this] { loop_.network_came(); }, log_);
    }

    void run() {
        while (platform::wait_for_signal() == platform::Signal::reload) reload();
        log_.info("ending");
        network_.reset();
        loop_.stop();
        backups_.stop();
        endpoints_.stop();
        watch_.stop();
    }

private:
    void warn_of(const Configuration& configuration) {
        for (const ConfigProblem& odd : configuration.warnings)
            log_.warning("configuration_is_odd", {{"file", places_.config.string()},
                                                  {"line", static_cast<std::int64_t>(odd.line)},
                                                  {"reason", platform::in_english(odd.message)}});
    }

    void reload() {
        const std::scoped_lock lock(reading_);
        try {
            Configuration fresh = load_configuration(places_);
            for (const std::string& key : changed_at_start(configuration_, fresh))
                log_.warning("restart_needed", {{"key", key}});
            warn_of(fresh);
            use(fresh);
            log_.info("reloaded", {{"file", places_.config.string()}});
        } catch (const ConfigError& error) {
            for (const ConfigProblem& problem : error.problems())
                log_.error("configuration_refused",
                           {{"file", places_.config.string()},
                            {"line", static_cast<std::int64_t>(problem.line)},
                            {"reason", platform::in_english(problem.message)}});
            log_.warning("old_configuration_stays");
        }
    }

    /// With `reading_` locked.
    void use(const Configuration& fresh) {
        unified_ = fresh.unified;
        sync_ = fresh.sync;
        loop_.reconfigure(peer_settings_of(fresh));
    }

    /// Services::read_again. Where nothing changed, the request under way goes on.
    std::optional<platform::Message> read_again() {
        const std::scoped_lock lock(reading_);
        try {
            const Configuration fresh = load_configuration(places_);
            if (fresh.unified == unified_ && fresh.sync == sync_) return {};
            warn_of(fresh);
            use(fresh);
            log_.info("reloaded", {{"file", places_.config.string()}});
            return {};
        } catch (const ConfigError& error) {
            return platform::Message{"config.nothing_tried",
                                     {{"problem", platform::as_json(error.message())}}};
        }
    }

    const Places places_;
    const Configuration configuration_;
    std::mutex reading_;  ///< guards the two below, which are in use
    UnifiedSettings unified_;
    SyncSettings sync_;
    platform::Log& log_;
    const platform::SystemClock clock_;
    platform::SystemRandom random_;
    const platform::FileKeyStore keys_;
    store::Register registry_;
    DeliveryWatch watch_;
    SyncLoop loop_;
    BackupLoop backups_;
    LocalEndpoints endpoints_;
    std::unique_ptr<NetworkLoop> network_;  ///< null: the network can't be watched
};

}  // namespace

PeerSettings peer_settings_of(const Configuration& configuration) {
    const UnifiedSettings& unified = configuration.unified;
    const platform::CurlOptions options{
        .ca_file = unified.ca_file,
        .client_certificate = unified.client_certificate,
        .proxy = unified.proxy,
        .proxy_user = unified.proxy_user,
        .proxy_password = unified.proxy_password,
        .user_agent = "tizilim/" TIZILIM_VERSION,
        .bytes_per_second_max = bytes_per_second(configuration.sync.bandwidth_kbps)};
    return {.replicator = {.database_url = unified.url,
                           .authorization = unified.authorization,
                           .poll_interval = configuration.sync.poll_interval,
                           .metered = configuration.sync.metered},
            .make_transport =
                [options](std::stop_token stop) {
                    return std::make_unique<platform::CurlTransport>(options, std::move(stop));
                },
            .idle_reason = idle_reason(configuration)};
}

DeliveryDoor door_to(SyncLoop& loop) {
    return {.snapshot = [&loop] { return loop.snapshot(); },
            .sync_now = [&loop] { loop.sync_now(); },
            .pause = [&loop] { loop.pause(); },
            .resume = [&loop] { loop.resume(); },
            .pending_added = [&loop] { loop.pending_added(); }};
}

BackupDoor door_to(BackupLoop& backups) {
    return {.snapshot = [&backups] { return backups.snapshot(); },
            .back_up =
                [&backups](const store::BackupOptions& options, const store::Progress& progress) {
                    return backups.back_up(options, progress);
                },
            .directory = backups.directory()};
}

void run_daemon(const Places& places, Configuration configuration, platform::Log& log) {
    expect_own_folder(configuration);
    Daemon(places, std::move(configuration), log).run();
}

}  // namespace tizilim::agent
