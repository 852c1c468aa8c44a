#include "sync/epoch.h"

#include "platform/check.h"
#include "platform/expected.h"
#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"
#include "sync/session.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::sync {
namespace {

constexpr std::size_t kNonceBytes = 16;

/// Name of a checkpoint whose peer_instance is the identity of the register that we deliver to: no
/// register has an empty identity.
constexpr const char* kRegisterInUse = "";

Failure another_register() {
    return {.outcome = Outcome::refused, .reason = {"peer.another_register"}};
}

bool has_line(std::string_view lines, const std::string& line) {
    return ('\n' + std::string(lines) + '\n').find('\n' + line + '\n') != std::string::npos;
}

/// `line` and then `lines`, kPeerInstancesMax of them at most.
std::string with_line(const std::string& line, const std::string& lines) {
    std::string all = lines.empty() ? line : line + '\n' + lines;
    std::size_t end = 0;
    for (std::size_t i = 0; i < kPeerInstancesMax; ++i) {
        end = all.find('\n', end);
        if (end == std::string::npos) return all;
        ++end;
    }
    all.resize(end - 1);
    return all;
}

/// The peer's epoch is higher than a crash of ours explains: our register was restored, or a copy
/// of it wrote the remote checkpoint.
bool is_beyond(const std::optional<wire::EpochDocument>& theirs, const store::Checkpoint& ours) {
    return theirs && theirs->epoch > ours.epoch + kEpochsUnnotedMax;
}

/// Whether the remote checkpoint's revision, which counts its writes, names just the one that we
/// know: true while each epoch was one write. Once the peer was restored, it may not be.
bool tells_it_apart(const std::optional<std::string>& revision, const store::Checkpoint& ours) {
    if (!revision) return false;
    return *revision == (ours.epoch == 0 ? "" : "0-" + std::to_string(ours.epoch));
}

bool was_rolled_back(const std::optional<wire::EpochDocument>& theirs,
                     const store::Checkpoint& ours) {
    if (ours.epoch == 0) return false;
    if (!theirs || theirs->epoch < ours.epoch) return true;
    return theirs->epoch == ours.epoch && !ours.nonce.empty() && theirs->nonce != ours.nonce;
}

/// The remote checkpoint is the one that we last wrote, as far as we know. An adopted epoch has no
/// nonce here until we write the next.
bool is_acknowledged(const wire::EpochDocument& theirs, const store::Checkpoint& ours) {
    return theirs.epoch == ours.epoch && !ours.nonce.empty() && theirs.nonce == ours.nonce;
}

}  // namespace

Answer<Phase> Epoch::open(Session& session) {
    if (!is_accepted(session)) return platform::Unexpected{another_register()};
    meet(session);
    const store::Checkpoint& ours = session.checkpoint;
    session.is_first_visit = ours.epoch == 0 && ours.peer_instance.empty() && ours.pulled.empty();
    // There is nothing of ours to compare a remote checkpoint with; if there is one all the same,
    // this server does not let us overwrite it unread.
    if (session.is_first_visit && client_.kind() == PeerKind::pouchdb)
        session.remote_checkpoint_revision.emplace();
    return Phase::prepared;
}

Answer<Phase> Epoch::look(Session& session) {
    const auto distrusted = compare(session);
    if (!distrusted) return platform::Unexpected{distrusted.error()};
    if (!*distrusted) return Phase::prepared;
    // At once, so that one rollback is noticed once.
    const auto written = write(session);
    if (!written) return platform::Unexpected{written.error()};
    return *written ? Phase::prepared : renew(session);
}

void Epoch::accept_other_register() {
    accepted_register_ = std::exchange(refused_register_, {});
}

/// Receipts of another register say nothing of this one; and a mistyped address must not collect a
/// lawyer's entries.
bool Epoch::is_accepted(const Session& session) {
    const std::string in_use = store_.checkpoint(kRegisterInUse).peer_instance;
    if (in_use.empty() || in_use == session.peer || accepted_register_ == session.peer) return true;
    refused_register_ = session.peer;
    return false;
}

void Epoch::meet(Session& session) {
    store::Checkpoint known = store_.checkpoint(kRegisterInUse);
    session.checkpoint = store_.checkpoint(session.peer);
    refused_register_.clear();
    accepted_register_.clear();
    if (known.peer_instance == session.peer) return;
    // Before the register is stored as in use: should we stop between, the person is asked again.
    if (!known.peer_instance.empty()) distrust(session, session.checkpoint);
    known.peer_instance = session.peer;
    store_.set_checkpoint(kRegisterInUse, known);
}

Answer<Phase> Epoch::renew(Session& session) {
    for (unsigned attempt = 0; attempt < kEpochAttemptsMax; ++attempt) {
        // Read just before it is written, unless the server itself checks that it is the one that
        // we know: overwriting an older epoch would hide that the peer was rolled back.
        const bool server_checks =
            client_.kind() == PeerKind::pouchdb &&
            tells_it_apart(session.remote_checkpoint_revision, session.checkpoint);
        // A write that a rate limiter put off is made alone: after another request it would never
        // pass.
        const bool goes_on = std::exchange(session.write_was_put_off, false) &&
                             session.remote_checkpoint_revision &&
                             clock_.now() - session.remote_checkpoint_read_at < kSilenceMax;
        if (!server_checks && !goes_on) {
            const auto compared = compare(session);
            if (!compared) return platform::Unexpected{compared.error()};
        }
        const auto written = write(session);
        if (!written) return platform::Unexpected{written.error()};
        if (*written) return Phase::prepared;
    }
    return platform::Unexpected{Failure{
        .outcome = Outcome::offline, .reason = {"peer.checkpoint_contested"}, .status = 409}};
}

