#pragma once

#include "agent/api/services.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/processes.h"
#include "agent/processes/orders.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace tizilim::agent {

/// The network as the register's program knows it: serves the register to the tizilim-sync of the
/// moment, keeps what that one reported last, and whether a person has paused delivery. Safe for
/// threads.
class NetworkLink {
public:
    struct Surroundings {
        store::Register& registry;
        const platform::Clock& clock;
        platform::Log& log;
        DeliveryWatch& watch;
        /// For what the centre is told of this PC; empty: it is told nothing.
        std::function<BackupState()> backups{};
    };
    /// `pause_file` exists while delivery is paused, so that a restart keeps the pause.
    /// `idle_reason`: why tizilim-sync will have nothing to do, as far as is known before its first
    /// report.
    NetworkLink(const Surroundings& surroundings, std::filesystem::path pause_file,
                std::optional<platform::Message> idle_reason);
    ~NetworkLink();
    NetworkLink(const NetworkLink&) = delete;
    NetworkLink& operator=(const NetworkLink&) = delete;

    /// Takes the end of a pair with a new tizilim-sync; the one before is gone. `ended` is called
    /// by another thread, once, when it is gone or said what can't be understood. One thread.
    void connect(platform::Descriptor end, const NetworkStarted& started,
                 std::function<void()> ended);
    /// As DeliveryDoor::between_programs.
    void between_programs(const std::function<void()>& act);
    /// No more calls are served, also of one that comes later. Idempotent.
    void stop();

    /// What the API may ask for, of this.
    [[nodiscard]] DeliveryDoor door();
    /// As far as they concern the network's program.
    [[nodiscard]] Processes processes() const;

private:
    struct Connection;
    void disconnect();
    std::optional<platform::Message> take(const store::SyncSnapshot& report);
    void observe_peer_clock(const store::SyncSnapshot& report);
    [[nodiscard]] std::optional<store::PcHealth> health() const;
    [[nodiscard]] store::SyncSnapshot snapshot() const;
    void pause();
    void resume();
    void tell(store::Notice notice);

    const Surroundings with_;
    const std::filesystem::path pause_file_;
    std::optional<platform::Instant> observed_clock_at_;  ///< of the server's thread

    /// Held while a program is connected, or none may be. connect() waits for it, and with it what
    /// tizilimd asks: what is done meanwhile is a transaction or two.
    std::mutex connecting_;
    mutable std::mutex mutex_;  ///< guards all below
    bool paused_ = false;
    store::SyncSnapshot reported_;
    platform::LinkCounters counted_before_;  ///< by earlier programs
    NetworkStarted started_;
    std::unique_ptr<Connection> connection_;
    bool stopped_ = false;
};

}  // namespace tizilim::agent
