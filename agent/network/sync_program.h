#pragma once

#include "agent/network/peer_settings.h"
#include "platform/files/descriptor.h"
#include "platform/process/confinement.h"
#include "platform/text/log.h"

namespace tizilim::agent {

/// What tizilim-sync is handed by tizilimd.
struct SyncHandover {
    platform::Descriptor orders;       ///< an end of the pair with tizilimd
    platform::Descriptor replication;  ///< an end of the pair with tizilim-register
};

/// Delivers until a signal, or the end of one of the other programs, ends it.
void run_sync(PeerSettings peer, TimestampAuthority authority, SyncHandover handed,
              const platform::Confinement& confinement, platform::Log& log);

}  // namespace tizilim::agent
