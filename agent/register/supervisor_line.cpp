#include "agent/register/supervisor_line.h"

#include "agent/processes/orders.h"
#include "platform/files/descriptor.h"
#include "platform/network/local_pair.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

/// tizilimd reads a few small files.
constexpr std::chrono::seconds kRenewTimeMax{10};
constexpr std::chrono::seconds kDescriptorTimeMax{10};

}  // namespace

SupervisorLine::SupervisorLine(platform::Descriptor end, Heard heard)
    : stop_(std::make_shared<platform::StopEvent>()),
      stream_(platform::stream_over(std::move(end), stop_), kOrderBytesMax),
      heard_(std::move(heard)),
      thread_([this] { hear(); }) {}

SupervisorLine::~SupervisorLine() {
    stop_->set();
}

void SupervisorLine::say_ready() {
    // Where it fails tizilimd is gone, which hear() tells.
    static_cast<void>(stream_.write(frame_of(Ready{})));
}

void SupervisorLine::say_without_register() {
    static_cast<void>(stream_.write(frame_of(WithoutRegister{})));
}

void SupervisorLine::discard(int pid) {
    static_cast<void>(stream_.write(frame_of(Discard{pid})));
}

std::optional<platform::Message> SupervisorLine::renew() {
    const std::scoped_lock one_at_a_time(asking_);
    std::unique_lock lock(mutex_);
    renewed_.reset();
    lock.unlock();
    const bool is_asked = stream_.write(frame_of(Renew{}));
    lock.lock();
    if (!is_asked ||
        !renewed_came_.wait_for(lock, kRenewTimeMax, [this] { return renewed_ || ended_; }) ||
        !renewed_)
        return platform::Message{"config.not_read_again"};
    return renewed_->problem;
}

void SupervisorLine::hear() {
    while (true) {
        const auto frame = stream_.read();
        if (!frame) break;
        const auto order = read_order(*frame);
        if (!order || !take(*order)) break;
    }
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    renewed_came_.notify_all();
    if (!stop_->is_set()) heard_.ended();
}

bool SupervisorLine::take(const Order& order) {
    if (const auto* const started = std::get_if<NetworkStarted>(&order)) {
        auto end = platform::receive_descriptor(stream_.stream(), kDescriptorTimeMax);
        if (!end) return false;
        heard_.network(*started, *std::move(end));
        return true;
    }
    if (std::holds_alternative<Probe>(order)) {
        return stream_.write(frame_of(Alive{.is_well = heard_.probe()}));
    }
    const auto* const renewed = std::get_if<Renewed>(&order);
    if (renewed == nullptr) return false;
    {
        const std::scoped_lock lock(mutex_);
        renewed_ = *renewed;
    }
    renewed_came_.notify_all();
    return true;
}

}  // namespace tizilim::agent
