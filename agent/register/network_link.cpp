#include "agent/register/network_link.h"

#include "agent/api/services.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/delivery/pc_health.h"
#include "agent/delivery/processes.h"
#include "agent/processes/orders.h"
#include "agent/register/replication_server.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/files/file.h"
#include "platform/network/frame_stream.h"
#include "platform/network/http_transport.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "platform/process/process_memory.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/register/register.h"
#include "store/replication/link_state.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

platform::LinkCounters sum(const platform::LinkCounters& a, const platform::LinkCounters& b) {
    return {.requests = a.requests + b.requests,
            .bytes_up = a.bytes_up + b.bytes_up,
            .bytes_down = a.bytes_down + b.bytes_down};
}

/// What is computed with later must not overflow, whatever the network's program says.
bool is_plausible(const store::SyncSnapshot& report, const platform::Clock& clock) {
    constexpr std::chrono::hours kAges{24 * 366 * 100};
    constexpr std::uint64_t kCountMax = std::uint64_t{1} << 60;
    const platform::Instant now = clock.now();
    const platform::WallTime wall_now = clock.wall_now();
    const auto is_near = [&](const std::optional<platform::Instant>& at) {
        return !at || *at == platform::Instant::max() || (*at > now - kAges && *at < now + kAges);
    };
    const auto is_dated = [&](const std::optional<platform::WallTime>& at) {
        return !at || (*at > wall_now - kAges && *at < wall_now + kAges);
    };
    const auto is_short = [&](auto duration) { return duration > -kAges && duration < kAges; };
    if (!is_near(report.stepping_since) || !is_near(report.stepped_at) || !is_near(report.due_at) ||
        !is_short(report.poll_interval))
        return false;
    constexpr std::size_t kHeldMax = 8;
    constexpr std::size_t kNameBytesMax = 40;
    const auto is_name = [](const std::string& name) { return name.size() <= kNameBytesMax; };
    if (report.confinement.size() > kHeldMax || !std::ranges::all_of(report.confinement, is_name))
        return false;
    for (const std::uint64_t count :
         {report.counters.requests, report.counters.bytes_up, report.counters.bytes_down})
        if (count > kCountMax) return false;
    if (!report.link) return true;
    const store::LinkState& link = *report.link;
    return is_dated(link.failing_since) && is_dated(link.last_verified_at) &&
           is_near(link.succeeded_at) && is_near(link.progressed_at) &&
           is_near(link.peer_clock_read_at) && is_near(link.next.at) &&
           is_short(link.poll_interval) &&
           is_short(link.peer_clock_ahead.value_or(std::chrono::seconds(0))) &&
           link.failures < kCountMax && link.skipped < kCountMax;
}

/// The name is gone for good only when its folder is synced; a pause that comes back after a power
/// cut is seen and harmless.
void remove_file(const std::filesystem::path& file) {
    std::error_code failed;
    std::filesystem::remove(file, failed);
    if (failed)
        throw platform::FileError(
            {"file.pause_not_removed",
             {{"file", file.string()},
              {"system", platform::as_json(platform::system_message(failed))}}},
            failed.value());
}

}  // namespace

/// To one tizilim-sync. Its members end in this order: the waits, the threads, the stream.
struct NetworkLink::Connection {
    Connection(NetworkLink& link, platform::Descriptor end, std::function<void()> tell_ended)
        : stream(platform::stream_over(std::move(end), stop), store::kFramesOfRegister),
          server(
              stream, link.with_.registry.replication(),
              {.report = [&link](const store::SyncSnapshot& report) { return link.take(report); },
               .health = [&link] { return link.health(); },
               .ended =
                   [this, &link, tell = std::move(tell_ended)](const platform::Message& why) {
                       ended = true;
                       link.with_.log.warning("network_program_ended",
                                              {{"reason", platform::in_english(why)}});
                       stream.finish();
                       tell();
                   }}) {}
    ~Connection() { stop->set(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const std::shared_ptr<platform::StopEvent> stop = std::make_shared<platform::StopEvent>();
    std::atomic<bool> ended = false;
    platform::FrameStream stream;
    ReplicationServer server;
};

NetworkLink::NetworkLink(const Surroundings& surroundings, std::filesystem::path pause_file,
                         std::optional<platform::Message> idle_reason)
    : with_(surroundings), pause_file_(std::move(pause_file)) {
    std::error_code failed;
    paused_ = std::filesystem::exists(pause_file_, failed);
    if (!idle_reason) reported_.link.emplace();
    reported_.pause_reason = std::move(idle_reason);
}

NetworkLink::~NetworkLink() {
    stop();
}

void NetworkLink::connect(platform::Descriptor end, const NetworkStarted& started,
                          std::function<void()> ended) {
    const std::scoped_lock one_at_a_time(connecting_);
    disconnect();
    {
        // Before the new one can report.
        const std::scoped_lock lock(mutex_);
        if (stopped_) return;
        started_ = started;
        counted_before_ = sum(counted_before_, std::exchange(reported_.counters, {}));
        reported_.stepping_since.reset();
        reported_.due_at.reset();
        reported_.confinement.clear();
    }
    auto fresh = std::make_unique<Connection>(*this, std::move(end), std::move(ended));
    const std::scoped_lock lock(mutex_);
    if (stopped_) return;
    connection_ = std::move(fresh);
    // It makes no step before it knows.
    connection_->server.tell(paused_ ? store::Notice::paused : store::Notice::resumed);
    with_.log.info("network_program_started",
                   {{"pid", std::int64_t{started.pid}},
                    {"restarts", static_cast<std::int64_t>(started.restarts)}});
}

void NetworkLink::between_programs(const std::function<void()>& act) {
    const std::scoped_lock none_connects(connecting_);
    // One whose pair is closed ends, and tizilimd starts another.
    disconnect();
    act();
}

void NetworkLink::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
    }
    disconnect();
}

