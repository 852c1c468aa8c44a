#pragma once

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/support/couch_database.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::simulation {

/// Stands on the wire: sees every byte that leaves, what the peer made of it, and which answers
/// arrived as the peer gave them. What it knows is what an agent may claim.
class Witness {
public:
    /// \throws Violation when something leaves that must not.
    void leaving(std::size_t agent, const platform::HttpRequest& request);
    /// The peer has acted; `database` is as it is since.
    void acted(std::size_t agent, const platform::HttpRequest& request,
               const support::CouchDatabase& database);
    /// The peer's own answer arrived whole.
    void told(std::size_t agent, const platform::HttpRequest& request,
              const platform::HttpResponse& response);

    /// Somebody answered this agent, the peer or not.
    void heard(std::size_t agent, const platform::HttpRequest& request,
               const platform::HttpResponse& response);

    /// Nothing may leave this agent before it has heard the end of the feed.
    void reads_feed_first(std::size_t agent) { feed_unread_.insert(agent); }

    /// Entries that must not be heard of at all, by id.
    void keep_secret(const std::string& id) {
        if (!known_.contains(id)) secret_.insert(id);
    }
    /// For good.
    void may_be_known(const std::string& id) {
        secret_.erase(id);
        known_.insert(id);
    }

    /// Called with each document on its way out.
    using Inspect = std::function<void(std::size_t agent, const platform::JsonValue& document)>;
    void inspect(Inspect inspect) { inspect_ = std::move(inspect); }

    /// "id revision": its body was at the peer at some time.
    [[nodiscard]] bool was_stored(const std::string& leaf) const { return stored_.contains(leaf); }
    /// The peer itself told this agent that it has this leaf, or gave it out.
    [[nodiscard]] bool was_confirmed(std::size_t agent, const std::string& leaf) const;
    [[nodiscard]] bool was_made_by(std::size_t agent, const std::string& leaf) const;
    /// Who wrote this revision by which name: agents only.
    [[nodiscard]] bool is_of_agents(const std::string& leaf) const {
        return made_by_.contains(leaf);
    }

    /// An agent sent it with its parent and nothing behind that, which is somebody else's.
    [[nodiscard]] bool ends_a_foreign_leaf(const std::string& leaf) const {
        return over_another_.contains(leaf);
    }

    /// Grows with everything that happens on the wire or at the peer.
    [[nodiscard]] std::uint64_t tick() { return ++now_; }
    /// When this agent last compared epochs with the peer; 0: not since it was opened.
    [[nodiscard]] std::uint64_t greeted_at(std::size_t agent) const;
    /// What it looked at before is forgotten with it.
    void forget_greeting(std::size_t agent) {
        greeted_[agent] = 0;
        looked_.erase(agent);
    }
    [[nodiscard]] std::uint64_t requests() const { return requests_; }

private:
    void note_greeting(std::size_t agent, const std::string& resource,
                       const platform::HttpResponse& response);
    void read_sent(std::size_t agent, const platform::JsonValue& body,
                   const support::CouchDatabase& database);

    Inspect inspect_;
    std::set<std::string> secret_;
    std::set<std::string> known_;
    std::set<std::string> stored_;
    std::map<std::string, std::size_t> made_by_;  ///< who sent it first
    std::set<std::string> over_another_;
    std::map<std::size_t, std::set<std::string>> confirmed_;
    std::map<std::size_t, std::uint64_t> looked_;  ///< at the note, by agents, and not believed yet
    std::map<std::size_t, std::uint64_t> greeted_;
    std::set<std::size_t> feed_unread_;  ///< agents that are older copies
    std::uint64_t now_ = 0;
    std::uint64_t requests_ = 0;
};

/// The body of a request as JSON, inflated; nothing when it has none.
[[nodiscard]] std::optional<platform::JsonValue> body_of(const platform::HttpRequest& request);

/// The path and query behind the database's address: "_bulk_docs"; "" is the database, "/" the
/// server.
[[nodiscard]] std::string resource_of(const platform::HttpRequest& request);

}  // namespace tizilim::simulation
