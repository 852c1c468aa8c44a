#include "agent/network/sync_loop.h"

#include "agent/delivery/agent_state.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/store_error.h"
#include "sync/couch/outcome.h"
#include "sync/replicator.h"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

/// After the register failed a step: long enough for a person to free the disk, short enough to be
/// unnoticed once it is.
constexpr std::chrono::seconds kStoreProblemDelay{30};

/// Both are a link that works; only a change is worth a line.
std::string_view outcome_name(sync::Outcome outcome) {
    switch (outcome) {
        case sync::Outcome::progress:
        case sync::Outcome::idle:
            return "up";
        case sync::Outcome::offline:
            return "offline";
        case sync::Outcome::captive_portal:
            return "captive_portal";
        case sync::Outcome::unauthorized:
            return "unauthorized";
        case sync::Outcome::refused:
            return "refused";
    }
    return "unknown";
}

platform::LinkCounters sum(const platform::LinkCounters& a, const platform::LinkCounters& b) {
    return {.requests = a.requests + b.requests,
            .bytes_up = a.bytes_up + b.bytes_up,
            .bytes_down = a.bytes_down + b.bytes_down};
}

/// The name is gone for good only when its folder is synced; a pause that comes back after a power
/// cut is seen and harmless.
void remove_file(const std::filesystem::path& file) {
    std::error_code failed;
    std::filesystem::remove(file, failed);
    if (failed)
        throw platform::FileError(
            {"file.pause_not_removed",
             {{"file", file.string()}, {"system", as_json(platform::system_message(failed))}}},
            failed.value());
}

}  // namespace

SyncLoop::SyncLoop(Surroundings surroundings, std::filesystem::path pause_file, PeerSettings peer)
    : with_(std::move(surroundings)), pause_file_(std::move(pause_file)), peer_(std::move(peer)) {
    std::error_code failed;
    paused_ = std::filesystem::exists(pause_file_, failed);
    published_.poll_interval = peer_.replicator.poll_interval;
    thread_ = std::jthread([this] { run(); });
}

SyncLoop::~SyncLoop() {
    stop();
}

void SyncLoop::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        peer_stop_.request_stop();
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void SyncLoop::reconfigure(PeerSettings peer) {
    {
        const std::scoped_lock lock(mutex_);
        peer_ = std::move(peer);
        peer_stop_.request_stop();
        reconnect_ = true;
    }
    wake_.notify_all();
}

void SyncLoop::pause() {
    platform::write_file_atomically(pause_file_, "paused\n");
    {
        const std::scoped_lock lock(mutex_);
        paused_ = true;
    }
    wake_.notify_all();
    if (with_.tell) with_.tell(snapshot());
}

void SyncLoop::resume() {
    remove_file(pause_file_);
    {
        const std::scoped_lock lock(mutex_);
        paused_ = false;
        retry_ = true;
    }
    wake_.notify_all();
    if (with_.tell) with_.tell(snapshot());
}

void SyncLoop::sync_now() {
    {
        const std::scoped_lock lock(mutex_);
        retry_ = true;
    }
    wake_.notify_all();
}

void SyncLoop::network_came() {
    {
        const std::scoped_lock lock(mutex_);
        network_came_ = true;
    }
    wake_.notify_all();
}

void SyncLoop::pending_added() {
    {
        const std::scoped_lock lock(mutex_);
        added_ = true;
    }
    wake_.notify_all();
}

SyncSnapshot SyncLoop::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return current();
}

SyncSnapshot SyncLoop::current() const {
    SyncSnapshot snapshot = published_;
    snapshot.counters = transport_ ? sum(counted_before_, transport_->counters()) : counted_before_;
    snapshot.poll_interval = peer_.replicator.poll_interval;
    snapshot.peer = peer_.replicator.database_url;
    snapshot.pause_reason = peer_.idle_reason;
    if (paused_) snapshot.pause_reason = platform::Message{"delivery.paused_by_a_person"};
    return snapshot;
}

bool SyncLoop::may_step() const {
    return !paused_ && replicator_ != nullptr;
}

bool SyncLoop::has_requests() const {
    return stopping_ || reconnect_ || (may_step() && (retry_ || added_ || network_came_));
}

void SyncLoop::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const bool reconnects = reconnect_;
        apply_requests(lock);
        if (reconnects) tell(lock);
        const auto now = with_.clock.now();
        if (may_step() && published_.due_at.value_or(now) <= now) {
            step(lock);
            tell(lock);
        } else {
            wait(lock, now);
        }
    }
    replicator_.reset();
}

