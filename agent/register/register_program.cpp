#include "agent/register/register_program.h"

#include "agent/api/page_sessions.h"
#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/config/setup_fields.h"
#include "agent/delivery/agent_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/processes.h"
#include "agent/http/local_endpoints.h"
#include "agent/processes/orders.h"
#include "agent/register/backup_loop.h"
#include "agent/register/network_link.h"
#include "agent/register/register_maker.h"
#include "agent/register/supervisor_line.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/files/key_store.h"
#include "platform/process/child_process.h"
#include "platform/process/signals.h"
#include "platform/process/this_program.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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
std::vector<std::filesystem::path> places_of(const Confined& confined) {
    const auto is_of_files = [](const std::string& name) { return name.starts_with("landlock"); };
    if (std::ranges::none_of(confined.held, is_of_files)) return {};
    return confined.writable;
}

/// What the program has of its own, whether or not there is a register.
struct Surroundings {
    const Configuration& configuration;
    platform::Log& log;
    const platform::Clock& clock;
    platform::Random& random;
    const platform::KeyStore& keys;
    platform::Instant started_at;
    std::vector<std::filesystem::path> places;  ///< as BackupDoor has them
    PageSessions& pages;
};

/// The register, and what works on it beside the endpoints.
class OpenedRegister {
public:
    explicit OpenedRegister(const Surroundings& with)
        : registry_(with.configuration.registry, with.keys, with.clock, with.random),
          watch_({.registry = registry_,
                  .clock = with.clock,
                  .log = with.log,
                  .utc_offset = with.configuration.registry.utc_offset,
                  .started_at = with.started_at},
                 registry_.directory()),
          network_({.registry = registry_,
                    .clock = with.clock,
                    .log = with.log,
                    .watch = watch_,
                    .backups = [this] { return backups_.snapshot(); }},
                   registry_.directory() / "paused", idle_reason(with.configuration)),
          backups_({.registry = registry_,
                    .clock = with.clock,
                    .log = with.log,
                    .memory = registry_.directory() / "backup.json",
                    .places = with.places},
                   with.configuration.backup) {
        remove_token(registry_.directory());
        const store::BookState book = registry_.book();
        if (book.problem)
            with.log.error("no_new_entries", {{"reason", platform::in_english(*book.problem)}});
        if (book.warning)
            with.log.warning("older_copy", {{"reason", platform::in_english(*book.warning)}});
        if (book.anchor_problem)
            with.log.warning("no_anchor", {{"reason", platform::in_english(*book.anchor_problem)}});
    }

    [[nodiscard]] store::BookState book() const { return registry_.book(); }
    [[nodiscard]] NetworkLink& network() { return network_; }
    [[nodiscard]] Processes processes() const { return network_.processes(); }
    /// Without read_again and processes.
    [[nodiscard]] Services services(const Surroundings& with) {
        const Configuration& configuration = with.configuration;
        return {.registry = registry_,
                .delivery = network_.door(),
                .backups = backups_.door(),
                .watch = watch_,
                .clock = with.clock,
                .utc_offset = configuration.registry.utc_offset,
                .pages = with.pages,
                .form = {.language = configuration.registry.language,
                         .bar_association = configuration.bar_association,
                         .lawyer = configuration.lawyer,
                         .bar_association_kk = configuration.bar_association_kk}};
    }

    /// What runs beside the endpoints; then, once they have ended, what they told. Idempotent.
    void stop_loops() {
        network_.stop();
        backups_.stop();
    }
    void stop() {
        stop_loops();
        watch_.stop();
    }

private:
    store::Register registry_;
    DeliveryWatch watch_;
    NetworkLink network_;
    BackupLoop backups_;
};

class Program {
public:
    Program(const Configuration& configuration, RegisterHandover handed, Confined confined,
            platform::Log& log)
        : configuration_(configuration),
          confined_(std::move(confined)),
          log_(log),
          keys_(keys_directory(configuration)),
          maker_({.settings = configuration.registry,
                  .keys = keys_,
                  .clock = clock_,
                  .random = random_,
                  .log = log},
                 keys_directory(configuration), [this] { return serve_new(); }),
          routes_(no_register()),
          line_(std::move(handed.orders),
                {.network =
                     [this](const NetworkStarted& started, platform::Descriptor end) {
                         // None is started before there is a register.
                         OpenedRegister* const opened = opened_.load();
                         if (opened != nullptr)
                             opened->network().connect(
                                 std::move(end), started,
                                 [this, pid = started.pid] { line_.discard(pid); });
                     },
                 .probe = [this] { return probe(); },
                 .ended = [] { platform::end_this_program(); }}) {
        const bool has_register = store::Register::is_in(configuration.registry.directory);
        if (has_register) open();
        if (const auto page = line_.kept_session()) pages_.keep({page->id, page->token});
        endpoints_ = std::make_unique<LocalEndpoints>(
            EndpointSockets{.control = {std::move(handed.control)},
                            .control_settings = configuration.control,
                            .status_port = {std::move(handed.status_port)},
                            .request_time_max = configuration.status.request_time_max},
            routes_, pages_, log_);
        log_.info("started", {{"version", TIZILIM_VERSION},
                              {"book", has_register ? opened_.load()->book().label : ""},
                              {"directory", configuration.registry.directory.string()},
                              {"address", configuration.status.address},
                              {"port", std::int64_t{endpoints_->port()}},
                              {"control", configuration.control.directory.string()}});
        if (has_register) {
            line_.say_ready();
        } else {
            log_.warning("no_register", {{"reason", platform::in_english({"register.none"})}});
            line_.say_without_register();
        }
    }

