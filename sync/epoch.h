#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/right_register.h"
#include "sync/session.h"

#include <string>

namespace tizilim::sync {

/// Notices a peer that was restored from a backup or replaced.
///
/// The problem: such a peer answers as before. It has the same identity, often the same uuid, and
/// takes any `since`. What it was sent after the backup is gone, and nothing in the protocol says
/// so. Receipts for that would be false, and it would never be sent again.
///
/// So both sides keep an epoch, a count of visits: ours in the store's Checkpoint, the peer's in
/// its remote checkpoint (`_local/<installation id>`), with a nonce and the saved checkpoint, which
/// is how far the pull had come. A receipt is given only for a leaf that the peer accepted before
/// it acknowledged an epoch, and that it shows to have afterwards. A backup from before that epoch
/// shows an older one; a later backup has the leaf.
///
///   1. open(): the register is the one in use, or a person accepted another.
///   2. look(), once a session: the remote checkpoint is read and compared with ours.
///        the same epoch and nonce      all is well
///        one ahead                     written by us, and not stored here: taken over
///        older, absent, another nonce, or a server of unknown uuid
///                                      what came after is lost: distrusted
///        further ahead                 distrusted; if we had an epoch this register is an older
///                                      copy, and the owner is told
///   3. Distrust: all receipts and how far we pulled are taken back in one transaction. Our
///      epoch never goes down; the next one, above all that any backup can hold, is written.
///   4. renew(), before receipts are asked for and where the saved checkpoint is behind: the remote
///      checkpoint is read and compared again, unless the server compares it itself, and written
///      with the next epoch. Only then that is stored here.
///
/// A crash before the write leaves nothing. Between the write and our storing it, theirs is one
/// ahead; whether we wrote it is not known then, so its saved checkpoint is not believed, and the
/// feed is read from its beginning. Between distrust and the write, both happen once more.
class Epoch {
public:
    Epoch(CouchClient& client, store::Replication& store, RightRegister& right,
          const platform::Clock& clock, platform::Random& random)
        : client_(client), store_(store), right_(right), clock_(clock), random_(random) {}

    /// Opens `session`, whose peer and instance are known. Another register than before is refused
    /// until a person accepts it. Asks nothing.
    [[nodiscard]] Answer<Phase> open(Session& session);

    /// Compares the remote checkpoint with ours, once a session, before anything that the peer says
    /// is believed.
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
    /// False: the remote checkpoint was written by another since it was read.
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
