#include "agent/http/connection.h"

#include "agent/api/answers.h"
#include "agent/api/routes.h"
#include "agent/http/http_request.h"
#include "agent/page/page_files.h"
#include "platform/network/local_stream.h"

#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPResponse.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <ios>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::StreamFailure;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPResponse;

/// A client that takes nothing of an answer for this long is gone.
constexpr std::chrono::seconds kSilenceMax{10};
/// The same of a stranger, whom the page is sent before he has a session: it is larger than what
/// the system keeps.
constexpr std::chrono::seconds kPageSilenceMax{1};

constexpr std::size_t kHeadKibibytes = platform::kHeadBytesMax / 1024;

/// Nobody is there to tell.
class ClientGone : public std::runtime_error {
public:
    ClientGone() : std::runtime_error("ClientGone") {}
};

ApiResponse head_problem(StreamFailure failure) {
    if (failure == StreamFailure::too_long)
        return error_response(431, "head_too_large",
                              {"request.head_too_large", {{"kibibytes", kHeadKibibytes}}});
    return error_response(408, "timeout", {"request.timeout"});
}

std::string reason_of(int status) {
    // Poco 1.11 knows neither 507 nor a better word for 422.
    if (status == 507) return "Insufficient Storage";
    return HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(status));
}

/// What a browser lets the page do: its own files, this program, and NCALayer on this computer.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self' wss://127.0.0.1:13579; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

void set_page_headers(HTTPResponse& response, const ApiResponse& answer) {
    if (answer.is_kept) response.set("Cache-Control", "max-age=31536000, immutable");
    response.set("Content-Security-Policy", std::string(kPagePolicy));
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    response.set("Referrer-Policy", "no-referrer");
}

std::string head_of(const ApiResponse& answer, const std::string& version) {
    HTTPResponse response(version, static_cast<HTTPResponse::HTTPStatus>(answer.status),
                          reason_of(answer.status));
    response.setKeepAlive(false);
    response.setContentType(answer.content_type);
    response.set("Cache-Control", "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    if (answer.is_page) set_page_headers(response, answer);
    if (!answer.etag.empty()) response.set("ETag", answer.etag);
    if (!answer.allow.empty()) response.set("Allow", answer.allow);
    if (!answer.location.empty()) response.set("Location", answer.location);
    // An HTTP/1.0 client knows the end of a stream by the connection's.
    if (answer.stream) response.setChunkedTransferEncoding(version == HTTPMessage::HTTP_1_1);
    if (!answer.stream) response.setContentLength64(static_cast<std::int64_t>(answer.body.size()));
    std::ostringstream head;
    response.write(head);
    return head.str();
}

/// What a page asks for again and again, whoever sits there.
bool is_act(const ApiRequest& asked) {
    return asked.path != std::vector<std::string>{"status"};
}

std::string chunk_of(std::string_view part) {
    std::ostringstream chunk;
    chunk << std::hex << part.size() << "\r\n" << part << "\r\n";
    return chunk.str();
}

}  // namespace

void Connection::run() {
    try {
        if (!request_.head) return send(head_problem(request_.head.error()));
        auto read = read_http_request(*request_.head);
        if (!read) return send(read.error());
        HttpRequest asked = *std::move(read);
        method_ = asked.asked.method;
        if (asked.version == HTTPMessage::HTTP_1_1) version_ = asked.version;
        reply(answer(asked));
    } catch (const ClientGone&) {
        return;
    } catch (const std::exception&) {
        // Its words may hold what was asked.
        constexpr std::int64_t kFault = 500;
        context_.log.error("request_failed", {{"status", kFault}});
    }
}

