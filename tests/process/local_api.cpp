#include "tests/process/local_api.h"

#include "platform/curl_transport.h"
#include "platform/http_transport.h"
#include "platform/json.h"
#include "sync/json_reader.h"
#include "tests/process/office.h"
#include "tests/support/child_process.h"

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024 * 1024;
constexpr int kPageEntries = 200;

}  // namespace

LocalApi::LocalApi(const Office& office)
    : origin_("http://127.0.0.1:" + std::to_string(office.port())),
      token_(support::text_of(office.register_folder() / "token")) {
    while (token_.ends_with('\n')) token_.pop_back();
}

LocalAnswer LocalApi::get(const std::string& path) const {
    return ask(path, nullptr);
}

LocalAnswer LocalApi::post(const std::string& path, const platform::JsonObject& body) const {
    const std::string text = platform::to_json(body);
    return ask(path, &text);
}

LocalAnswer LocalApi::ask(const std::string& path, const std::string* body) const {
    platform::CurlTransport transport({.ca_file = {}, .client_certificate = {}, .proxy = ""},
                                      std::stop_token{});
    platform::HttpRequest request;
    request.url = origin_ + path;
    request.headers = {{"Authorization", "Bearer " + token_}};
    if (body != nullptr) {
        request.method = platform::Method::post;
        request.headers.push_back({"Content-Type", "application/json"});
        request.body = *body;
    }
    const auto reply = transport.send(request, platform::HttpBounds(kCommandTime, kAnswerBytesMax));
    if (!reply) return {};
    LocalAnswer answer{.status = reply->status, .body = reply->body, .json = {}};
    if (auto json = sync::read_json(answer.body)) answer.json = *std::move(json);
    return answer;
}

std::vector<platform::JsonValue> LocalApi::entries(const std::string& query) const {
    std::vector<platform::JsonValue> all;
    std::int64_t first = 1;
    while (first > 0) {
        const LocalAnswer page =
            get("/api/v1/entries?limit=" + std::to_string(kPageEntries) +
                "&first=" + std::to_string(first) + (query.empty() ? "" : "&" + query));
        const platform::JsonArray& entries = array_at(page.json, {"entries"});
        all.insert(all.end(), entries.begin(), entries.end());
        first = number_at(page.json, {"next"});
    }
    return all;
}

std::string text_at(const platform::JsonValue& json, const std::vector<std::string>& names) {
    const platform::JsonValue* const value = at(json, names);
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

std::int64_t number_at(const platform::JsonValue& json, const std::vector<std::string>& names) {
    const platform::JsonValue* const value = at(json, names);
    return value == nullptr || value->integer() == nullptr ? -1 : *value->integer();
}

const platform::JsonArray& array_at(const platform::JsonValue& json,
                                    const std::vector<std::string>& names) {
    static const platform::JsonArray none;
    const platform::JsonValue* const value = at(json, names);
    return value == nullptr || value->array() == nullptr ? none : *value->array();
}

}  // namespace tizilim::process
