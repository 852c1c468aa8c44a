#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/right_register.h"
#include "sync/session.h"

#include <string>

namespace tizilim::sync {

/// Notices a peer that was restored from a backup or replaced. Both sides keep a count of visits,
/// the epoch: we only believe that an entry was delivered when it was sent before an epoch that the
/// peer acknowledged. A peer that knows an older epoch, or the same with another nonce, has lost
/// what came after: then all receipts are taken back and everything is asked and pulled again.
class Epoch {
public:
    Epoch(CouchClient& client, store::Replication& store, RightRegister& right,
          const platform::Clock& clock, platform::Random& random)
        : client_(client), store_(store), right_(right), clock_(clock), random_(random) {}

    /// Opens `session`, whose peer and instance are known. Another register than before is refused
    /// until a person accepts it. Asks nothing.
    [[nodiscard]] Answer<Phase> open(Session& session);

    /// Compares the peer's note with ours, once a session, before anything it says is believed.
    [[nodiscard]] Answer<Phase> look(Session& session);

    /// A person asks to go on: if another register was refused last, it is the one that is meant.
    void accept_other_register();

    /// Begins a new epoch with what the peer has now.
    [[nodiscard]] Answer<Phase> renew(Session& session);

private:
    [[nodiscard]] bool is_accepted(const Session& session);
    void meet(Session& session);
    /// Tells whether the peer was rolled back or replaced.
    [[nodiscard]] Answer<bool> compare(Session& session);
    /// False: somebody else wrote the note since.
    [[nodiscard]] Answer<bool> write(Session& session);
    void distrust(Session& session, store::Checkpoint restart);

    CouchClient& client_;
    store::Replication& store_;
    RightRegister& right_;
    const platform::Clock& clock_;
    platform::Random& random_;
    std::string refused_register_;
    std::string accepted_register_;
    std::string written_last_;  ///< nonce; the answer may not have come
};

}  // namespace tizilim::sync
