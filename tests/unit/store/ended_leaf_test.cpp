// What others wrote over, lost or ended: found by long simulations.
#include "platform/text/json_reader.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "tests/support/couch_tree.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using store::Choice;
using store::DisclosureClass;

/// Seed 50413 of the simulation: each of two PCs ended the leaf that the other stood by.
TEST_F(Conflict, ALeafThatWentIntoWhatNobodyHasIsMadeAgain) {
    for (unsigned minutes = 60; minutes < 80; ++minutes) {
        const std::string id = shared();
        amend(*register_, id, {{"minutes", std::to_string(minutes)}});
        amend(*other_, id, {{"minutes", "90"}});
        database_.push(*register_);
        database_.push(*other_);
        database_.pull(*other_);
        (void)resolve(*other_, id, {{"minutes", {Choice::Side::mine}}});
        database_.push(*other_);
        const auto leaves = database_.tree(document(id)).leaves();
        const auto end = std::ranges::find_if(
            leaves, [](const support::RevisionNode* leaf) { return leaf->deleted; });
        ASSERT_NE(end, leaves.end());
        const support::RevisionPath path = database_.tree(document(id)).path_of(**end);
        const std::vector<std::string> ancestors(path.ids.begin() + 1, path.ids.end());
        const store::Revision ended{(*end)->revision.generation - 1, ancestors.front()};
        if (view(*register_, id).revision != ended.to_string()) continue;

        register_->replication().apply("peer",
                                       {{document(id), (*end)->revision, ancestors, true,
                                         *platform::read_json(*(*end)->body)->object()}},
                                       {});
        // What it went into may come further on in the feed.
        EXPECT_TRUE(all_changes().entries.empty());
        register_->replication().feed_ended("peer");

        const store::Changes changes = all_changes();
        ASSERT_EQ(changes.entries.size(), 1U);
        EXPECT_EQ(changes.entries[0].document_id(), document(id));
        EXPECT_FALSE(changes.entries[0].deleted());
        EXPECT_EQ(changes.entries[0].ancestors().front(), (*end)->revision.digest);
        EXPECT_EQ(changes.entries[0].ancestors()[1], ended.digest);
        meet();
        EXPECT_EQ(database_.live_leaves(document(id)), 1U);
        expect_sound();
        return;
    }
    FAIL() << "it was never the other one that lost";
}

/// Seed 40029 of the simulation: a peer that was restored shows what somebody had deleted since.
TEST_F(Conflict, WhatARestoredPeerLostOfOthersIsForgotten) {
    const std::string id = shared();
    const support::RevisionPath ours =
        database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
    const support::RevisionPath over{2, {"over", ours.ids.front()}};
    database_.write(document(id), over, false, R"({"n":1})");
    const SharedDatabase backup = database_;
    database_.write(document(id), {3, {"dead", "over", ours.ids.front()}}, true, "{}");
    database_.pull(*register_);
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "deleted");

    database_ = backup;
    database_.pull(*register_);

    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");
    expect_sound();
}

/// Seed 71634 of the simulation: what he wrote over was a version of ours that kept more back.
TEST_F(Conflict, AForeignRevisionThatWithholdsMoreKeepsItBack) {
    for (const bool by_void : {false, true}) {
        const std::string id = shared("full");
        ASSERT_EQ(view(*other_, id).disclosure, "full");
        (void)store::OwnerSession(*register_).classify(id, DisclosureClass::partial, "asked for");
        database_.push(*register_);
        support::RevisionPath over =
            database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
        const std::string body = *database_.tree(document(id)).winner().body;
        over.ids.insert(over.ids.begin(), "over");
        ++over.start;
        database_.write(document(id), over, false, body);
        database_.pull(*other_);
        ASSERT_EQ(store::OwnerSession(*other_).conflicts().at(0).kind, "foreign");

        if (by_void) {
            (void)store::OwnerSession(*other_).void_entry(id, "recorded by mistake");
        } else {
            ASSERT_TRUE(store::OwnerSession(*other_)
                            .resolve(id, {}, {.keep = Choice::Side::mine})
                            .has_value());
        }

        EXPECT_EQ(view(*other_, id).disclosure, "partial");
        EXPECT_EQ(view(*other_, id).would_leave.find("essence\":"), std::string::npos);
        expect_sound();
    }
}

