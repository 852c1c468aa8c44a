#pragma once

#include "agent/config.h"

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace Poco::Net {
class HTTPClientSession;
}

namespace tizilim::agent {

/// The daemon does not answer; says where and what to do.
class Unreachable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct DaemonRequest {
    std::string method = "GET";
    std::string path;
    std::string content_type{};  ///< empty: no body
    std::string body{};
};

struct DaemonReply {
    int status = 0;
    std::string body;
};

/// The command line's side of the local port.
class DaemonClient {
public:
    /// Finds port and token by the configuration. Without a token only what anyone may see is seen.
    explicit DaemonClient(const Configuration& configuration);

    /// \throws Unreachable
    [[nodiscard]] DaemonReply ask(const DaemonRequest& request) const;

    /// Gives each line of a 200 answer to `line` as it comes; any other answer is returned whole.
    /// \throws Unreachable
    [[nodiscard]] DaemonReply stream(const DaemonRequest& request,
                                     const std::function<void(std::string_view)>& line) const;

private:
    using Receive = std::function<void(std::istream& body, DaemonReply& reply)>;
    [[nodiscard]] DaemonReply exchange(const DaemonRequest& request, const Receive& receive) const;

    StatusSettings at_;
    std::optional<std::string> token_;
};

}  // namespace tizilim::agent
