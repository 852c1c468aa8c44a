#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::support {

/// A time-stamp authority on a port of 127.0.0.1, with a thread of its own.
class TimestampServer {
public:
    /// `answer` is called by that thread, with the body of a request; what it gives is answered
    /// with status 200.
    explicit TimestampServer(std::function<std::string(const std::string& request)> answer);
    ~TimestampServer();
    TimestampServer(const TimestampServer&) = delete;
    TimestampServer& operator=(const TimestampServer&) = delete;

    [[nodiscard]] std::string url() const;
    /// The bodies that came, of requests that say that they are such.
    [[nodiscard]] std::vector<std::string> requests() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::support