/// Seed 53000578 of the simulation, 300 steps: the peer was being asked when the lawyer decided.
TEST_F(Conflict, ADecisionGoesOutThoughTheLeafWasConfirmedMeanwhile) {
    const std::string id = shared();
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");
    database_.push(*register_);
    const store::Leaf leaf{document(id), *store::Revision::parse(view(*register_, id).revision)};
    database_.write(document(id), {2, {"over", "f0f0"}}, false, R"({"n":1})");
    database_.pull(*register_);
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");
    (void)store::OwnerSession(*register_).resolve(id, {}, {.keep = Choice::Side::mine});

    for (const store::Verdict verdict : {store::Verdict::sent, store::Verdict::delivered}) {
        register_->replication().mark("peer", {{leaf, verdict}});
        EXPECT_EQ(view(*register_, id).delivery, "pending");
    }

    EXPECT_EQ(database_.push(*register_), 2U);
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// Seed 901042888 of the simulation, 300 steps: its own leaf had been ended into what seemed
/// foreign, so no merge queued the decision either.
TEST_F(Conflict, ADecisionOverALeafOfAWithdrawnEntryGoesOut) {
    for (const bool by_void : {false, true}) {
        const std::string id = shared();
        amend(*other_, id, {{"minutes", "90"}});
        database_.push(*other_);
        for (store::Register* reg : {register_.get(), other_.get()}) {
            (void)store::OwnerSession(*reg).classify(id, DisclosureClass::withdrawn, "asked for");
            database_.push(*reg);
        }
        database_.pull(*other_);
        const store::Changes changes = other_->replication().changes_after({}, {10, 1 << 20});
        ASSERT_EQ(changes.entries.size(), 2U);
        ASSERT_TRUE(changes.entries[1].deleted());
        std::vector<store::RemoteDocument> shown;
        for (const store::DisclosedEntry& entry : changes.entries) {
            shown.push_back({document(id), entry.revision(), entry.ancestors(), entry.deleted(),
                             *platform::read_json(entry.body())->object()});
        }
        shown[0].ancestors = {"f0f0", "f1f1"};
        register_->replication().apply("peer", shown, {});
        ASSERT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");

        if (by_void) {
            (void)store::OwnerSession(*register_).void_entry(id, "recorded by mistake");
        } else {
            (void)store::OwnerSession(*register_)
                .resolve(id, {}, {.keep = Choice::Side::mine, .reason = "nobody of ours"});
        }

        EXPECT_EQ(view(*register_, id).delivery, "pending");
        for (const store::DisclosedEntry& entry : all_changes().entries) {
            EXPECT_TRUE(entry.deleted() || entry.body().find("withdrawn") != std::string::npos);
        }
        meet();
        EXPECT_EQ(database_.live_leaves(document(id)), 1U);
        expect_sound();
    }
}

/// Seed 77120344 of the simulation, 300 steps: what is in dispute beside it was partial.
TEST_F(Conflict, ARaiseThatIsInDisputeIsSeenByAll) {
    for (unsigned minutes = 60; minutes < 80; ++minutes) {
        const std::string id = shared();
        (void)store::OwnerSession(*register_).classify(id, DisclosureClass::full, "agreed");
        amend(*register_, id, {{"minutes", std::to_string(minutes)}});
        amend(*other_, id, {{"minutes", "90"}});
        database_.push(*other_);
        database_.pull(*register_);
        if (view(*register_, id).disclosure != "partial") continue;

        meet();

        EXPECT_EQ(database_.live_leaves(document(id)), 2U);
        EXPECT_TRUE(view(*other_, id).in_conflict);
        (void)store::OwnerSession(*other_).resolve(id, {}, {.keep = Choice::Side::mine});
        meet();
        EXPECT_EQ(view(*other_, id).disclosure, "full");
        EXPECT_EQ(view(*register_, id).disclosure, "full");
        expect_sound();
        return;
    }
    FAIL() << "it was always the raise that won";
}

/// Seed 77120103 of the simulation, 300 steps: a leaf goes out before the tombstone that tells over
/// what it was decided.
TEST_F(Conflict, TwoDecisionsOverAForeignRevisionDisagreeBeforeTheTombstoneCame) {
    const std::string id = shared();
    const support::RevisionNode& first = database_.tree(document(id)).winner();
    const store::Revision ours = first.revision;
    std::string body = *first.body;
    body.replace(body.find("135"), 3, "204");
    database_.write(document(id), {2, {"over", ours.digest}}, false, body);
    database_.pull(*register_);
    database_.pull(*other_);
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::mine}}});
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::theirs}}});

    const store::Changes changes = other_->replication().changes_after({}, {10, 1 << 20});
    ASSERT_FALSE(changes.entries.at(0).deleted());
    register_->replication().apply(
        "peer",
        {{document(id), changes.entries[0].revision(), changes.entries[0].ancestors(), false,
          *platform::read_json(changes.entries[0].body())->object()}},
        {});

    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "edited");
    meet();
    EXPECT_TRUE(view(*register_, id).in_conflict);
    EXPECT_TRUE(view(*other_, id).in_conflict);
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::mine}}});
    meet();
    EXPECT_FALSE(view(*register_, id).in_conflict);
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, AmendmentsAfterADecisionOverAForeignRevisionAreMerged) {
    const std::string id = shared();
    const support::RevisionNode& first = database_.tree(document(id)).winner();
    database_.write(document(id), {2, {"over", first.revision.digest}}, false, *first.body);
    database_.pull(*register_);
    ASSERT_TRUE(
        store::OwnerSession(*register_).resolve(id, {}, {.keep = Choice::Side::mine}).has_value());
    meet();

    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"language", "kk"}});
    meet();

    EXPECT_FALSE(view(*register_, id).in_conflict);
    EXPECT_EQ(view(*other_, id).minutes, "60");
    EXPECT_EQ(view(*register_, id).language, "kk");
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// Seed 79600404 of the simulation, 300 steps: a PouchDB that compacts keeps nothing of a leaf that
/// somebody wrote over. Another PC, which never held it, made again for ever what went into it.
TEST_F(Conflict, ALeafThatThePeerLostUnderAForeignRevisionGoesOutAsAChildOfItself) {
    const std::string id = shared();
    const store::Revision ours = database_.tree(document(id)).winner().revision;
    database_.write(document(id), {2, {"over", ours.digest}}, false, R"({"n":1})");
    database_.pull(*register_);

    register_->replication().mark("peer", {{{document(id), ours}, store::Verdict::missing}});

    const store::Changes changes = all_changes();
    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_EQ(changes.entries[0].revision().generation, 2U);
    EXPECT_EQ(changes.entries[0].ancestors(), std::vector<std::string>{ours.digest});
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");
    meet();
    EXPECT_EQ(database_.live_leaves(document(id)), 2U);
    expect_sound();
}

