#pragma once

#include "platform/check.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"

#include <string>
#include <variant>

namespace tizilim::support {

/// `replication`, each call and reply of which goes through its frame, as between two programs.
[[nodiscard]] inline store::RemoteReplication framed(store::Replication& replication) {
    return store::RemoteReplication([&replication](const store::Call& call) {
        const auto asked = store::read_frame_of_sync(store::frame_of(call));
        CHECK(asked && std::holds_alternative<store::Call>(*asked));
        const auto reply = store::reply_to(std::get<store::Call>(*asked), replication);
        CHECK(reply);
        const std::string frame = store::frame_of(*reply);
        CHECK(frame.size() <= store::kFrameBytesMax);
        const auto told = store::read_frame_of_register(frame);
        CHECK(told && std::holds_alternative<store::Reply>(*told));
        return std::get<store::Reply>(*told);
    });
}

}  // namespace tizilim::support
