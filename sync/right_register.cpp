#include "sync/right_register.h"

#include "platform/expected.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/tuning.h"
#include "sync/session.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::sync {

using platform::Unexpected;
using store::Leaf;

Answer<std::string> RightRegister::greet() {
    auto found = client_.identity();
    if (!found) {
        if (found.error().no_register) name_astray();
        return Unexpected{found.error()};
    }
    if (found->identity != known_.identity) name_astray();
    known_ = *std::move(found);
    was_due_ = false;
    remember_proof();
    return known_.identity;
}

Answer<Phase> RightRegister::prove() {
    if (std::exchange(was_due_, false) && is_fresh()) return Phase::prepared;
    return ask();
}

Answer<Phase> RightRegister::prove_what_is_due() {
    auto proved = ask();
    was_due_ = proved.has_value();
    return proved;
}

Answer<Phase> RightRegister::ask() {
    auto answer = client_.identity_after(known_.revision);
    if (!answer) {
        is_due_ = is_put_off(answer.error());
        if (answer.error().no_register) name_astray();
        return Unexpected{answer.error()};
    }
    std::optional<RegisterDocument> found = *std::move(answer);
    if (found && found->identity != known_.identity) {
        name_astray();
        return Unexpected{not_the_peer({"not_peer.became_another"})};
    }
    if (found) known_ = *std::move(found);
    ++proofs_;
    remember_proof();
    return Phase::prepared;
}

bool RightRegister::is_fresh() const {
    return proved_at_ && clock_.now() - *proved_at_ < kProofAge;
}

void RightRegister::remember_proof() {
    proved_at_ = clock_.now();
    is_due_ = false;
    under_way_.clear();
}

void RightRegister::remember_leaving(std::vector<Leaf> leaves) {
    under_way_ = std::move(leaves);
}

void RightRegister::forget_leaving() {
    under_way_.clear();
}

std::optional<Leaf> RightRegister::leaf() const {
    auto revision = store::Revision::parse(known_.revision);
    if (!revision || revision->to_string() != known_.revision) return {};
    return Leaf{kRegisterDocument, *std::move(revision)};
}

bool RightRegister::is_current(const std::vector<std::string>& revisions) const {
    return revisions.size() == 1 && revisions.front() == known_.revision;
}

void RightRegister::name_astray() {
    proved_at_.reset();
    is_due_ = false;
    if (under_way_.empty()) return;
    store_.record_astray(known_.identity, under_way_);
    std::vector<store::Mark> marks;
    marks.reserve(under_way_.size());
    for (const Leaf& leaf : under_way_) marks.push_back({leaf, store::Verdict::missing});
    store_.mark(known_.identity, marks);
    under_way_.clear();
}

}  // namespace tizilim::sync
