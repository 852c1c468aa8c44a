#pragma once

#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/network/sync_loop.h"
#include "agent/register/backup_loop.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/random.h"

namespace tizilim::agent {

/// Whom `configuration` says to replicate with, over libcurl.
[[nodiscard]] PeerSettings peer_settings_of(const Configuration& configuration);

/// What the local endpoints may ask of a loop, which outlives them.
[[nodiscard]] DeliveryDoor door_to(SyncLoop& loop);
[[nodiscard]] BackupDoor door_to(BackupLoop& backups);

/// Opens the register, delivers, and serves the two local endpoints until the system or a person
/// asks for an end. A reload takes over what can change while it runs; a configuration with a fault
/// is logged and changes nothing. \throws StoreError, LockHeld, FileError, PortError when it can't
/// start
void run_daemon(const Places& places, Configuration configuration, platform::Log& log);

}  // namespace tizilim::agent
