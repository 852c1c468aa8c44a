#pragma once

#include "agent/delivery/agent_state.h"
#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/text/log.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace tizilim::agent {

/// The time of the last exchange is written so often while all is well; an unclean end makes it
/// seem older, never younger. A failure, and the first success after it, are written at once.
inline constexpr std::chrono::minutes kExchangeWriteDelay{10};

/// Remembers the last exchange with the unified system through restarts and new configurations.
/// Safe for threads.
class ExchangeMemory {
public:
    ExchangeMemory(const std::filesystem::path& file, platform::Log& log);

    /// Records `facts` for `peer`, the address of its database.
    void note(const std::string& peer, const AgentFacts& facts);
    /// Writes what is not written yet.
    void stop();

    /// The last one with `peer`; nothing: there was none.
    [[nodiscard]] std::optional<EarlierExchange> with(const std::string& peer) const;

private:
    void write();

    mutable std::mutex mutex_;  ///< guards all below
    platform::MemoryFile file_;
    std::string peer_;
    std::optional<EarlierExchange> last_;
    std::optional<platform::Instant> written_at_;
    bool is_written_ = true;
};

}  // namespace tizilim::agent
