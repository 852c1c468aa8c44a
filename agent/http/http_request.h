#pragma once

#include "agent/api/answers.h"
#include "agent/http/request_guard.h"
#include "platform/expected.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// A request's head.
struct HttpRequest {
    ApiRequest asked;
    RequestOrigin origin;
    std::string version;       ///< "HTTP/1.1"
    std::string known_etag{};  ///< the client has the answer with it
    bool has_body = false;
    bool expects_continue = false;
    bool is_chunked = false;
    std::vector<std::string> lengths;  ///< every Content-Length header
};

/// Parses a whole head, its empty line included; or the answer that says what is wrong with it.
[[nodiscard]] platform::Expected<HttpRequest, ApiResponse> read_http_request(
    const std::string& head);

/// The size of the body; or the answer to one that may not be read.
[[nodiscard]] platform::Expected<std::size_t, ApiResponse> body_bytes(const HttpRequest& request,
                                                                      std::size_t bytes_max);

}  // namespace tizilim::agent
