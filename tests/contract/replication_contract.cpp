#include "tests/contract/replication_contract.h"

#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using store::Leaf;
using store::Verdict;

constexpr store::BatchBounds kAll{1000, std::size_t{1} << 20};
constexpr std::size_t kMany = 1000;
const std::string kPeer = "peer";

Leaf leaf_of(const store::DisclosedEntry& entry) {
    return {entry.document_id(), entry.revision()};
}

std::vector<Leaf> leaves_of(const std::vector<store::DisclosedEntry>& entries) {
    std::vector<Leaf> leaves;
    for (const store::DisclosedEntry& entry : entries) leaves.push_back(leaf_of(entry));
    return leaves;
}

store::Checkpoint checkpoint(const std::string& pulled, std::uint64_t epoch,
                             const std::string& nonce) {
    store::Checkpoint reached;
    reached.pulled = pulled;
    reached.epoch = epoch;
    reached.nonce = nonce;
    reached.peer_instance = "server-" + nonce;
    return reached;
}

std::vector<std::string> ids_of(const std::vector<Leaf>& leaves) {
    std::vector<std::string> ids;
    for (const Leaf& leaf : leaves) ids.push_back(leaf.document_id);
    return ids;
}

class ReplicationContract : public testing::Test {
protected:
    store::Replication& calls() { return register_->replication(); }
    std::vector<Leaf> outgoing() { return leaves_of(calls().changes_after({}, kAll).entries); }
    void mark(const Leaf& leaf, Verdict verdict, const std::string& reason = {}) {
        calls().mark(kPeer, {{leaf, verdict, platform::as_it_stands(reason)}});
    }
    Leaf sent() {
        const std::string id = register_->record();
        const std::vector<Leaf> leaves = outgoing();
        const auto leaf = std::ranges::find(leaves, id, &Leaf::document_id);
        EXPECT_NE(leaf, leaves.end());
        mark(*leaf, Verdict::sent);
        return *leaf;
    }
    Leaf delivered() {
        Leaf leaf = sent();
        mark(leaf, Verdict::delivered);
        return leaf;
    }
    DeliveryState state(const Leaf& leaf) { return register_->state(leaf.document_id); }

    std::unique_ptr<ContractRegister> register_ = make_contract_register();
};

TEST_F(ReplicationContract, AnInstallationKeepsItsName) {
    const std::string name = calls().installation_id();
    (void)delivered();
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(calls().installation_id(), name);
}

TEST_F(ReplicationContract, WhatWaitsLeavesInTheOrderOfRecording) {
    const std::vector<std::string> ids{register_->record(), register_->record(),
                                       register_->record()};
    EXPECT_EQ(ids_of(outgoing()), ids);
}

TEST_F(ReplicationContract, ABatchGoesOnBehindTheOneBefore) {
    const std::vector<std::string> ids{register_->record(), register_->record(),
                                       register_->record()};
    const store::Changes first = calls().changes_after({}, {2, kAll.bytes_max});
    const store::Changes second = calls().changes_after(first.last, kAll);
    EXPECT_EQ(ids_of(leaves_of(first.entries)), (std::vector<std::string>{ids[0], ids[1]}));
    EXPECT_EQ(ids_of(leaves_of(second.entries)), std::vector<std::string>{ids[2]});
    const store::Changes none = calls().changes_after(second.last, kAll);
    EXPECT_TRUE(none.entries.empty());
}

TEST_F(ReplicationContract, ABatchHasOneEntryHoweverFewBytesAreAskedFor) {
    const std::string id = register_->record();
    (void)register_->record();
    EXPECT_EQ(ids_of(leaves_of(calls().changes_after({}, {1000, 1}).entries)),
              std::vector<std::string>{id});
}

TEST_F(ReplicationContract, WhatWasHandedOutBeforeIsNamedAndStaysTheSame) {
    (void)register_->record();
    const store::Changes first = calls().changes_after({}, kAll);
    EXPECT_TRUE(first.handed_out_before.empty());
    const store::Changes again = calls().changes_after({}, kAll);
    EXPECT_EQ(again.handed_out_before, leaves_of(first.entries));
    ASSERT_EQ(leaves_of(again.entries), leaves_of(first.entries));
    EXPECT_EQ(again.entries[0].body(), first.entries[0].body());
    EXPECT_EQ(again.entries[0].ancestors(), first.entries[0].ancestors());
}

TEST_F(ReplicationContract, WhatWasSentWaitsForItsReceipt) {
    const Leaf leaf = sent();
    EXPECT_EQ(state(leaf), DeliveryState::sent);
    EXPECT_TRUE(outgoing().empty());
    EXPECT_EQ(calls().awaiting_receipt(kMany), std::vector<Leaf>{leaf});
    EXPECT_TRUE(calls().delivered_after({}, kMany).leaves.empty());
}

