#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"
#include "tests/support/couch_tree.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::Choice;
using store::DisclosureClass;
using store::RemoteDocument;

/// A peer that says of genuine revisions what is not true, and adds others of its own.
class Forgery : public Conflict {
protected:
    /// The leaf of the entry as the peer has it.
    RemoteDocument leaf_of(const std::string& id) {
        const support::RevisionTree& tree = database_.tree(document(id));
        const support::RevisionPath path = tree.path_of(tree.winner());
        return {document(id),
                tree.winner().revision,
                {path.ids.begin() + 1, path.ids.end()},
                false,
                *platform::read_json(*tree.winner().body)->object()};
    }
    /// What goes out next for the entry: its leaf, and then tombstones.
    static std::vector<RemoteDocument> outgoing(store::Register& from) {
        std::vector<RemoteDocument> documents;
        for (const store::DisclosedEntry& entry :
             from.replication().changes_after({}, {10, 1 << 20}).entries) {
            documents.push_back({entry.document_id(), entry.revision(), entry.ancestors(),
                                 entry.deleted(), *platform::read_json(entry.body())->object()});
        }
        return documents;
    }
    /// The leaf of the entry after the other PC kept more of it back, with too short a history.
    RemoteDocument cut_after(const std::string& id, DisclosureClass stricter) {
        amend(*other_, id, {{"minutes", "50"}});
        database_.push(*other_);
        (void)store::OwnerSession(*other_).classify(id, stricter, "asked by the client");
        database_.push(*other_);
        RemoteDocument cut = leaf_of(id);
        cut.ancestors.resize(1);
        return cut;
    }
    static void serve(store::Register& to, std::vector<RemoteDocument> documents) {
        to.replication().apply("peer", documents, to.replication().checkpoint("peer"));
        to.replication().feed_ended("peer");
    }
};

TEST_F(Forgery, OfAGrandparentTakesBackNoAmendment) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "50"}});
    database_.push(*other_);
    amend(*other_, id, {{"minutes", "55"}});
    database_.push(*other_);
    const RemoteDocument theirs = leaf_of(id);
    amend(*register_, id, {{"minutes", "60"}});
    database_.push(*register_);
    const std::string amended = view(*register_, id).revision;

    // As if the other PC had seen the amendment, and gone on from it.
    RemoteDocument forged = theirs;
    forged.ancestors.back() = amended.substr(2);
    EXPECT_EQ(register_->replication().unverified({forged}).size(), 1U);
    serve(*register_, {forged});

    EXPECT_EQ(view(*register_, id).minutes, "60");
    EXPECT_EQ(view(*register_, id).revision, amended);
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");

    // The genuine copy of the same revision takes its place.
    serve(*register_, {forged, theirs});
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "edited");
    expect_sound();
}

TEST_F(Forgery, OfATombstoneEndsNothing) {
    const std::string id = shared();
    const RemoteDocument genuine = leaf_of(id);
    amend(*register_, id, {{"minutes", "60"}});
    database_.push(*register_);
    const RemoteDocument ours = leaf_of(id);
    RemoteDocument end{ours.id, {3, "dead"}, ours.ancestors, true, {}};
    end.ancestors.insert(end.ancestors.begin(), ours.revision.digest);
    end.body = {{"into", genuine.revision.to_string()}};

    serve(*register_, {end});

    EXPECT_EQ(view(*register_, id).minutes, "60");
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "deleted");
}

TEST_F(Forgery, OfAShortListIsToldAsAServerThatCutsHistories) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "50"}});
    database_.push(*other_);
    amend(*other_, id, {{"minutes", "55"}});
    database_.push(*other_);
    RemoteDocument cut = leaf_of(id);
    cut.ancestors.resize(1);

    serve(*register_, {cut});

    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*register_).conflicts()[0].kind, "unverifiable");
    try {
        (void)store::OwnerSession(*register_).resolve(id, {}, {.keep = Choice::Side::mine});
        ADD_FAILURE() << "what can't be told was decided";
    } catch (const store::StoreError& error) {
        EXPECT_NE(std::string(error.what()).find("--drop-foreign"), std::string::npos);
    }
    EXPECT_EQ(view(*register_, id).minutes, "135");
    serve(*register_, {leaf_of(id)});
    EXPECT_EQ(view(*register_, id).minutes, "55");
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    expect_sound();
}

