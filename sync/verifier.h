#pragma once

#include "platform/random.h"
#include "store/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/session.h"

#include <string>
#include <unordered_map>

namespace tizilim::sync {

/// Asks the peer, after it acknowledged an epoch, which of the sent leaves it has: that is what
/// makes `sent` into `delivered`. Among them is a document that can't exist: whoever does not miss
/// it answers without looking, and nothing it says is believed.
class Verifier {
public:
    Verifier(CouchClient& client, store::Replication& store, platform::Random& random)
        : client_(client), store_(store), random_(random) {}

    /// One batch.
    [[nodiscard]] Answer<Phase> verify(Session& session);

    /// A person says: try those again that the peer took and did not have.
    void forget_losses() { times_lost_.clear(); }

private:
    [[nodiscard]] store::Leaf decoy();
    /// True when the peer lost this leaf too often.
    [[nodiscard]] bool note_loss(const std::string& name);

    CouchClient& client_;
    store::Replication& store_;
    platform::Random& random_;
    std::unordered_map<std::string, unsigned> times_lost_;
};

}  // namespace tizilim::sync
