#include "sync/verifier.h"

#include "platform/expected.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/tuning.h"
#include "sync/presence.h"
#include "sync/session.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::sync {

std::size_t Verifier::leaves_max() const {
    const std::size_t leaves = pace_.batch_count(kLeafBytes, kVerifyLeavesMin, kVerifyLeavesMax);
    const std::size_t names = client_.names_max();
    return names < leaves ? std::min(leaves, std::max<std::size_t>(1, names) * kQuestionsMax)
                          : leaves;
}

Answer<Phase> Verifier::verify(Session& session) {
    const std::vector<store::Leaf> awaiting = store_.awaiting_receipt(leaves_max());
    if (awaiting.empty()) return Phase::nothing_to_do;
    const auto absent = presence_.absent(awaiting);
    if (!absent) return platform::Unexpected{absent.error()};

    std::set<std::string> lost;
    for (const store::Leaf& leaf : *absent) lost.insert(name_of(leaf));
    std::vector<store::Mark> marks;
    for (const store::Leaf& leaf : awaiting) {
        const std::string name = name_of(leaf);
        if (lost.contains(name)) {
            mark_missing(session, leaf, marks);
        } else {
            marks.push_back({leaf, store::Verdict::delivered});
            times_lost_.erase(name);
        }
    }
    set_aside_with(session, awaiting);
    store_.mark(session.peer, marks);
    look_for_withdrawn(session, marks);
    return lost.size() < awaiting.size() ? Phase::moved : Phase::prepared;
}

Answer<Phase> Verifier::audit(Session& session, const std::vector<store::Leaf>& delivered) {
    const auto absent = presence_.absent(delivered);
    if (!absent) return platform::Unexpected{absent.error()};
    std::vector<store::Mark> marks;
    for (const store::Leaf& leaf : *absent) mark_missing(session, leaf, marks);
    set_aside_with(session, delivered);
    if (!marks.empty()) store_.mark(session.peer, marks);
    return Phase::exchanged;
}

/// A document is sent as a whole: where one leaf of it is set aside, all are.
void Verifier::set_aside_with(Session& session, const std::vector<store::Leaf>& asked) {
    std::set<std::string_view> documents;
    for (const store::Leaf& leaf : asked) {
        if (session.set_aside.contains(name_of(leaf))) documents.insert(leaf.document_id);
    }
    for (const store::Leaf& leaf : asked) {
        if (documents.contains(leaf.document_id)) session.set_aside.insert(name_of(leaf));
    }
}

void Verifier::mark_missing(Session& session, const store::Leaf& leaf,
                            std::vector<store::Mark>& marks) {
    marks.push_back({leaf, store::Verdict::missing});
    const std::string name = name_of(leaf);
    session.absent_there.insert(name);
    session.taken.erase(name);
    if (count_loss(name) && session.set_aside.insert(name).second) ++session.not_kept;
}

bool Verifier::count_loss(const std::string& name) {
    const bool full = times_lost_.size() >= kLostLeavesMax;
    if (full && !times_lost_.contains(name)) return true;
    return ++times_lost_[name] >= kLostTimesMax;
}

/// Queues the old revisions of entries whose withdrawal was delivered just now.
void Verifier::look_for_withdrawn(Session& session, const std::vector<store::Mark>& marks) const {
    const std::vector<store::Leaf> readable = store_.still_readable({}, kReadableLookMax);
    if (readable.empty()) return;
    std::set<std::string_view> delivered;
    for (const store::Mark& mark : marks) {
        if (mark.verdict == store::Verdict::delivered) delivered.insert(mark.leaf.document_id);
    }
    for (const store::Leaf& leaf : readable) {
        if (delivered.contains(leaf.document_id)) session.readable.push_back(leaf);
    }
}

}  // namespace tizilim::sync