TEST_F(Forgery, OfShortListsIsAskedForOneAfterTheOther) {
    const std::vector<std::string> ids{shared(), shared(), shared()};
    std::vector<RemoteDocument> cut;
    for (const std::string& id : ids) cut.push_back(cut_after(id, DisclosureClass::withdrawn));
    serve(*register_, cut);
    for (int round = 0; round < 2; ++round) {
        std::set<std::string> asked;
        for (std::size_t i = 0; i < cut.size(); ++i) {
            const auto leaves = register_->replication().cut_histories(1);
            ASSERT_EQ(leaves.size(), 1U);
            asked.insert(leaves[0].document_id);
        }
        EXPECT_EQ(asked.size(), cut.size());
    }
    EXPECT_EQ(register_->replication().cut_histories(10).size(), cut.size());
}

/// The raise is a leaf beside the one that is shown.
TEST_F(Forgery, OfAShortListKeepsBackARaiseThatIsInDispute) {
    for (unsigned minutes = 60; minutes < 80; ++minutes) {
        const std::string id = shared();
        (void)store::OwnerSession(*register_).classify(id, DisclosureClass::full, "agreed");
        amend(*register_, id, {{"minutes", std::to_string(minutes)}});
        amend(*other_, id, {{"minutes", "90"}});
        database_.push(*other_);
        database_.pull(*register_);
        if (view(*register_, id).disclosure != "partial") continue;
        for (const char* later : {"95", "96"}) {
            amend(*other_, id, {{"minutes", later}});
            database_.push(*other_);
        }
        RemoteDocument cut = leaf_of(id);
        cut.ancestors.resize(1);

        serve(*register_, {cut});

        EXPECT_TRUE(outgoing(*register_).empty());
        EXPECT_EQ(view(*register_, id).delivery, "quarantined");
        // Now it is known whose it is.
        meet();
        EXPECT_EQ(database_.live_leaves(document(id)), 2U);
        expect_sound();
        return;
    }
    FAIL() << "it was always the raise that won";
}

/// Seed 77120443 of the simulation, 300 steps: an older backup of the peer does not have it.
TEST_F(Forgery, OfAShortListIsForgottenOnceThePeerHasItNoMore) {
    const std::string id = shared();
    for (const char* minutes : {"50", "55"}) {
        amend(*other_, id, {{"minutes", minutes}});
        database_.push(*other_);
    }
    RemoteDocument cut = leaf_of(id);
    cut.ancestors.resize(1);
    const store::Leaf leaf{cut.id, cut.revision};
    serve(*register_, {cut});
    ASSERT_EQ(register_->replication().cut_histories(10), std::vector<store::Leaf>{leaf});

    register_->replication().mark("peer", {{leaf, store::Verdict::forgotten}});

    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_TRUE(register_->replication().cut_histories(10).empty());
    EXPECT_FALSE(register_->replication().missing({leaf}).empty());
    expect_sound();
}

TEST_F(Forgery, OfAShortListThatIsForgottenMakesNothingReadableAgain) {
    const std::string id = shared();
    for (const char* minutes : {"50", "55"}) {
        amend(*other_, id, {{"minutes", minutes}});
        database_.push(*other_);
    }
    RemoteDocument cut = leaf_of(id);
    cut.ancestors.resize(1);
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");
    database_.push(*register_);
    serve(*register_, {cut});
    for (const store::Leaf& leaf : register_->replication().still_readable({}, 10)) {
        register_->replication().mark("peer", {{leaf, store::Verdict::forgotten}});
    }
    ASSERT_EQ(platform::in_english(*view(*register_, id).delivery_reason),
              "asked to be forgotten, readable there no more");

    register_->replication().mark("peer", {{{cut.id, cut.revision}, store::Verdict::forgotten}});

    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_EQ(platform::in_english(*view(*register_, id).delivery_reason),
              "asked to be forgotten, readable there no more");
    expect_sound();
}