TEST_F(ReplicationContract, ReceiptsAreAskedForOldestFirstAndNoMoreThanSaid) {
    const std::vector<Leaf> leaves{sent(), sent(), sent()};
    EXPECT_EQ(calls().awaiting_receipt(2), (std::vector<Leaf>{leaves[0], leaves[1]}));
    EXPECT_EQ(calls().awaiting_receipt(kMany), leaves);
}

TEST_F(ReplicationContract, WhatThePeerHasIsDelivered) {
    const Leaf leaf = delivered();
    EXPECT_EQ(state(leaf), DeliveryState::delivered);
    EXPECT_TRUE(outgoing().empty());
    EXPECT_TRUE(calls().awaiting_receipt(kMany).empty());
    mark(leaf, Verdict::delivered);
    EXPECT_EQ(state(leaf), DeliveryState::delivered);
}

TEST_F(ReplicationContract, WhatThePeerHadAlreadyIsDeliveredWithoutBeingSent) {
    (void)register_->record();
    const std::vector<Leaf> leaves = outgoing();
    mark(leaves[0], Verdict::delivered);
    EXPECT_EQ(state(leaves[0]), DeliveryState::delivered);
    EXPECT_TRUE(outgoing().empty());
}

TEST_F(ReplicationContract, WhatThePeerLostGoesOutAgainAsItWas) {
    for (const Leaf& leaf : {sent(), delivered()}) {
        mark(leaf, Verdict::missing);
        EXPECT_EQ(state(leaf), DeliveryState::pending);
        EXPECT_EQ(outgoing(), std::vector<Leaf>{leaf});
        mark(leaf, Verdict::delivered);
    }
}

TEST_F(ReplicationContract, WhatThePeerRefusesStaysUntilItIsReleased) {
    const std::string id = register_->record();
    const Leaf leaf = outgoing().at(0);
    mark(leaf, Verdict::quarantined, "413 after splitting to 1 document");
    EXPECT_EQ(register_->state(id), DeliveryState::quarantined);
    EXPECT_TRUE(outgoing().empty());
    calls().release_quarantined();
    EXPECT_EQ(register_->state(id), DeliveryState::pending);
    EXPECT_EQ(outgoing(), std::vector<Leaf>{leaf});
}

TEST_F(ReplicationContract, WhatThePeerCouldNotTakeWaitsOn) {
    (void)register_->record();
    const Leaf leaf = outgoing().at(0);
    mark(leaf, Verdict::deferred, "500");
    EXPECT_EQ(state(leaf), DeliveryState::pending);
    EXPECT_EQ(outgoing(), std::vector<Leaf>{leaf});
}

TEST_F(ReplicationContract, AnAmendmentIsAChildOfWhatLeft) {
    const Leaf before = delivered();
    register_->amend(before.document_id);
    EXPECT_EQ(state(before), DeliveryState::pending);
    const store::Changes changes = calls().changes_after({}, kAll);
    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_EQ(changes.entries[0].revision().generation, before.revision.generation + 1);
    ASSERT_FALSE(changes.entries[0].ancestors().empty());
    EXPECT_EQ(changes.entries[0].ancestors().front(), before.revision.digest);
    EXPECT_TRUE(changes.handed_out_before.empty());
}

TEST_F(ReplicationContract, AnAnswerOnAnEarlierRevisionChangesNothing) {
    const Leaf before = sent();
    register_->amend(before.document_id);
    const std::vector<Leaf> now = outgoing();
    for (const Verdict verdict :
         {Verdict::sent, Verdict::delivered, Verdict::missing, Verdict::quarantined}) {
        mark(before, verdict, "403");
        EXPECT_EQ(state(before), DeliveryState::pending);
        EXPECT_EQ(outgoing(), now);
    }
}

TEST_F(ReplicationContract, AnAnswerOnWhatIsNotHereChangesNothing) {
    const Leaf known = delivered();
    const store::RemoteDocument stranger = register_->made_elsewhere();
    for (const Verdict verdict : {Verdict::delivered, Verdict::missing, Verdict::quarantined})
        mark({stranger.id, stranger.revision}, verdict, "403");
    EXPECT_EQ(state(known), DeliveryState::delivered);
    EXPECT_TRUE(outgoing().empty());
}

TEST_F(ReplicationContract, AWithdrawalGoesFirstAndIsAskedForUntilNothingIsReadable) {
    const Leaf before = delivered();
    const std::string waits = register_->record();
    register_->withdraw(before.document_id);
    // Nothing is to be forgotten before the peer has what asks for it.
    EXPECT_TRUE(calls().still_readable({}, kMany).empty());

    const std::vector<Leaf> leaves = outgoing();
    ASSERT_EQ(ids_of(leaves), (std::vector<std::string>{before.document_id, waits}));
    mark(leaves[0], Verdict::sent);
    mark(leaves[0], Verdict::delivered);

    EXPECT_EQ(calls().still_readable({}, kMany), std::vector<Leaf>{before});
    EXPECT_TRUE(calls().still_readable(before.document_id, kMany).empty());
    mark(before, Verdict::forgotten);
    EXPECT_TRUE(calls().still_readable({}, kMany).empty());
    EXPECT_EQ(state(before), DeliveryState::delivered);
}

