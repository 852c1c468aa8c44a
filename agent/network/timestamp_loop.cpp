#include "agent/network/timestamp_loop.h"

#include "agent/network/peer_settings.h"
#include "agent/network/timestamp_timer.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"
#include "store/store_error.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::Message;

/// The clock may be set while this waits, and the machine may have slept.
constexpr std::chrono::minutes kWaitMax{10};
constexpr std::chrono::seconds kDeadline{30};

}  // namespace

platform::Expected<store::TimestampBytes, Message> ask_authority(
    platform::HttpTransport& transport, const std::string& url,
    const store::TimestampBytes& request) {
    const platform::HttpRequest question{
        .method = platform::Method::post,
        .url = url,
        .headers = {{"content-type", "application/timestamp-query"},
                    {"accept", "application/timestamp-reply"}},
        .body = platform::from_base64(request.base64).value_or(std::string())};
    const auto answer =
        transport.send(question, platform::HttpBounds(kDeadline, store::kTimestampAnswerMax));
    if (!answer) return platform::Unexpected{answer.error().message};
    constexpr int kOk = 200;
    if (answer->status != kOk)
        return platform::Unexpected{Message{"timestamp.http_status", {{"status", answer->status}}}};
    return store::TimestampBytes{platform::to_base64(answer->body)};
}

TimestampLoop::TimestampLoop(const Surroundings& surroundings, TimestampAuthority authority)
    : with_(surroundings), authority_(std::move(authority)) {
    if (!authority_.url.empty()) thread_ = std::jthread([this] { run(); });
}

TimestampLoop::~TimestampLoop() {
    stop();
}

void TimestampLoop::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        request_stop_.request_stop();
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void TimestampLoop::pause() {
    const std::scoped_lock lock(mutex_);
    paused_ = true;
}

void TimestampLoop::resume() {
    {
        const std::scoped_lock lock(mutex_);
        paused_ = false;
    }
    wake_.notify_all();
}

void TimestampLoop::run() {
    try {
        TimestampTimer timer(with_.clock, with_.random, with_.store.installation_id());
        std::optional<platform::WallTime> obtained_at = with_.store.timestamped_at();
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            if (paused_) {
                wake_.wait(lock);
                continue;
            }
            const std::chrono::milliseconds wait = timer.wait(obtained_at);
            if (wait > std::chrono::milliseconds(0)) {
                wake_.wait_for(lock, std::min<std::chrono::milliseconds>(wait, kWaitMax));
                continue;
            }
            lock.unlock();
            timer.tried();
            tell(ask());
            obtained_at = with_.store.timestamped_at();
            lock.lock();
        }
    } catch (const store::StoreError& error) {
        // The register is gone, or failed to be read: the next program tries again.
        with_.log.warning("timestamps_ended", {{"reason", error.what()}});
    }
}

std::optional<Message> TimestampLoop::ask() {
    try {
        return exchange();
    } catch (const store::StoreError& error) {
        return error.message();
    }
}

std::optional<Message> TimestampLoop::exchange() {
    const store::TimestampBytes request = with_.store.timestamp_request();
    if (request.base64.empty()) return told_;
    const auto transport = authority_.make_transport(request_stop_.get_token());
    const auto answer = ask_authority(*transport, authority_.url, request);
    if (!answer) {
        with_.store.timestamp_failed(answer.error());
        return answer.error();
    }
    auto refusal = with_.store.timestamp_answered(*answer);
    if (!refusal) with_.log.info("timestamp_stored");
    return refusal;
}

/// Each reason once, until it is another.
void TimestampLoop::tell(const std::optional<Message>& failure) {
    if (failure && failure != told_)
        with_.log.warning("no_timestamp", {{"reason", platform::in_english(*failure)}});
    told_ = failure;
}

}  // namespace tizilim::agent
