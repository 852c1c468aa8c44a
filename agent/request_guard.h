#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// What of a request decides whether it is listened to.
struct RequestOrigin {
    std::vector<std::string> hosts;    ///< every Host header
    std::vector<std::string> origins;  ///< every Origin header
    std::string authorization;         ///< empty: none
};

/// Keeps web pages and other users of this machine out. A page on the internet can make a browser
/// ask this port (DNS rebinding, cross-site requests): it can't choose Host or Origin.
class RequestGuard {
public:
    RequestGuard(std::string token, std::uint16_t port);

    /// Why the request is refused, for a 403; nothing when it may go on.
    [[nodiscard]] std::optional<std::string> refusal(const RequestOrigin& origin) const;

    /// Whether it carries the token. Takes as long for a token that is nearly right.
    [[nodiscard]] bool authorized(const RequestOrigin& origin) const;

private:
    std::string token_;
    std::vector<std::string> hosts_;  ///< in lower case
};

}  // namespace tizilim::agent
