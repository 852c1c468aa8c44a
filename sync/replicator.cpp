#include "sync/replicator.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/auditor.h"
#include "sync/backoff.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/link_pace.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"
#include "sync/epoch.h"
#include "sync/health_note.h"
#include "sync/poll_plan.h"
#include "sync/presence.h"
#include "sync/puller.h"
#include "sync/pusher.h"
#include "sync/right_register.h"
#include "sync/session.h"
#include "sync/verifier.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::sync {
namespace {

BackoffRange backoff_range(const Failure& failure) {
    const Outcome outcome = failure.outcome;
    if (failure.locked) return {kLockedBase, kRefusedCap};
    if (outcome == Outcome::captive_portal) return {kPortalBase, kPortalCap};
    if (outcome == Outcome::refused) return {kRefusedBase, kRefusedCap};
    return {kOfflineBase, kOfflineCap};
}

/// The failure of some entries, reported at the end of a round in which the others were sent.
std::optional<Failure> postponed(const Session& session) {
    if (session.push_failure) return session.push_failure;
    if (session.not_kept > 0) {
        return Failure{.outcome = Outcome::refused,
                       .reason = {"peer.does_not_keep", {{"count", session.not_kept}}}};
    }
    if (session.not_stored == 0) return {};
    return Failure{.outcome = Outcome::offline,
                   .reason = {"peer.does_not_store", {{"count", session.not_stored}}}};
}

}  // namespace

/// Level-triggered: every step asks the store what is to do. What it remembers itself (the session,
/// the backoff, when to poll) may be lost at any moment.
class Replicator::Impl {
public:
    Impl(const ReplicatorSettings& settings, platform::HttpTransport& transport,
         store::Replication& store, const platform::Clock& clock, platform::Random& random)
        : store_(store),
          clock_(clock),
          client_(settings, transport, clock, pace_),
          right_(client_, store, clock),
          presence_(client_, right_, random),
          epoch_(client_, store, right_, clock, random),
          verifier_(client_, store, presence_, pace_),
          pusher_(Pusher::Parts{client_, store, presence_, right_, pace_, verifier_, random}),
          puller_(client_, store, right_, pace_, clock),
          auditor_(client_, store, verifier_, right_, clock),
          health_(client_, store, clock),
          backoff_(random),
          polls_(settings, random) {
        link_.poll_interval = polls_.quiet_interval() * (100 + kPollJitterPercent) / 100;
    }

    Outcome step() {
        if (clock_.now() < link_.next.at) return link_.outcome;
        // Counts only if the store throws below.
        link_.next = {clock_.now() + kStoreRetry, {"next.register_not_written"}};
        if (poll_at_ && clock_.now() >= *poll_at_) begin_poll();
        if (was_silent()) {
            client_.forget_gzip();
            if (session_) session_->rewind_to_saved_checkpoint();
        }
        const std::uint64_t answers_before = client_.answers();
        const std::uint64_t proofs_before = right_.proofs();
        tried_at_ = clock_.now();
        const Answer<Phase> phase = advance();
        talked_at_ = {clock_.now(), clock_.wall_now()};
        link_.skipped = puller_.skipped();
        if (!phase) return fail(phase.error());
        const std::uint64_t answers = client_.answers() - answers_before;
        mark_passed(answers - (right_.proofs() - proofs_before));
        // Only now is it known that the peer answered, and no login page.
        link_.peer_clock_ahead = client_.clock_ahead();
        link_.peer_clock_read_at = client_.clock_read_at();
        const bool exchanged = answers > 0;
        if (exchanged && *phase != Phase::prepared) link_.succeeded_at = clock_.now();
        return end_phase(*phase);
    }

    void pending_added() {
        if (!link_.failing_since) link_.next = {clock_.now(), {"next.something_new"}};
    }

    void network_came() {
        const bool waits_for_network =
            link_.outcome == Outcome::offline || link_.outcome == Outcome::captive_portal;
        client_.forget_gzip();
        if (!waits_for_network || waits_as_told_) return;
        backoff_.reset();
        const platform::Instant soon = std::max(clock_.now(), tried_at_ + kNetworkCamePause);
        if (soon < link_.next.at) link_.next = {soon, {"next.network_came"}};
    }

    void retry_now() {
        backoff_.reset();
        verifier_.forget_losses();
        pusher_.forget_refusals();
        epoch_.accept_other_register();
        auditor_.look_now();
        session_.reset();
        greeted_.reset();
        link_.next = {clock_.now(), {"next.asked"}};
    }

