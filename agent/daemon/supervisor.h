#pragma once

#include "agent/config/config.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/config/setup_fields.h"
#include "agent/daemon/child.h"
#include "agent/processes/orders.h"
#include "platform/clock.h"
#include "platform/files/process_lock.h"
#include "platform/network/listening_socket.h"
#include "platform/process/service_manager.h"
#include "platform/process/signals.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

namespace tizilim::agent {

/// Starts tizilim-register and tizilim-sync and watches over them:
///
///   tizilim-register ends    the other one is ended, and this program ends with its code
///   tizilim-sync ends        a new one after a backoff, from 1 s to 5 min with full jitter
///   tizilim-sync hangs       it said when it would be heard of, and was not: it is killed
///   it says what can't be    to tizilim-register, which says so, or to this program: it is killed
///   either closes its orders it is to end, and is killed after kEndTimeMax
///   the first run's answers  are written into the configuration: a new tizilim-register with it,
///                            once the one that asked has ended; where there is a register by then,
///                            only those on the unified system, and a new tizilim-sync
///   new settings             (SIGHUP, or a person corrected a secret): a new tizilim-sync at once
///   the manager's watchdog   is told of what tizilim-register answers, asked for each time
///   SIGTERM                  tizilim-register is asked to end, and killed after kEndTimeMax
///
/// tizilim-sync is started once there is a register. What tizilim-sync was doing is repeated by the
/// next one: nothing of it is kept here.
class Supervisor {
public:
    /// The programs stand in `programs`.
    Supervisor(Places places, Configuration configuration, std::filesystem::path programs,
               platform::Log& log);
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    /// Until all has ended; the exit code. \throws MessageError when it can't start
    [[nodiscard]] int run();

private:
    enum class Which { register_program, network_program };
    struct Ended {
        Which which{};
        std::uint64_t run = 0;
    };
    struct Said {
        Which which{};
        std::uint64_t run = 0;
        Order order;
    };
    struct SaysNoMore {
        Which which{};
        std::uint64_t run = 0;
        OrdersEnd how{};
    };
    using Event = std::variant<platform::Signal, Ended, Said, SaysNoMore>;

    void make_anchor_folder();
    void make_backup_folder();
    [[nodiscard]] std::unique_ptr<Child> start(Which which, Child::Command command);
    void start_register();
    void start_network();
    void end_all();
    [[nodiscard]] int end_with_register();

    /// Nothing: a deadline came first.
    [[nodiscard]] std::optional<Event> next_event();
    void push(Event event);
    [[nodiscard]] std::optional<platform::Instant> deadline() const;
    void meet_deadlines();
    void probe_register();
    /// The exit code once all is over.
    [[nodiscard]] std::optional<int> take(const Event& event);
    void take(const Said& said);
    void set_up(const SetUp& asked);
    [[nodiscard]] FieldProblems why_not_set_up(const SetUp& asked) const;
    /// The tizilim-register that asked ends next, and another one begins. Why that can't be.
    [[nodiscard]] FieldProblems renew_register(const SetUp& asked);
    void take_of_network(const Order& order);
    void take(const SaysNoMore& last);
    /// The run that goes on; null: it has ended.
    [[nodiscard]] Child* running(Which which, std::uint64_t run) const;
    /// It said what is no order, or none of its own: nothing that it says is heard any more.
    void end_not_understood(Which which, Child& child);
    void say_up(const platform::Message& status);
    void network_ended();
    void reload();
    /// Why the files can't be used; nothing: they are in use.
    [[nodiscard]] std::optional<platform::Message> read_again(bool always);
    void warn_of(const Configuration& configuration);

    Places places_;
    Configuration configuration_;
    /// What is written on the first run can tell others nothing of entries: there are none yet.
    const bool began_without_register_;
    NetworkSettings in_use_;  ///< the settings of the tizilim-sync that runs
    const std::filesystem::path programs_;
    platform::Log& log_;
    const platform::SystemClock clock_;
    platform::SystemRandom random_;
    platform::ServiceManager manager_;

    platform::ProcessLock only_one_;
    platform::ListeningSocket status_port_;
    platform::ListeningSocket control_;

    std::uint64_t runs_ = 0;  ///< of both programs, for each to be told from the one before
    std::uint64_t register_run_ = 0;
    std::uint64_t network_run_ = 0;
    std::unique_ptr<Child> register_;
    std::unique_ptr<Child> network_;  ///< null: it waits to be started again
    bool is_up_ = false;              ///< tizilim-register answers people
    bool has_register_ = false;       ///< entries can be recorded: tizilim-sync is to run
    bool is_ending_ = false;
    bool is_renewing_ = false;           ///< tizilim-register ends, and another one begins
    std::optional<KeptSession> kept_{};  ///< for that one
    std::uint64_t restarts_ = 0;
    unsigned failures_ = 0;  ///< of tizilim-sync, one soon after the other
    platform::Instant network_began_{};
    std::optional<platform::Instant> network_due_{};       ///< to be started
    std::optional<platform::Instant> network_heard_by_{};  ///< else it hangs
    std::optional<platform::Instant> killed_at_{};         ///< what does not end by itself
    std::optional<platform::Instant> probe_at_{};          ///< tizilim-register is asked
    bool is_probed_ = false;                               ///< and has not answered

    std::mutex mutex_;  ///< guards events_
    std::condition_variable came_;
    std::deque<Event> events_;
    std::jthread signals_;  ///< last: it uses what is above
};

}  // namespace tizilim::agent
