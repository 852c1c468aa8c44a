#include "agent/network/sync_loop.h"

#include "agent/network/peer_settings.h"
#include "platform/network/http_transport.h"
#include "platform/process/process_memory.h"
#include "platform/text/message.h"
#include "store/replication/link_state.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"
#include "sync/replicator.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

/// After the register failed a step: long enough for a person to free the disk, short enough to be
/// unnoticed once it is.
constexpr std::chrono::seconds kStoreProblemDelay{30};

/// Both are a link that works; only a change is worth a line.
std::string_view outcome_name(store::Outcome outcome) {
    switch (outcome) {
        case store::Outcome::progress:
        case store::Outcome::idle:
            return "up";
        case store::Outcome::offline:
            return "offline";
        case store::Outcome::captive_portal:
            return "captive_portal";
        case store::Outcome::unauthorized:
            return "unauthorized";
        case store::Outcome::refused:
            return "refused";
    }
    return "unknown";
}

}  // namespace

SyncLoop::SyncLoop(Surroundings surroundings, PeerSettings peer, bool paused)
    : with_(std::move(surroundings)), peer_(std::move(peer)), paused_(paused) {
    published_.poll_interval = peer_.replicator.poll_interval;
    published_.peer = peer_.replicator.database_url;
    published_.pause_reason = peer_.idle_reason;
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

void SyncLoop::pause() {
    const std::scoped_lock lock(mutex_);
    paused_ = true;
}

void SyncLoop::resume() {
    {
        const std::scoped_lock lock(mutex_);
        paused_ = false;
        retry_ = true;
    }
    wake_.notify_all();
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

store::SyncSnapshot SyncLoop::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return current();
}

store::SyncSnapshot SyncLoop::current() const {
    store::SyncSnapshot snapshot = published_;
    if (transport_) {
        snapshot.counters = transport_->counters();
        snapshot.certificate_ends_at = transport_->certificate_ends_at();
    }
    return snapshot;
}

bool SyncLoop::may_step() const {
    return !paused_ && replicator_ != nullptr;
}

bool SyncLoop::has_requests() const {
    return stopping_ || (may_step() && (retry_ || added_ || network_came_));
}

void SyncLoop::run() {
    std::unique_lock lock(mutex_);
    if (!peer_.idle_reason) connect(lock);
    tell(lock);
    while (!stopping_) {
        apply_requests();
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

void SyncLoop::apply_requests() {
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
    lock.unlock();
    auto transport = peer_.make_transport(peer_stop_.get_token());
    auto replicator = std::make_unique<sync::Replicator>(peer_.replicator, *transport, with_.store,
                                                         with_.clock, with_.random);
    lock.lock();
    transport_ = std::move(transport);
    replicator_ = std::move(replicator);
    published_.link = replicator_->link();
    published_.due_at = with_.clock.now();
}

void SyncLoop::step(std::unique_lock<std::mutex>& lock) {
    published_.stepping_since = with_.clock.now();
    tell(lock);
    lock.unlock();
    std::optional<platform::Message> problem;
    try {
        replicator_->step();
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

void SyncLoop::tell(std::unique_lock<std::mutex>& lock) {
    // A step that was cut off by us says nothing of the link.
    if (!with_.tell || stopping_) return;
    const store::SyncSnapshot snapshot = current();
    lock.unlock();
    with_.tell(snapshot);
    lock.lock();
}

void SyncLoop::publish() {
    const store::LinkState& link = replicator_->link();
    published_.link = link;
    published_.due_at =
        published_.store_problem ? with_.clock.now() + kStoreProblemDelay : link.next.at;
    const std::string_view outcome = outcome_name(link.outcome);
    if (logged_outcome_ == outcome) return;
    logged_outcome_ = outcome;
    if (const auto& why = link.reason) {
        with_.log.warning("link",
                          {{"outcome", logged_outcome_}, {"reason", platform::in_english(*why)}});
    } else {
        with_.log.info("link", {{"outcome", logged_outcome_}});
    }
}

void SyncLoop::wait(std::unique_lock<std::mutex>& lock, platform::Instant now) {
    const auto asked = [this] { return has_requests(); };
    platform::give_memory_back();
    if (may_step() && published_.due_at && store::is_scheduled(*published_.due_at, now)) {
        wake_.wait_for(lock, *published_.due_at - now, asked);
    } else {
        wake_.wait(lock, asked);
    }
}

}  // namespace tizilim::agent
