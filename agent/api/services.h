#pragma once

#include "agent/api/page_sessions.h"
#include "agent/config/config.h"
#include "agent/config/setup_fields.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/processes.h"
#include "agent/documents/print_form.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"
#include "store/replication/sync_snapshot.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// What the API may ask of SyncLoop. All return at once.
struct DeliveryDoor {
    std::function<store::SyncSnapshot()> snapshot;
    std::function<void()> sync_now;  ///< try now, whatever failed before
    std::function<void()> pause;     ///< durable. \throws platform::FileError
    std::function<void()> resume;    ///< \throws platform::FileError
    /// Something new may leave. Never for an entry that stays: the timing would tell.
    std::function<void()> pending_added;
    /// Does something while no tizilim-sync is connected; a new one begins from what is then.
    /// \throws what `act` throws
    std::function<void(const std::function<void()>& act)> between_programs;
};

/// What the API may ask of BackupLoop.
struct BackupDoor {
    std::function<BackupState()> snapshot;
    /// Now, on the caller's thread. \throws StoreError, and what `progress` throws
    std::function<store::BackupReport(const store::BackupOptions& options,
                                      const store::Progress& progress)>
        back_up;
    /// Restores the newest one for a try. \throws the same
    std::function<store::BackupDrill(const store::Progress& progress)> try_newest;
    std::filesystem::path directory;  ///< of scheduled ones; empty: there are none
    /// Beneath these the daemon may write; none: anywhere.
    std::vector<std::filesystem::path> places{};
};

/// What the API may ask of the configuration, which this program does not write.
struct SetupDoor {
    /// What it says now. \throws ConfigError
    std::function<Configuration()> configuration;
    /// Has it written; `session` of the page that asks is to outlast this program. Why it was not.
    /// \throws StoreError
    std::function<FieldProblems(const SetupFields& fields, const std::string& session)> write;
    /// Once that was answered: where there is no register, another program begins with it.
    std::function<void()> begin_anew{};  ///< may be absent
};

/// A register that was just made.
struct NewRegister {
    std::string book;
    std::filesystem::path directory;
    std::filesystem::path keys;
    std::string recovery_code;  ///< to be shown this once
    /// Why it can't be served, although it was made; nothing: it is.
    std::optional<platform::Message> problem{};
};

/// What the local endpoints work with while the folder holds no register; outlives them.
struct NoRegister {
    std::function<Observation()> observe;
    /// Makes the register and serves it from then on; `pairing` of another PC of the lawyer, or
    /// null. \throws StoreError, FileError
    std::function<NewRegister(const store::PairingCode* pairing)> make;
    /// The same from a backup. \throws also what `progress` throws
    std::function<store::RestoreReport(const store::RestoreOptions& options)> restore;
    std::filesystem::path directory;  ///< of the register
    platform::UtcOffset utc_offset;
    PageSessions& pages;
    SetupDoor setup{};
};

/// What the local endpoints work with; all of it outlives them.
struct Services {
    store::Register& registry;
    DeliveryDoor delivery;
    BackupDoor backups;
    DeliveryWatch& watch;
    const platform::Clock& clock;
    platform::UtcOffset utc_offset;
    PageSessions& pages;
    FormHeader form{};
    /// Reads configuration and secrets again: a person who asks for an exchange may have corrected
    /// them. Why they can't be used; nothing: they are. May be absent.
    std::function<std::optional<platform::Message>()> read_again{};
    std::function<Processes()> processes{};  ///< may be absent
    SetupDoor setup{};
};

[[nodiscard]] inline platform::CivilDate today_of(const Services& with) {
    return platform::civil_day(with.clock.wall_now(), with.utc_offset);
}

/// The agent as it is now. \throws StoreError when the register can't be read
[[nodiscard]] inline Observation observe(const Services& with) {
    return observe(with.registry, with.watch, with.delivery.snapshot(), with.backups.snapshot(),
                   with.processes ? with.processes() : Processes{});
}

}  // namespace tizilim::agent
