#include "tests/support/couch_request.h"

#include "platform/hex.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <strings.h>
#include <utility>
#include <vector>

namespace tizilim::support {
namespace {

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const auto byte = platform::from_hex(text.substr(i + 1, 2));
            if (!byte || byte->size() != 1) return {};
            decoded += *byte;
            i += 2;
        } else {
            decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

bool read_path(std::string_view text, std::vector<std::string>& path) {
    while (!text.empty()) {
        text.remove_prefix(text.starts_with('/') ? 1 : 0);
        const std::size_t end = std::min(text.find('/'), text.size());
        auto segment = percent_decode(text.substr(0, end), false);
        if (!segment) return false;
        if (!segment->empty()) path.push_back(*std::move(segment));
        text.remove_prefix(end);
    }
    return true;
}

bool read_query(std::string_view text, std::vector<std::pair<std::string, std::string>>& query) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = percent_decode(pair.substr(0, equals), true);
        auto value = percent_decode(pair.substr(equals == pair.size() ? equals : equals + 1), true);
        if (!name || !value) return false;
        query.emplace_back(*std::move(name), *std::move(value));
        text.remove_prefix(end == text.size() ? end : end + 1);
    }
    return true;
}

}  // namespace

const std::string* CouchRequest::parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return &value;
    }
    return nullptr;
}

bool CouchRequest::flag(std::string_view name) const {
    const std::string* value = parameter(name);
    return value != nullptr && *value == "true";
}

bool read_target(std::string_view url, CouchRequest& request) {
    const std::size_t scheme = url.find("://");
    const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::size_t target = std::min(url.find('/', host), url.size());
    request.origin = std::string(url.substr(0, target));
    const std::string_view rest = url.substr(target);
    const std::size_t question = std::min(rest.find('?'), rest.size());
    const std::string_view query = question == rest.size() ? "" : rest.substr(question + 1);
    return read_path(rest.substr(0, question), request.path) && read_query(query, request.query);
}

const std::string* find_header(const std::vector<platform::HttpHeader>& headers,
                               std::string_view name) {
    for (const platform::HttpHeader& header : headers) {
        if (header.name.size() == name.size() &&
            ::strncasecmp(header.name.data(), name.data(), name.size()) == 0) {
            return &header.value;
        }
    }
    return nullptr;
}

platform::HttpResponse reply(PeerKind kind, int status, std::string body) {
    platform::HttpResponse response{.status = status, .headers = {}, .body = std::move(body)};
    response.body += '\n';
    const bool couchdb = kind == PeerKind::couchdb;
    response.headers.push_back(
        {"content-type", couchdb ? "application/json" : "text/plain; charset=utf-8"});
    response.headers.push_back({couchdb ? "server" : "x-powered-by",
                                couchdb ? "CouchDB/3.5.0 (Erlang OTP/26)" : "Express"});
    if (couchdb) {
        response.headers.push_back({"cache-control", "must-revalidate"});
        response.headers.push_back({"x-couch-request-id", "0f3e8d7c1a"});
        response.headers.push_back({"x-couchdb-body-time", "0"});
    }
    return response;
}

platform::HttpResponse error_reply(PeerKind kind, int status, std::string_view error,
                                   std::string_view reason) {
    return reply(kind, status,
                 platform::to_json(platform::JsonObject{{"error", error}, {"reason", reason}}));
}

}  // namespace tizilim::support
