#include "agent/register/replication_server.h"

#include "platform/expected.h"
#include "platform/network/frame_stream.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Message;

}  // namespace

ReplicationServer::ReplicationServer(platform::FrameStream& stream, store::Replication& replication,
                                     Heard heard)
    : stream_(stream),
      replication_(replication),
      heard_(std::move(heard)),
      sender_([this](const std::stop_token& stop) { send_notices(stop); }),
      server_([this] { serve(); }) {}

void ReplicationServer::tell(store::Notice notice) {
    {
        const std::scoped_lock lock(mutex_);
        std::erase(notices_, notice);
        notices_.push_back(notice);
    }
    told_.notify_one();
}

void ReplicationServer::send_notices(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (told_.wait(lock, stop, [this] { return !notices_.empty(); })) {
        const std::vector<store::Notice> notices = std::exchange(notices_, {});
        lock.unlock();
        for (const store::Notice notice : notices)
            if (!stream_.write(store::frame_of(notice))) return;  // serve() says that it is gone
        lock.lock();
    }
}

void ReplicationServer::serve() {
    std::optional<Message> why;
    while (!why) {
        const auto frame = stream_.read();
        if (frame) {
            why = take(*frame);
        } else if (frame.error() == platform::StreamFailure::stopped) {
            return;
        } else {
            why = frame.error() == platform::StreamFailure::too_long
                      ? Message{"frame.too_long", {{"limit", store::kCallBytesMax}}}
                      : Message{"frame.network_gone"};
        }
    }
    heard_.ended(*why);
}

platform::Expected<store::Reply, Message> ReplicationServer::answer_to(const store::Call& call) {
    if (call.name != "health" || !heard_.health) return store::reply_to(call, replication_);
    try {
        if (auto reply = store::reply_of_health(call, heard_.health())) return *std::move(reply);
    } catch (const store::StoreError& error) {
        return store::Reply{{}, error};
    }
    return store::reply_to(call, replication_);
}

std::optional<Message> ReplicationServer::take(const std::string& frame) {
    const auto read = store::read_frame_of_sync(frame);
    if (!read) return read.error();
    if (const auto* const report = std::get_if<store::SyncSnapshot>(&*read))
        return heard_.report(*report);
    const auto reply = answer_to(std::get<store::Call>(*read));
    if (!reply) return reply.error();
    const std::string answer = store::frame_of(*reply);
    if (answer.size() > store::kFrameBytesMax || !stream_.write(answer))
        return Message{"frame.network_gone"};
    return {};
}

}  // namespace tizilim::agent