TEST_F(ReplicationContract, TheAuditGoesOverAllThatThePeerShouldHave) {
    const std::vector<Leaf> leaves{delivered(), delivered(), delivered()};
    (void)register_->record();
    std::vector<Leaf> audited;
    store::OutboxPosition at{};
    do {
        const store::AuditSlice slice = calls().delivered_after(at, 2);
        audited.insert(audited.end(), slice.leaves.begin(), slice.leaves.end());
        ASSERT_LE(audited.size(), leaves.size());
        at = slice.last;
    } while (at != store::OutboxPosition{});
    EXPECT_EQ(audited, leaves);
}

TEST_F(ReplicationContract, WhatIsHeldIsNotMissing) {
    const store::RemoteDocument other = register_->made_elsewhere();
    const Leaf own = delivered();
    Leaf later = own;
    later.revision = {own.revision.generation + 1, std::string(32, 'a')};
    const Leaf offered{other.id, other.revision};
    EXPECT_EQ(calls().missing({later, own, offered}), (std::vector<Leaf>{later, offered}));
}

TEST_F(ReplicationContract, WhatIsPulledIsHeldAndTheCheckpointMovesWithIt) {
    const store::RemoteDocument other = register_->made_elsewhere();
    const store::Checkpoint reached = checkpoint("17", 3, "n");
    for (int times = 0; times < 2; ++times) {
        calls().apply(kPeer, {other}, reached);
        EXPECT_TRUE(calls().missing({{other.id, other.revision}}).empty());
        EXPECT_EQ(calls().checkpoint(kPeer), reached);
    }
    // It came from there: it needs not go out.
    EXPECT_TRUE(outgoing().empty());
    EXPECT_TRUE(calls().awaiting_receipt(kMany).empty());
}

TEST_F(ReplicationContract, ACheckpointIsOfOnePeer) {
    EXPECT_EQ(calls().checkpoint(kPeer), store::Checkpoint{});
    const store::Checkpoint reached = checkpoint("5", 1, "a");
    calls().set_checkpoint(kPeer, reached);
    calls().set_checkpoint("another", checkpoint("9", 2, "b"));
    EXPECT_EQ(calls().checkpoint(kPeer), reached);
}

TEST_F(ReplicationContract, WhatAnInstallationMadeVerifiesWithItsOwnAncestorsAlone) {
    const store::RemoteDocument other = register_->made_elsewhere();
    EXPECT_TRUE(calls().unverified({other}).empty());
    store::RemoteDocument forged = other;
    forged.ancestors.front() = std::string(32, 'b');
    EXPECT_EQ(calls().unverified({forged}), (std::vector<Leaf>{{forged.id, forged.revision}}));
}

TEST_F(ReplicationContract, ReceiptsOfAPeerThatIsDistrustedAreAskedForAfresh) {
    const Leaf leaf = delivered();
    const store::Checkpoint restart = checkpoint("", 4, "m");
    calls().distrust(kPeer, restart);
    EXPECT_EQ(state(leaf), DeliveryState::sent);
    EXPECT_EQ(calls().awaiting_receipt(kMany), std::vector<Leaf>{leaf});
    EXPECT_EQ(calls().checkpoint(kPeer), restart);
    EXPECT_TRUE(outgoing().empty());
}

TEST_F(ReplicationContract, AnOlderCopyReadsTheFeedFirst) {
    EXPECT_FALSE(calls().reads_feed_first());
    calls().record_own_rollback(kPeer);
    EXPECT_TRUE(calls().reads_feed_first());
    calls().feed_ended(kPeer);
    EXPECT_FALSE(calls().reads_feed_first());
}

TEST_F(ReplicationContract, WhatWentAstrayIsStillDelivered) {
    const Leaf leaf = delivered();
    calls().record_astray(kPeer, {leaf});
    EXPECT_EQ(state(leaf), DeliveryState::delivered);
}

TEST_F(ReplicationContract, NothingIsAskedForInAQuietRegister) {
    EXPECT_TRUE(calls().cut_histories(kMany).empty());
    EXPECT_TRUE(calls().unified_to_ask(kMany).empty());
    calls().unified_asked({});
    calls().apply(kPeer, {}, {});
    EXPECT_TRUE(outgoing().empty());
}

}  // namespace
}  // namespace tizilim
