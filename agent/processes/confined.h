#pragma once

#include "platform/process/confinement.h"
#include "platform/text/log.h"

namespace tizilim::agent {

/// Says in the log what of its confinement a program lacks on this system.
/// \throws MessageError when that is `required`
void check_confinement(const platform::Confinement& held, bool required, platform::Log& log);

}  // namespace tizilim::agent
