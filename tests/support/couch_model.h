#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_accounts.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_request.h"
#include "tests/support/seeded_random.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace tizilim::support {

/// Everything that a backup of the server brings back.
struct CouchSnapshot {
    std::string uuid;
    std::map<std::string, CouchDatabase> databases;
};

/// An answer given instead of the model's own, as a proxy or a server in trouble would.
struct CouchFault {
    int status = 503;
    std::string body{};
    std::vector<platform::HttpHeader> headers{};
    std::string path_part{};  ///< only for requests whose path and query have this; empty: all
};

/// A server of the CouchDB replication protocol, in memory: what CouchDB 3.5 or express-pouchdb
/// 4.2 answers, as sync/README.md ("Facts") and the conformance suite know it. One thread at a
/// time.
class CouchModel {
public:
    explicit CouchModel(PeerKind kind = PeerKind::couchdb, std::uint64_t seed = 1);

    [[nodiscard]] platform::HttpResponse handle(const platform::HttpRequest& request);

    [[nodiscard]] PeerKind kind() const { return kind_; }
    [[nodiscard]] const std::string& uuid() const { return state_.uuid; }

    /// Null when there is none of that name.
    [[nodiscard]] CouchDatabase* database(const std::string& name);
    CouchDatabase& create_database(const std::string& name);

    [[nodiscard]] CouchSnapshot snapshot() const { return state_; }
    /// The server as it was, uuid and all.
    void restore(const CouchSnapshot& snapshot) { state_ = snapshot; }
    /// Another machine with the same data.
    void change_uuid() { state_.uuid = random_.hex(16); }

    CouchAccounts& accounts() { return accounts_; }
    CouchLimits& limits() { return limits_; }
    [[nodiscard]] const CouchLimits& limits() const { return limits_; }

    /// Each answers one request, in this order, before the model sees it.
    void fail_next(CouchFault fault) { faults_.push_back(std::move(fault)); }
    [[nodiscard]] std::size_t faults_left() const { return faults_.size(); }

private:
    [[nodiscard]] std::optional<platform::HttpResponse> faulty(const std::string& url);
    [[nodiscard]] std::optional<platform::HttpResponse> refuse_unread(
        const platform::HttpRequest& request) const;
    [[nodiscard]] std::optional<platform::HttpResponse> inflate(
        const platform::HttpRequest& request, CouchRequest& read) const;
    [[nodiscard]] platform::HttpResponse route(const CouchRequest& request, bool known_user);
    [[nodiscard]] platform::HttpResponse route_name(const CouchRequest& request);
    [[nodiscard]] platform::HttpResponse outsider(const CouchRequest& request) const;
    [[nodiscard]] platform::HttpResponse welcome() const;

    const PeerKind kind_;
    SeededRandom random_;
    CouchSnapshot state_;
    CouchAccounts accounts_;
    CouchLimits limits_;
    std::deque<CouchFault> faults_;
};

}  // namespace tizilim::support
