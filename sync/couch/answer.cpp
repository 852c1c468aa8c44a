#include "sync/couch/answer.h"

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::sync {
namespace {

using platform::HttpResponse;
using platform::Message;
using platform::Method;
using platform::NetworkError;
using platform::Unexpected;

constexpr std::size_t kErrorCodeBytesMax = 40;

bool is_code_character(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

/// The `error` of an answer, empty where it is none of a CouchDB; nothing where there is none: no
/// CouchDB answered.
std::optional<std::string> error_code(std::string_view body) {
    const auto json = platform::read_json(body);
    if (!json) return {};
    const platform::JsonValue* error = json->find("error");
    if (error == nullptr || error->string() == nullptr) return {};
    const std::string& code = *error->string();
    const bool plain =
        code.size() <= kErrorCodeBytesMax && std::ranges::all_of(code, is_code_character);
    return plain ? code : std::string();
}

/// Only in seconds: a date would be compared with a clock that may be wrong.
std::optional<std::chrono::seconds> retry_after(const HttpResponse& response) {
    const std::string* text = response.header("retry-after");
    if (text == nullptr) return {};
    unsigned seconds = 0;
    const char* const end = text->data() + text->size();
    const auto [stopped, failed] = std::from_chars(text->data(), end, seconds);
    if (failed == std::errc::result_out_of_range) return kRetryAfterMax;
    if (failed != std::errc{} || stopped != end) return {};
    return std::min(std::chrono::seconds(seconds), kRetryAfterMax);
}

Failure failed(Outcome outcome, Message reason) {
    return {outcome, std::move(reason)};
}

Failure refusal(int status, const std::optional<std::string>& code) {
    if (!code || code->empty())
        return failed(Outcome::refused, {"peer.refused", {{"status", status}}});
    return failed(Outcome::refused,
                  {"peer.refused_with_error", {{"status", status}, {"error", *code}}});
}

/// CouchDB 3.4 and later say so, also when the password is right.
bool is_locked(std::string_view body) {
    const auto json = platform::read_json(body);
    const platform::JsonValue* const reason = json ? json->find("reason") : nullptr;
    return reason != nullptr && reason->string() != nullptr &&
           reason->string()->find("temporarily locked") != std::string::npos;
}

Failure forbidden(const HttpResponse& response, Method asked, bool by_couchdb) {
    if (!by_couchdb) return not_the_peer({"not_peer.forbids"});
    if (is_locked(response.body)) {
        Failure failure = failed(Outcome::offline, {"peer.account_locked"});
        failure.locked = true;
        return failure;
    }
    if (asked == Method::get) return failed(Outcome::unauthorized, {"peer.user_not_let_in"});
    return failed(Outcome::refused, {"peer.user_may_not_write"});
}

Failure client_error(const HttpResponse& response, Method asked) {
    const auto code = error_code(response.body);
    switch (response.status) {
        case 401:
            return failed(Outcome::unauthorized, {"peer.wrong_password"});
        case 403:
            return forbidden(response, asked, code.has_value());
        case 404:
            if (!code) return not_the_peer({"not_peer.not_found"});
            return failed(Outcome::refused, {"peer.no_database"});
        case 407:
            return failed(Outcome::offline, {"link.proxy_denied"});
        case 408:
        case 429:
            return failed(Outcome::offline, {"peer.busy", {{"status", response.status}}});
        case 413:
            return refusal(response.status, code);
        default:
            if (code) return refusal(response.status, code);
            return not_the_peer({"not_peer.no_error", {{"status", response.status}}});
    }
}

Failure failure_of(const HttpResponse& response, Method asked) {
    const int status = response.status;
    if (status == 511) return not_the_peer({"not_peer.login"});
    if (status >= 500) return failed(Outcome::offline, {"peer.faulty", {{"status", status}}});
    if (status >= 400) return client_error(response, asked);
    if (status >= 300) return not_the_peer({"not_peer.redirect"});
    return not_the_peer({"not_peer.odd_status", {{"status", status}}});
}

Failure failure_of(const NetworkError& error) {
    if (error.kind == NetworkError::Kind::too_large) {
        Failure failure = not_the_peer({"not_peer.long_answer"});
        failure.too_large = true;
        return failure;
    }
    Failure failure = failed(Outcome::offline, error.message);
    failure.timed_out = error.kind == NetworkError::Kind::timeout;
    failure.cut = failure.timed_out || error.kind == NetworkError::Kind::reset;
    return failure;
}

/// PouchDB calls its JSON text/plain. A login page is HTML.
bool may_be_json(const HttpResponse& response) {
    const std::string* type = response.header("content-type");
    if (type == nullptr) return true;
    std::string name = type->substr(0, type->find(';'));
    while (name.ends_with(' ')) name.pop_back();
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name == "application/json" || name == "text/plain";
}

/// Characters that would break or reorder a line: C1 controls, line separators, bidi overrides.
bool is_invisible(std::string_view text) {
    if (text.size() < 2) return false;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte(0) == 0xC2) return byte(1) < 0xA0;
    if (text.size() < 3 || byte(0) != 0xE2) return false;
    if (byte(1) == 0x80) return byte(2) >= 0xA8 && byte(2) <= 0xAE;
    return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

std::size_t character_bytes(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xE0) return 2;
    return first < 0xF0 ? 3 : 4;
}

}  // namespace

Answer<Reply> classify(const platform::Expected<HttpResponse, NetworkError>& answer, Method asked) {
    if (!answer) return Unexpected{failure_of(answer.error())};
    if (answer->status < 200 || answer->status > 202) {
        Failure failure = failure_of(*answer, asked);
        failure.status = answer->status;
        if (failure.outcome == Outcome::offline) failure.retry_after = retry_after(*answer);
        return Unexpected{std::move(failure)};
    }
    if (!may_be_json(*answer)) return Unexpected{not_the_peer({"not_peer.no_json"})};
    auto json = platform::read_json(answer->body);
    if (!json) {
        Failure failure = not_the_peer(json.error());
        failure.unreadable = true;
        return Unexpected{std::move(failure)};
    }
    return Reply{answer->status, *std::move(json)};
}

Failure not_the_peer(const Message& why) {
    return failed(Outcome::captive_portal, {"peer.another_answers", {{"why", as_json(why)}}});
}

std::string excerpt(std::string_view text) {
    std::string line;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = character_bytes(static_cast<unsigned char>(text[at]));
        const std::string_view character = text.substr(at, bytes);
        at += bytes;
        const bool control = bytes == 1 && (character[0] < 0x20 || character[0] == 0x7f);
        const bool blank = control || is_invisible(character);
        if (line.size() + (blank ? 1 : bytes) > kExcerptBytesMax) break;
        if (blank) {
            line += ' ';
        } else {
            line += character;
        }
    }
    return line;
}

}  // namespace tizilim::sync
