#include "agent/delivery/exchange_memory.h"

#include "agent/delivery/agent_state.h"
#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/text/json.h"
#include "platform/text/log.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace tizilim::agent {

ExchangeMemory::ExchangeMemory(const std::filesystem::path& file, platform::Log& log)
    : file_(file, log) {
    const platform::JsonValue json = file_.read();
    const platform::JsonValue* const peer = json.find("peer");
    const platform::JsonValue* const failed = json.find("failed_since");
    const auto at = platform::count_at(json, "succeeded_at");
    if (peer == nullptr || peer->string() == nullptr || !at) return;
    if (failed == nullptr || failed->boolean() == nullptr) return;
    peer_ = *peer->string();
    last_ = {.succeeded_at =
                 platform::WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(*at))),
             .failed_since = *failed->boolean()};
}

void ExchangeMemory::note(const std::string& peer, const AgentFacts& facts) {
    if (!facts.sync.link) return;
    const std::scoped_lock lock(mutex_);
    const bool failed = last_exchange_failed(facts);
    std::optional<EarlierExchange> now = peer == peer_ ? last_ : std::nullopt;
    if (facts.sync.link->succeeded_at) {
        now = {
            .succeeded_at = wall_time_at(*facts.sync.link->succeeded_at, facts.now, facts.wall_now),
            .failed_since = failed};
    } else if (now && failed) {
        now->failed_since = true;
    }
    if (!now) return;
    const bool is_news = !last_ || peer != peer_ || last_->failed_since != now->failed_since;
    is_written_ = is_written_ && !is_news && now->succeeded_at == last_->succeeded_at;
    peer_ = peer;
    last_ = now;
    // Not at the start: whoever begins work must not wait for the disk behind this.
    if (!written_at_) written_at_ = facts.now;
    const bool is_due = facts.now - *written_at_ >= kExchangeWriteDelay;
    if (is_written_ || (!is_news && !is_due)) return;
    written_at_ = facts.now;
    write();
}

void ExchangeMemory::stop() {
    const std::scoped_lock lock(mutex_);
    if (!is_written_) write();
}

std::optional<EarlierExchange> ExchangeMemory::with(const std::string& peer) const {
    const std::scoped_lock lock(mutex_);
    return peer == peer_ ? last_ : std::nullopt;
}

void ExchangeMemory::write() {
    if (!last_) return;
    is_written_ = file_.write({{"peer", peer_},
                               {"succeeded_at", last_->succeeded_at.time_since_epoch().count()},
                               {"failed_since", last_->failed_since}});
}

}  // namespace tizilim::agent
