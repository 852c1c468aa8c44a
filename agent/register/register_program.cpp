#include "agent/register/register_program.h"

#include "agent/config/config.h"
#include "agent/config/network_settings.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/processes.h"
#include "agent/http/local_endpoints.h"
#include "agent/processes/orders.h"
#include "agent/register/backup_loop.h"
#include "agent/register/network_link.h"
#include "agent/register/supervisor_line.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/files/key_store.h"
#include "platform/process/child_process.h"
#include "platform/process/confinement.h"
#include "platform/process/signals.h"
#include "platform/process/this_program.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

/// By which an earlier version knew its owner. It opens nothing any more.
void remove_token(const std::filesystem::path& register_directory) {
    std::error_code failed;  // then it stays, and does no harm
    std::filesystem::remove(register_directory / "token", failed);
}

/// Where the system lets this program write; none: anywhere.
std::vector<std::filesystem::path> places_of(const Configuration& configuration,
                                             const platform::Confinement& held) {
    const auto is_of_files = [](const std::string& name) { return name.starts_with("landlock"); };
    if (std::ranges::none_of(held, is_of_files)) return {};
    return writable_folders(configuration);
}

class Program {
public:
    Program(const Configuration& configuration, RegisterHandover handed,
            platform::Confinement confinement, platform::Log& log)
        : confinement_(std::move(confinement)),
          log_(log),
          keys_(keys_directory(configuration)),
          registry_(configuration.registry, keys_, clock_, random_),
          watch_({.registry = registry_,
                  .clock = clock_,
                  .log = log_,
                  .utc_offset = configuration.registry.utc_offset,
                  .started_at = clock_.now()},
                 configuration.registry.directory),
          network_({.registry = registry_, .clock = clock_, .log = log_, .watch = watch_},
                   configuration.registry.directory / "paused", idle_reason(configuration)),
          backups_({.registry = registry_,
                    .clock = clock_,
                    .log = log_,
                    .memory = configuration.registry.directory / "backup.json"},
                   configuration.backup),
          line_(std::move(handed.orders),
                {.network =
                     [this](const NetworkStarted& started, platform::Descriptor end) {
                         network_.connect(std::move(end), started);
                     },
                 .ended = [] { platform::end_this_program(); }}),
          endpoints_({.control = {std::move(handed.control)},
                      .control_settings = configuration.control,
                      .status_port = {std::move(handed.status_port)},
                      .request_time_max = configuration.status.request_time_max},
                     {.registry = registry_,
                      .delivery = network_.door(),
                      .backups = backups_.door(places_of(configuration, confinement_)),
                      .watch = watch_,
                      .clock = clock_,
                      .utc_offset = configuration.registry.utc_offset,
                      .form = {.language = configuration.registry.language,
                               .bar_association = configuration.bar_association,
                               .lawyer = configuration.lawyer},
                      .read_again = [this] { return line_.renew(); },
                      .processes = [this] { return processes(); }},
                     log_) {
        remove_token(configuration.registry.directory);
        const store::BookState book = registry_.book();
        log_.info("started", {{"version", TIZILIM_VERSION},
                              {"book", book.label},
                              {"directory", configuration.registry.directory.string()},
                              {"address", configuration.status.address},
                              {"port", std::int64_t{endpoints_.port()}},
                              {"control", configuration.control.directory.string()}});
        if (book.problem)
            log_.error("no_new_entries", {{"reason", platform::in_english(*book.problem)}});
        if (book.warning)
            log_.warning("older_copy", {{"reason", platform::in_english(*book.warning)}});
        if (book.anchor_problem)
            log_.warning("no_anchor", {{"reason", platform::in_english(*book.anchor_problem)}});
        line_.say_ready();
    }

    void run() {
        // A reload is the network's business: tizilimd starts a new tizilim-sync.
        while (platform::wait_for_signal() == platform::Signal::reload) {
        }
        log_.info("ending");
        network_.stop();
        backups_.stop();
        endpoints_.stop();
        watch_.stop();
    }

private:
    [[nodiscard]] Processes processes() const {
        Processes running = network_.processes();
        running.register_pid = platform::this_process();
        running.register_confinement = confinement_;
        return running;
    }

    const platform::Confinement confinement_;
    platform::Log& log_;
    const platform::SystemClock clock_;
    platform::SystemRandom random_;
    const platform::FileKeyStore keys_;
    store::Register registry_;
    DeliveryWatch watch_;
    NetworkLink network_;
    BackupLoop backups_;
    SupervisorLine line_;
    LocalEndpoints endpoints_;
};

}  // namespace

std::vector<std::filesystem::path> writable_folders(const Configuration& configuration) {
    std::vector<std::filesystem::path> folders{configuration.registry.directory,
                                               configuration.registry.anchor_directory, "/media",
                                               "/run/media"};
    if (!configuration.backup.directory.empty()) folders.push_back(configuration.backup.directory);
    if (!configuration.file.empty()) folders.push_back(configuration.file.parent_path());
    return folders;
}

void run_register(const Configuration& configuration, RegisterHandover handed,
                  platform::Confinement confinement, platform::Log& log) {
    Program(configuration, std::move(handed), std::move(confinement), log).run();
}

}  // namespace tizilim::agent
