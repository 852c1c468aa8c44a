#include "agent/cli/care/port_checks.h"

#include "agent/cli/care/finding.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/config/config.h"
#include "platform/text/json.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <istream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

constexpr std::size_t kPageBytesMax = std::size_t{16} << 20;
constexpr std::size_t kPageFilesMax = 16;
constexpr int kSecondsMax = 5;
constexpr int kOk = 200;

/// The files that the page's first one names.
std::vector<std::string> files_named_in(std::string_view index) {
    constexpr std::string_view kBeginning = "\"/page.";
    std::vector<std::string> files;
    for (std::size_t at = index.find(kBeginning);
         at != std::string_view::npos && files.size() < kPageFilesMax;
         at = index.find(kBeginning, at + 1)) {
        const std::size_t end = index.find('"', at + 1);
        if (end != std::string_view::npos) files.emplace_back(index.substr(at + 1, end - at - 1));
    }
    return files;
}

std::string read_bounded(std::istream& in) {
    std::string text;
    std::array<char, 65536> part{};
    while (text.size() < kPageBytesMax &&
           (in.read(part.data(), static_cast<std::streamsize>(part.size())) || in.gcount() > 0))
        text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    return text;
}

}  // namespace

Finding page_finding(const GetPage& sent, const GetPage& got, const StatusSettings& port) {
    const platform::JsonObject where{{"address", port.address + ":" + std::to_string(port.port)}};
    const PageCopy first = sent("/");
    std::vector<std::string> files{"/"};
    for (std::string& file : files_named_in(first.body)) files.push_back(std::move(file));
    for (const std::string& file : files) {
        const PageCopy own = file == "/" ? first : sent(file);
        const PageCopy seen = got(file);
        if (seen.status == 0) return {"page", Verdict::fail, {"doctor.port_closed", where}};
        if (own.status != kOk) return {"page", Verdict::warn, {"doctor.page_not_sent", where}};
        if (seen.status != kOk || seen.body != own.body || seen.policy != own.policy)
            return {"page", Verdict::fail, {"doctor.page_changed", where}};
    }
    return {"page", Verdict::ok, {"doctor.page", where}};
}

GetPage page_of(const DaemonClient& daemon) {
    return [daemon](const std::string& path) {
        const DaemonReply reply = daemon.ask({.path = path});
        return PageCopy{.status = reply.status, .body = reply.body, .policy = reply.policy};
    };
}

GetPage page_at(const StatusSettings& port) {
    return [port](const std::string& path) {
        PageCopy copy;
        try {
            Poco::Net::HTTPClientSession session(port.address, port.port);
            session.setTimeout(Poco::Timespan(kSecondsMax, 0));
            Poco::Net::HTTPRequest request("GET", path, Poco::Net::HTTPMessage::HTTP_1_1);
            session.sendRequest(request);
            Poco::Net::HTTPResponse response;
            copy.body = read_bounded(session.receiveResponse(response));
            copy.policy = response.get("Content-Security-Policy", "");
            copy.status = response.getStatus();
        } catch (const Poco::Exception&) {
            copy.status = 0;
        }
        return copy;
    };
}

Finding ncalayer_finding(std::uint16_t port) {
    try {
        Poco::Net::StreamSocket socket;
        socket.connect(Poco::Net::SocketAddress("127.0.0.1", port), Poco::Timespan(1, 0));
        return {"ncalayer", Verdict::ok, {"doctor.ncalayer", {{"port", port}}}};
    } catch (const Poco::Exception&) {
        return {"ncalayer", Verdict::warn, {"doctor.no_ncalayer", {{"port", port}}}};
    }
}

}  // namespace tizilim::agent
