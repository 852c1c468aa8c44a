#include "agent/cli/terminal/daemon_client.h"

#include "agent/config/config.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/network/local_stream.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::Message;

/// A list of 1,000 entries of the longest texts.
constexpr std::size_t kReplyBytesMax = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kPartBytes = std::size_t{64} * 1024;
/// Of silence: a long import reports each percent it has done.
constexpr std::chrono::seconds kSilenceMax{120};

std::string head_of(const DaemonRequest& request) {
    using Poco::Net::HTTPMessage;
    // HTTP/1.0: a streamed answer comes without chunks and ends with the connection; its last line
    // tells whether it is whole.
    Poco::Net::HTTPRequest http(request.method, request.path, HTTPMessage::HTTP_1_0);
    if (!request.content_type.empty()) http.setContentType(request.content_type);
    if (request.method != "GET")
        http.setContentLength64(static_cast<std::int64_t>(request.body.size()));
    std::ostringstream head;
    http.write(head);
    return head.str();
}

/// Nothing when it is none.
std::optional<Poco::Net::HTTPResponse> read_head(const std::string& head) {
    try {
        Poco::Net::HTTPResponse response;
        std::istringstream in(head);
        response.read(in);
        return response;
    } catch (const Poco::Exception&) {
        return {};
    }
}

/// Gives the lines of a text that comes in parts to `line`.
class Lines {
public:
    explicit Lines(const std::function<void(std::string_view)>& line) : line_(line) {}
    /// False: a line is too long.
    bool take(std::string_view part) {
        for (std::size_t end = part.find('\n'); end != std::string_view::npos;
             end = part.find('\n')) {
            begun_ += part.substr(0, end);
            line_(begun_);
            begun_.clear();
            part.remove_prefix(end + 1);
        }
        begun_ += part;
        return begun_.size() <= kReplyBytesMax;
    }
    void end() const {
        if (!begun_.empty()) line_(begun_);
    }

private:
    const std::function<void(std::string_view)>& line_;
    std::string begun_;
};

}  // namespace

DaemonRequest posted(std::string path, const platform::JsonObject& fields) {
    return {.method = "POST",
            .path = std::move(path),
            .content_type = "application/json",
            .body = platform::to_json(fields)};
}

DaemonReply DaemonClient::ask(const DaemonRequest& request) const {
    std::string body;
    DaemonReply reply = exchange(request, [&](int /*status*/, std::string_view part) {
        body += part.substr(0, kReplyBytesMax - body.size());
    });
    reply.body = std::move(body);
    return reply;
}

DaemonReply DaemonClient::stream(const DaemonRequest& request,
                                 const std::function<void(std::string_view)>& line) const {
    std::string body;
    Lines lines(line);
    DaemonReply reply = exchange(request, [&](int status, std::string_view part) {
        if (status != Poco::Net::HTTPResponse::HTTP_OK) {
            body += part.substr(0, kReplyBytesMax - body.size());
        } else if (!lines.take(part)) {
            throw Unreachable(Message{"cli.line_without_end"});
        }
    });
    lines.end();
    reply.body = std::move(body);
    return reply;
}

platform::LocalStream DaemonClient::connect() const {
    const std::string folder = at_.directory.string();
    std::error_code failed;
    if (!std::filesystem::exists(at_.directory, failed) && !failed)
        throw NotRunning(Message{"cli.no_register", {{"folder", folder}}});
    // The folder of the system's service belongs to its account.
    if (at_.access == platform::ControlAccess::owner) {
        if (const auto exposure = platform::exposure_to_others(at_.directory))
            throw platform::FileError(Message{"cli.not_asked", {{"why", as_json(*exposure)}}}, 0);
    }
    auto connected = platform::connect_to_control(at_.directory);
    if (connected) return *std::move(connected);
    const platform::ConnectFailure& failure = connected.error();
    if (failure.kind == platform::ConnectFailure::Kind::other_account)
        throw Unreachable(Message{"cli.other_program",
                                  {{"folder", folder}, {"account", as_json(failure.reason)}}});
    const bool is_for_others = failure.kind == platform::ConnectFailure::Kind::not_let_in &&
                               at_.access == platform::ControlAccess::group;
    if (auto group = is_for_others ? platform::group_needed(at_.directory) : std::nullopt)
        throw Unreachable(*std::move(group));
    throw NotRunning(
        Message{"cli.no_answer", {{"folder", folder}, {"why", as_json(failure.reason)}}});
}

DaemonReply DaemonClient::exchange(const DaemonRequest& request,
                                   const std::function<void(int, std::string_view)>& part) const {
    platform::LocalStream stream = connect();
    const platform::JsonObject where{{"folder", at_.directory.string()}};
    // One that refuses a request may close before it has taken all of it; what it says counts.
    static_cast<void>(stream.write(head_of(request) + request.body, kSilenceMax));
    const auto head = stream.read_head(kSilenceMax);
    if (!head) throw Unreachable(Message{"cli.no_reply", where});
    const auto response = read_head(*head);
    if (!response) throw Unreachable(Message{"cli.reply_is_none", where});
    const int status = response->getStatus();
    const bool has_length = response->hasContentLength();
    auto left = has_length ? static_cast<std::uint64_t>(response->getContentLength64()) : 0;
    while (!has_length || left > 0) {
        const auto read = stream.read(
            has_length ? std::min<std::size_t>(kPartBytes, left) : kPartBytes, kSilenceMax);
        if (!read && !has_length && read.error() == platform::StreamFailure::ended) break;
        if (!read) throw Unreachable(Message{"cli.reply_broken_off", where});
        left -= has_length ? read->size() : 0;
        part(status, *read);
    }
    return {.status = status, .body = {}, .policy = response->get("Content-Security-Policy", "")};
}

}  // namespace tizilim::agent
