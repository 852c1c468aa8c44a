#pragma once

#include "agent/config/config.h"
#include "platform/network/local_stream.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <functional>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// The daemon does not answer, or what answers is another user's; says where and what to do.
class Unreachable : public platform::MessageError {
public:
    using MessageError::MessageError;
};

/// Nothing was asked: no daemon listens.
class NotRunning : public Unreachable {
public:
    using Unreachable::Unreachable;
};

struct DaemonRequest {
    std::string method = "GET";
    std::string path;
    std::string content_type{};  ///< empty: no body
    std::string body{};
};

/// A POST of `fields` as JSON.
[[nodiscard]] DaemonRequest posted(std::string path, const platform::JsonObject& fields);

struct DaemonReply {
    int status = 0;
    std::string body;
    std::string policy{};  ///< the header Content-Security-Policy; empty: none
};

/// The client of the control endpoint. Sends nothing before the system says that the program that
/// listens runs as the owner of the register's folder.
class DaemonClient {
public:
    explicit DaemonClient(const Configuration& configuration) : at_(configuration.control) {}

    /// \throws Unreachable, NotRunning; FileError when others can change the folder
    [[nodiscard]] DaemonReply ask(const DaemonRequest& request) const;

    /// Calls `line` with each line of a 200 answer as it comes; returns any other answer whole.
    /// \throws Unreachable
    [[nodiscard]] DaemonReply stream(const DaemonRequest& request,
                                     const std::function<void(std::string_view)>& line) const;

private:
    /// Calls `part` with the body as it comes; the reply is without it.
    [[nodiscard]] DaemonReply exchange(
        const DaemonRequest& request,
        const std::function<void(int status, std::string_view)>& part) const;
    [[nodiscard]] platform::LocalStream connect() const;

    ControlSettings at_;
};

}  // namespace tizilim::agent
