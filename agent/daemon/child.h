#pragma once

#include "agent/processes/orders.h"
#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "platform/network/stop_event.h"
#include "platform/process/child_process.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tizilim::agent {

enum class OrdersEnd {
    closed,          ///< by the program, which is to end
    not_understood,  ///< what came is no order
};

/// One run of a program that tizilimd started: the process, what it prints, and the pair with it.
class Child {
public:
    /// How a program is started: it gets one end of a pair for orders, and `handed` behind it.
    struct Command {
        std::filesystem::path program;
        std::vector<std::string> arguments{};
        std::vector<const platform::Descriptor*> handed{};
    };
    /// Called by threads of the child's own.
    struct Heard {
        std::function<void(const std::string& line)> line;  ///< that it printed, without its end
        std::function<void(const Order& order)> order;
        /// No more orders come of it. Called once, unless this object ended before.
        std::function<void(OrdersEnd how)> no_more_orders;
        /// All that it printed was heard, and it has closed its outputs. Called once.
        std::function<void()> ended;
    };
    /// From the main thread: the child ends with the thread that started it.
    /// \throws MessageError when it can't be started
    Child(const Command& command, Heard heard);
    /// Kills what still runs.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] int pid() const { return process_.pid(); }
    void terminate() const { process_.terminate(); }
    void kill() const { process_.kill(); }
    /// Once Heard::ended was called.
    [[nodiscard]] platform::ChildEnd wait() { return process_.wait(); }

    /// False: it is gone.
    bool say(const Order& order);
    /// The order and a descriptor behind it.
    bool hand_over(const NetworkStarted& started, const platform::Descriptor& end);

private:
    Child(const Command& command, Heard heard,
          std::pair<platform::Descriptor, platform::Descriptor> ends);
    void read_output();
    void read_orders();

    std::shared_ptr<platform::StopEvent> stop_;
    Heard heard_;
    platform::FrameStream orders_;
    platform::ChildProcess process_;
    std::jthread output_;
    std::jthread hearing_;
};

}  // namespace tizilim::agent
