#include "agent/network/network_loop.h"

#include "platform/network/netlink_watch.h"
#include "platform/network/network_watch.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

constexpr std::string_view kNotWatched = "network_not_watched";

/// Until `stop`, or that long.
void rest_for(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

NetworkLoop::NetworkLoop(std::unique_ptr<platform::NetworkWatch> watch, std::function<void()> came,
                         platform::Log& log, std::chrono::milliseconds rest)
    : watch_(std::move(watch)),
      came_(std::move(came)),
      log_(log),
      rest_(rest),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void NetworkLoop::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void NetworkLoop::run(const std::stop_token& stop) {
    while (!stop.stop_requested() && watch_->wait(stop)) {
        if (!watch_->has_network()) continue;
        came_();
        // What changes meanwhile is told of afterwards.
        rest_for(rest_, stop);
    }
    if (!stop.stop_requested())
        log_.warning(kNotWatched, {{"reason", platform::in_english({"link.watch_ended"})}});
}

std::unique_ptr<NetworkLoop> watch_network(std::function<void()> came, platform::Log& log) {
    auto watch = platform::NetlinkWatch::open();
    if (!watch) {
        log.warning(kNotWatched, {{"reason", platform::in_english(watch.error())}});
        return {};
    }
    return std::make_unique<NetworkLoop>(*std::move(watch), std::move(came), log);
}

}  // namespace tizilim::agent
