#include "tests/simulation/faulty_network.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/weights.h"
#include "tests/simulation/witness.h"
#include "tests/support/couch_request.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::simulation {
namespace {

using platform::HttpRequest;
using platform::HttpResponse;
using platform::NetworkError;
using platform::to_json;
using platform::Unexpected;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kRoundTrip{40};
constexpr const char* kPortalPage =
    "<!DOCTYPE html><html><head><title>Wi-Fi</title></head><body>Log in</body></html>";

Unexpected<NetworkError> failure(NetworkError::Kind kind, std::string message) {
    return {NetworkError{.kind = kind, .message = platform::as_it_stands(std::move(message))}};
}

HttpResponse html(int status) {
    return {.status = status, .headers = {{"content-type", "text/html"}}, .body = kPortalPage};
}

HttpResponse json(int status, std::string body) {
    return {.status = status,
            .headers = {{"content-type", "application/json"}},
            .body = std::move(body)};
}

HttpResponse refusal(int status, const std::string& error) {
    return json(status, R"({"error":")" + error + R"(","reason":"so it is"})");
}

/// Of the server's own kind, but of another server or register.
HttpResponse with_other(HttpResponse response, const std::string& member) {
    const std::string begin = "\"" + member + "\":\"";
    const std::size_t at = response.body.find(begin);
    if (at != std::string::npos) response.body[at + begin.size()] = 'x';
    return response;
}

}  // namespace

void FaultyNetwork::trouble(unsigned percent, const Choice<Fault>* faults) {
    percent_ = percent;
    faults_ = faults;
    lasting_.reset();
    lasts_ = 0;
}

std::optional<Fault> FaultyNetwork::draw() {
    if (lasts_ > 0) {
        --lasts_;
    } else {
        lasting_.reset();
        if (faults_ == nullptr || !world_.dice.percent(percent_)) return {};
        lasting_ = faults_->draw(world_.dice);
        if (lasting_ && world_.dice.percent(20)) lasts_ = world_.dice.below(6);
    }
    if (!lasting_) return {};
    world_.marks.hit(std::string(lasting_->name));
    world_.trace.say("    fault " + std::string(lasting_->name));
    return lasting_->kind;
}

/// A server that asked for a pause gets it.
void FaultyNetwork::check_patience() {
    if (!not_before_) return;
    if (clock_.now() < *not_before_) {
        throw Violation("asked again before the time that the peer had named");
    }
    world_.marks.hit("waited as the peer asked");
    not_before_.reset();
}

platform::Expected<HttpResponse, NetworkError> FaultyNetwork::send(
    const HttpRequest& request, const platform::HttpBounds& bounds) {
    if (powerless_) throw PowerCut{};
    check_patience();
    world_.trace.say("    agent " + std::to_string(agent_) + " " +
                     std::string(platform::method_name(request.method)) + ' ' + request.url);
    world_.trace.absorb(request.body);
    if (world_.trace.prints()) {
        if (const auto body = body_of(request)) world_.trace.show("      " + to_json(*body));
    }
    world_.witness.leaving(agent_, request);
    ++counters_.requests;
    counters_.bytes_up += request.url.size() + request.body.size();
    world_.advance(kRoundTrip);
    const bool before = world_.dice.percent(50);
    const bool busy_hour = !disk_troubled_ && faults_ != nullptr && world_.dice.percent(6);
    if (busy_hour && before) world_.meanwhile(agent_);
    Answer answer = answer_to(request, bounds);
    if (answer) world_.witness.heard(agent_, request, *answer);
    if (busy_hour && !before) world_.meanwhile(agent_);
    return answer;
}

FaultyNetwork::Answer FaultyNetwork::answer_to(const HttpRequest& request,
                                               const platform::HttpBounds& bounds) {
    const std::optional<Fault> fault = draw();
    if (fault) return meet(*fault, request, bounds);
    return arrived(hear(request), bounds);
}

