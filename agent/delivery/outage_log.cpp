#include "agent/delivery/outage_log.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/outage.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

/// As many outages as are kept, each with as many errors as it may have, and what is void.
constexpr std::size_t kFileBytesMax = std::size_t{64} << 20;

/// What an attempt failed for.
platform::Message reason_of(const AgentFacts& facts, State cause) {
    if (cause == State::stuck)
        return facts.sync.store_problem.value_or(platform::Message{"outage.nothing_moves"});
    const auto& why = facts.sync.link->reason;
    return why ? *why : platform::Message{"link_state." + std::string(state_name(cause))};
}

platform::WallTime beginning_of(const AgentFacts& facts, State cause) {
    if (cause != State::stuck) return facts.sync.link->failing_since.value_or(facts.wall_now);
    return facts.wall_now - std::chrono::floor<std::chrono::milliseconds>(standstill(facts));
}

/// The unified system was used since `failed_at`.
bool used_since(const AgentFacts& facts, platform::Instant failed_at) {
    return facts.sync.link && facts.sync.link->succeeded_at &&
           *facts.sync.link->succeeded_at >= failed_at;
}

}  // namespace

OutageLog::OutageLog(std::filesystem::path file, platform::Log& log)
    : file_(std::move(file)), log_(log) {
    load();
}

void OutageLog::load() {
    std::string text;
    try {
        if (!std::filesystem::exists(file_)) return;
        text = platform::read_file(file_, kFileBytesMax);
    } catch (const platform::FileError& error) {
        is_readable_ = false;
        log_.error("outages_not_read", {{"reason", error.what()}});
        return;
    } catch (const std::filesystem::filesystem_error& error) {
        is_readable_ = false;
        log_.error("outages_not_read", {{"reason", error.what()}});
        return;
    }
    std::map<std::uint64_t, Outage> known;
    std::size_t live_bytes = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t length = std::min(rest.find('\n'), rest.size());
        if (auto outage = outage_of_line(rest.substr(0, length))) {
            const std::uint64_t id = outage->id;
            known.insert_or_assign(id, *std::move(outage));
        }
        rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    for (auto& [id, outage] : known) {
        live_bytes += outage_line(outage).size() + 1;
        outages_.push_back(std::move(outage));
    }
    while (outages_.size() > kOutagesMax) outages_.pop_front();
    is_whole_ = text.empty() || text.ends_with('\n');
    slack_bytes_ = text.size() - std::min(text.size(), live_bytes);
    for (Outage& outage : outages_) {
        if (outage.end != OutageEnd::under_way) continue;
        outage.end = OutageEnd::unknown;
        outage.to = outage.last;
        write(outage);
    }
}

void OutageLog::note(const AgentFacts& facts) {
    const std::scoped_lock lock(mutex_);
    const std::uint64_t failures = new_failures(facts);
    const std::optional<State> cause = trouble(facts);
    const Outage* const open = under_way();
    if (open != nullptr && cause != open->cause) {
        if (cause) {
            end(OutageEnd::changed, facts.wall_now);
            return begin(facts, *cause, std::max<std::uint64_t>(failures, 1));
        }
        if (facts.sync.pause_reason) return end(OutageEnd::paused, open->last);
        if (used_since(facts, last_failure_at_)) return end(OutageEnd::over, facts.wall_now);
        return end(OutageEnd::unknown, open->last);
    }
    if (!cause) return;
    // Nothing is tried at the link while the register fails or nothing moves: each look counts.
    const std::uint64_t attempts = *cause == State::stuck ? 1 : failures;
    if (open != nullptr) return go_on(facts, attempts);
    if (attempts > 0) begin(facts, *cause, attempts);
}

void OutageLog::stop() {
    const std::scoped_lock lock(mutex_);
    if (const Outage* const open = under_way()) end(OutageEnd::unknown, open->last);
}

std::vector<Outage> OutageLog::between(platform::WallTime since, platform::WallTime until,
                                       platform::WallTime now) const {
    const std::scoped_lock lock(mutex_);
    std::vector<Outage> found;
    for (const Outage& outage : outages_)
        if (outage.overlaps(since, until, now)) found.push_back(outage);
    return found;
}

void OutageLog::begin(const AgentFacts& facts, State cause, std::uint64_t attempts) {
    Outage outage{.id = outages_.empty() ? 1 : outages_.back().id + 1,
                  .from = beginning_of(facts, cause),
                  .last = facts.wall_now,
                  .cause = cause,
                  .attempts = attempts};
    // A series of failures that began before the last outage ended: what lies between is that
    // one's, or a time in which nothing was tried.
    const auto ended = outages_.empty() ? std::nullopt : outages_.back().to;
    if (ended && outage.from <= *ended) outage.from = facts.wall_now;
    outage.add_errors(reason_of(facts, cause), attempts);
    outages_.push_back(std::move(outage));
    if (outages_.size() > kOutagesMax) {
        slack_bytes_ += outage_line(outages_.front()).size();
        outages_.pop_front();
    }
    last_failure_at_ = written_at_ = facts.now;
    write(outages_.back());
}

void OutageLog::go_on(const AgentFacts& facts, std::uint64_t attempts) {
    if (attempts == 0) return;
    Outage& outage = *under_way();
    const std::size_t kinds = outage.errors.size();
    outage.attempts += attempts;
    outage.last = std::max(outage.last, facts.wall_now);
    outage.add_errors(reason_of(facts, outage.cause), attempts);
    last_failure_at_ = facts.now;
    if (outage.errors.size() == kinds && facts.now - written_at_ < kOutageWriteDelay) return;
    written_at_ = facts.now;
    write(outage);
}

void OutageLog::end(OutageEnd how, platform::WallTime at) {
    Outage& outage = *under_way();
    outage.end = how;
    outage.to = std::max(at, outage.from);
    write(outage);
}

std::uint64_t OutageLog::new_failures(const AgentFacts& facts) {
    if (!facts.sync.link || !facts.sync.link->failing_since) {
        series_.reset();
        failures_ = 0;
        return 0;
    }
    const bool same =
        series_ == facts.sync.link->failing_since && facts.sync.link->failures >= failures_;
    const std::uint64_t before = same ? failures_ : 0;
    series_ = facts.sync.link->failing_since;
    failures_ = facts.sync.link->failures;
    return failures_ - before;
}

Outage* OutageLog::under_way() {
    if (outages_.empty() || outages_.back().end != OutageEnd::under_way) return nullptr;
    return &outages_.back();
}

void OutageLog::write(const Outage& outage) {
    if (!is_readable_) return;
    const std::string line = outage_line(outage) + '\n';
    try {
        if (!is_whole_ || slack_bytes_ > kOutageSlackBytes) {
            rewrite();
        } else {
            platform::append_durably(file_, line);
            // About what the line before it took, which counts no more.
            if (outage.attempts > 1 || outage.to) slack_bytes_ += line.size();
        }
        failed_ = false;
    } catch (const platform::FileError& error) {
        is_whole_ = false;
        if (!failed_) log_.error("outages_not_written", {{"reason", error.what()}});
        failed_ = true;
    }
}

void OutageLog::rewrite() {
    std::string text;
    for (const Outage& outage : outages_) text += outage_line(outage) + '\n';
    platform::write_file_atomically(file_, text);
    is_whole_ = true;
    slack_bytes_ = 0;
}

}  // namespace tizilim::agent
