#include "tests/support/express_pouchdb.h"

#include "platform/curl/curl_transport.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/support/child_process.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <signal.h>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

constexpr std::chrono::seconds kReadyWithin{60};
constexpr std::chrono::seconds kEndWithin{20};
constexpr std::chrono::seconds kAnswerWithin{30};
constexpr std::size_t kAnswerBytesMax = 10'000'000;
constexpr std::string_view kReady = "listening http://127.0.0.1:";

}  // namespace

ExpressPouchDb::ExpressPouchDb(std::filesystem::path node, std::filesystem::path server,
                               std::filesystem::path data, std::vector<std::string> more)
    : node_(std::move(node)),
      server_(std::move(server)),
      data_(std::move(data)),
      more_(std::move(more)) {}

void ExpressPouchDb::start() {
    const std::filesystem::path out = data_.string() + ".out";
    const std::filesystem::path err = data_.string() + ".err";
    std::filesystem::remove(out);
    Command command{node_.string(), server_.string(), "--dir",
                    data_.string(), "--port",         std::to_string(port_)};
    command.insert(command.end(), more_.begin(), more_.end());
    process_ = std::make_unique<ChildProcess>(command, out, err);
    const bool ready = eventually(kReadyWithin, [&] {
        const std::string said = text_of(out);
        return said.starts_with(kReady) && said.ends_with('\n');
    });
    if (!ready) throw std::runtime_error("no express-pouchdb: " + text_of(err));
    port_ = static_cast<std::uint16_t>(std::stoul(text_of(out).substr(kReady.size())));
}

void ExpressPouchDb::stop() {
    process_->signal(SIGTERM);
    if (process_->wait(kEndWithin) != 0) {
        throw std::runtime_error("express-pouchdb did not end in order");
    }
    process_.reset();
}

std::optional<platform::JsonValue> ExpressPouchDb::ask(platform::Method method,
                                                       const std::string& path,
                                                       const std::string& body) const {
    platform::CurlTransport transport({.ca_file = {}, .client_certificate = {}, .proxy = ""},
                                      std::stop_token{});
    platform::HttpRequest request{.method = method,
                                  .url = origin() + path,
                                  .headers = {{"Accept", "application/json"}},
                                  .body = body,
                                  .idempotent = true};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    const auto answer = transport.send(request, {kAnswerWithin, kAnswerBytesMax});
    if (!answer || answer->status < 200 || answer->status >= 300) return {};
    auto json = platform::read_json(answer->body);
    return json ? std::optional(*std::move(json)) : std::nullopt;
}

void ExpressPouchDb::make_register(const std::string& database, const std::string& identity) const {
    const platform::JsonObject document{{"type", "register"}, {"identity", identity}};
    if (!ask(platform::Method::put, '/' + database) ||
        !ask(platform::Method::put, '/' + database + "/register", platform::to_json(document))) {
        throw std::runtime_error("express-pouchdb makes no database " + database);
    }
}

std::string ExpressPouchDb::origin() const {
    return "http://127.0.0.1:" + std::to_string(port_);
}

}  // namespace tizilim::support
