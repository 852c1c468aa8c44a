#include "agent/admin/couch_server.h"

#include "platform/network/http_transport.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "sync/couch/answer.h"
#include "sync/couch/outcome.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::admin {
namespace {

using platform::JsonValue;
using platform::Method;

constexpr std::chrono::seconds kDeadline{60};
/// All accounts of 10,000 registers are some 6 MB.
constexpr std::size_t kReplyBytesMax = std::size_t{64} << 20;

sync::Answer<sync::Reply> ask(platform::HttpTransport& transport, Method method,
                              const std::string& url, const std::string& authorization,
                              std::string body) {
    platform::HttpRequest request{.method = method,
                                  .url = url,
                                  .headers = {{"Accept", "application/json"}},
                                  .body = std::move(body),
                                  .idempotent = true};
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    return sync::classify(transport.send(request, {kDeadline, kReplyBytesMax}), method);
}

[[noreturn]] void fail(const std::string& url, const sync::Failure& failure) {
    const platform::Message why = failure.outcome == sync::Outcome::unauthorized
                                      ? platform::Message{"admin.not_let_in"}
                                      : failure.reason;
    throw platform::MessageError(
        {"admin.server_says", {{"url", url}, {"why", platform::as_json(why)}}});
}

}  // namespace

CouchServer::CouchServer(platform::HttpTransport& transport, std::string url,
                         std::string authorization)
    : transport_(transport), url_(std::move(url)), authorization_(std::move(authorization)) {
    while (url_.ends_with('/')) url_.pop_back();
}

std::optional<JsonValue> CouchServer::get(const std::string& path) {
    auto reply = ask(transport_, Method::get, url_ + path, authorization_, {});
    if (reply) return reply->json;
    const sync::Failure& failure = reply.error();
    if (failure.status == 404 && failure.outcome == sync::Outcome::refused) return {};
    fail(url_ + path, failure);
}

void CouchServer::put(const std::string& path, const JsonValue& body) {
    const auto reply =
        ask(transport_, Method::put, url_ + path, authorization_, platform::to_json(body));
    if (!reply) fail(url_ + path, reply.error());
}

bool CouchServer::make_database(const std::string& name) {
    const std::string url = url_ + '/' + name;
    const auto reply = ask(transport_, Method::put, url, authorization_, {});
    if (reply) return true;
    if (reply.error().status == 412) return false;
    fail(url, reply.error());
}

std::string basic_authorization(std::string_view user, std::string_view password) {
    return "Basic " + platform::to_base64(std::string(user) + ':' + std::string(password));
}

}  // namespace tizilim::admin
