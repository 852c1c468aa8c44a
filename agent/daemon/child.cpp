#include "agent/daemon/child.h"

#include "agent/processes/orders.h"
#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_pair.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/process/child_process.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace tizilim::agent {
namespace {

/// A line of a log is far below; what has no end is cut here.
constexpr std::size_t kLineBytesMax = std::size_t{16} * 1024;
constexpr std::chrono::seconds kOrderTimeMax{10};

platform::ChildProcess start(const Child::Command& command, const platform::Descriptor& orders) {
    platform::ChildCommand started{.program = command.program, .arguments = command.arguments};
    started.handed_over.push_back(&orders);
    started.handed_over.insert(started.handed_over.end(), command.handed.begin(),
                               command.handed.end());
    return platform::ChildProcess(started);
}

}  // namespace

Child::Child(const Command& command, Heard heard)
    : Child(command, std::move(heard), platform::connected_pair()) {}

Child::Child(const Command& command, Heard heard,
             std::pair<platform::Descriptor, platform::Descriptor> ends)
    : stop_(std::make_shared<platform::StopEvent>()),
      heard_(std::move(heard)),
      orders_(platform::stream_over(std::move(ends.first), stop_), kOrderBytesMax, kOrderTimeMax),
      process_(start(command, ends.second)),
      output_([this] { read_output(); }),
      hearing_([this] { read_orders(); }) {}

Child::~Child() {
    process_.kill();
    stop_->set();
}

bool Child::say(const Order& order) {
    return orders_.write(frame_of(order));
}

bool Child::hand_over(const NetworkStarted& started, const platform::Descriptor& end) {
    return say(started) && platform::send_descriptor(orders_.stream(), end, kOrderTimeMax);
}

void Child::read_output() {
    std::string pending;
    while (true) {
        const std::string part = process_.read_output();
        if (part.empty()) break;
        pending += part;
        for (std::size_t end = pending.find('\n'); end != std::string::npos;
             end = pending.find('\n')) {
            heard_.line(pending.substr(0, end));
            pending.erase(0, end + 1);
        }
        if (pending.size() > kLineBytesMax) heard_.line(std::exchange(pending, {}));
    }
    if (!pending.empty()) heard_.line(pending);
    heard_.ended();
}

void Child::read_orders() {
    while (true) {
        const auto frame = orders_.read();
        if (!frame) {
            using platform::StreamFailure;
            if (frame.error() == StreamFailure::stopped) return;
            return heard_.no_more_orders(frame.error() == StreamFailure::ended
                                             ? OrdersEnd::closed
                                             : OrdersEnd::not_understood);
        }
        const auto order = read_order(*frame);
        if (!order) return heard_.no_more_orders(OrdersEnd::not_understood);
        heard_.order(*order);
    }
}

}  // namespace tizilim::agent
