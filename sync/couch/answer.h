#pragma once

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "sync/couch/outcome.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::sync {

/// Why a request failed, in the terms that decide what to do next (sync/README.md, "Replies").
struct Failure {
    Outcome outcome = Outcome::offline;
    platform::Message reason;
    int status = 0;  ///< 0: there was no answer
    std::optional<std::chrono::seconds> retry_after{};
    bool too_large = false;    ///< the answer was longer than its limit
    bool unreadable = false;   ///< a success by its status, whose body is no JSON that we read
    bool cut = false;          ///< the connection was reset or timed out, or the question too large
    bool hardly_left = false;  ///< of a cut: too soon for an answer to have been lost
    bool timed_out = false;    ///< of a cut: its deadline passed
    bool locked = false;       ///< the account, for a time that the server does not name
    bool no_register = false;  ///< the server itself says that there is none at this address
    bool again_plain = false;  ///< perhaps refused for gzip: the next attempt goes without
};

/// A rate limiter (429) did not read the request: the same one is made again later.
[[nodiscard]] inline bool is_put_off(const Failure& failure) {
    return failure.status == 429;
}

template <class T>
using Answer = platform::Expected<T, Failure>;

/// A 200, 201 or 202 with JSON in it.
struct Reply {
    int status = 0;
    platform::JsonValue json;
};

/// What an answer means. Decides on the status and on `error`, never on `reason`, which is prose
/// and differs between servers; but for a locked account, of which CouchDB says nothing elsewhere.
[[nodiscard]] Answer<Reply> classify(
    const platform::Expected<platform::HttpResponse, platform::NetworkError>& answer,
    platform::Method asked);

/// Outcome::captive_portal: what answers is not the peer. `why` is how that shows.
[[nodiscard]] Failure not_the_peer(const platform::Message& why);

/// Text of a peer for a person to read: one line, no control characters, kExcerptBytesMax at most.
/// `text` is UTF-8.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace tizilim::sync
