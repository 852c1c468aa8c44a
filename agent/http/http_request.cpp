#include "agent/http/http_request.h"

#include "agent/api/answers.h"
#include "platform/expected.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::Unexpected;
using Poco::Net::HTTPMessage;

constexpr std::size_t kSegmentsMax = 16;
constexpr std::size_t kParametersMax = 16;

std::vector<std::string> values_of(const HTTPMessage& message, const std::string& name) {
    std::vector<std::string> values;
    const std::string wanted = Poco::toLower(name);
    for (const auto& [header, value] : message)
        if (Poco::toLower(header) == wanted) values.push_back(value);
    return values;
}

/// Each segment decoded by itself: what is encoded in a name never begins another segment.
/// \throws Poco::SyntaxException
std::vector<std::string> segments_of(const std::string& target) {
    const std::string raw = target.substr(0, target.find_first_of("?#"));
    std::vector<std::string> segments;
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t end = std::min(raw.find('/', at), raw.size());
        if (end > at) Poco::URI::decode(raw.substr(at, end - at), segments.emplace_back());
        at = end + 1;
    }
    return segments;
}

/// Nothing when the request's target is no path, or an unreasonable one.
std::optional<ApiRequest> asked_by(const Poco::Net::HTTPRequest& request) {
    ApiRequest asked;
    asked.method = request.getMethod();
    if (!request.getURI().starts_with('/')) return {};
    try {
        const Poco::URI uri(request.getURI());
        asked.path = segments_of(request.getURI());
        const auto parameters = uri.getQueryParameters();
        if (asked.path.size() > kSegmentsMax || parameters.size() > kParametersMax) return {};
        asked.query.insert(parameters.begin(), parameters.end());
    } catch (const Poco::Exception&) {
        return {};
    }
    const std::string type = Poco::toLower(request.getContentType());
    asked.content_type = Poco::trim(type.substr(0, type.find(';')));
    return asked;
}

}  // namespace

platform::Expected<HttpRequest, ApiResponse> read_http_request(const std::string& head) {
    Poco::Net::HTTPRequest request;
    std::istringstream in(head);
    try {
        request.read(in);
    } catch (const Poco::Exception&) {
        return Unexpected{error_response(400, "bad_request", {"request.not_read"})};
    }
    auto asked = asked_by(request);
    if (!asked) return Unexpected{error_response(400, "bad_request", {"request.bad_path"})};
    HttpRequest read;
    read.asked = *std::move(asked);
    read.origin = {.hosts = values_of(request, "Host"), .origins = values_of(request, "Origin")};
    read.version = request.getVersion();
    read.lengths = values_of(request, "Content-Length");
    read.is_chunked = !values_of(request, "Transfer-Encoding").empty();
    read.expects_continue = request.getExpectContinue();
    read.known_etag = request.get("If-None-Match", "");
    const auto credentials = values_of(request, "Authorization");
    if (credentials.size() == 1) read.asked.credentials = credentials.front();
    // A page's POST of nothing says how long that is.
    const bool is_empty = read.lengths == std::vector<std::string>{"0"} && !read.is_chunked &&
                          read.asked.content_type.empty();
    read.has_body =
        !is_empty && (!read.lengths.empty() || read.is_chunked || !read.asked.content_type.empty());
    return read;
}

platform::Expected<std::size_t, ApiResponse> body_bytes(const HttpRequest& request,
                                                        std::size_t bytes_max) {
    if (request.is_chunked || request.lengths.size() != 1)
        return Unexpected{error_response(411, "length_required", {"request.length_required"})};
    const std::string& length = request.lengths.front();
    constexpr std::size_t kDigitsMax = 18;
    if (length.empty() || length.find_first_not_of("0123456789") != std::string::npos)
        return Unexpected{error_response(400, "bad_length", {"request.bad_length"})};
    if (length.size() > kDigitsMax || std::stoull(length) > bytes_max)
        return Unexpected{
            error_response(413, "too_large", {"request.too_large", {{"max", bytes_max}}})};
    return std::size_t{std::stoull(length)};
}

}  // namespace tizilim::agent