void SyncLoop::apply_requests(std::unique_lock<std::mutex>& lock) {
    if (reconnect_) connect(lock);
    if (!may_step()) return;
    if (retry_) {
        replicator_->retry_now();
        published_.due_at = with_.clock.now();
    } else if (added_ || network_came_) {
        if (added_) replicator_->pending_added();
        if (network_came_) replicator_->network_came();
        if (!published_.store_problem) published_.due_at = replicator_->link().next.at;
    }
    retry_ = added_ = network_came_ = false;
}

void SyncLoop::connect(std::unique_lock<std::mutex>& lock) {
    reconnect_ = false;
    peer_stop_ = std::stop_source();
    if (transport_) counted_before_ = sum(counted_before_, transport_->counters());
    replicator_.reset();
    transport_.reset();
    logged_outcome_.clear();
    reported_clock_at_.reset();
    published_.link.reset();
    published_.store_problem.reset();
    published_.due_at.reset();
    published_.stepped_at.reset();
    if (peer_.idle_reason) return;
    const PeerSettings peer = peer_;
    const std::stop_token stop = peer_stop_.get_token();
    lock.unlock();
    auto transport = peer.make_transport(stop);
    auto replicator = std::make_unique<sync::Replicator>(peer.replicator, *transport, with_.store,
                                                         with_.clock, with_.random);
    lock.lock();
    transport_ = std::move(transport);
    replicator_ = std::move(replicator);
    published_.link = replicator_->link();
    published_.due_at = with_.clock.now();
}

void SyncLoop::step(std::unique_lock<std::mutex>& lock) {
    const platform::Instant began = with_.clock.now();
    published_.stepping_since = began;
    lock.unlock();
    std::optional<platform::Message> problem;
    try {
        replicator_->step();
        report_clock(began);
    } catch (const store::StoreError& error) {
        problem = error.message();
    }
    lock.lock();
    published_.stepping_since.reset();
    published_.stepped_at = with_.clock.now();
    if (problem != published_.store_problem) {
        if (problem) {
            with_.log.error("register_failed", {{"reason", platform::in_english(*problem)}});
        } else {
            with_.log.info("register_works_again");
        }
    }
    published_.store_problem = std::move(problem);
    publish();
}

void SyncLoop::report_clock(platform::Instant step_began) {
    const sync::LinkState& link = replicator_->link();
    if (!link.peer_clock_ahead || !with_.observe_peer_clock) return;
    // What was read before may be of another time that our clock showed.
    if (link.peer_clock_read_at < step_began || link.peer_clock_read_at == reported_clock_at_)
        return;
    reported_clock_at_ = link.peer_clock_read_at;
    try {
        with_.observe_peer_clock(*link.peer_clock_ahead);
    } catch (const store::StoreError& error) {
        // A register that can't note it, on a full disk perhaps, delivers all the same.
        with_.log.warning("clock_not_noted", {{"reason", error.what()}});
    }
}

void SyncLoop::tell(std::unique_lock<std::mutex>& lock) {
    // The step was cut off by us: that says nothing of the link.
    if (!with_.tell || stopping_ || reconnect_) return;
    const SyncSnapshot snapshot = current();
    lock.unlock();
    with_.tell(snapshot);
    lock.lock();
}

void SyncLoop::publish() {
    const sync::LinkState& link = replicator_->link();
    published_.link = link;
    published_.due_at =
        published_.store_problem ? with_.clock.now() + kStoreProblemDelay : link.next.at;
    const std::string_view outcome = outcome_name(link.outcome);
    if (logged_outcome_ == outcome) return;
    logged_outcome_ = outcome;
    if (const auto why = link_reason(link)) {
        with_.log.warning("link",
                          {{"outcome", logged_outcome_}, {"reason", platform::in_english(*why)}});
    } else {
        with_.log.info("link", {{"outcome", logged_outcome_}});
    }
}

void SyncLoop::wait(std::unique_lock<std::mutex>& lock, platform::Instant now) {
    const auto asked = [this] { return has_requests(); };
    if (may_step() && published_.due_at && is_scheduled(*published_.due_at, now)) {
        wake_.wait_for(lock, *published_.due_at - now, asked);
    } else {
        wake_.wait(lock, asked);
    }
}

}  // namespace tizilim::agent
