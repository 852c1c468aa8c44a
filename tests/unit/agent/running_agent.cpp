#include "tests/unit/agent/running_agent.h"

#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/http/local_endpoints.h"
#include "agent/register/backup_loop.h"
#include "agent/register/network_link.h"
#include "platform/check.h"
#include "platform/files/file.h"
#include "platform/network/listening_socket.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "tests/support/cheap_recovery.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace tizilim::support {
namespace {

constexpr std::chrono::seconds kPatience{60};

/// Nothing but a status of 0 where there is no head.
Answer answer_in(const std::string& text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {.status = std::stoi(text.substr(text.find(' ') + 1, 3)),
            .head = text.substr(0, end),
            .body = text.substr(end + 4)};
}

}  // namespace

agent::EndpointSockets open_endpoints(const agent::StatusSettings& status,
                                      const agent::ControlSettings& control) {
    auto port = platform::listen_on_loopback(status.address, status.port);
    CHECK(port);
    return {.control = platform::listen_on_control_socket(control.directory, control.access),
            .control_settings = control,
            .status_port = *std::move(port),
            .request_time_max = status.request_time_max};
}

RunningAgent::RunningAgent(std::chrono::milliseconds request_time_max, bool require_signature) {
    store::RegisterSettings settings;
    settings.directory = folder_ / "register";
    settings.require_signature = require_signature;
    settings.lawyer = "Учебный адвокат";
    settings.recovery_cost = kCheapRecovery;
    recovery_code_ = store::Register::create(settings, keys_, clock_, random_);
    registry_ = std::make_unique<store::Register>(settings, keys_, clock_, random_);
    watch_ = std::make_unique<agent::DeliveryWatch>(
        agent::DeliveryWatch::Surroundings{.registry = *registry_,
                                           .clock = clock_,
                                           .log = log_,
                                           .utc_offset = std::chrono::hours(5),
                                           .started_at = clock_.now()},
        settings.directory);
    network_ = std::make_unique<agent::NetworkLink>(
        agent::NetworkLink::Surroundings{
            .registry = *registry_, .clock = clock_, .log = log_, .watch = *watch_},
        settings.directory / "paused", platform::Message{"delivery.no_url"});
    backups_ = std::make_unique<agent::BackupLoop>(
        agent::BackupSchedule::Surroundings{.registry = *registry_, .clock = clock_, .log = log_},
        agent::BackupSettings{});
    routes_ = std::make_unique<agent::Routes>(services());
    endpoints_ = std::make_unique<agent::LocalEndpoints>(
        open_endpoints({.address = "127.0.0.1", .port = 0, .request_time_max = request_time_max},
                       {.directory = settings.directory}),
        *routes_, pages_, log_);
}

agent::Services RunningAgent::services() {
    return {.registry = *registry_,
            .delivery = network_->door(),
            .backups = backups_->door(),
            .watch = *watch_,
            .clock = clock_,
            .utc_offset = std::chrono::hours(5),
            .pages = pages_};
}

Answer RunningAgent::send(const std::string& bytes) const {
    auto stream = platform::connect_to_control(register_folder());
    CHECK(stream.has_value());
    platform::LocalStream connected = *std::move(stream);
    // One that refuses a request closes before it has taken all of it.
    static_cast<void>(connected.write(bytes, kPatience));
    std::string text;
    while (true) {
        const auto part = connected.read(65536, kPatience);
        if (!part) return answer_in(text);
        text += *part;
    }
}

Answer RunningAgent::send_to_port(const std::string& bytes) const {
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", port()));
    socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    std::string text;
    std::array<char, 65536> part{};
    for (int count = 1; count > 0;) {
        count = socket.receiveBytes(part.data(), static_cast<int>(part.size()));
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    return answer_in(text);
}

Answer RunningAgent::ask(const Asked& asked) const {
    // HTTP/1.0: a streamed body comes without chunks.
    std::string bytes = asked.method + " " + asked.path + " HTTP/1.0\r\n";
    bytes += "Host: 127.0.0.1:" + std::to_string(port()) + "\r\n";
    if (!asked.content_type.empty()) bytes += "Content-Type: " + asked.content_type + "\r\n";
    if (asked.method != "GET")
        bytes += "Content-Length: " + std::to_string(asked.body.size()) + "\r\n";
    for (const std::string& header : asked.headers) bytes += header + "\r\n";
    bytes += "\r\n" + asked.body;
    return asked.over_port ? send_to_port(bytes) : send(bytes);
}

Answer RunningAgent::post_json(const std::string& path, const std::string& body) const {
    return ask({.method = "POST", .path = path, .content_type = "application/json", .body = body});
}

std::filesystem::path RunningAgent::write_config() const {
    const auto file = folder_ / "tizilim.conf";
    platform::write_file_atomically(file, "[register]\ndirectory = register\n[status]\nport = " +
                                              std::to_string(port()) + "\n");
    return file;
}

}  // namespace tizilim::support
