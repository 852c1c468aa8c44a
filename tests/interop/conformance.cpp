#include "tests/interop/conformance.h"

#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/interop/peer_servers.h"
#include "tests/support/provision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::interop {
namespace {

using platform::HttpRequest;
using platform::JsonArray;
using platform::Method;

constexpr std::chrono::seconds kDeadline{20};
constexpr std::size_t kResponseBytesMax = 50'000'000;

class StopPeers final : public ::testing::Environment {
public:
    void TearDown() override { stop_peers(); }
};
// NOLINTNEXTLINE(cppcoreguidelines-owning-memory): GoogleTest owns it
const auto* const kStopPeers = ::testing::AddGlobalTestEnvironment(new StopPeers);

}  // namespace

std::string Answer::text(std::string_view name) const {
    const platform::JsonValue* value = json.find(name);
    return value == nullptr || value->string() == nullptr ? "" : *value->string();
}

const JsonArray& Answer::list(std::string_view name) const {
    static const JsonArray none;
    const platform::JsonValue* value = json.find(name);
    return value == nullptr || value->array() == nullptr ? none : *value->array();
}

void Conformance::SetUp() {
    server_ = &peer(GetParam());
    platform::SystemRandom random;
    name_ = "c" + random.hex(6);
    url_ = server_->origin() + '/' + name_;
    ASSERT_EQ(ask_server(Method::put, '/' + name_).status, 201);
}

void Conformance::TearDown() {
    if (server_ == nullptr) return;
    EXPECT_EQ(ask_server(Method::del, '/' + name_).status, 200);
}

Answer Conformance::ask(HttpRequest request) {
    request.idempotent = true;
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"Accept", "application/json"});
    auto response = server_->transport().send(request, {kDeadline, kResponseBytesMax});
    if (!response) {
        ADD_FAILURE() << request.url << ": " << platform::in_english(response.error().message);
        return {};
    }
    Answer answer{.status = response->status, .json = {}, .raw = *response};
    if (auto read = platform::read_json(response->body)) answer.json = *std::move(read);
    return answer;
}

Answer Conformance::ask_server(Method method, const std::string& path, const std::string& body) {
    return ask({.method = method, .url = server_->origin() + path, .headers = {}, .body = body});
}

Answer Conformance::get(const std::string& path) {
    return ask({.method = Method::get, .url = url_ + path, .headers = {}, .body = {}});
}

Answer Conformance::put(const std::string& path, const std::string& body) {
    return ask({.method = Method::put, .url = url_ + path, .headers = {}, .body = body});
}

Answer Conformance::post(const std::string& path, const std::string& body) {
    return ask({.method = Method::post, .url = url_ + path, .headers = {}, .body = body});
}

Answer Conformance::del(const std::string& path) {
    return ask({.method = Method::del, .url = url_ + path, .headers = {}, .body = {}});
}

Answer Conformance::gzipped(Method method, const std::string& path, const std::string& body) {
    return ask({.method = method,
                .url = url_ + path,
                .headers = {{"Content-Encoding", "gzip"}},
                .body = platform::gzip(body)});
}

Answer Conformance::push(const std::string& documents) {
    return post("/_bulk_docs", R"({"new_edits":false,"docs":[)" + documents + "]}");
}

void Conformance::pushed(const std::string& documents) {
    const Answer answer = push(documents);
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    ASSERT_NE(answer.json.array(), nullptr);
    ASSERT_TRUE(answer.json.array()->empty()) << answer.raw.body;
}

std::string Conformance::provisioned() {
    platform::SystemRandom random;
    return support::provision(server_->transport(), {.database_url = url_}, random);
}

std::vector<std::string> texts(const JsonArray& list, std::string_view name) {
    std::vector<std::string> found;
    for (const platform::JsonValue& value : list) {
        const platform::JsonValue* text = value.find(name);
        if (text != nullptr && text->string() != nullptr) found.push_back(*text->string());
    }
    std::ranges::sort(found);
    return found;
}

// The three ctest runs choose among these by name.
INSTANTIATE_TEST_SUITE_P(Peers, Conformance,
                         ::testing::Values(PeerChoice::model_couchdb, PeerChoice::model_pouchdb,
                                           PeerChoice::stand_in_couchdb,
                                           PeerChoice::stand_in_pouchdb,
                                           PeerChoice::express_pouchdb),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace tizilim::interop
