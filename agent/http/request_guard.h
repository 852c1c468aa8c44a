#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// What of a request decides whether it is listened to.
struct RequestOrigin {
    std::vector<std::string> hosts;    ///< every Host header
    std::vector<std::string> origins;  ///< every Origin header
};

/// Keeps web pages out of the status port. A page on the internet can make a browser ask it (DNS
/// rebinding, cross-site requests): it can't choose Host or Origin.
class RequestGuard {
public:
    explicit RequestGuard(std::uint16_t port);

    /// Why the request is refused, for a 403; nothing when it may go on.
    [[nodiscard]] std::optional<std::string> refusal(const RequestOrigin& origin) const;

private:
    std::vector<std::string> hosts_;  ///< in lower case
};

}  // namespace tizilim::agent