ApiResponse Connection::answer(HttpRequest& asked) {
    if (auto refused = look_at_asker(asked)) return *std::move(refused);
    if (auto file = page_file_asked(asked)) return *std::move(file);
    if (auto refused = context_.routes.refusal(asked.asked)) return *std::move(refused);
    if (auto refused = read_body(asked)) return *std::move(refused);
    ApiResponse reply = context_.routes.answer(asked.asked);
    if (!reply.etag.empty() && reply.etag == asked.known_etag) {
        reply.status = 304;
        reply.body.clear();
    }
    if (reply.status >= 500 && reply.status != 503)
        context_.log.error("request_failed", {{"status", std::int64_t{reply.status}}});
    return reply;
}

std::optional<ApiResponse> Connection::page_file_asked(const HttpRequest& asked) const {
    const ApiRequest& request = asked.asked;
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    if (!is_read || request.path.size() > 1) return {};
    const PageFile* const file = page_file('/' + (request.path.empty() ? "" : request.path[0]));
    if (file == nullptr) return {};
    return ApiResponse{.content_type = std::string(file->content_type),
                       .body = std::string(file->bytes),
                       .is_page = true,
                       .is_kept = file->is_kept};
}

std::optional<ApiResponse> Connection::look_at_asker(HttpRequest& asked) {
    is_stranger_ = context_.port.has_value();
    asked.asked.authorized = !is_stranger_;
    if (!is_stranger_) return {};
    if (const auto refused = context_.port->guard.refusal(asked.origin))
        return error_response(403, "forbidden", *refused);
    asked.asked.is_of_page = !asked.origin.origins.empty();  // which the guard found to be ours
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view credentials = asked.asked.credentials;
    if (!credentials.starts_with(kScheme)) return {};
    const auto session =
        context_.port->pages.admit(credentials.substr(kScheme.size()), is_act(asked.asked));
    if (!session) return error_response(401, "session_ended", {"session.over"});
    asked.asked.session = *session;
    asked.asked.authorized = true;
    is_stranger_ = false;
    return {};
}

std::optional<ApiResponse> Connection::read_body(HttpRequest& request) {
    if (!request.has_body) return {};
    // What a stranger sends is not waited for.
    if (is_stranger_) return error_response(413, "too_large", {"request.port_takes_no_bodies"});
    const auto bytes = body_bytes(request, Routes::body_bytes_max(request.asked));
    if (!bytes) return bytes.error();
    if (request.expects_continue) write("HTTP/1.1 100 Continue\r\n\r\n");
    auto body = request_.stream.read_exactly(*bytes, context_.body_time_max);
    if (body) {
        request.asked.body = *std::move(body);
        return {};
    }
    if (body.error() == StreamFailure::stopped) throw ClientGone();
    return error_response(400, "cut_off", {"request.cut_off"});
}

void Connection::reply(const ApiResponse& answer) {
    try {
        send(answer);
    } catch (const ClientGone&) {
        if (!answer.afterwards) throw;
    }
    if (answer.afterwards) answer.afterwards();
}

void Connection::send(const ApiResponse& answer) {
    if (answer.stream) return send_stream(answer);
    std::string bytes = head_of(answer, version_);
    if (method_ != "HEAD") bytes += answer.body;
    write(bytes, answer.is_page ? kPageSilenceMax : std::chrono::seconds(0));
    request_.stream.finish();
}

void Connection::send_stream(const ApiResponse& answer) {
    write(head_of(answer, version_));
    if (method_ == "HEAD") return;
    const bool in_chunks = version_ == HTTPMessage::HTTP_1_1;
    answer.stream([&](std::string_view part) {
        if (context_.stop->is_set()) throw ClientGone();
        if (!part.empty()) write(in_chunks ? chunk_of(part) : std::string(part));
    });
    if (in_chunks) write("0\r\n\r\n");
    request_.stream.finish();
}

void Connection::write(std::string_view bytes, std::chrono::seconds stranger_silence_max) {
    // Any other answer to a stranger is small enough for the system to keep: he is not waited for.
    const auto patience = is_stranger_ ? stranger_silence_max : kSilenceMax;
    if (!request_.stream.write(bytes, patience)) throw ClientGone();
}

}  // namespace tizilim::agent
