#include "agent/daemon/supervisor.h"

#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/config/setup.h"
#include "agent/config/setup_fields.h"
#include "agent/daemon/child.h"
#include "agent/processes/orders.h"
#include "agent/processes/programs.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/files/process_lock.h"
#include "platform/network/listening_socket.h"
#include "platform/network/local_pair.h"
#include "platform/process/child_process.h"
#include "platform/process/signals.h"
#include "platform/process/this_program.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A service manager waits longer before it kills.
constexpr seconds kEndTimeMax{4};
constexpr seconds kBackoffBase{1};
constexpr std::chrono::minutes kBackoffMax{5};
/// One that ran so long did not fail at its start.
constexpr std::chrono::minutes kRanWell{5};
/// From its start to its first word: it reads a few files and opens nothing.
constexpr std::chrono::minutes kFirstWordMax{5};

/// tizilim-register makes none of its folders: it may write only where one is when it starts.
/// Returns the one that this program locks, whether or not there is a register.
std::filesystem::path make_folders(const Configuration& configuration) {
    expect_own_folder(configuration);
    platform::make_private_directory(keys_directory(configuration));
    return keys_directory(configuration);
}

platform::ListeningSocket open_port(const StatusSettings& status) {
    auto port = platform::listen_on_loopback(status.address, status.port);
    if (port) return *std::move(port);
    throw platform::MessageError({"port.taken",
                                  {{"address", status.address + ":" + std::to_string(status.port)},
                                   {"system", platform::as_json(port.error())}}});
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

std::string_view name_of(bool is_register) {
    return is_register ? kRegisterProgram : kSyncProgram;
}

std::string in_words(const platform::ChildEnd& end) {
    return (end.by_signal ? "signal " : "code ") + std::to_string(end.number);
}

}  // namespace

Supervisor::Supervisor(Places places, Configuration configuration, std::filesystem::path programs,
                       platform::Log& log)
    : places_(std::move(places)),
      configuration_(std::move(configuration)),
      began_without_register_(!holds_register(configuration_)),
      in_use_(configuration_.network()),
      programs_(std::move(programs)),
      log_(log),
      only_one_(make_folders(configuration_)),
      status_port_(open_port(configuration_.status)),
      control_(platform::listen_on_control_socket(configuration_.control.directory,
                                                  configuration_.control.access)) {
    signals_ = std::jthread([this] {
        platform::Signal signal{};
        do {
            signal = platform::wait_for_signal();
            push(signal);
        } while (signal != platform::Signal::terminate);
    });
}

Supervisor::~Supervisor() {
    register_.reset();
    network_.reset();
    // Its thread waits for the last signal.
    platform::end_this_program();
}

int Supervisor::run() {
    warn_of(configuration_);
    make_anchor_folder();
    make_backup_folder();
    start_register();
    probe_at_ = clock_.now();
    while (true) {
        const auto event = next_event();
        if (event)
            if (const auto code = take(*event)) return *code;
        meet_deadlines();
    }
}

void Supervisor::make_anchor_folder() {
    const std::filesystem::path& folder = configuration_.registry.anchor_directory;
    try {
        if (!folder.empty()) platform::make_private_directory(folder);
    } catch (const platform::FileError& error) {
        // The register goes on without.
        log_.warning("no_anchor", {{"reason", error.what()}});
    }
}

/// Only where its parent is there: a disk may not be mounted yet.
void Supervisor::make_backup_folder() {
    const std::filesystem::path& folder = configuration_.backup.directory;
    std::error_code failed;
    if (folder.empty() || std::filesystem::is_directory(folder, failed)) return;
    try {
        if (std::filesystem::is_directory(folder.parent_path(), failed))
            platform::make_private_directory(folder);
    } catch (const platform::FileError& error) {
        log_.warning("no_backup_folder", {{"reason", error.what()}});
    }
}

