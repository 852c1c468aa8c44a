#pragma once

#include "platform/text/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// The headers by which RequestGuard decides.
struct RequestOrigin {
    std::vector<std::string> hosts;    ///< every Host header
    std::vector<std::string> origins;  ///< every Origin header
};

/// Keeps foreign web pages out of the status port. Such a page can make a browser send requests to
/// it (DNS rebinding, cross-site), but can't choose Host or Origin.
class RequestGuard {
public:
    explicit RequestGuard(std::uint16_t port);

    /// Why the request is refused, for a 403; nothing when it may go on.
    [[nodiscard]] std::optional<platform::Message> refusal(const RequestOrigin& origin) const;

private:
    std::vector<std::string> hosts_;  ///< in lower case
};

}  // namespace tizilim::agent
