#pragma once

#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/link_pace.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"
#include "sync/presence.h"
#include "sync/right_register.h"
#include "sync/session.h"
#include "sync/suspects.h"
#include "sync/verifier.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::sync {

/// Sends what waits in the outbox.
///
/// The problem: a request with many entries may be cut after the server stored it, be refused as a
/// whole for one document that the server does not name, or reach a database that is another's by
/// now. No entry may be lost, none should go twice for nothing, and one must not stop the others.
///
/// push() does the first of these that is due:
///
///   1. A proof that this is still the register that is meant, if the last is too old
///      (RightRegister): before the entries are taken, so that what leaves is current then. Where
///      the last batch had no answer the question comes first.
///   2. A question. The batch is taken from the head of the outbox, as much as the link carries;
///      the store makes each revision and notes that it is handed out. What was handed out before
///      may have arrived: it is asked for, and what is there is `sent` without a second body.
///   3. The batch, in one `_bulk_docs`. Of a document with tombstones the leaf goes first, and the
///      rest once it was taken. By the reply, and only then, each is marked: accepted is `sent`,
///      refused is `quarantined`, a fault of the server is `deferred` and set aside for this round.
///
/// A batch that is refused as a whole is halved (Suspects) until one document is left. It is to
/// blame once the peer took another; who refuses kRefusedAloneMax of them alone refuses the
/// register. A batch without an answer is not marked; where the peer answers everything else and
/// fails at the same batch again and again, it is halved, too.
///
/// A crash leaves entries `pending` and, once they were taken from the outbox, known to be handed
/// out, whether or not a body has left: they are asked for first. Behind the marks they are `sent`,
/// and Verifier asks for them. What is remembered here may be lost at any moment: it costs
/// requests, never an entry.
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

        void mark_accepted(Session& session, const store::Leaf& leaf,
                           std::vector<store::Mark>& marks) const;
    };
    [[nodiscard]] bool something_waits();
    static void hold_back(const Session& session, Batch& batch);
    [[nodiscard]] Batch next_batch(const Session& session);
    [[nodiscard]] Batch sendable(const Session& session, store::Changes changes, Batch& alone);
    [[nodiscard]] std::set<std::string> lacking_there(const Session& session,
                                                      const store::Changes& changes) const;
    void remember_handed_out(const store::Changes& changes);
    [[nodiscard]] Answer<Phase> ask(Session& session, const std::vector<store::Leaf>& unknown);
    [[nodiscard]] Phase mark_known(Session& session, const std::vector<store::Leaf>& asked,
                                   const std::vector<store::Leaf>& absent);
    [[nodiscard]] std::string pack(std::vector<store::DisclosedEntry>& entries,
                                   std::string_view tag);
    [[nodiscard]] Answer<Phase> send(Session& session, Batch batch);
    [[nodiscard]] Answer<Phase> accept(Session& session, const Batch& batch,
                                       const std::vector<wire::RefusedRow>& rows);
    [[nodiscard]] Answer<Phase> fail(Session& session, const Batch& batch, const Failure& failure);
    static void mark_absent(Session& session, const Batch& batch);
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
