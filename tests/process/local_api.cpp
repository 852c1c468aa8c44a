#include "tests/process/local_api.h"

#include "platform/network/local_stream.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "tests/process/office.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::process {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{64} * 1024 * 1024;
constexpr int kPageEntries = 200;

}  // namespace

LocalApi::LocalApi(const Office& office) : folder_(office.register_folder()) {}

LocalAnswer LocalApi::get(const std::string& path) const {
    return ask(path, nullptr);
}

LocalAnswer LocalApi::post(const std::string& path, const platform::JsonObject& body) const {
    const std::string text = platform::to_json(body);
    return ask(path, &text);
}

LocalAnswer LocalApi::ask(const std::string& path, const std::string* body) const {
    auto connected = platform::connect_to_control(folder_);
    if (!connected) return {};
    platform::LocalStream stream = *std::move(connected);
    std::string request = (body == nullptr ? "GET " : "POST ") + path + " HTTP/1.0\r\n";
    if (body != nullptr)
        request +=
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(body->size()) +
            "\r\n";
    request += "\r\n" + (body == nullptr ? std::string() : *body);
    if (!stream.write(request, kCommandTime)) return {};
    std::string answer;
    while (answer.size() < kAnswerBytesMax) {
        const auto part = stream.read(kAnswerBytesMax - answer.size(), kCommandTime);
        if (!part) break;
        answer += *part;
    }
    return answer_in(answer);
}

std::vector<platform::JsonValue> LocalApi::entries(const std::string& query) const {
    std::vector<platform::JsonValue> all;
    std::string first = "1";
    while (!first.empty()) {
        const LocalAnswer page = get("/api/v1/entries?limit=" + std::to_string(kPageEntries) +
                                     "&first=" + first + (query.empty() ? "" : "&" + query));
        const platform::JsonArray& entries = array_at(page.json, {"entries"});
        all.insert(all.end(), entries.begin(), entries.end());
        const platform::JsonValue* const next = page.json.find("next");
        first.clear();
        if (next != nullptr && next->string() != nullptr) first = *next->string();
        if (next != nullptr && next->integer() != nullptr) first = std::to_string(*next->integer());
    }
    return all;
}

LocalAnswer answer_in(const std::string& bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    const std::size_t status = bytes.find(' ');
    if (end == std::string::npos || status > end) return {};
    LocalAnswer answer{.status = std::stoi(bytes.substr(status + 1, 3)),
                       .body = bytes.substr(end + 4),
                       .json = {}};
    if (auto json = platform::read_json(answer.body)) answer.json = *std::move(json);
    return answer;
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