/// A 404 is no word of the lawyer's.
TEST_F(Forgery, OfAShortListThatMayKeepBackStaysUntilTheOwnerDropsIt) {
    const std::string id = shared("full");
    const RemoteDocument cut = cut_after(id, DisclosureClass::partial);
    const store::Leaf leaf{cut.id, cut.revision};
    amend(*register_, id, {{"minutes", "70"}});
    serve(*register_, {cut});

    register_->replication().mark("peer", {{leaf, store::Verdict::forgotten}});

    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "unverifiable");
    for (const RemoteDocument& going : outgoing(*register_)) EXPECT_NE(going.id, cut.id);
    (void)store::OwnerSession(*register_).drop_foreign(store::ForeignScope::of_entries_too);
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    expect_sound();
}

/// Seed 53000440 of the simulation, 300 steps.
TEST_F(Forgery, OfAWithdrawalLetsNoDecisionOverItStand) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "50"}});
    database_.push(*other_);
    (void)store::OwnerSession(*other_).classify(id, DisclosureClass::withdrawn,
                                                "asked by the client");
    database_.push(*other_);
    const RemoteDocument genuine = leaf_of(id);
    RemoteDocument forged = genuine;
    forged.ancestors.back() = "f0f0";
    serve(*register_, {forged});
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");
    (void)store::OwnerSession(*register_).resolve(id, {}, {.keep = Choice::Side::mine});

    serve(*register_, {genuine});
    meet();

    EXPECT_EQ(view(*register_, id).disclosure, "withdrawn");
    EXPECT_EQ(view(*other_, id).disclosure, "withdrawn");
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// What another PC keeps back stays so, though nobody can tell that it was that PC.
TEST_F(Forgery, OfAShortListLetsNothingOutThatItMayKeepBack) {
    for (const DisclosureClass stricter : {DisclosureClass::withdrawn, DisclosureClass::partial}) {
        const std::string id = shared("full");
        const RemoteDocument cut = cut_after(id, stricter);
        amend(*register_, id, {{"essence", "what nobody else may read"}});
        ASSERT_FALSE(outgoing(*register_).empty());

        serve(*register_, {cut});

        EXPECT_TRUE(outgoing(*register_).empty());
        EXPECT_EQ(view(*register_, id).delivery, "quarantined");
        EXPECT_NE(platform::in_english(*view(*register_, id).delivery_reason).find("_revs_limit"),
                  std::string::npos);
        EXPECT_EQ(register_->replication().cut_histories(10).at(0).revision, cut.revision);

        database_.pull(*register_);
        meet();
        EXPECT_TRUE(register_->replication().cut_histories(10).empty());
        EXPECT_EQ(view(*register_, id).disclosure, store::code_of(stricter));
        EXPECT_EQ(view(*register_, id).delivery, "delivered");
        expect_sound();
    }
}

TEST_F(Forgery, OfAShortListLetsAVoidOutWithoutWhatItMayKeepBack) {
    const std::string id = shared("full");
    const RemoteDocument cut = cut_after(id, DisclosureClass::partial);
    amend(*register_, id, {{"essence", "what nobody else may read"}});
    serve(*register_, {cut});

    (void)store::OwnerSession(*register_).void_entry(id, "recorded by mistake");

    for (const RemoteDocument& document : outgoing(*register_)) {
        EXPECT_FALSE(document.deleted) << "what it may keep back is ended";
        EXPECT_TRUE(std::ranges::none_of(
            document.body, [](const auto& member) { return member.name == "essence"; }));
    }
    database_.pull(*register_);
    meet();
    EXPECT_EQ(view(*register_, id).state, "void");
    EXPECT_EQ(view(*other_, id).disclosure, "partial");
    expect_sound();
}

