#pragma once

#include "platform/expected.h"
#include "platform/files/descriptor.h"
#include "platform/network/network_watch.h"
#include "platform/text/message.h"

#include <memory>
#include <stop_token>
#include <utility>

namespace tizilim::platform {

/// NetworkWatch by the kernel's routing messages (rtnetlink(7)), which any user may read.
class NetlinkWatch final : public NetworkWatch {
public:
    /// The error has the system's text: a sandbox may forbid it.
    [[nodiscard]] static Expected<std::unique_ptr<NetworkWatch>, Message> open();

    [[nodiscard]] bool wait(const std::stop_token& stop) override;
    [[nodiscard]] bool has_network() const override;

private:
    /// What poll() found.
    enum class Seen { change, quiet, stop, fault };

    NetlinkWatch(Descriptor messages, Descriptor wake)
        : messages_(std::move(messages)), wake_(std::move(wake)) {}
    [[nodiscard]] Seen look(const std::stop_token& stop, int timeout_ms);
    [[nodiscard]] bool read_all();

    Descriptor messages_;
    Descriptor wake_;  ///< readable for good once a wait was stopped
};

}  // namespace tizilim::platform
