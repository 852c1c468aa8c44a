#pragma once

#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/link_pace.h"
#include "sync/presence.h"
#include "sync/right_register.h"
#include "sync/session.h"
#include "sync/suspects.h"
#include "sync/tuning.h"
#include "sync/verifier.h"
#include "sync/wire.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::sync {

/// Sends what waits in the outbox. Only what the peer's reply accepted is marked as sent, and only
/// after the reply. What may have arrived before is asked for first, so that no body goes twice for
/// nothing. A batch that is refused as a whole is halved until the document is found for which it
/// is. What is remembered here may be lost at any moment: it costs requests, never an entry.
class Pusher {
public:
    struct Parts {
        CouchClient& client;
        store::Replication& store;
        Presence& presence;
        RightRegister& right;
        LinkPace& pace;
        const Verifier& verifier;
        platform::Random& random;
    };
    explicit Pusher(const Parts& parts)
        : client_(parts.client),
          store_(parts.store),
          presence_(parts.presence),
          right_(parts.right),
          pace_(parts.pace),
          verifier_(parts.verifier),
          random_(parts.random) {}

    /// One batch, or the question about one.
    [[nodiscard]] Answer<Phase> push(Session& session);

    /// A person says: try everything again.
    void forget_refusals();

private:
    struct Batch {
        std::vector<store::DisclosedEntry> entries;
        std::vector<store::Leaf> unknown;  ///< those that may have arrived before
        std::set<std::string> not_all{};   ///< documents whose tombstones are still to follow
        std::map<std::string, store::Leaf> taken{};  ///< leaves that went before their tombstones

        void note_accepted(Session& session, const store::Leaf& leaf,
                           std::vector<store::Mark>& marks) const;
    };
    [[nodiscard]] bool something_waits();
    static void hold_back(const Session& session, Batch& batch);
    [[nodiscard]] Batch next_batch(const Session& session);
    [[nodiscard]] Batch sendable(const Session& session, store::Changes changes, Batch& alone);
    [[nodiscard]] std::set<std::string> lacking_there(const Session& session,
                                                      const store::Changes& changes) const;
    void note_handed_out(const store::Changes& changes);
    [[nodiscard]] Answer<Phase> ask(Session& session, const std::vector<store::Leaf>& unknown);
    [[nodiscard]] Phase note_known(Session& session, const std::vector<store::Leaf>& asked,
                                   const std::vector<store::Leaf>& absent);
    [[nodiscard]] std::string pack(std::vector<store::DisclosedEntry>& entries,
                                   std::string_view tag);
    [[nodiscard]] Answer<Phase> send(Session& session, Batch batch);
    [[nodiscard]] Answer<Phase> accept(Session& session, const Batch& batch,
                                       const std::vector<wire::RefusedRow>& rows);
    [[nodiscard]] Answer<Phase> fail(Session& session, const Batch& batch, const Failure& failure);
    static void note_absent(Session& session, const Batch& batch);
    [[nodiscard]] bool keeps_failing(Session& session, const Batch& batch, const Failure& failure);
    [[nodiscard]] Phase split(Session& session, const Batch& batch, const Failure& failure);
    void conclude(Session& session);
    [[nodiscard]] Phase give_up(Session& session);

    CouchClient& client_;
    store::Replication& store_;
    Presence& presence_;
    RightRegister& right_;
    LinkPace& pace_;
    const Verifier& verifier_;
    platform::Random& random_;

    Suspects suspects_;
    std::size_t refused_bytes_ = 0;  ///< of the smallest batch that was too large
    std::size_t sent_bytes_ = 0;     ///< of the last batch
    std::size_t body_percent_ = 100 * kPackedRatioFirst;  ///< of bodies, by what gzip made of them
    /// Handed out, and not yet sent by us: no need to ask for them.
    std::set<std::string> unsent_;
    /// The batch whose answer was lost last: the peer has all of it or nothing.
    std::set<std::string> unanswered_;
    /// Refused alone: sent alone from now on, after the others.
    std::set<std::string> stubborn_;
    std::string failing_;  ///< the leaf that the batch began with that fails again and again
    unsigned times_failed_ = 0;
};

}  // namespace tizilim::sync