void NetworkLink::disconnect() {
    std::unique_ptr<Connection> ending;  // without the lock, which its threads may wait for
    const std::scoped_lock lock(mutex_);
    ending = std::move(connection_);
}

Processes NetworkLink::processes() const {
    const std::scoped_lock lock(mutex_);
    Processes now{.network_restarts = started_.restarts};
    if (!connection_ || connection_->ended) return now;
    now.network_pid = started_.pid;
    now.network_confinement = reported_.confinement;
    return now;
}

DeliveryDoor NetworkLink::door() {
    return {
        .snapshot = [this] { return snapshot(); },
        .sync_now = [this] { tell(store::Notice::sync_now); },
        .pause = [this] { pause(); },
        .resume = [this] { resume(); },
        .pending_added = [this] { tell(store::Notice::pending_added); },
        .between_programs = [this](const std::function<void()>& act) { between_programs(act); }};
}

std::optional<platform::Message> NetworkLink::take(const store::SyncSnapshot& report) {
    if (!is_plausible(report, with_.clock))
        return platform::Message{"frame.out_of_shape", {{"what", "report"}}};
    const bool is_beginning = report.stepping_since.has_value();
    if (!is_beginning) observe_peer_clock(report);
    {
        const std::scoped_lock lock(mutex_);
        reported_ = report;
    }
    if (is_beginning) return {};
    with_.watch.note(snapshot());
    if (report.due_at.value_or(platform::Instant::max()) > with_.clock.now())
        platform::give_memory_back();
    return {};
}

void NetworkLink::observe_peer_clock(const store::SyncSnapshot& report) {
    if (!report.link || !report.link->peer_clock_ahead) return;
    // Each reading once: ours may have been set since.
    if (observed_clock_at_ == report.link->peer_clock_read_at) return;
    observed_clock_at_ = report.link->peer_clock_read_at;
    try {
        with_.registry.observe_peer_clock(*report.link->peer_clock_ahead);
    } catch (const store::StoreError& error) {
        // A register that can't note it, on a full disk perhaps, delivers all the same.
        with_.log.warning("clock_not_noted", {{"reason", error.what()}});
    }
}

store::SyncSnapshot NetworkLink::snapshot() const {
    const std::scoped_lock lock(mutex_);
    store::SyncSnapshot now = reported_;
    now.counters = sum(counted_before_, now.counters);
    if (paused_) now.pause_reason = platform::Message{"delivery.paused_by_a_person"};
    return now;
}

std::optional<store::PcHealth> NetworkLink::health() const {
    if (!with_.backups) return {};
    return pc_health(with_.watch.facts(snapshot()), with_.backups());
}

void NetworkLink::pause() {
    platform::write_file_atomically(pause_file_, "paused\n");
    {
        const std::scoped_lock lock(mutex_);
        paused_ = true;
    }
    tell(store::Notice::paused);
    with_.watch.note(snapshot());
}

void NetworkLink::resume() {
    remove_file(pause_file_);
    {
        const std::scoped_lock lock(mutex_);
        paused_ = false;
    }
    tell(store::Notice::resumed);
    with_.watch.note(snapshot());
}

void NetworkLink::tell(store::Notice notice) {
    const std::scoped_lock lock(mutex_);
    if (connection_) connection_->server.tell(notice);
}

}  // namespace tizilim::agent
