#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/outage.h"
#include "platform/clock.h"
#include "platform/text/log.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// Outages that are kept; the oldest are dropped first. At a hundred a day, three months; a link
/// that fails once a day fills it in a lifetime.
inline constexpr std::size_t kOutagesMax = 10'000;
/// The file is rewritten when so many bytes of it are lines that later ones replaced.
inline constexpr std::size_t kOutageSlackBytes = std::size_t{128} * 1024;
/// While an outage lasts, its count of attempts is written so often.
inline constexpr std::chrono::minutes kOutageWriteDelay{10};

/// Records when the unified system could not be used, why, and what was tried: a lawyer's proof why
/// an entry came late. A file of JSON lines that survives an unclean end: each line is one outage,
/// and the last one with an id counts. Safe for threads.
class OutageLog {
public:
    /// Reads the file. An outage that was under way when the agent ended gets an unknown end. A
    /// file that can't be read or written is logged, and outages are kept in memory.
    OutageLog(std::filesystem::path file, platform::Log& log);

    /// Begins, continues or ends an outage. Call it after every step, and when delivery is paused
    /// or resumed.
    void note(const AgentFacts& facts);
    /// The agent ends: an outage under way gets an unknown end.
    void stop();

    /// Those that overlap [since, until), in the order of beginning.
    [[nodiscard]] std::vector<Outage> between(platform::WallTime since, platform::WallTime until,
                                              platform::WallTime now) const;

private:
    void load();
    void begin(const AgentFacts& facts, State cause, std::uint64_t attempts);
    void go_on(const AgentFacts& facts, std::uint64_t attempts);
    void end(OutageEnd how, platform::WallTime at);
    [[nodiscard]] std::uint64_t new_failures(const AgentFacts& facts);
    void write(const Outage& outage);
    void rewrite();
    [[nodiscard]] Outage* under_way();

    const std::filesystem::path file_;
    platform::Log& log_;

    mutable std::mutex mutex_;    ///< guards all below
    std::deque<Outage> outages_;  ///< in order of id; only the last can be under way
    bool is_readable_ = true;     ///< the file was read, so it may be rewritten
    bool is_whole_ = true;        ///< the file ends with a whole line and lacks none
    bool failed_ = false;         ///< the last write; logged once
    std::size_t slack_bytes_ = 0;
    std::optional<platform::WallTime> series_;  ///< LinkState::failing_since of the last note()
    std::uint64_t failures_ = 0;                ///< LinkState::failures of the last note()
    platform::Instant last_failure_at_{};       ///< the last failure of the one under way
    platform::Instant written_at_{};
};

}  // namespace tizilim::agent
