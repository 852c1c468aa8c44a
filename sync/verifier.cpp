#include "sync/verifier.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "store/replication.h"
#include "store/revision.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/session.h"
#include "sync/tuning.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace tizilim::sync {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kDigestBytes = 16;

}  // namespace

Answer<Phase> Verifier::verify(Session& session) {
    const std::vector<store::Leaf> awaiting = store_.awaiting_receipt(kVerifyLeavesMax);
    if (awaiting.empty()) return Phase::nothing_to_do;
    std::vector<store::Leaf> asked = awaiting;
    const store::Leaf never = decoy();
    asked.push_back(never);
    const auto missing = client_.missing_there(asked);
    if (!missing) return platform::Unexpected{missing.error()};
    if (std::ranges::find(*missing, never) == missing->end()) {
        return platform::Unexpected{not_the_peer("it answers without looking")};
    }

    std::set<std::string> lost;
    for (const store::Leaf& leaf : *missing) lost.insert(name_of(leaf));
    std::vector<store::Mark> marks;
    for (const store::Leaf& leaf : awaiting) {
        const std::string name = name_of(leaf);
        if (lost.contains(name)) {
            marks.push_back({leaf, store::Verdict::missing});
            if (note_loss(name) && session.set_aside.insert(name).second) ++session.not_kept;
        } else {
            marks.push_back({leaf, store::Verdict::delivered});
            times_lost_.erase(name);
        }
    }
    store_.mark(session.peer, marks);
    return Phase::moved;
}

/// Looks like any other of our documents.
store::Leaf Verifier::decoy() {
    std::string id = random_.hex(kUuidBytes);
    id[12] = '7';
    id[16] = '8';
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
    return {"entry:" + id, store::Revision{1, random_.hex(kDigestBytes)}};
}

bool Verifier::note_loss(const std::string& name) {
    const bool full = times_lost_.size() >= kLostLeavesMax;
    if (full && !times_lost_.contains(name)) return true;
    return ++times_lost_[name] >= kLostTimesMax;
}

}  // namespace tizilim::sync