/// It waits again once what could not be told is gone.
TEST_F(Forgery, OfAShortListHoldsNothingBackForEver) {
    const std::string id = shared("full");
    const RemoteDocument cut = cut_after(id, DisclosureClass::withdrawn);
    amend(*register_, id, {{"essence", "more of it"}});
    serve(*register_, {cut});
    ASSERT_TRUE(outgoing(*register_).empty());

    (void)store::OwnerSession(*register_).drop_foreign(store::ForeignScope::of_entries_too);

    EXPECT_EQ(outgoing(*register_).size(), 1U);
}

/// The tombstone is genuine, and what its leaf went into is hidden.
TEST_F(Forgery, ThatHidesAMergeLosesNoValue) {
    const std::string id = disputed();
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::text, "75"}}});
    const std::vector<RemoteDocument> decided = outgoing(*other_);
    ASSERT_EQ(decided.size(), 2U);
    ASSERT_TRUE(decided[1].deleted);
    const std::string before = view(*register_, id).minutes;

    serve(*register_, {decided[1]});

    // The leaf that was ended stands again, and so does the dispute.
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    EXPECT_TRUE(view(*register_, id).minutes == "60" || view(*register_, id).minutes == "90");
    EXPECT_TRUE(before == "60" || before == "90");
    serve(*register_, {decided[0]});
    database_.push(*other_);
    meet();
    EXPECT_EQ(view(*register_, id).minutes, "75");
    EXPECT_EQ(view(*other_, id).minutes, "75");
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// A decision leaves before its tombstones: meanwhile it looks like an amendment of what is shown.
TEST_F(Forgery, ThatHidesWhatADecisionTookInDropsNoDecision) {
    const std::string id = disputed();
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::text, "60"}}});
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::text, "90"}}});
    const std::vector<RemoteDocument> ours = outgoing(*register_);
    const std::vector<RemoteDocument> theirs = outgoing(*other_);
    ASSERT_EQ(ours.size(), 2U);
    ASSERT_EQ(theirs.size(), 2U);

    serve(*register_, {theirs[0]});
    serve(*other_, {ours[0]});

    for (store::Register* pc : {register_.get(), other_.get()}) {
        ASSERT_EQ(store::OwnerSession(*pc).conflicts().size(), 1U);
        const auto field = store::OwnerSession(*pc).conflicts()[0].fields.at(0);
        EXPECT_EQ((std::set{field.mine, field.theirs}), (std::set<std::string>{"60", "90"}));
    }
    meet();
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*other_).conflicts().size(), 1U);
    expect_sound();
}

/// What nobody disputes is taken from each side, also while a decision is under way.
TEST_F(Forgery, ThatHidesWhatADecisionTookInMakesNoDisputeOfItsOwn) {
    const std::string id = shared();
    amend(*register_, id, {{"minutes", "60"}});
    database_.push(*register_);
    amend(*other_, id, {{"minutes", "90"}});
    database_.pull(*other_);
    database_.push(*other_);
    const std::string shown = view(*other_, id).minutes;
    amend(*register_, id, {{"form", "criminal_prosecution_bodies"}});
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::text, shown}}});
    const std::vector<RemoteDocument> theirs = outgoing(*other_);

    serve(*register_, {theirs[0]});
    meet();

    for (store::Register* pc : {register_.get(), other_.get()}) {
        EXPECT_TRUE(store::OwnerSession(*pc).conflicts().empty());
        EXPECT_EQ(view(*pc, id).form, "criminal_prosecution_bodies");
        EXPECT_EQ(view(*pc, id).minutes, shown);
    }
    expect_sound();
}

/// Each PC decides over what somebody else wrote, and one of them keeps its own value.
TEST_F(Forgery, ThatTwoDecideDifferentlyIsAConflict) {
    const std::string id = shared();
    RemoteDocument theirs = leaf_of(id);
    theirs.ancestors.assign(1, theirs.revision.digest);
    theirs.revision = {2, "somebody"};
    for (auto& member : theirs.body) {
        if (member.name == "minutes") member.value = 77;
    }
    serve(*register_, {theirs});
    serve(*other_, {theirs});
    ASSERT_TRUE(
        store::OwnerSession(*register_).resolve(id, {}, {.keep = Choice::Side::mine}).has_value());
    ASSERT_TRUE(
        store::OwnerSession(*other_).resolve(id, {}, {.keep = Choice::Side::theirs}).has_value());

    meet();

    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*register_).conflicts()[0].fields.at(0).mine, "135");
    EXPECT_EQ(store::OwnerSession(*register_).conflicts()[0].fields.at(0).theirs, "77");
    EXPECT_EQ(store::OwnerSession(*other_).conflicts().size(), 1U);
    expect_sound();
}

