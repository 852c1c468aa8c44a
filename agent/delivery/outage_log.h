#pragma once

#include "agent/delivery/agent_state.h"
#include "agent/delivery/outage.h"
#include "platform/clock.h"
#include "platform/log.h"

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

/// Outages that are kept, the oldest forgotten first: at a hundred a day, three months; a link that
/// fails once a day fills it in a lifetime.
inline constexpr std::size_t kOutagesMax = 10'000;
/// The file is written anew when it holds so much that later lines made void.
inline constexpr std::size_t kOutageSlackBytes = std::size_t{128} * 1024;
/// While an outage lasts, its count of attempts is brought to the disk so often.
inline constexpr std::chrono::minutes kOutageWriteDelay{10};

/// When the unified system could not be reached, from when to when, why, and what was tried: a
/// lawyer's proof why an entry came late. A file of JSON lines that survives an unclean end: each
/// is all that is known of one outage, and a later one of the same id counts. Safe for threads.
class OutageLog {
public:
    /// An outage that was under way when the agent ended has an unknown end from now on. What can't
    /// be read or written is logged, and the rest goes on.
    OutageLog(std::filesystem::path file, platform::Log& log);

    /// What is the case now: begins, goes on with or ends an outage. After every step, and when
    /// delivery is paused.
    void note(const AgentFacts& facts);
    /// The agent ends: what is under way has an unknown end.
    void stop();

    /// Those of which a part lies in [since, until), in the order of beginning.
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
    bool is_readable_ = true;     ///< what is in the file is here: it may be written anew
    bool is_whole_ = true;        ///< the file ends with a line, and lacks none
    bool failed_ = false;         ///< the last write; said once
    std::size_t slack_bytes_ = 0;
    std::optional<platform::WallTime> series_;  ///< LinkState::failing_since that was seen last
    std::uint64_t failures_ = 0;                ///< and LinkState::failures
    platform::Instant noted_at_{};              ///< the last failure of the one under way
    platform::Instant written_at_{};
};

}  // namespace tizilim::agent
