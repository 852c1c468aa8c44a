#pragma once

#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/network/sync_loop.h"
#include "agent/register/backup_loop.h"
#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/log.h"

namespace tizilim::agent {

/// The peer of `configuration`, over libcurl.
[[nodiscard]] PeerSettings peer_settings_of(const Configuration& configuration);

/// A loop as the local endpoints see it; the loop outlives them.
[[nodiscard]] DeliveryDoor door_to(SyncLoop& loop);
[[nodiscard]] BackupDoor door_to(BackupLoop& backups);

/// Opens the register, delivers, and serves the two local endpoints until a signal ends it. A
/// reload applies what can change while it runs; a faulty configuration is logged and changes
/// nothing. \throws StoreError, LockHeld, FileError, PortError when it can't start
void run_daemon(const Places& places, Configuration configuration, platform::Log& log);

}  // namespace tizilim::agent
