#include "tests/support/model_transport.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/message.h"
#include "tests/support/couch_model.h"
#include "tests/support/couch_request.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

using platform::Expected;
using platform::HttpBounds;
using platform::HttpRequest;
using platform::HttpResponse;
using platform::LinkCounters;
using platform::NetworkError;
using platform::Unexpected;

Unexpected<NetworkError> failure(NetworkError::Kind kind, std::string message) {
    return {NetworkError{.kind = kind, .message = platform::as_it_stands(std::move(message))}};
}

std::size_t header_bytes(const std::vector<platform::HttpHeader>& headers) {
    std::size_t bytes = 2;
    for (const auto& header : headers) bytes += header.name.size() + header.value.size() + 4;
    return bytes;
}

}  // namespace

std::string CapturedRequest::bytes() const {
    std::string text(platform::method_name(request.method));
    text += ' ' + request.url + " HTTP/1.1\r\n";
    for (const auto& header : request.headers) text += header.name + ": " + header.value + "\r\n";
    return text + "\r\n" + request.body;
}

Expected<HttpResponse, NetworkError> ModelTransport::send(const HttpRequest& request,
                                                          const HttpBounds& bounds) {
    if (hook_) hook_(request);
    if (recording_) captured_.push_back({request});
    ++requests_;
    if (down_) return failure(*down_, "the link is down");
    bytes_up_ += request.url.size() + header_bytes(request.headers) + request.body.size();
    return deliver(request, bounds);
}

Expected<HttpResponse, NetworkError> ModelTransport::deliver(const HttpRequest& request,
                                                             const HttpBounds& bounds) {
    HttpResponse response;
    if (!scripted_.empty()) {
        response = std::move(scripted_.front());
        scripted_.pop_front();
    } else {
        HttpRequest asked = request;
        asked.headers.push_back({"Accept-Encoding", "gzip"});
        response = model_.handle(asked);
    }
    if (answers_to_lose_ > 0) {
        --answers_to_lose_;
        return failure(NetworkError::Kind::reset, "the connection died before the answer");
    }
    if (response.status == kNoAnswer) {
        return failure(NetworkError::Kind::reset, "the peer closed the connection");
    }
    bytes_down_ += header_bytes(response.headers) + response.body.size();
    if (const std::string* encoding = response.header("content-encoding");
        encoding != nullptr && *encoding == "gzip") {
        auto inflated = platform::gunzip(response.body, bounds.response_bytes_max());
        if (!inflated) return failure(NetworkError::Kind::too_large, "the answer is too large");
        response.body = *std::move(inflated);
    }
    if (truncate_to_) {
        response.body.resize(std::min(*std::exchange(truncate_to_, {}), response.body.size()));
    }
    if (response.body.size() > bounds.response_bytes_max()) {
        return failure(NetworkError::Kind::too_large, "the answer is too large");
    }
    return response;
}

LinkCounters ModelTransport::counters() const {
    return {.requests = requests_, .bytes_up = bytes_up_, .bytes_down = bytes_down_};
}

void ModelTransport::answer_next(int status, std::string body, std::string content_type) {
    scripted_.push_back({.status = status,
                         .headers = {{"content-type", std::move(content_type)}},
                         .body = std::move(body)});
}

std::size_t ModelTransport::captured_count(std::string_view part) const {
    const auto matching = std::ranges::count_if(captured_, [&](const CapturedRequest& captured) {
        const std::string line = std::string(platform::method_name(captured.request.method)) + ' ' +
                                 captured.request.url;
        return line.find(part) != std::string::npos;
    });
    return static_cast<std::size_t>(matching);
}

std::string ModelTransport::captured_bytes() const {
    std::string bytes;
    for (const CapturedRequest& captured : captured_) bytes += captured.bytes() + '\n';
    return bytes;
}

}  // namespace tizilim::support