    /// \throws MessageError when a register was made and can't be served
    void run() {
        // A reload is the network's business: tizilimd starts a new tizilim-sync.
        while (platform::wait_for_signal() == platform::Signal::reload) {
        }
        log_.info("ending");
        if (OpenedRegister* const opened = opened_.load()) opened->stop_loops();
        endpoints_->stop();
        if (owned_) owned_->stop();
        if (failure_) throw platform::MessageError(*failure_);
    }

private:
    [[nodiscard]] Surroundings surroundings() {
        return {configuration_,       log_,  clock_, random_, keys_, started_at_,
                places_of(confined_), pages_};
    }

    [[nodiscard]] NoRegister no_register() {
        return {
            .observe = [this] { return observe_none(); },
            .make = [this](const store::PairingCode* pairing) { return maker_.make(pairing); },
            .restore =
                [this](const store::RestoreOptions& options) { return maker_.restore(options); },
            .directory = configuration_.registry.directory,
            .utc_offset = configuration_.registry.utc_offset,
            .pages = pages_,
            .setup = setup([this](const SetUp& asked) {
                return maker_.before_making([&] { return line_.set_up(asked); });
            })};
    }

    [[nodiscard]] SetupDoor setup(std::function<FieldProblems(const SetUp& asked)> write) {
        return {.configuration =
                    [this] {
                        const Places places{
                            .config = configuration_.file,
                            .register_directory = configuration_.registry.directory,
                            .anchor_directory = configuration_.registry.anchor_directory};
                        return load_configuration(places, Credentials::leave);
                    },
                .write =
                    [this, write = std::move(write)](const SetupFields& fields,
                                                     const std::string& session) {
                        SetUp asked{.fields = fields, .session = {}};
                        if (const auto page = pages_.session_of(session))
                            asked.session = KeptSession{page->id, page->token};
                        return write(asked);
                    },
                .begin_anew = [] { platform::end_this_program(); }};
    }

    [[nodiscard]] Observation observe_none() const {
        AgentFacts facts;
        facts.utc_offset = configuration_.registry.utc_offset;
        facts.started_at = started_at_;
        facts.now = clock_.now();
        facts.wall_now = clock_.wall_now();
        return observe_without_register(std::move(facts), processes());
    }

    void open() {
        owned_ = std::make_unique<OpenedRegister>(surroundings());
        opened_ = owned_.get();
        Services services = owned_->services(surroundings());
        services.read_again = [this] { return line_.renew(); };
        services.processes = [this] { return processes(); };
        services.setup = setup([this](const SetUp& asked) { return line_.set_up(asked); });
        routes_.serve(std::move(services));
    }

    /// What is wrong with the register is said by the status; that it is read is what counts here.
    [[nodiscard]] bool probe() const {
        const OpenedRegister* const opened = opened_.load();
        if (opened == nullptr) return true;
        try {
            static_cast<void>(opened->book());
            return true;
        } catch (const platform::MessageError& error) {
            log_.warning("probe_failed", {{"reason", error.what()}});
            return false;
        }
    }

    /// By a thread of the endpoints. Where it fails, all end: the next start says why.
    store::BookState serve_new() {
        try {
            open();
        } catch (const platform::MessageError& error) {
            failure_ = error.message();
            platform::end_this_program();
            throw;
        }
        line_.say_ready();
        return owned_->book();
    }

    [[nodiscard]] Processes processes() const {
        const OpenedRegister* const opened = opened_.load();
        Processes running = opened != nullptr ? opened->processes() : Processes{};
        running.register_pid = platform::this_process();
        running.register_confinement = confined_.held;
        return running;
    }

    const Configuration& configuration_;
    const Confined confined_;
    platform::Log& log_;
    const platform::SystemClock clock_;
    const platform::Instant started_at_ = clock_.now();
    platform::SystemRandom random_;
    PageSessions pages_{clock_, random_};
    platform::FileKeyStore keys_;
    RegisterMaker maker_;
    /// Read by the main thread once the endpoints have ended.
    std::optional<platform::Message> failure_;
    std::unique_ptr<OpenedRegister> owned_;  ///< as failure_, but for the thread that sets it
    std::atomic<OpenedRegister*> opened_{nullptr};
    Routes routes_;
    SupervisorLine line_;
    std::unique_ptr<LocalEndpoints> endpoints_;
};

}  // namespace

std::vector<std::filesystem::path> writable_folders(const Configuration& configuration) {
    std::vector<std::filesystem::path> folders{configuration.registry.directory,
                                               configuration.registry.anchor_directory, "/media",
                                               "/run/media"};
    if (!configuration.backup.directory.empty()) folders.push_back(configuration.backup.directory);
    std::error_code failed;  // of what it can't look at, which it can't write in either
    std::erase_if(folders, [&failed](const std::filesystem::path& folder) {
        return !std::filesystem::is_directory(folder, failed);
    });
    return folders;
}

void run_register(const Configuration& configuration, RegisterHandover handed, Confined confined,
                  platform::Log& log) {
    Program(configuration, std::move(handed), std::move(confined), log).run();
}

}  // namespace tizilim::agent
