#pragma once

#include "agent/config/config.h"
#include "platform/local_stream.h"

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// The daemon does not answer, or what answers is another user's; says where and what to do.
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

/// The command line's side of the control endpoint. Nothing is sent before the system has said that
/// what listens there runs as the owner of the register's folder.
class DaemonClient {
public:
    explicit DaemonClient(const Configuration& configuration) : at_(configuration.control) {}

    /// \throws Unreachable; FileError when others can change the folder
    [[nodiscard]] DaemonReply ask(const DaemonRequest& request) const;

    /// Gives each line of a 200 answer to `line` as it comes; any other answer is returned whole.
    /// \throws Unreachable
    [[nodiscard]] DaemonReply stream(const DaemonRequest& request,
                                     const std::function<void(std::string_view)>& line) const;

private:
    /// Gives the body to `part` as it comes.
    [[nodiscard]] int exchange(const DaemonRequest& request,
                               const std::function<void(int status, std::string_view)>& part) const;
    [[nodiscard]] platform::LocalStream connect() const;

    ControlSettings at_;
};

}  // namespace tizilim::agent
