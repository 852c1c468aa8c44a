#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::platform {

enum class Method { get, put, post, del };
[[nodiscard]] std::string_view method_name(Method method);  ///< "GET"

struct HttpHeader {
    std::string name;
    std::string value;
};

/// What every caller must decide: how long to wait, and how large an answer may be.
class HttpBounds {
public:
    HttpBounds(std::chrono::milliseconds deadline, std::size_t response_bytes_max)
        : deadline_(deadline), response_bytes_max_(response_bytes_max) {}
    [[nodiscard]] std::chrono::milliseconds deadline() const { return deadline_; }
    /// For the body after decompression; headers count separately.
    [[nodiscard]] std::size_t response_bytes_max() const { return response_bytes_max_; }

private:
    std::chrono::milliseconds deadline_;
    std::size_t response_bytes_max_;
};

struct HttpRequest {
    Method method = Method::get;
    std::string url;  ///< http or https, without user and password
    std::vector<HttpHeader> headers;
    std::string body;  ///< as sent: compressed by the caller if a header says so
    /// The transport may send it again, once, if a reused connection died before any answer; not if
    /// it is large: the link may have cut it for that, and the caller decides.
    bool idempotent = false;
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers;  ///< names in lower case
    std::string body;                 ///< decompressed

    /// The first header of that name (lower case), or null.
    [[nodiscard]] const std::string* header(std::string_view name) const;
};

struct NetworkError {
    enum class Kind { unresolved, unreachable, proxy, tls, timeout, reset, too_large, cancelled };
    Kind kind = Kind::unreachable;
    Message message;  ///< what failed and what to do; no URL, header or body in it
};

/// Bytes and requests since the transport was made, counted at the HTTP level.
struct LinkCounters {
    std::uint64_t requests = 0;
    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
};

/// One blocking HTTP exchange at a time. CurlTransport in production, a model in tests.
class HttpTransport {
public:
    virtual ~HttpTransport() = default;
    [[nodiscard]] virtual Expected<HttpResponse, NetworkError> send(const HttpRequest& request,
                                                                    const HttpBounds& bounds) = 0;
    /// Safe from any thread.
    [[nodiscard]] virtual LinkCounters counters() const = 0;
    /// When the first certificate of the chain ends that the last TLS handshake showed; nothing:
    /// there was none. Safe from any thread.
    [[nodiscard]] virtual std::optional<WallTime> certificate_ends_at() const { return {}; }
};

}  // namespace tizilim::platform
