#include "agent/delivery/backup_state.h"

#include "platform/clock.h"

#include <algorithm>
#include <chrono>

namespace tizilim::agent {

std::chrono::milliseconds overdue(const BackupState& state, platform::WallTime now) {
    if (!state.due_at) return {};
    return std::max(std::chrono::milliseconds(0), now - *state.due_at);
}

}  // namespace tizilim::agent
