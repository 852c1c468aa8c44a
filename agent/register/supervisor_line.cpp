#include "agent/register/supervisor_line.h"

#include "agent/config/setup_fields.h"
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
    const auto answer = answered(Renew{}, renewed_);
    return answer ? answer->problem : platform::Message{"config.not_read_again"};
}

FieldProblems SupervisorLine::set_up(const SetUp& asked) {
    const auto answer = answered(asked, set_up_);
    return answer ? answer->problems : FieldProblems{{"", {"config.not_read_again"}}};
}

template <class Answer>
std::optional<Answer> SupervisorLine::answered(const Order& question,
                                               std::optional<Answer>& answer) {
    const std::scoped_lock one_at_a_time(asking_);
    std::unique_lock lock(mutex_);
    answer.reset();
    lock.unlock();
    const bool is_asked = stream_.write(frame_of(question));
    lock.lock();
    if (is_asked) answer_came_.wait_for(lock, kRenewTimeMax, [&] { return answer || ended_; });
    return answer;
}

std::optional<KeptSession> SupervisorLine::kept_session() {
    std::unique_lock lock(mutex_);
    answer_came_.wait_for(lock, kRenewTimeMax, [this] { return begin_ || ended_; });
    return begin_ ? begin_->session : std::nullopt;
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
    answer_came_.notify_all();
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
    const auto* const set_up = std::get_if<SetUpDone>(&order);
    const auto* const begin = std::get_if<Begin>(&order);
    if (renewed == nullptr && set_up == nullptr && begin == nullptr) return false;
    {
        const std::scoped_lock lock(mutex_);
        if (renewed != nullptr) renewed_ = *renewed;
        if (set_up != nullptr) set_up_ = *set_up;
        if (begin != nullptr) begin_ = *begin;
    }
    answer_came_.notify_all();
    return true;
}

}  // namespace tizilim::agent
