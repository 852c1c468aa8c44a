#pragma once

#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/network/local_stream.h"
#include "platform/network/stop_event.h"

#include <chrono>
#include <memory>
#include <utility>

namespace tizilim::platform {

/// The two ends of a connection between programs of ours: it has no name that others could connect
/// to. An end is handed over when a program is started, or later over another pair.
/// \throws MessageError when the system has no descriptors left
[[nodiscard]] std::pair<Descriptor, Descriptor> connected_pair();

/// Bytes over one end. `stop` null: only time ends a wait.
[[nodiscard]] LocalStream stream_over(Descriptor end, std::shared_ptr<const StopEvent> stop);

/// Gives the program at the other end a descriptor of its own for what `handed` is. It travels with
/// one byte, at which the other side must call receive_descriptor(): a read() would drop it.
/// False: the other side is gone or took nothing for `at_most`.
[[nodiscard]] bool send_descriptor(const LocalStream& over, const Descriptor& handed,
                                   std::chrono::milliseconds at_most);

/// What send_descriptor() sent. All that was sent before it must have been read, by read_exactly().
/// `ended` also where the next byte comes without a descriptor: no side of ours does that.
[[nodiscard]] Expected<Descriptor, StreamFailure> receive_descriptor(
    const LocalStream& over, std::chrono::milliseconds at_most);

}  // namespace tizilim::platform
