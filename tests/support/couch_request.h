#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_validation.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::support {

/// What the server, or a proxy before it, refuses for its size. Tests make them small.
struct CouchLimits {
    std::size_t document_bytes_max = 8'000'000;  ///< CouchDB's default, in both modes of the model
    std::size_t request_bytes_max = 64'000'000;  ///< as it arrives; a proxy often has 1 MB
    std::size_t inflated_bytes_max = 256'000'000;
    static constexpr std::size_t kHeaderLineMax = 8192;  ///< CouchDB only
};

/// A request taken apart, and what its answer depends on.
struct CouchRequest {
    PeerKind kind;
    const CouchLimits& limits;
    platform::Method method;
    std::vector<std::string> path;                           ///< decoded segments
    std::vector<std::pair<std::string, std::string>> query;  ///< decoded
    std::string body;                                        ///< decompressed
    CouchUserContext user;
    std::string origin;          ///< "http://host:port", for Location
    std::string unless_match{};  ///< of If-None-Match

    [[nodiscard]] bool couchdb() const { return kind == PeerKind::couchdb; }
    [[nodiscard]] const std::string* parameter(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name) const;  ///< "true"
};

/// The path and query of `url`, decoded into `request`. False when they can't be.
[[nodiscard]] bool read_target(std::string_view url, CouchRequest& request);

/// The value of the first header of that name, in any case, or null.
[[nodiscard]] const std::string* find_header(const std::vector<platform::HttpHeader>& headers,
                                             std::string_view name);

/// A status that no server sends: the connection dies without an answer, as when PouchDB crashes.
inline constexpr int kNoAnswer = 0;

/// `body` is JSON text. CouchDB names it so; PouchDB says text/plain at
/// first.
[[nodiscard]] platform::HttpResponse reply(PeerKind kind, int status, std::string body);
[[nodiscard]] platform::HttpResponse error_reply(PeerKind kind, int status, std::string_view error,
                                                 std::string_view reason);

}  // namespace tizilim::support
