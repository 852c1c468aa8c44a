#pragma once

#include "agent/config/config.h"
#include "platform/files/descriptor.h"
#include "platform/process/confinement.h"
#include "platform/text/log.h"

#include <filesystem>
#include <vector>

namespace tizilim::agent {

/// What tizilim-register is handed by tizilimd.
struct RegisterHandover {
    platform::Descriptor orders;       ///< an end of the pair with tizilimd
    platform::Descriptor control;      ///< listening
    platform::Descriptor status_port;  ///< listening
};

/// What the system lets tizilim-register do.
struct Confined {
    platform::Confinement held;
    std::vector<std::filesystem::path> writable;  ///< the folders in which it may write
};

/// Where tizilim-register is to write: of these folders, those that there are. Not in that of the
/// configuration: who had taken it over could name another server there.
[[nodiscard]] std::vector<std::filesystem::path> writable_folders(
    const Configuration& configuration);

/// Opens the register and serves it, to the local endpoints and to tizilim-sync, until a signal or
/// the end of tizilimd ends it. Where the folder holds none, it waits for a person to have one
/// made.
/// \throws StoreError, LockHeld, FileError when it can't start
void run_register(const Configuration& configuration, RegisterHandover handed, Confined confined,
                  platform::Log& log);

}  // namespace tizilim::agent