/// Seed 3774337217 of the simulation, 300 steps: what stood under a foreign revision went out again
/// as a child of itself. It says no more than what was withdrawn, and amended since.
TEST_F(Conflict, WhatGoesOutAgainOfAWithdrawnEntryTakesNothingBack) {
    const std::string id = shared("full");
    const auto before = database_.tree(document(id)).winner();
    database_.write(document(id), {2, {"over", before.revision.digest}}, false, R"({"n":1})");
    database_.pull(*other_);
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");
    amend(*register_, id, {{"essence", "other words"}});
    other_->replication().mark("peer",
                               {{{document(id), before.revision}, store::Verdict::missing}});
    database_.push(*other_);

    meet();

    EXPECT_EQ(view(*register_, id).essence, "other words");
    EXPECT_EQ(store::OwnerSession(*register_).history(id).size(), 3U);
    EXPECT_EQ(view(*other_, id).disclosure, "withdrawn");
    expect_sound();
}

/// So, too, where another PC amended it meanwhile: its change is kept, and this PC's.
TEST_F(Conflict, WhatLosesToAWithdrawalIsKeptAndTakesNothingBack) {
    const std::string id = shared("full");
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");
    amend(*register_, id, {{"essence", "other words"}});
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);

    meet();

    EXPECT_EQ(view(*register_, id).essence, "other words");
    EXPECT_EQ(view(*register_, id).minutes, "90");
    EXPECT_EQ(view(*register_, id).disclosure, "withdrawn");
    expect_sound();
}

