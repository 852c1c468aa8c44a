#pragma once

#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/link_pace.h"
#include "sync/presence.h"
#include "sync/session.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace tizilim::sync {

/// Asks the peer which leaves it has: after an acknowledged epoch `sent` becomes `delivered`;
/// later, for the audit, what is missing is sent again.
class Verifier {
public:
    Verifier(CouchClient& client, store::Replication& store, Presence& presence,
             const LinkPace& pace)
        : client_(client), store_(store), presence_(presence), pace_(pace) {}

    /// One batch of the leaves that await a receipt.
    [[nodiscard]] Answer<Phase> verify(Session& session);

    /// Asks for leaves that were delivered; what is missing goes out again.
    [[nodiscard]] Answer<Phase> audit(Session& session, const std::vector<store::Leaf>& delivered);

    /// How many leaves to ask for at once.
    [[nodiscard]] std::size_t leaves_max() const;

    /// The peer accepted this leaf (name_of()) before and did not have it.
    [[nodiscard]] bool was_lost(const std::string& name) const {
        return times_lost_.contains(name);
    }
    /// A person asks: lost leaves are sent again.
    void forget_losses() { times_lost_.clear(); }

private:
    static void set_aside_with(Session& session, const std::vector<store::Leaf>& asked);
    void mark_missing(Session& session, const store::Leaf& leaf, std::vector<store::Mark>& marks);
    /// True when the peer lost it too often.
    [[nodiscard]] bool count_loss(const std::string& name);
    void look_for_withdrawn(Session& session, const std::vector<store::Mark>& marks) const;

    CouchClient& client_;
    store::Replication& store_;
    Presence& presence_;
    const LinkPace& pace_;
    std::unordered_map<std::string, unsigned> times_lost_;
};

}  // namespace tizilim::sync
