#pragma once

#include "platform/clock.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tizilim::agent {

/// What came of restoring the newest backup for a try, also before the start.
struct DrillState {
    std::optional<platform::WallTime> tried_at;  ///< the last that went well; nothing: none did
    std::optional<platform::WallTime> made_at;   ///< the backup of that one
    std::optional<platform::Message> failed;     ///< why the last did not; nothing: it did
    std::uint64_t failures = 0;                  ///< those that did not
};

/// The state of backups to the configured folder, also from before the start.
struct BackupState {
    std::optional<platform::WallTime> last_at;  ///< when the last good one was made; nothing: never
    std::optional<platform::Message> failed;    ///< why the last try failed; nothing: it did not
    std::uint64_t failures = 0;                 ///< failed tries, also before the start
    /// When the next is, or was, due. Nothing: no folder is configured.
    std::optional<platform::WallTime> due_at;
    bool running = false;
    DrillState drill{};
};

/// How long one has been due at `now`; zero: none is.
[[nodiscard]] std::chrono::milliseconds overdue(const BackupState& state, platform::WallTime now);

}  // namespace tizilim::agent