/// Another PC's amendment, which a peer made look as if somebody else wrote it, and over which the
/// lawyer decided for what was there before.
class Overruled : public Forgery {
protected:
    void decide() {
        for (const char* minutes : {"55", "50"}) {
            amend(*other_, id_, {{"minutes", minutes}});
            database_.push(*other_);
        }
        genuine_ = leaf_of(id_);
        forged_ = genuine_;
        forged_.ancestors.back() = "f0f0";
        serve(*register_, {forged_});
        EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).kind, "foreign");
        (void)store::OwnerSession(*register_).resolve(id_, {}, {.keep = Choice::Side::mine});
    }
    /// Shown here what proves the lawyer's own, it is to be decided again, on both PCs.
    void expect_decided_again() {
        serve(*register_, {genuine_});
        ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
        meet();
        expect_told();
    }
    /// Both PCs say that it is to be decided again, and then do as the lawyer says.
    void expect_told() {
        for (store::Register* pc : {register_.get(), other_.get()}) {
            const auto conflicts = store::OwnerSession(*pc).conflicts();
            ASSERT_EQ(conflicts.size(), 1U);
            EXPECT_EQ(conflicts[0].kind, "edited");
            ASSERT_EQ(conflicts[0].fields.size(), 1U);
            const store::ConflictField& field = conflicts[0].fields[0];
            EXPECT_EQ((std::set{field.mine, field.theirs}), (std::set<std::string>{"135", "50"}));
        }
        const auto field = store::OwnerSession(*other_).conflicts()[0].fields[0];
        const Choice::Side side = field.mine == "135" ? Choice::Side::mine : Choice::Side::theirs;
        (void)store::OwnerSession(*other_).resolve(id_, {}, {.keep = side});
        meet();
        for (store::Register* pc : {register_.get(), other_.get()}) {
            EXPECT_TRUE(store::OwnerSession(*pc).conflicts().empty());
            EXPECT_EQ(view(*pc, id_).minutes, "135");
        }
        EXPECT_EQ(database_.live_leaves(document(id_)), 1U);
        expect_sound();
    }

    const std::string id_ = shared();
    RemoteDocument genuine_;
    RemoteDocument forged_;
};

TEST_F(Overruled, BeforeTheDecisionLeftIsDecidedAgain) {
    decide();
    expect_decided_again();
}

TEST_F(Overruled, AfterTheDecisionLeftIsDecidedAgain) {
    decide();
    database_.push(*register_);
    expect_decided_again();
}

TEST_F(Overruled, ByWhoOnlySeesTheDecisionIsDecidedAgain) {
    decide();
    database_.push(*register_);

    database_.pull(*other_);

    ASSERT_EQ(store::OwnerSession(*other_).conflicts().size(), 1U);
    serve(*register_, {genuine_});
    meet();
    expect_told();
}

TEST_F(Overruled, WhileTheDecisionWaitsForItsSignatureIsPutAside) {
    settings_.require_signature = true;
    open();
    decide();
    ASSERT_EQ(view(*register_, id_).delivery, "unsigned");

    serve(*register_, {genuine_});

    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    ASSERT_EQ(conflicts[0].fields.size(), 1U);
    EXPECT_EQ(conflicts[0].fields[0].mine, "135");
    EXPECT_EQ(conflicts[0].fields[0].theirs, "50");
    EXPECT_EQ(view(*register_, id_).minutes, "50");
    EXPECT_TRUE(outgoing(*register_).empty());
    expect_sound();
}

}  // namespace
}  // namespace tizilim