Answer<bool> Epoch::write(Session& session) {
    CHECK(session.remote_checkpoint_revision.has_value());
    const std::string known =
        std::exchange(session.remote_checkpoint_revision, std::nullopt).value_or("");
    store::Checkpoint reached = session.checkpoint;
    ++reached.epoch;
    reached.nonce = random_.hex(kNonceBytes);
    if (reached.peer_instance.empty()) reached.peer_instance = session.instance;
    written_last_ = reached.nonce;
    const auto written = client_.write_epoch(store_.installation_id(),
                                             {known, reached.epoch, reached.nonce, reached.pulled});
    if (!written) {
        session.write_was_put_off = is_put_off(written.error());
        if (session.write_was_put_off) session.remote_checkpoint_revision = known;
        return platform::Unexpected{written.error()};
    }
    const std::optional<std::string>& revision = *written;
    if (!revision) return false;
    store_.set_checkpoint(session.peer, reached);
    session.checkpoint = std::move(reached);
    session.remote_checkpoint_revision = revision;
    session.saved_checkpoint = session.checkpoint.pulled;
    session.is_compared = true;
    session.epoch_covers_sent = true;
    session.epoch_is_due = false;
    session.sent_since_epoch = 0;
    return true;
}

Answer<bool> Epoch::compare(Session& session) {
    const auto answer = client_.epoch(store_.installation_id());
    if (!answer) return platform::Unexpected{answer.error()};
    const std::optional<wire::EpochDocument>& theirs = *answer;
    const store::Checkpoint& ours = session.checkpoint;
    store::Checkpoint agreed = ours;
    const bool is_known = has_line(ours.peer_instance, session.instance);
    if (!is_known) agreed.peer_instance = with_line(session.instance, ours.peer_instance);
    const bool replaced = !is_known && !ours.peer_instance.empty();
    const bool is_unacknowledged = theirs && theirs->epoch == ours.epoch + 1 &&
                                   !written_last_.empty() && theirs->nonce == written_last_;
    const bool is_our_last =
        is_unacknowledged || (theirs ? is_acknowledged(*theirs, ours) : ours.epoch == 0);
    const bool distrusted = replaced || was_rolled_back(theirs, ours) || is_beyond(theirs, ours);
    if (theirs && is_our_last) right_.remember_proof();
    // Without an epoch of ours there is nothing to be older than: it is a register restored on
    // purpose.
    if (ours.epoch > 0 && is_beyond(theirs, ours)) store_.record_own_rollback(session.peer);
    if (theirs && theirs->epoch > ours.epoch && theirs->epoch <= kEpochBelievedMax) {
        // We stopped between writing it and storing that; or our register was restored.
        agreed.epoch = theirs->epoch;
        agreed.nonce = is_our_last ? theirs->nonce : std::string();
    }
    if (distrusted) {
        distrust(session, std::move(agreed));
    } else if (agreed != ours) {
        store_.set_checkpoint(session.peer, agreed);
        session.checkpoint = std::move(agreed);
    }
    const std::string place = theirs ? theirs->pulled : std::string();
    // How far a past was read that is not ours, or not for certain, nobody knows.
    session.saved_checkpoint = is_our_last && !distrusted ? place : std::string();
    if (is_unacknowledged && !distrusted) {
        session.page.reset();
        session.echo_tag.clear();
        session.checkpoint.pulled = place;
    }
    if (!session.is_compared) session.rewind_to_saved_checkpoint();
    if (place != session.checkpoint.pulled) session.epoch_is_due = true;
    session.remote_checkpoint_revision = theirs ? theirs->revision : std::string();
    session.remote_checkpoint_read_at = clock_.now();
    session.write_was_put_off = false;
    session.is_compared = true;
    if (!distrusted) return false;
    // It may also be another register, where we write nothing.
    const auto proved = right_.prove();
    if (!proved) return platform::Unexpected{proved.error()};
    return true;
}

/// Our epoch never goes down, whatever backup the peer comes from: the next one is above all that
/// any of its backups can hold. Should we stop before it is written, this runs once more, and
/// changes nothing.
void Epoch::distrust(Session& session, store::Checkpoint restart) {
    restart.pulled.clear();
    session.saved_checkpoint.emplace();
    store_.distrust(session.peer, restart);
    session.checkpoint = std::move(restart);
    session.epoch_covers_sent = false;
    session.epoch_is_due = true;
    session.pull_is_due = true;
    session.page.reset();  // it may be of a state that the peer lost
    session.absent_there.clear();
    session.taken.clear();
    session.echo_tag.clear();
}

}  // namespace tizilim::sync
