#pragma once

#include "agent/network/peer_settings.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace tizilim::agent {

/// The one thread that asks an authority for time-stamps of the journal's head (RFC 3161), as
/// TimestampTimer says. Delivery neither waits for it nor hears of it. Safe for threads.
class TimestampLoop {
public:
    struct Surroundings {
        store::Replication& store;
        const platform::Clock& clock;
        platform::Random& random;
        platform::Log& log;
    };

    /// Nothing is asked before resume(), nor ever without an address.
    TimestampLoop(const Surroundings& surroundings, TimestampAuthority authority);
    ~TimestampLoop();
    TimestampLoop(const TimestampLoop&) = delete;
    TimestampLoop& operator=(const TimestampLoop&) = delete;

    /// Ends a request under way and the thread. Idempotent.
    void stop();

    void pause();  ///< after the question under way
    void resume();

private:
    void run();
    /// Why the try brought none; nothing: it did.
    [[nodiscard]] std::optional<platform::Message> ask();
    [[nodiscard]] std::optional<platform::Message> exchange();
    void tell(const std::optional<platform::Message>& failure);

    const Surroundings with_;
    const TimestampAuthority authority_;
    std::stop_source request_stop_;
    /// The loop's own: what was last logged.
    std::optional<platform::Message> told_;

    std::mutex mutex_;  ///< guards all below but thread_
    std::condition_variable wake_;
    bool stopping_ = false;
    bool paused_ = true;
    std::jthread thread_;  ///< last: it uses all the others
};

/// One question to the authority and its answer. The error: there was none.
[[nodiscard]] platform::Expected<store::TimestampBytes, platform::Message> ask_authority(
    platform::HttpTransport& transport, const std::string& url,
    const store::TimestampBytes& request);

}  // namespace tizilim::agent
