#include "tests/support/provision.h"

#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/support/couch_validation.h"

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

namespace tizilim::support {
namespace {

using platform::HttpResponse;
using platform::JsonObject;
using platform::JsonValue;
using platform::Method;

constexpr std::chrono::seconds kDeadline{30};
constexpr std::size_t kResponseBytesMax = 1'000'000;

HttpResponse ask(platform::HttpTransport& transport, const ProvisionTarget& target, Method method,
                 const std::string& path, const std::string& body) {
    platform::HttpRequest request{.method = method,
                                  .url = target.database_url + path,
                                  .headers = {{"Accept", "application/json"}},
                                  .body = body,
                                  .idempotent = true};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    if (!target.authorization.empty()) {
        request.headers.push_back({"Authorization", target.authorization});
    }
    auto response = transport.send(request, {kDeadline, kResponseBytesMax});
    if (!response) {
        throw ProvisionError("cannot reach " + target.database_url + ": " +
                             platform::in_english(response.error().message));
    }
    return *std::move(response);
}

void expect(const HttpResponse& response, std::initializer_list<int> statuses,
            const std::string& what) {
    for (const int status : statuses) {
        if (response.status == status) return;
    }
    throw ProvisionError(what + " was answered " + std::to_string(response.status) + ": " +
                         response.body.substr(0, 200));
}

/// The identity of a register that is there already, or empty.
std::string known_identity(const HttpResponse& response) {
    if (response.status == 404) return {};
    expect(response, {200}, "GET of the document `register`");
    const auto read = platform::read_json(response.body);
    const JsonValue* identity = read ? read->find("identity") : nullptr;
    if (identity == nullptr || identity->string() == nullptr) {
        throw ProvisionError(
            "the document `register` of this database has no identity: choose "
            "another database");
    }
    return *identity->string();
}

}  // namespace

std::string provision(platform::HttpTransport& transport, const ProvisionTarget& target,
                      platform::Random& random) {
    // 409 and 412: there already.
    expect(ask(transport, target, Method::put, "", ""), {201, 202, 412}, "PUT of the database");
    std::string identity = known_identity(ask(transport, target, Method::get, "/register", ""));
    if (identity.empty()) {
        identity = random.hex(16);
        const JsonObject document{
            {"_id", "register"}, {"type", "register"}, {"identity", identity}};
        expect(ask(transport, target, Method::put, "/register", platform::to_json(document)),
               {201, 202}, "PUT of the document `register`");
    }
    const JsonObject design{{"_id", "_design/register"},
                            {"language", "javascript"},
                            {std::string(kAllowedFieldsName), allowed_fields()},
                            {"validate_doc_update", validation_function(allowed_fields())}};
    expect(ask(transport, target, Method::put, "/_design/register", platform::to_json(design)),
           {201, 202, 409}, "PUT of the design document");
    return identity;
}

std::string basic_authorization(const std::string& user, const std::string& password) {
    return "Basic " + platform::to_base64(user + ':' + password);
}

}  // namespace tizilim::support
