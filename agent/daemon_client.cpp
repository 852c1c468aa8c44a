#include "agent/daemon_client.h"

#include "agent/access_token.h"
#include "agent/config.h"
#include "platform/file.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timespan.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ios>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

/// A list of 1,000 entries of the longest texts.
constexpr std::size_t kReplyBytesMax = std::size_t{64} * 1024 * 1024;
/// Of silence: a long import reports each percent it has done.
constexpr int kTimeoutSeconds = 120;

std::optional<std::string> token_of(const Configuration& configuration) {
    try {
        return load_token(token_file(configuration.registry.directory));
    } catch (const platform::FileError&) {
        // Another user's, or no daemon has run yet: the port then says what is missing.
        return {};
    }
}

/// std::getline with a bound.
bool read_line(std::istream& body, std::string& line) {
    line.clear();
    for (int byte = body.get(); byte != std::istream::traits_type::eof(); byte = body.get()) {
        if (byte == '\n') return true;
        if (line.size() == kReplyBytesMax) return false;
        line += static_cast<char>(byte);
    }
    return !line.empty();
}

void read_whole(std::istream& body, std::string& text) {
    constexpr std::size_t kPartBytes = std::size_t{64} * 1024;
    std::size_t size = 0;
    while (body && size < kReplyBytesMax) {
        text.resize(size + kPartBytes);
        body.read(text.data() + size, static_cast<std::streamsize>(kPartBytes));
        size += static_cast<std::size_t>(body.gcount());
    }
    text.resize(size);
}

}  // namespace

DaemonClient::DaemonClient(const Configuration& configuration)
    : at_(configuration.status), token_(token_of(configuration)) {}

DaemonReply DaemonClient::ask(const DaemonRequest& request) const {
    return exchange(request,
                    [](std::istream& body, DaemonReply& reply) { read_whole(body, reply.body); });
}

DaemonReply DaemonClient::stream(const DaemonRequest& request,
                                 const std::function<void(std::string_view)>& line) const {
    return exchange(request, [&line](std::istream& body, DaemonReply& reply) {
        if (reply.status != Poco::Net::HTTPResponse::HTTP_OK) return read_whole(body, reply.body);
        std::string text;
        while (read_line(body, text)) line(text);
    });
}

DaemonReply DaemonClient::exchange(const DaemonRequest& request, const Receive& receive) const {
    using Poco::Net::HTTPMessage;
    try {
        Poco::Net::HTTPClientSession session(at_.address, at_.port);
        session.setTimeout(Poco::Timespan(kTimeoutSeconds, 0));
        Poco::Net::HTTPRequest http(request.method, request.path, HTTPMessage::HTTP_1_1);
        if (token_) http.set("Authorization", "Bearer " + *token_);
        if (!request.content_type.empty()) http.setContentType(request.content_type);
        if (request.method != "GET")
            http.setContentLength64(static_cast<std::int64_t>(request.body.size()));
        session.sendRequest(http) << request.body << std::flush;
        Poco::Net::HTTPResponse response;
        std::istream& body = session.receiveResponse(response);
        DaemonReply reply{.status = response.getStatus(), .body = {}};
        receive(body, reply);
        return reply;
    } catch (const Poco::Exception& error) {
        throw Unreachable("tizilimd does not answer at " + at_.address + ":" +
                          std::to_string(at_.port) + " (" + error.displayText() +
                          "): start it with `tizilimd`, or look into its log");
    }
}

}  // namespace tizilim::agent
