#include "tests/process/unified_system.h"

#include "platform/curl/curl_transport.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/process/canned_server.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <signal.h>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr std::size_t kDocumentsBytesMax = std::size_t{64} * 1024 * 1024;

}  // namespace

UnifiedSystem::UnifiedSystem(std::vector<std::string> environment)
    : environment_(std::move(environment)), port_(free_port()) {}

std::string UnifiedSystem::url_at(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port) + "/register";
}

bool UnifiedSystem::start() {
    const std::filesystem::path log = folder_ / "stand_in.log";
    std::filesystem::remove(log);
    // env becomes the program, with the same process id.
    support::Command command{"/usr/bin/env"};
    command.insert(command.end(), environment_.begin(), environment_.end());
    command.insert(
        command.end(),
        {UNIFIED_STAND_IN_PROGRAM, "--port", std::to_string(port_), "--database", "register",
         "--data", (folder_ / "data.json").string(), "--record", (folder_ / "requests").string()});
    process_ = std::make_unique<support::ChildProcess>(command, log, log);
    return support::eventually(kCommandTime,
                               [&] { return support::text_of(log).starts_with("listening "); });
}

bool UnifiedSystem::stop() {
    process_->signal(SIGTERM);
    return process_->wait(kCommandTime) == 0;
}

std::string UnifiedSystem::recorded() const {
    return support::text_of(folder_ / "requests");
}

std::string UnifiedSystem::all_documents() const {
    platform::CurlTransport transport({.ca_file = {}, .client_certificate = {}, .proxy = ""},
                                      std::stop_token{});
    platform::HttpRequest request;
    request.url = url() + "/_all_docs?include_docs=true";
    const auto reply =
        transport.send(request, platform::HttpBounds(kCommandTime, kDocumentsBytesMax));
    if (!reply || reply->status != 200) return {};
    return reply->body;
}

std::vector<HeldDocument> UnifiedSystem::entries() const {
    std::vector<HeldDocument> held;
    const auto json = platform::read_json(all_documents());
    const platform::JsonValue* const rows = json ? json->find("rows") : nullptr;
    if (rows == nullptr || rows->array() == nullptr) {
        ADD_FAILURE() << "the stand-in does not say what it holds";
        return held;
    }
    for (const platform::JsonValue& row : *rows->array()) {
        const platform::JsonValue* const id = at(row, {"doc", "_id"});
        const platform::JsonValue* const revision = at(row, {"doc", "_rev"});
        if (id == nullptr || !id->string()->starts_with("entry:")) continue;
        held.push_back({.id = *id->string(), .revision = *revision->string()});
    }
    return held;
}

}  // namespace tizilim::process