std::unique_ptr<Child> Supervisor::start(Which which, Child::Command command) {
    const bool is_register = which == Which::register_program;
    const std::string name(name_of(is_register));
    const std::uint64_t run = ++runs_;
    (is_register ? register_run_ : network_run_) = run;
    command.program = programs_ / name;
    command.arguments = {std::string(kParentFlag), std::to_string(platform::this_process())};
    if (!places_.config.empty()) {
        command.arguments.emplace_back(kConfigFlag);
        command.arguments.push_back(places_.config.string());
    }
    return std::make_unique<Child>(
        command,
        Child::Heard{
            .line = [this, name](const std::string& line) { log_.pass_on(line, name); },
            .order = [this, which, run](const Order& order) { push(Said{which, run, order}); },
            .no_more_orders = [this, which,
                               run](OrdersEnd how) { push(SaysNoMore{which, run, how}); },
            .ended = [this, which, run] { push(Ended{which, run}); }});
}

void Supervisor::start_register() {
    register_ = start(Which::register_program,
                      {.program = {}, .handed = {&control_.socket, &status_port_.socket}});
    // Where it fails, the program is gone, which ends all.
    static_cast<void>(register_->say(Begin{std::exchange(kept_, std::nullopt)}));
}

void Supervisor::start_network() {
    network_due_.reset();
    network_began_ = clock_.now();
    network_heard_by_ = network_began_ + kFirstWordMax;
    try {
        auto [ours, theirs] = platform::connected_pair();
        network_ = start(Which::network_program, {.program = {}, .handed = {&theirs}});
        const NetworkStarted started{.pid = network_->pid(), .restarts = restarts_};
        // Where it fails, the register's program is gone, which ends all.
        static_cast<void>(register_->hand_over(started, ours));
    } catch (const platform::MessageError& error) {
        log_.error("program_not_started",
                   {{"program", std::string(kSyncProgram)}, {"reason", error.what()}});
        network_ended();
    }
}

void Supervisor::end_all() {
    if (std::exchange(is_ending_, true)) return;
    log_.info("ending");
    manager_.stopping();
    killed_at_ = clock_.now() + kEndTimeMax;
    network_due_.reset();
    if (register_) register_->terminate();
}

