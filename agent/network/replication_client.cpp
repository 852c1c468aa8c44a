#include "agent/network/replication_client.h"

#include "platform/network/frame_stream.h"
#include "platform/text/message.h"
#include "store/replication/messages.h"
#include "store/replication/sync_snapshot.h"
#include "store/store_error.h"

#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace tizilim::agent {
namespace {

using platform::Message;

store::StoreError gone() {
    return {store::StoreError::Kind::io, {"frame.register_gone"}};
}

}  // namespace

ReplicationClient::ReplicationClient(platform::FrameStream& stream, Heard heard)
    : stream_(stream),
      heard_(std::move(heard)),
      replication_([this](const store::Call& call) { return ask(call); }),
      thread_([this] { hear(); }) {}

store::Reply ReplicationClient::ask(const store::Call& call) {
    const std::scoped_lock one_at_a_time(asking_);
    std::unique_lock lock(mutex_);
    if (ended_) throw gone();
    is_asking_ = true;
    lock.unlock();
    const bool is_sent = stream_.write(store::frame_of(call));
    lock.lock();
    if (is_sent) answered_.wait(lock, [this] { return reply_ || ended_; });
    is_asking_ = false;
    if (!reply_) throw gone();
    store::Reply reply = *std::move(reply_);
    reply_.reset();
    return reply;
}

void ReplicationClient::report(const store::SyncSnapshot& snapshot) {
    // Where it fails the other side is gone, which hear() tells.
    static_cast<void>(stream_.write(store::frame_of(snapshot)));
}

void ReplicationClient::hear() {
    std::optional<Message> why;
    while (!why) {
        const auto frame = stream_.read();
        why = frame ? take(*frame) : Message{"frame.register_gone"};
    }
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
    }
    answered_.notify_all();
    heard_.ended(*why);
}

std::optional<Message> ReplicationClient::take(const std::string& frame) {
    auto read = store::read_frame_of_register(frame);
    if (!read) return read.error();
    if (const auto* const notice = std::get_if<store::Notice>(&*read)) {
        heard_.notice(*notice);
        return {};
    }
    {
        const std::scoped_lock lock(mutex_);
        if (!is_asking_ || reply_) return Message{"frame.not_asked_for"};
        reply_ = std::get<store::Reply>(*read);
    }
    answered_.notify_all();
    return {};
}

}  // namespace tizilim::agent