/// The peer acts, and its answer arrives.
HttpResponse FaultyNetwork::hear(const HttpRequest& request) {
    HttpResponse response = ask(request);
    if (response.status != support::kNoAnswer) world_.witness.told(agent_, request, response);
    if (response.body.find(R"("_id":"unified:)") != std::string::npos) {
        world_.marks.hit("pulled a remark");
    }
    return response;
}

/// The peer acts; its answer, should it arrive.
HttpResponse FaultyNetwork::ask(const HttpRequest& request) {
    HttpResponse response = world_.unified.handle(agent_, request);
    world_.witness.acted(agent_, request, world_.unified.database());
    return response;
}

FaultyNetwork::Answer FaultyNetwork::arrived(HttpResponse response,
                                             const platform::HttpBounds& bounds) {
    if (response.status == support::kNoAnswer) {
        return failure(NetworkError::Kind::reset, "the peer closed the connection");
    }
    counters_.bytes_down += response.body.size();
    world_.trace.say("      " + std::to_string(response.status) + ", " +
                     std::to_string(response.body.size()) + " bytes");
    world_.trace.show("      " + response.body);
    if (response.body.size() > bounds.response_bytes_max()) {
        return failure(NetworkError::Kind::too_large, "the answer is too large");
    }
    return response;
}

HttpResponse FaultyNetwork::busy(int status) {
    const seconds wait(world_.dice.between(1, 3000));
    not_before_ = clock_.now() + wait;
    HttpResponse response = refusal(status, "busy");
    response.headers.push_back({"retry-after", std::to_string(wait.count())});
    return response;
}

HttpResponse FaultyNetwork::cut(const HttpRequest& request) {
    HttpResponse response = ask(request);
    if (response.body.empty()) return response;
    response.body.resize(static_cast<std::size_t>(world_.dice.below(response.body.size())));
    // Where no more than the last line's end is lost, the peer has said it.
    if (platform::read_json(response.body)) world_.witness.told(agent_, request, response);
    return response;
}

/// A middlebox that says yes to everything.
HttpResponse FaultyNetwork::forged(const HttpRequest& request) {
    const std::string resource = resource_of(request);
    if (resource == "_bulk_docs") return json(201, "[]");
    if (resource.starts_with("_changes")) return json(200, R"({"results":[],"last_seq":"0"})");
    if (request.method == platform::Method::put) {
        return json(201, R"({"ok":true,"id":"x","rev":"0-1"})");
    }
    return json(200, "{}");
}

HttpResponse FaultyNetwork::rows(const HttpRequest& request, const char* error) {
    if (resource_of(request) != "_bulk_docs") return hear(request);
    const auto body = body_of(request);
    std::string rows;
    for (const auto& document : *body->find("docs")->array()) {
        if (!rows.empty()) rows += ',';
        rows += R"({"id":)" + platform::to_json(*document.find("_id")) + R"(,"error":")" + error +
                R"(","reason":"so it is"})";
    }
    return json(201, '[' + rows + ']');
}

HttpResponse FaultyNetwork::garbage() {
    std::string body;
    switch (world_.dice.below(4)) {
        case 0:
            body = std::string(3000, '[');
            break;
        case 1:
            body = R"({"results":"many","uuid":7,"identity":[],"rows":-1})";
            break;
        case 2:
            body = R"({"a":1,"a":2,"last_seq":1e400})";
            break;
        default:
            for (int i = 0; i < 200; ++i) body += static_cast<char>(world_.dice.below(256));
    }
    return json(200, std::move(body));
}