    [[nodiscard]] const LinkState& link() const { return link_; }

private:
    /// The next phase that has something to do, in the order of sync/README.md, "Delivery".
    Answer<Phase> advance() {
        if (!session_) return open();
        if (right_.is_due()) return right_.prove_what_is_due();
        Session& session = *session_;
        const bool feed_first = reads_feed_first(session);
        // Before anything is sent: should this register be an older copy, the feed comes first.
        const bool may_be_copy = feed_first || !session.is_first_visit;
        if (!session.is_compared && may_be_copy) return epoch_.look(session);
        const bool awaiting = !store_.awaiting_receipt(1).empty();
        if (awaiting && session.epoch_covers_sent) return verify(session);
        const bool epoch_is_full = session.sent_since_epoch >= kEntriesPerEpoch;
        if (epoch_is_full) session.epoch_awaits_feed = session.pull_is_due = true;
        if (!session.epoch_awaits_feed && !feed_first) {
            auto pushed = pusher_.push(session);
            if (!pushed || *pushed != Phase::nothing_to_do) return pushed;
        }
        if (awaiting || epoch_is_full) return epoch_.renew(session);
        if (!session.is_compared) return epoch_.look(session);
        if (session.epoch_is_due && session.notes_each_page) return epoch_.renew(session);
        // What a copy pulls counts as delivered: should the peer be restored later, only a missing
        // remote checkpoint can show it.
        if (feed_first && session.checkpoint.epoch == 0) return epoch_.renew(session);
        if (auto told = health_.write_if_due(); !told || *told != Phase::nothing_to_do) return told;
        if (session.pull_is_due) {
            const bool was_awaited = session.epoch_awaits_feed;
            auto pulled = pull(session);
            if (!pulled || *pulled != Phase::nothing_to_do) return pulled;
            if (feed_first && !store_.reads_feed_first()) return Phase::exchanged;  // now it pushes
            if (was_awaited) return Phase::exchanged;  // more is sent now
        }
        if (session.epoch_is_due) return epoch_.renew(session);
        auto looked_after = look_after(session);
        if (!looked_after || *looked_after != Phase::nothing_to_do) return looked_after;
        auto failure = postponed(session);
        some_keep_failing_ = failure.has_value();
        if (!failure) return Phase::nothing_to_do;
        session_.reset();  // the round is over, whatever it was that failed
        return platform::Unexpected{*std::move(failure)};
    }

    /// Whether nothing may be sent before the feed was read to its end; then a pull is due.
    bool reads_feed_first(Session& session) {
        const bool feed_first = store_.reads_feed_first();
        if (!feed_first) {
            session.feed_first_was_tried = false;
        } else if (!session.pull_is_due && !session.feed_first_was_tried) {
            session.feed_first_was_tried = true;
            session.pull_is_due = true;
        }
        return feed_first;
    }

    Answer<Phase> open() {
        poll_at_.reset();
        if (!greeted_) {
            auto instance = client_.instance();
            if (!instance) return platform::Unexpected{instance.error()};
            greeted_ = *std::move(instance);
        }
        const auto identity = right_.greet();
        if (!identity) return platform::Unexpected{identity.error()};
        Session session{.peer = *identity,
                        .instance = std::exchange(greeted_, std::nullopt).value_or("")};
        auto opened = epoch_.open(session);
        if (opened) session_ = std::move(session);
        return opened;
    }

    Answer<Phase> verify(Session& session) {
        auto verified = verifier_.verify(session);
        if (verified) link_.last_verified_at = clock_.wall_now();
        if (verified && *verified == Phase::moved) polls_.poll_soon();
        return verified;
    }

    Answer<Phase> pull(Session& session) {
        const std::uint64_t stored_before = puller_.stored();
        auto pulled = puller_.pull(session);
        if (puller_.stored() > stored_before) polls_.poll_soon();
        return pulled;
    }

    /// The audit, and old revisions of what was withdrawn, once all else is done.
    Answer<Phase> look_after(Session& session) {
        auto audited = auditor_.audit(session);
        if (audited && *audited != Phase::nothing_to_do) {
            link_.last_verified_at = clock_.wall_now();
        }
        if (!audited || *audited != Phase::nothing_to_do) return audited;
        return auditor_.look_for_withdrawn(session);
    }

    void begin_poll() {
        poll_at_.reset();
        if (!session_) return;
        session_->pull_is_due = true;
        health_.poll_began();
        if (++session_->polls >= kPollsPerSession) session_.reset();
    }

    /// A failure is over unless the phase only prepared (the request that fails may come next), or
    /// some entries failed while others were sent.
    Outcome end_phase(Phase phase) {
        const bool fails_in_part = some_keep_failing_ || (session_ && postponed(*session_));
        if (phase != Phase::prepared && !fails_in_part) recover();
        if (phase == Phase::moved) {
            link_.progressed_at = clock_.now();
            cuts_ = 0;
        }
        if (phase != Phase::nothing_to_do) {
            if (!link_.failing_since) link_.outcome = Outcome::progress;
            link_.next = {clock_.now(), {"next.more_to_do"}};
            return Outcome::progress;
        }
        link_.outcome = Outcome::idle;
        if (!poll_at_) poll_at_ = clock_.now() + polls_.next();
        link_.next = {*poll_at_, {"next.poll"}};
        return Outcome::idle;
    }

