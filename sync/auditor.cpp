#include "sync/auditor.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/tuning.h"
#include "sync/session.h"
#include "sync/verifier.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::sync {
namespace {

using platform::Unexpected;
using store::Leaf;

/// A tombstone has none.
bool shows_a_body(const std::optional<platform::JsonValue>& document) {
    if (!document) return false;
    const platform::JsonValue* deleted = document->find("_deleted");
    return deleted == nullptr || *deleted != platform::JsonValue(true);
}

}  // namespace

/// `audit_began` in the future is when the next round begins.
Answer<Phase> Auditor::audit(Session& session) {
    const platform::WallTime now = clock_.wall_now();
    const platform::WallTime began = session.checkpoint.audit_began;
    const bool is_first = began == platform::WallTime{};
    if (is_first || began > now + kAuditRound + kAuditPause) {  // or the clock was set back
        begin_round(session, now + kAuditPause);
    }
    if (session.checkpoint.audit_began > now) return Phase::nothing_to_do;
    if (audit_at_ && clock_.now() < *audit_at_) return Phase::nothing_to_do;
    const std::size_t wanted = slice_leaves(session.checkpoint);
    const std::size_t most = verifier_.leaves_max();
    const store::AuditSlice slice =
        store_.delivered_after(session.checkpoint.audited, std::min(wanted, most));
    if (!slice.leaves.empty()) {
        const auto audited = verifier_.audit(session, slice.leaves);
        if (!audited) return audited;
    }
    if (wanted <= most) audit_at_ = clock_.now() + kAuditPause;
    if (slice.last == store::OutboxPosition{}) {
        begin_round(session, std::max(session.checkpoint.audit_began + kAuditRound, now));
    } else {
        session.checkpoint.audited = slice.last;
        store_.set_checkpoint(session.peer, session.checkpoint);
    }
    return slice.leaves.empty() ? Phase::nothing_to_do : Phase::exchanged;
}

/// Leaves left to audit, divided by the days that are left of the round.
std::size_t Auditor::slice_leaves(const store::Checkpoint& reached) const {
    const std::size_t left = store_.delivered_after(reached.audited, kAuditAheadMax).leaves.size();
    const auto spent = clock_.wall_now() - reached.audit_began;
    const auto days = std::max<std::int64_t>((kAuditRound - spent) / kAuditPause, 1);
    const auto slices = static_cast<std::size_t>(days);
    return std::max((left + slices - 1) / slices, kAuditLeavesMin);
}

void Auditor::begin_round(Session& session, platform::WallTime at) {
    session.checkpoint.audited = {};
    session.checkpoint.audit_began = at;
    store_.set_checkpoint(session.peer, session.checkpoint);
}

Answer<Phase> Auditor::look_for_withdrawn(Session& session) {
    if (!readable_at_ || clock_.now() >= *readable_at_) {
        readable_at_ = clock_.now() + kAuditPause;
        collect_readable(session);
    }
    if (session.readable.empty() && session.forgotten.empty()) return Phase::nothing_to_do;
    const std::size_t most = session.is_limited ? 1 : kReadableGetsMax;
    for (std::size_t i = 0; i < most && !session.readable.empty(); ++i) {
        const Leaf leaf = session.readable.back();
        const auto document = client_.revision(leaf);
        const bool is_there = document ? shows_a_body(*document)
                                       : document.error().too_large || document.error().unreadable;
        if (!document && !is_there) return Unexpected{document.error()};
        if (!is_there) session.forgotten.push_back({leaf, store::Verdict::forgotten});
        session.readable.pop_back();
    }
    if (session.forgotten.empty()) return Phase::prepared;
    // A 404 may also mean that the database is gone.
    const auto proved = right_.prove();
    if (!proved) return Unexpected{proved.error()};
    store_.mark(session.peer, session.forgotten);
    session.forgotten.clear();
    return Phase::prepared;
}

void Auditor::collect_readable(Session& session) {
    std::vector<Leaf> more = store_.still_readable(readable_after_, kReadablePerDayMax);
    const bool was_last = more.size() < kReadablePerDayMax;
    readable_after_ = was_last ? std::string() : more.back().document_id;
    std::ranges::move(more, std::back_inserter(session.readable));
}

}  // namespace tizilim::sync
