#include "agent/connection.h"

#include "agent/request_guard.h"
#include "agent/route_answers.h"
#include "agent/routes.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponseImpl.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using Poco::Net::HTTPMessage;
using Poco::Net::HTTPServerRequestImpl;
using Poco::Net::HTTPServerResponseImpl;

/// What of a refused body is taken and dropped, so that the client gets to read the answer.
constexpr std::size_t kDrainBytesMax = 4 * kImportBytesMax;
constexpr std::size_t kSegmentsMax = 16;
constexpr std::size_t kParametersMax = 16;

std::vector<std::string> values_of(const HTTPMessage& message, const std::string& name) {
    std::vector<std::string> values;
    const std::string wanted = Poco::toLower(name);
    for (const auto& [header, value] : message)
        if (Poco::toLower(header) == wanted) values.push_back(value);
    return values;
}

RequestOrigin origin_of(const HTTPServerRequestImpl& request) {
    RequestOrigin origin{.hosts = values_of(request, "Host"),
                         .origins = values_of(request, "Origin"),
                         .authorization = {}};
    const auto given = values_of(request, "Authorization");
    if (given.size() == 1) origin.authorization = given.front();
    return origin;
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
std::optional<ApiRequest> head_of(const HTTPServerRequestImpl& request) {
    ApiRequest head;
    head.method = request.getMethod();
    if (!request.getURI().starts_with('/')) return {};
    try {
        const Poco::URI uri(request.getURI());
        head.path = segments_of(request.getURI());
        const auto parameters = uri.getQueryParameters();
        if (head.path.size() > kSegmentsMax || parameters.size() > kParametersMax) return {};
        head.query.insert(parameters.begin(), parameters.end());
    } catch (const Poco::Exception&) {
        return {};
    }
    const std::string type = Poco::toLower(request.getContentType());
    head.content_type = Poco::trim(type.substr(0, type.find(';')));
    return head;
}

std::string reason_of(int status) {
    // Poco 1.11 knows neither 507 nor a better word for 422.
    if (status == 507) return "Insufficient Storage";
    return Poco::Net::HTTPResponse::getReasonForStatus(
        static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
}

/// What the body's length says before it is read; nothing when it may be read.
std::optional<ApiResponse> length_problem(const HTTPServerRequestImpl& request,
                                          std::size_t bytes_max) {
    const auto lengths = values_of(request, "Content-Length");
    if (!values_of(request, "Transfer-Encoding").empty() || lengths.size() != 1)
        return error_response(411, "length_required",
                              "send the body with a Content-Length, not chunked: a body that was "
                              "cut off must be noticed");
    const std::string& length = lengths.front();
    constexpr std::size_t kDigitsMax = 18;
    if (length.empty() || length.find_first_not_of("0123456789") != std::string::npos)
        return error_response(400, "bad_length", "Content-Length must be a number");
    if (length.size() > kDigitsMax || std::stoull(length) > bytes_max)
        return error_response(
            413, "too_large",
            "the body may have " + std::to_string(bytes_max) + " bytes: send less at a time");
    return {};
}

}  // namespace

void Connection::run() {
    try {
        Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
        Poco::Net::HTTPServerSession session(socket(), params);
        HTTPServerResponseImpl response(session);
        serve(session, response);
        if (response.getStatus() >= Poco::Net::HTTPResponse::HTTP_BAD_REQUEST) drain();
    } catch (const Poco::Exception&) {
        // The client went, or took too long to read: there is nobody to tell.
        return;
    }
}

void Connection::serve(Poco::Net::HTTPServerSession& session, HTTPServerResponseImpl& response) {
    ApiResponse reply;
    try {
        Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
        HTTPServerRequestImpl request(response, session, params);
        response.setVersion(request.getVersion());
        reply = answer(request, response);
        send(response, reply, request.getMethod() != "HEAD");
        return;
    } catch (const Poco::Net::NoMessageException&) {
        return;
    } catch (const Poco::Net::MessageException&) {
        reply = error_response(400, "bad_request",
                               "not a request that this port reads: at most 100 headers of 8 KiB "
                               "each, and a path of 16 KiB");
    } catch (const Poco::SyntaxException&) {
        reply = error_response(400, "bad_length", "Content-Length must be a number");
    } catch (const Poco::TimeoutException&) {
        reply = error_response(408, "timeout", "the request did not come within the time");
    }
    if (!response.sent()) send(response, reply, true);
}

ApiResponse Connection::answer(HTTPServerRequestImpl& request,
                               HTTPServerResponseImpl& response) const {
    const RequestOrigin origin = origin_of(request);
    if (const auto refused = context_.guard.refusal(origin))
        return error_response(403, "forbidden", *refused);
    auto asked = head_of(request);
    if (!asked) return error_response(400, "bad_request", "the path is malformed");
    asked->has_token = request.has("Authorization");
    asked->authorized = context_.guard.authorized(origin);
    if (auto refused = context_.routes.refusal(*asked)) return *std::move(refused);
    if (auto refused = read_body(request, response, *asked)) return *std::move(refused);
    ApiResponse reply = context_.routes.answer(*asked);
    if (reply.status >= 500 && reply.status != 503)
        context_.log.error("request_failed", {{"status", std::int64_t{reply.status}}});
    return reply;
}

std::optional<ApiResponse> Connection::read_body(HTTPServerRequestImpl& request,
                                                 HTTPServerResponseImpl& response,
                                                 ApiRequest& asked) const {
    const bool has_body = request.hasContentLength() || request.has("Transfer-Encoding");
    if (!has_body && asked.content_type.empty()) return {};
    if (auto problem = length_problem(request, Routes::body_bytes_max(asked))) return problem;
    if (request.getExpectContinue()) response.sendContinue();
    asked.body.resize(static_cast<std::size_t>(request.getContentLength64()));
    request.stream().read(asked.body.data(), static_cast<std::streamsize>(asked.body.size()));
    if (static_cast<std::size_t>(request.stream().gcount()) == asked.body.size()) return {};
    return error_response(400, "cut_off",
                          "the body is shorter than its Content-Length: send again");
}

void Connection::send(HTTPServerResponseImpl& response, const ApiResponse& answer,
                      bool body_wanted) const {
    response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
    response.setReason(reason_of(answer.status));
    response.setKeepAlive(false);
    response.setContentType(answer.content_type);
    response.set("Cache-Control", "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    if (!answer.allow.empty()) response.set("Allow", answer.allow);
    if (!answer.location.empty()) response.set("Location", answer.location);
    if (answer.status == 401) response.set("WWW-Authenticate", "Bearer");
    if (!answer.stream) {
        response.setContentLength64(static_cast<std::int64_t>(answer.body.size()));
        std::ostream& out = response.send();
        if (body_wanted) out << answer.body;
        out.flush();
        return;
    }
    // An HTTP/1.0 client knows the end by the connection's.
    response.setChunkedTransferEncoding(response.getVersion() == HTTPMessage::HTTP_1_1);
    std::ostream& out = response.send();
    answer.stream([&](std::string_view part) {
        if (context_.stop->is_set()) throw Poco::Net::ConnectionAbortedException("tizilimd ends");
        out << part << std::flush;
        if (!out) throw Poco::Net::ConnectionAbortedException("the client went");
    });
}

void Connection::drain() {
    socket().shutdownSend();
    std::array<char, std::size_t{16} * 1024> dropped{};
    std::size_t bytes = 0;
    while (bytes < kDrainBytesMax) {
        const int count = socket().receiveBytes(dropped.data(), int{dropped.size()});
        if (count <= 0) return;
        bytes += static_cast<std::size_t>(count);
    }
}

}  // namespace tizilim::agent
