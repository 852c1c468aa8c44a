#pragma once

#include "agent/config/setup_fields.h"
#include "agent/processes/orders.h"
#include "platform/files/descriptor.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"
#include "platform/text/message.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace tizilim::agent {

/// The register's end of its pair with tizilimd.
class SupervisorLine {
public:
    /// All are called by the line's thread.
    struct Heard {
        /// A new tizilim-sync, and the end of the pair with it.
        std::function<void(const NetworkStarted& started, platform::Descriptor end)> network;
        /// Whether the register can be read, once that was tried.
        std::function<bool()> probe;
        std::function<void()> ended;  ///< tizilimd is gone
    };
    SupervisorLine(platform::Descriptor end, Heard heard);
    ~SupervisorLine();
    SupervisorLine(const SupervisorLine&) = delete;
    SupervisorLine& operator=(const SupervisorLine&) = delete;

    /// Entries can be recorded.
    void say_ready();
    /// They can't: there is no register yet.
    void say_without_register();
    /// Lets tizilimd end the tizilim-sync of this pid, if it still runs. Safe for threads.
    void discard(int pid);
    /// Lets tizilimd read configuration and secrets again, and start a new tizilim-sync if they
    /// changed. Why they can't be used; nothing: they are. Safe for threads.
    [[nodiscard]] std::optional<platform::Message> renew();
    /// Lets tizilimd write what a person says into the configuration. Why it was not; nothing: it
    /// was. Safe for threads.
    [[nodiscard]] FieldProblems set_up(const SetUp& asked);
    /// The page's session that tizilimd hands over at the start, if there is one.
    [[nodiscard]] std::optional<KeptSession> kept_session();

private:
    void hear();
    [[nodiscard]] bool take(const Order& order);
    /// Asks, and waits for what take() puts into `answer`. Nothing: none came in time.
    template <class Answer>
    [[nodiscard]] std::optional<Answer> answered(const Order& question,
                                                 std::optional<Answer>& answer);

    const std::shared_ptr<platform::StopEvent> stop_;
    platform::FrameStream stream_;
    const Heard heard_;
    std::mutex asking_;  ///< one question at a time
    std::mutex mutex_;   ///< guards all below
    std::condition_variable answer_came_;
    std::optional<Renewed> renewed_;
    std::optional<SetUpDone> set_up_;
    std::optional<Begin> begin_;
    bool ended_ = false;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace tizilim::agent