FaultyNetwork::Answer FaultyNetwork::meet(Fault fault, const HttpRequest& request,
                                          const platform::HttpBounds& bounds) {
    if (auto error = network_error(fault, request, bounds)) return Unexpected{*std::move(error)};
    // Of one revision, that is the peer's own word for "superseded": nobody could tell the two
    // apart.
    const bool is_of_one =
        resource_of(request).starts_with("entry") || resource_of(request).starts_with("unified");
    if (fault == Fault::status_404 && is_of_one) return arrived(hear(request), bounds);
    if (auto response = refused_by_status(fault)) return arrived(*std::move(response), bounds);
    return arrived(strange(fault, request), bounds);
}

/// The faults in which no answer arrives.
std::optional<NetworkError> FaultyNetwork::network_error(Fault fault, const HttpRequest& request,
                                                         const platform::HttpBounds& bounds) {
    using Kind = NetworkError::Kind;
    switch (fault) {
        case Fault::lost_request:
            return failure(Kind::reset, "the connection died").error;
        case Fault::lost_answer:
            (void)ask(request);
            return failure(Kind::reset, "the connection died before the answer").error;
        case Fault::timeout:
            world_.advance(bounds.deadline());
            if (world_.dice.percent(50)) (void)ask(request);
            return failure(Kind::timeout, "no answer in time").error;
        case Fault::unresolved:
            return failure(Kind::unresolved, "name lookup failed").error;
        case Fault::tls:
            return failure(Kind::tls, "the certificate does not verify").error;
        case Fault::proxy_down:
            return failure(Kind::proxy, "the proxy can't be reached").error;
        case Fault::endless_answer:
            (void)ask(request);
            return failure(Kind::too_large, "the answer is too large").error;
        default:
            return {};
    }
}

/// The faults in which somebody answers for the peer, by a status alone.
std::optional<HttpResponse> FaultyNetwork::refused_by_status(Fault fault) {
    switch (fault) {
        case Fault::status_500:
            return refusal(500, "internal_server_error");
        case Fault::html_502:
            return html(502);
        case Fault::status_503:
            return refusal(503, "service_unavailable");
        case Fault::retry_after_503:
            return busy(503);
        case Fault::retry_after_429:
            return busy(429);
        case Fault::status_401:
            return refusal(401, "unauthorized");
        case Fault::status_403:
            return refusal(403, "forbidden");
        case Fault::html_403:
            return html(403);
        case Fault::status_404:
            return refusal(404, "not_found");
        case Fault::status_400:
            return refusal(400, "bad_request");
        case Fault::status_407:
            return html(407);
        case Fault::status_408:
            return html(408);
        case Fault::status_413:
            return refusal(413, "too_large");
        case Fault::html_413:
            return html(413);
        case Fault::status_511:
            return html(511);
        default:
            return {};
    }
}

/// The faults in which an answer looks like one.
HttpResponse FaultyNetwork::strange(Fault fault, const HttpRequest& request) {
    switch (fault) {
        case Fault::cut_answer:
            return cut(request);
        case Fault::slow:
            world_.advance(seconds(world_.dice.between(1, 100)));
            return hear(request);
        case Fault::stored_202: {
            HttpResponse response = hear(request);
            if (response.status == 201) response.status = 202;
            return response;
        }
        case Fault::lost_202:
            return resource_of(request) == "_bulk_docs" ? json(202, "[]") : hear(request);
        case Fault::portal:
            return html(200);
        case Fault::redirect: {
            HttpResponse response = html(302);
            response.headers.push_back({"location", "http://portal.example/"});
            return response;
        }
        case Fault::empty_object:
            return json(200, "{}");
        case Fault::empty_list:
            return json(200, "[]");
        case Fault::forged_success:
            return forged(request);
        case Fault::garbage:
            return garbage();
        case Fault::wrong_uuid:
            return with_other(hear(request), "uuid");
        case Fault::wrong_identity:
            return with_other(hear(request), "identity");
        case Fault::rows_unauthorized:
            return rows(request, "unauthorized");
        case Fault::rows_later:
            return rows(request, "internal_server_error");
        default:
            throw Violation("an unknown fault");
    }
}

}  // namespace tizilim::simulation