std::optional<Supervisor::Event> Supervisor::next_event() {
    const auto until = deadline();
    std::unique_lock lock(mutex_);
    const auto came = [this] { return !events_.empty(); };
    if (until) {
        if (!came_.wait_until(lock, *until, came)) return {};
    } else {
        came_.wait(lock, came);
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void Supervisor::push(Event event) {
    {
        const std::scoped_lock lock(mutex_);
        events_.push_back(std::move(event));
    }
    came_.notify_one();
}

std::optional<platform::Instant> Supervisor::deadline() const {
    std::optional<platform::Instant> first;
    const auto add = [&](const std::optional<platform::Instant>& at) {
        if (at && (!first || *at < *first)) first = at;
    };
    add(network_due_);
    if (network_) add(network_heard_by_);
    add(killed_at_);
    if (manager_.alive_every() && is_up_) add(probe_at_);
    return first;
}

void Supervisor::meet_deadlines() {
    const platform::Instant now = clock_.now();
    if (network_due_ && *network_due_ <= now) start_network();
    if (network_ && network_heard_by_ && *network_heard_by_ <= now) {
        network_heard_by_.reset();
        log_.error("network_hangs", {{"program", std::string(kSyncProgram)}});
        network_->kill();
    }
    if (killed_at_ && *killed_at_ <= now) {
        killed_at_.reset();
        if (network_) network_->kill();
        if (register_) register_->kill();
    }
    const auto every = manager_.alive_every();
    if (every && is_up_ && probe_at_ && *probe_at_ <= now) {
        probe_at_ = now + *every;
        probe_register();
    }
}

void Supervisor::probe_register() {
    if (!register_) return;
    if (is_probed_) {
        // The manager hears nothing, and does what its unit says.
        log_.error("register_silent", {{"program", std::string(kRegisterProgram)}});
        return;
    }
    is_probed_ = register_->say(Probe{});
}

std::optional<int> Supervisor::take(const Event& event) {
    if (const auto* const signal = std::get_if<platform::Signal>(&event)) {
        if (*signal == platform::Signal::reload) {
            reload();
        } else {
            end_all();
        }
        return {};
    }
    if (const auto* const said = std::get_if<Said>(&event)) {
        take(*said);
        return {};
    }
    if (const auto* const last = std::get_if<SaysNoMore>(&event)) {
        take(*last);
        return {};
    }
    const auto& ended = std::get<Ended>(event);
    if (ended.which == Which::register_program && ended.run == register_run_) {
        if (!is_renewing_ || is_ending_) return end_with_register();
        is_renewing_ = is_probed_ = false;
        killed_at_.reset();
        register_.reset();
        start_register();
        return {};
    }
    if (ended.which == Which::network_program && ended.run == network_run_ && network_) {
        const platform::ChildEnd end = network_->wait();
        network_.reset();
        if (!is_ending_) {
            log_.warning("network_ended",
                         {{"program", std::string(kSyncProgram)}, {"end", in_words(end)}});
            network_ended();
        }
    }
    return {};
}

int Supervisor::end_with_register() {
    const platform::ChildEnd end = register_->wait();
    register_.reset();
    network_.reset();
    // One that still starts has no handler for the signal that asks it to end.
    const bool is_as_asked = end.by_terminate() || end == platform::ChildEnd{};
    if (is_ending_ && is_as_asked) return kEndedAsAsked;
    log_.error("register_ended",
               {{"program", std::string(kRegisterProgram)}, {"end", in_words(end)}});
    return end.by_signal || end.number == kEndedAsAsked ? kRefused : end.number;
}

void Supervisor::take(const Said& said) {
    Child* const child = running(said.which, said.run);
    if (child == nullptr) return;
    if (said.which == Which::network_program) return take_of_network(said.order);
    if (std::holds_alternative<Ready>(said.order) && !has_register_) {
        has_register_ = true;
        say_up({"daemon.ready"});
        if (!is_ending_) start_network();
    } else if (std::holds_alternative<WithoutRegister>(said.order) && !has_register_) {
        // One that is made while the program still starts is told of first.
        say_up({"register.none"});
    } else if (std::holds_alternative<Renew>(said.order)) {
        const auto problem = read_again(false);
        // Who asks for an exchange waits for no backoff.
        if (!problem && !network_ && has_register_ && !is_ending_) start_network();
        static_cast<void>(register_->say(Renewed{problem}));
    } else if (const auto* const asked = std::get_if<SetUp>(&said.order)) {
        set_up(*asked);
    } else if (const auto* const alive = std::get_if<Alive>(&said.order)) {
        is_probed_ = false;
        if (alive->is_well) manager_.alive();
    } else if (const auto* const discard = std::get_if<Discard>(&said.order)) {
        if (network_ && network_->pid() == discard->pid) network_->kill();
    } else if (!std::holds_alternative<Ready>(said.order) &&
               !std::holds_alternative<WithoutRegister>(said.order)) {
        end_not_understood(said.which, *child);
    }
}

void Supervisor::set_up(const SetUp& asked) {
    FieldProblems problems = why_not_set_up(asked);
    if (problems.empty()) problems = write_setup(places_, asked.fields);
    if (problems.empty()) {
        log_.info("set_up", {{"file", setup_file(places_).string()}});
        if (!has_register_) {
            problems = renew_register(asked);
        } else if (const auto why = read_again(false)) {
            problems.push_back({"", *why});
        }
    }
    // Others have spoilt the file meanwhile: a fault a line is more than an order may say.
    if (frame_of(SetUpDone{problems}).size() > kOrderBytesMax)
        problems = {{"",
                     {"config.many_faults",
                      {{"file", setup_file(places_).string()}, {"count", problems.size()}}}}};
    static_cast<void>(register_->say(SetUpDone{std::move(problems)}));
}

FieldProblems Supervisor::why_not_set_up(const SetUp& asked) const {
    if (is_ending_ || is_renewing_) return {{"", {"config.not_read_again"}}};
    if (!has_register_ && began_without_register_) return {};
    FieldProblems problems;
    for (const auto& [field, text] : asked.fields)
        if (!began_without_register_ || !is_of_network(field))
            problems.push_back({field, {"setup.only_at_first"}});
    return problems;
}

FieldProblems Supervisor::renew_register(const SetUp& asked) {
    Places places = places_;
    places.config = setup_file(places_);
    try {
        Configuration fresh = load_configuration(places);
        // What this program holds is of the folder and the port that it began with.
        if (fresh.registry.directory != configuration_.registry.directory ||
            fresh.status.address != configuration_.status.address ||
            fresh.status.port != configuration_.status.port)
            return {{"", {"setup.restart_needed", {{"file", places.config.string()}}}}};
        configuration_ = std::move(fresh);
    } catch (const ConfigError& error) {
        return {{"", error.message()}};
    }
    places_ = std::move(places);
    in_use_ = configuration_.network();
    make_backup_folder();
    kept_ = asked.session;
    is_renewing_ = true;
    killed_at_ = clock_.now() + kEndTimeMax;
    return {};
}

void Supervisor::take_of_network(const Order& order) {
    const auto* const expect = std::get_if<Expect>(&order);
    if (expect == nullptr) return end_not_understood(Which::network_program, *network_);
    network_heard_by_.reset();
    constexpr std::chrono::hours kFar{24 * 366};
    if (expect->within && *expect->within < kFar)
        network_heard_by_ = clock_.now() + *expect->within;
}

void Supervisor::take(const SaysNoMore& last) {
    Child* const child = running(last.which, last.run);
    if (child == nullptr) return;
    if (last.how == OrdersEnd::not_understood) return end_not_understood(last.which, *child);
    auto& ends_by = last.which == Which::network_program ? network_heard_by_ : killed_at_;
    if (!ends_by || *ends_by > clock_.now() + kEndTimeMax) ends_by = clock_.now() + kEndTimeMax;
}

Child* Supervisor::running(Which which, std::uint64_t run) const {
    if (which == Which::register_program) return run == register_run_ ? register_.get() : nullptr;
    return run == network_run_ ? network_.get() : nullptr;
}

void Supervisor::end_not_understood(Which which, Child& child) {
    log_.error("order_not_understood",
               {{"program", std::string(name_of(which == Which::register_program))}});
    child.kill();
}

void Supervisor::say_up(const platform::Message& status) {
    if (!std::exchange(is_up_, true)) manager_.ready();
    manager_.status(platform::in_english(status));
}

void Supervisor::network_ended() {
    const platform::Instant now = clock_.now();
    ++restarts_;
    if (now - network_began_ >= kRanWell) failures_ = 0;
    constexpr unsigned kDoublingsMax = 10;
    const milliseconds most = std::min<milliseconds>(
        kBackoffMax, milliseconds(kBackoffBase) * (1U << std::min(failures_, kDoublingsMax)));
    ++failures_;
    network_due_ = now + milliseconds(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
}

void Supervisor::reload() {
    if (is_ending_) return;
    manager_.reloading();
    if (read_again(true)) log_.warning("old_configuration_stays");
    if (is_up_) manager_.ready();
}

std::optional<platform::Message> Supervisor::read_again(bool always) {
    try {
        const Configuration fresh = load_configuration(places_);
        for (const std::string& key : changed_at_start(configuration_, fresh))
            log_.warning("restart_needed", {{"key", key}});
        NetworkSettings settings = fresh.network();
        if (!always && settings == in_use_) return {};
        warn_of(fresh);
        in_use_ = std::move(settings);
        log_.info("reloaded", {{"file", places_.config.string()}});
    } catch (const ConfigError& error) {
        for (const ConfigProblem& problem : error.problems())
            log_.error("configuration_refused",
                       {{"file", places_.config.string()},
                        {"line", static_cast<std::int64_t>(problem.line)},
                        {"reason", platform::in_english(problem.message)}});
        platform::Message why{"config.nothing_tried",
                              {{"problem", platform::as_json(error.message())}}};
        // A file of another kind has a fault a line: more than an order may say.
        if (frame_of(Renewed{why}).size() <= kOrderBytesMax) return why;
        return platform::Message{
            "config.many_faults",
            {{"file", places_.config.string()}, {"count", error.problems().size()}}};
    }
    failures_ = 0;
    if (!has_register_) return {};
    if (network_) ++restarts_;
    network_.reset();
    start_network();
    return {};
}

void Supervisor::warn_of(const Configuration& configuration) {
    for (const ConfigProblem& odd : configuration.warnings)
        log_.warning("configuration_is_odd", {{"file", places_.config.string()},
                                              {"line", static_cast<std::int64_t>(odd.line)},
                                              {"reason", platform::in_english(odd.message)}});
}

}  // namespace tizilim::agent