/// Seed 901042592 of the simulation, 300 steps: who was not shown the leaf made again what went
/// into it, as often as the leaf has generations.
TEST_F(Conflict, WhatGoesIntoALeafUnderAForeignRevisionIsShownAChildOfIt) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "60"}});
    for (const char* minutes : {"90", "91", "92", "93", "94", "95", "96", "97", "98", "99"}) {
        amend(*register_, id, {{"minutes", minutes}});
        database_.push(*register_);
    }
    amend(*register_, id, {{"minutes", "60"}, {"language", "kk"}});
    database_.push(*register_);
    support::RevisionPath over =
        database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
    over.ids.insert(over.ids.begin(), "over");
    ++over.start;
    database_.write(document(id), over, false, R"({"n":1})");
    database_.push(*other_);

    meet();

    EXPECT_EQ(view(*other_, id).language, "kk");
    EXPECT_EQ(view(*other_, id).revision, view(*register_, id).revision);
    EXPECT_EQ(database_.live_leaves(document(id)), 2U);
    expect_sound();
}

/// A PouchDB that compacts keeps nothing of a leaf under a foreign tombstone, however often it is
/// sent.
class Deleted : public Conflict {
protected:
    Deleted() {
        const support::RevisionTree& tree = database_.tree(document(id_));
        ours_ = tree.winner().revision;
        support::RevisionPath over = tree.path_of(tree.winner());
        over.ids.insert(over.ids.begin(), "dead");
        ++over.start;
        database_.write(document(id_), over, true, "{}");
        database_.pull(*register_);
    }
    [[nodiscard]] std::vector<store::Leaf> audited() {
        return register_->replication().delivered_after({}, 10).leaves;
    }
    void mark(const store::Leaf& leaf, store::Verdict verdict) {
        register_->replication().mark("peer", {{leaf, verdict}});
    }

    const std::string id_ = shared();
    store::Revision ours_;
    const store::Leaf tombstone_{document(id_), {2, "dead"}};
};

TEST_F(Deleted, IsAskedForInPlaceOfTheLeafUntilThePeerLosesIt) {
    ASSERT_EQ(audited(), std::vector<store::Leaf>{tombstone_});
    mark(tombstone_, store::Verdict::delivered);
    EXPECT_EQ(view(*register_, id_).delivery, "delivered");
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "deleted");

    mark(tombstone_, store::Verdict::missing);

    EXPECT_EQ(view(*register_, id_).delivery, "pending");
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    expect_sound();
}

TEST_F(Deleted, IsNotWrittenAgainUnasked) {
    register_->replication().distrust("peer", {});

    mark({document(id_), ours_}, store::Verdict::missing);

    const store::Changes changes = all_changes();
    ASSERT_EQ(changes.entries.size(), 1U);
    EXPECT_EQ(changes.entries[0].revision(), ours_);
    expect_sound();
}

TEST_F(Deleted, ProvesNoReceiptBeforeTheLawyerLeavesItSo) {
    const store::Leaf leaf{document(id_), ours_};
    register_->replication().distrust("peer", {});
    EXPECT_EQ(register_->replication().awaiting_receipt(10), std::vector<store::Leaf>{leaf});
    mark(tombstone_, store::Verdict::delivered);
    EXPECT_EQ(view(*register_, id_).delivery, "sent");

    ASSERT_TRUE(store::OwnerSession(*register_)
                    .resolve(id_, {}, {.keep = Choice::Side::theirs})
                    .has_value());

    EXPECT_EQ(register_->replication().awaiting_receipt(10), std::vector<store::Leaf>{tombstone_});
    mark(tombstone_, store::Verdict::delivered);
    EXPECT_EQ(view(*register_, id_).delivery, "delivered");
    expect_sound();
}

}  // namespace
}  // namespace tizilim