    void recover() {
        backoff_.reset();
        limiter_is_shut_ = false;
        link_.failing_since.reset();
        link_.failures = 0;
        link_.reason.reset();
    }

    /// The wall clock is asked, too: the steady one may stop while a computer sleeps.
    [[nodiscard]] bool was_silent() const {
        const auto [at, wall_at] = talked_at_;
        return clock_.now() - at > kSilenceMax ||
               std::chrono::abs(clock_.wall_now() - wall_at) > kSilenceMax;
    }

    /// After a cut: true to go on at once, with less in a request; only so often without progress.
    bool goes_on_after(const Failure& failure) {
        if (!failure.cut || !session_) return false;
        cuts_ += failure.timed_out ? kCutsOfATimeout : 1;
        if (cuts_ >= kCutsAtOnceMax) return false;
        // The peer may have been restarted from a backup, unless it answered.
        if (failure.status > 0) return true;
        session_->rewind_to_saved_checkpoint();
        session_->notes_each_page = true;
        return true;
    }

    /// After a rate limiter's 429: true to keep the session and make the same request again later.
    bool goes_on_later(const Failure& failure) {
        if (!is_put_off(failure)) greeted_.reset();
        if (!is_put_off(failure) || !session_) return false;
        session_->is_limited = true;
        limiter_is_shut_ = session_->put_offs >= kPutOffsMax || limiter_is_shut_;
        return session_->put_offs++ < kPutOffsMax;
    }

    /// A request passed that was put off before; a proof alone says little of the request after it.
    void mark_passed(std::uint64_t answers_but_proofs) {
        if (!session_ || session_->put_offs == 0) return;
        if (!limiter_is_shut_) backoff_.reset();
        if (answers_but_proofs > 0) session_->put_offs = 0;
    }

    /// After any other failure the peer is greeted anew: another server may answer next.
    Outcome fail(const Failure& failure) {
        if (goes_on_after(failure)) {
            link_.next = {clock_.now(), {"next.cut"}};
            return Outcome::progress;
        }
        cuts_ = 0;
        if (!goes_on_later(failure)) session_.reset();
        waits_as_told_ = failure.retry_after.has_value() || failure.locked;
        ++link_.failures;
        if (!link_.failing_since) link_.failing_since = clock_.wall_now();
        link_.outcome = failure.outcome;
        link_.reason = failure.reason;
        if (failure.outcome == Outcome::unauthorized) {
            // Wrong passwords, repeated, lock an account.
            link_.next = {platform::Instant::max(), {"next.only_when_asked"}};
        } else {
            const auto wait = backoff_.next(backoff_range(failure), failure.retry_after);
            link_.next = {clock_.now() + wait, {"next.another_try"}};
        }
        return failure.outcome;
    }

    store::Replication& store_;
    const platform::Clock& clock_;
    LinkPace pace_;  ///< of the link, not of the peer: outlives sessions
    CouchClient client_;
    RightRegister right_;
    Presence presence_;
    Epoch epoch_;
    Verifier verifier_;
    Pusher pusher_;
    Puller puller_;
    Auditor auditor_;
    HealthNote health_;
    Backoff backoff_;
    PollPlan polls_;
    LinkState link_;
    std::optional<std::string> greeted_;  ///< uuid of a server whose identity is still to be read
    std::optional<Session> session_;
    platform::Instant tried_at_{};
    std::pair<platform::Instant, platform::WallTime> talked_at_{};
    unsigned cuts_ = 0;                         ///< in a row, with nothing moved between
    bool limiter_is_shut_ = false;              ///< it let nothing pass too often
    bool waits_as_told_ = false;                ///< the server named a time
    bool some_keep_failing_ = false;            ///< at the end of the last round
    std::optional<platform::Instant> poll_at_;  ///< empty: the poll is under way
};

Replicator::Replicator(const ReplicatorSettings& settings, platform::HttpTransport& transport,
                       store::Replication& store, const platform::Clock& clock,
                       platform::Random& random)
    : impl_(std::make_unique<Impl>(settings, transport, store, clock, random)) {}
Replicator::~Replicator() = default;

Outcome Replicator::step() {
    return impl_->step();
}
void Replicator::pending_added() {
    impl_->pending_added();
}
void Replicator::network_came() {
    impl_->network_came();
}
void Replicator::retry_now() {
    impl_->retry_now();
}
const LinkState& Replicator::link() const {
    return impl_->link();
}

}  // namespace tizilim::sync
