#include "sync/epoch.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "store/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/replicator.h"
#include "sync/session.h"
#include "sync/tuning.h"
#include "sync/wire.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::sync {
namespace {

constexpr std::size_t kNonceBytes = 16;

bool was_rolled_back(const std::optional<wire::EpochDocument>& theirs,
                     const store::Checkpoint& ours) {
    if (ours.epoch == 0) return false;
    if (!theirs || theirs->epoch < ours.epoch) return true;
    return theirs->epoch == ours.epoch && theirs->nonce != ours.nonce;
}

}  // namespace

Answer<Phase> Epoch::open(Session& session) {
    session.checkpoint = store_.checkpoint(session.peer);
    const auto compared = compare(session);
    if (!compared) return platform::Unexpected{compared.error()};
    if (!compared->distrusted) return Phase::prepared;
    // At once, so that one rollback is noticed once.
    const auto written = write(session, compared->revision);
    if (!written) return platform::Unexpected{written.error()};
    return *written == EpochWrite::conflict ? renew(session) : Phase::prepared;
}

Answer<Phase> Epoch::renew(Session& session) {
    for (unsigned attempt = 0; attempt < kEpochAttemptsMax; ++attempt) {
        // Read just before it is written: CouchDB checks no conflict on _local documents, and
        // writing over an older epoch would hide that the peer was rolled back.
        const auto compared = compare(session);
        if (!compared) return platform::Unexpected{compared.error()};
        const auto written = write(session, compared->revision);
        if (!written) return platform::Unexpected{written.error()};
        if (*written == EpochWrite::acknowledged) return Phase::prepared;
    }
    return platform::Unexpected{
        Failure{.outcome = Outcome::offline,
                .reason = "somebody else keeps writing our note at the server: is a copy of this "
                          "register in use elsewhere?",
                .status = 409}};
}

Answer<EpochWrite> Epoch::write(Session& session, const std::string& revision) {
    store::Checkpoint reached = session.checkpoint;
    ++reached.epoch;
    reached.nonce = random_.hex(kNonceBytes);
    auto written = client_.write_epoch(store_.installation_id(),
                                       {revision, reached.epoch, reached.nonce, reached.pulled});
    if (!written || *written == EpochWrite::conflict) return written;
    store_.set_checkpoint(session.peer, reached);
    session.checkpoint = std::move(reached);
    session.epoch_covers_sent = true;
    session.epoch_is_due = false;
    session.sent_since_epoch = 0;
    return written;
}

Answer<Epoch::Compared> Epoch::compare(Session& session) {
    const auto answer = client_.epoch(store_.installation_id());
    if (!answer) return platform::Unexpected{answer.error()};
    const std::optional<wire::EpochDocument>& theirs = *answer;
    const store::Checkpoint& ours = session.checkpoint;
    store::Checkpoint agreed = ours;
    agreed.peer_instance = session.instance;
    const bool replaced = !ours.peer_instance.empty() && ours.peer_instance != session.instance;
    const bool rolled_back = was_rolled_back(theirs, ours);
    if (theirs && theirs->epoch > ours.epoch) {
        // It was written, and we stopped before we could note it.
        agreed.epoch = theirs->epoch;
        agreed.nonce = theirs->nonce;
    }
    if (replaced || rolled_back) {
        distrust(session, std::move(agreed));
    } else if (agreed != ours) {
        store_.set_checkpoint(session.peer, agreed);
        session.checkpoint = std::move(agreed);
    }
    const std::string noted = theirs ? theirs->pulled : std::string();
    if (noted != session.checkpoint.pulled) session.epoch_is_due = true;
    return Compared{theirs ? theirs->revision : std::string(), replaced || rolled_back};
}

/// Our epoch never goes down, whatever backup the peer comes from: the one it writes next is above
/// all that any of its backups can hold. Should we stop before that, this happens once more, and
/// changes nothing.
void Epoch::distrust(Session& session, store::Checkpoint restart) {
    restart.pulled.clear();
    store_.distrust(session.peer, restart);
    session.checkpoint = std::move(restart);
    session.epoch_covers_sent = false;
    session.epoch_is_due = true;
    session.pull_is_due = true;
}

}  // namespace tizilim::sync
