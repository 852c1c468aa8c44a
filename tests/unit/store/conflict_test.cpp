#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"
#include "tests/support/couch_tree.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace tizilim {
namespace {

using store::Choice;
using store::DisclosureClass;
using store::StoreError;

TEST_F(Conflict, AnotherPcShowsAnEntryWithoutANumberAndWithoutWhatIsConfidential) {
    const std::string id = shared();

    const store::EntryView pulled = view(*other_, id);
    EXPECT_TRUE(pulled.pulled);
    EXPECT_EQ(pulled.number, store::EntryNumber{});
    EXPECT_EQ(pulled.essence, "");
    EXPECT_EQ(pulled.basis_number, "");
    EXPECT_EQ(pulled.minutes, "135");
    EXPECT_EQ(pulled.delivery, "delivered");
    EXPECT_EQ(pulled.would_leave, view(*register_, id).would_leave);
    EXPECT_TRUE(store::OwnerSession(*other_).list({}).entries.empty());
    store::ListQuery of_others;
    of_others.pulled = true;
    EXPECT_EQ(store::OwnerSession(*other_).list(of_others).entries.size(), 1U);
    expect_sound();
}

TEST_F(Conflict, APulledEntryTakesNoNumberOfTheBook) {
    (void)shared();
    const auto recorded = store::OwnerSession(*other_).add(good_input());
    ASSERT_TRUE(recorded.has_value());
    EXPECT_EQ(recorded->number, store::EntryNumber{1});
    (void)shared();
    const auto next = store::OwnerSession(*other_).add(good_input());
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->number, store::EntryNumber{2});
    expect_sound();
}

TEST_F(Conflict, AnAmendmentOnTheOtherPcArrivesAndKeepsWhatIsConfidentialHere) {
    const std::string id = shared();

    amend(*other_, id, {{"minutes", "90"}});
    meet();

    const store::EntryView mine = view(*register_, id);
    EXPECT_EQ(mine.minutes, "90");
    EXPECT_EQ(mine.essence, good_input().essence);
    EXPECT_EQ(mine.basis_number, good_input().basis_number);
    EXPECT_EQ(mine.delivery, "delivered");
    EXPECT_EQ(mine.revision, view(*other_, id).revision);
    EXPECT_EQ(mine.would_leave, view(*other_, id).would_leave);
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, WhatIsConfidentialCanBeAmendedOnlyWhereItWasRecorded) {
    const std::string id = shared();
    for (const std::string field : {"essence", "basis_number", "basis_issuer", "minor"}) {
        EXPECT_THROW((void)store::OwnerSession(*other_).amend(id, {{field, "yes"}}, "why"),
                     StoreError)
            << field;
    }
    EXPECT_THROW((void)store::OwnerSession(*other_).classify(id, DisclosureClass::full, "why"),
                 StoreError);
}

TEST_F(Conflict, ChangesOfDifferentFieldsAreMergedWithoutAPerson) {
    const std::string id = shared();
    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"form", "other_state_bodies"}});

    meet();

    for (store::Register* reg : {register_.get(), other_.get()}) {
        EXPECT_EQ(view(*reg, id).minutes, "60");
        EXPECT_EQ(view(*reg, id).form, "other_state_bodies");
        EXPECT_EQ(view(*reg, id).delivery, "delivered");
        EXPECT_TRUE(store::OwnerSession(*reg).conflicts().empty());
    }
    EXPECT_EQ(view(*register_, id).revision, view(*other_, id).revision);
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, TwoThatMergeAloneMakeTheSameRevision) {
    const std::string id = shared();
    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"form", "other_state_bodies"}});
    database_.push(*register_);
    database_.push(*other_);

    database_.pull(*register_);
    database_.pull(*other_);

    EXPECT_EQ(view(*register_, id).delivery, "pending");
    (void)all_changes();
    (void)other_->replication().changes_after({}, {1000, 1 << 20});
    EXPECT_EQ(view(*register_, id).revision, view(*other_, id).revision);
    EXPECT_EQ(view(*register_, id).would_leave, view(*other_, id).would_leave);
}

TEST_F(Conflict, ChangesOfOneFieldWaitForTheLawyerAndBothShowTheWinner) {
    const std::string id = disputed();

    const auto mine = store::OwnerSession(*register_).conflicts();
    const auto theirs = store::OwnerSession(*other_).conflicts();
    ASSERT_EQ(mine.size(), 1U);
    ASSERT_EQ(theirs.size(), 1U);
    EXPECT_EQ(mine[0].kind, "edited");
    ASSERT_EQ(mine[0].fields.size(), 1U);
    EXPECT_EQ(mine[0].fields[0].field, "minutes");
    EXPECT_EQ(mine[0].fields[0].mine, "60");
    EXPECT_EQ(mine[0].fields[0].theirs, "90");
    EXPECT_EQ(theirs[0].fields[0].mine, "90");
    EXPECT_EQ(theirs[0].fields[0].theirs, "60");
    EXPECT_EQ(view(*register_, id).minutes, view(*other_, id).minutes);
    EXPECT_EQ(register_->balance().conflicts, 1U);
    EXPECT_EQ(database_.live_leaves(document(id)), 2U);
    expect_sound();
}

TEST_F(Conflict, TheLawyersChoiceEndsItOnBoth) {
    for (const auto side : {Choice::Side::mine, Choice::Side::theirs}) {
        for (store::Register* by : {register_.get(), other_.get()}) {
            const std::string id = disputed();
            const auto shown = store::OwnerSession(*by).conflicts().at(0).fields.at(0);

            (void)resolve(*by, id, {{"minutes", {side}}});
            meet();

            const std::string wanted = side == Choice::Side::mine ? shown.mine : shown.theirs;
            EXPECT_EQ(view(*register_, id).minutes, wanted);
            EXPECT_EQ(view(*other_, id).minutes, wanted);
            EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
            EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
            EXPECT_EQ(view(*register_, id).revision, view(*other_, id).revision);
            EXPECT_EQ(database_.live_leaves(document(id)), 1U);
            EXPECT_EQ(view(*register_, id).essence, good_input().essence);
            expect_sound();
        }
    }
}

/// Seed 20020 of the simulation: the other PC's day is none that this one's clock has come to.
TEST_F(Conflict, TheLawyersChoiceStandsThoughTheClockWentBack) {
    const std::string id = shared();
    amend(*register_, id, {{"basis_date", "2026-10-31"}});
    clock_.advance(std::chrono::days(9));
    amend(*other_, id, {{"basis_date", "2026-11-09"}});
    meet();
    clock_.set_wall(clock_.wall_now() - std::chrono::days(12));

    const bool shows_ours = view(*register_, id).basis_date == "2026-10-31";
    const Choice other{shows_ours ? Choice::Side::theirs : Choice::Side::mine};
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    (void)resolve(*register_, id, {{"basis_date", other}});
    meet();

    EXPECT_EQ(view(*register_, id).basis_date, shows_ours ? "2026-11-09" : "2026-10-31");
    EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
    expect_sound();
}

TEST_F(Conflict, ATextOfTheLawyersOwnEndsItToo) {
    const std::string id = disputed();

    (void)resolve(*other_, id, {{"minutes", {Choice::Side::text, "75"}}});
    meet();

    EXPECT_EQ(view(*register_, id).minutes, "75");
    EXPECT_EQ(view(*other_, id).minutes, "75");
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
}

TEST_F(Conflict, AResolutionNamesEachFieldAndNoOther) {
    const std::string id = disputed();
    store::OwnerSession owner = store::OwnerSession(*register_);

    EXPECT_THROW((void)owner.resolve(id, {}), StoreError);
    EXPECT_THROW((void)owner.resolve(id, {{"minutes", {}}, {"form", {}}}), StoreError);
    EXPECT_FALSE(owner.resolve(id, {{"minutes", {Choice::Side::text, "many"}}}).has_value());
    EXPECT_THROW((void)owner.amend(id, {{"minutes", "5"}}, "why"), StoreError);
    EXPECT_EQ(owner.conflicts().size(), 1U);
    EXPECT_THROW((void)owner.resolve(add_of_class("partial"), {}), StoreError);
}

TEST_F(Conflict, BothResolvingOtherwiseIsAConflictAgainAndEnds) {
    const std::string id = disputed();
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::text, "10"}}});
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::text, "20"}}});
    meet();
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);

    (void)resolve(*register_, id, {{"minutes", {Choice::Side::text, "30"}}});
    meet();

    EXPECT_EQ(view(*other_, id).minutes, "30");
    EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, VoidBeatsAnAmendment) {
    const std::string id = shared();
    (void)store::OwnerSession(*register_).void_entry(id, "a mistake");
    amend(*other_, id, {{"minutes", "90"}});

    meet();

    EXPECT_EQ(view(*register_, id).state, "void");
    EXPECT_EQ(view(*other_, id).state, "void");
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// Seed 30375 of the simulation: the same commitment, of another class.
TEST_F(Conflict, BothShowTheSameWhenOneDisclosedMoreAndOneVoided) {
    const std::string id = shared();
    (void)store::OwnerSession(*register_).classify(id, DisclosureClass::full, "agreed");
    (void)store::OwnerSession(*other_).void_entry(id, "recorded twice");
    meet();

    EXPECT_EQ(view(*register_, id).state, "void");
    EXPECT_EQ(view(*register_, id).would_leave, view(*other_, id).would_leave);
    EXPECT_EQ(view(*register_, id).would_leave, *database_.tree(document(id)).winner().body);
    expect_sound();
}

TEST_F(Conflict, AWithdrawalBeatsEverything) {
    const std::string id = shared();
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");
    amend(*other_, id, {{"minutes", "90"}});

    meet();

    EXPECT_EQ(view(*other_, id).disclosure, "withdrawn");
    EXPECT_EQ(view(*register_, id).disclosure, "withdrawn");
    EXPECT_EQ(view(*register_, id).essence, good_input().essence);
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    EXPECT_THROW((void)store::OwnerSession(*other_).classify(id, DisclosureClass::full, "why"),
                 StoreError);
    expect_sound();
}

TEST_F(Conflict, WhatWasWithdrawnBeforeItCameIsNothingToTheOtherPc) {
    const std::string id = add_of_class("partial");
    database_.push(*register_);
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");

    meet();

    store::ListQuery of_others;
    of_others.pulled = true;
    EXPECT_TRUE(store::OwnerSession(*other_).list(of_others).entries.empty());
    EXPECT_EQ(other_->balance().recorded, 0U);
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, WithheldBeatsAValueAtOnceThoughTheRestIsInConflict) {
    const std::string id = shared("full");
    ASSERT_EQ(view(*other_, id).essence, good_input().essence);
    (void)store::OwnerSession(*register_).classify(id, DisclosureClass::partial, "too much");
    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"minutes", "90"}, {"essence", "другое"}});

    meet();

    EXPECT_EQ(view(*other_, id).disclosure, "partial");
    EXPECT_EQ(view(*register_, id).disclosure, "partial");
    EXPECT_EQ(view(*register_, id).essence, good_input().essence);
    EXPECT_EQ(view(*other_, id).would_leave.find("другое"), std::string::npos);
    const auto* winner = &database_.tree(document(id)).winner();
    EXPECT_EQ(winner->body->find("\"essence\":"), std::string::npos);
    expect_sound();
}

TEST_F(Conflict, AnEditThatDidNotLeaveGoesOnTopOfWhatWasPulled) {
    const std::string id = shared();
    amend(*other_, id, {{"form", "other_state_bodies"}});
    database_.push(*other_);
    amend(*register_, id, {{"minutes", "60"}});

    database_.pull(*register_);
    meet();

    EXPECT_EQ(view(*other_, id).minutes, "60");
    EXPECT_EQ(view(*other_, id).form, "other_state_bodies");
    EXPECT_EQ(view(*register_, id).form, "other_state_bodies");
    EXPECT_EQ(database_.tree(document(id)).nodes().size(), 3U);
    expect_sound();
}

TEST_F(Conflict, AnEditThatDidNotLeaveAndDisagreesBecomesALeafThatAllSee) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    amend(*register_, id, {{"minutes", "60"}});

    database_.pull(*register_);

    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].fields.at(0).mine, "60");
    EXPECT_EQ(conflicts[0].fields.at(0).theirs, "90");
    meet();
    EXPECT_EQ(database_.live_leaves(document(id)), 2U);
    EXPECT_EQ(view(*other_, id).minutes, view(*register_, id).minutes);
    ASSERT_EQ(store::OwnerSession(*other_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*other_).conflicts()[0].fields.at(0).mine, "90");
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::mine}}});
    meet();
    EXPECT_EQ(view(*other_, id).minutes, "60");
    EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// Seed 6634 of the simulation: the edit was put aside, and what it withholds was shown again.
TEST_F(Conflict, WhatAnEditWithholdsIsWithheldOnAllLeavesOfTheConflict) {
    const std::string id = shared("full");
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    amend(*register_, id, {{"minutes", "60"}});
    (void)store::OwnerSession(*register_).classify(id, DisclosureClass::partial, "asked for");

    database_.pull(*register_);

    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    EXPECT_EQ(view(*register_, id).disclosure, "partial");
    database_.push(*register_);
    for (const support::RevisionNode* leaf : database_.tree(document(id)).leaves()) {
        EXPECT_EQ(leaf->body->find("essence\":"), std::string::npos);
    }
    meet();
    EXPECT_EQ(view(*other_, id).disclosure, "partial");
    expect_sound();
}

TEST_F(Conflict, AMergeGoesOutWithoutASignatureThoughTheyAreAskedFor) {
    const std::string id = shared();
    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"form", "other_state_bodies"}});
    database_.push(*register_);
    database_.push(*other_);
    settings_.require_signature = true;
    open();

    database_.pull(*register_);

    EXPECT_EQ(view(*register_, id).delivery, "pending");
    EXPECT_EQ(store::OwnerSession(*register_).to_sign(id).id, id);
}

TEST_F(Conflict, WhatWasWithdrawnIsAskedForUntilItIsGone) {
    const std::string id = shared();
    (void)store::OwnerSession(*register_)
        .classify(id, DisclosureClass::withdrawn, "asked by the client");
    EXPECT_TRUE(register_->replication().still_readable({}, 10).empty());
    meet();

    const auto readable = register_->replication().still_readable({}, 10);
    ASSERT_EQ(readable.size(), 1U);
    EXPECT_EQ(readable[0].document_id, document(id));
    EXPECT_EQ(readable[0].revision.generation, 1U);
    EXPECT_TRUE(register_->replication().still_readable(document(id), 10).empty());
    EXPECT_EQ(platform::in_english(*view(*register_, id).delivery_reason),
              "asked to be forgotten, still readable there");
    register_->replication().mark("peer", {{readable[0], store::Verdict::forgotten}});
    EXPECT_TRUE(register_->replication().still_readable({}, 10).empty());
    EXPECT_EQ(platform::in_english(*view(*register_, id).delivery_reason),
              "asked to be forgotten, readable there no more");
    expect_sound();
}

/// The PC that learns of it asks for itself, also for what it never held.
TEST_F(Conflict, WhatAnotherPcWithdrewIsAskedForHereToo) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "60"}});
    database_.push(*other_);
    (void)store::OwnerSession(*other_).classify(id, DisclosureClass::withdrawn,
                                                "asked by the client");
    database_.push(*other_);

    database_.pull(*register_);

    const auto readable = register_->replication().still_readable({}, 10);
    ASSERT_EQ(readable.size(), 2U);
    EXPECT_EQ(readable[0].revision.generation, 1U);
    EXPECT_EQ(readable[1].revision.generation, 2U);
    EXPECT_EQ(platform::in_english(*view(*register_, id).delivery_reason),
              "asked to be forgotten, still readable there");
}

TEST_F(Conflict, AnEntryDeliveredAfterABackupComesBackWithIt) {
    const std::string id = shared();
    amend(*register_, id, {{"minutes", "60"}});
    meet();
    store::Replication& target = register_->replication();

    // As after a restore: this register has neither the entry nor what it sent.
    other_settings_.directory = directory_ / "restored";
    support::MemoryKeyStore keys;
    (void)store::Register::join(other_settings_, keys, register_->pairing_code(), clock_, random_);
    store::Register restored(other_settings_, keys, clock_, random_);
    database_.pull(restored);

    EXPECT_EQ(restored.balance().delivered, 1U);
    EXPECT_EQ(store::OwnerSession(restored).show(id).minutes, "60");
    EXPECT_EQ(store::OwnerSession(restored).show(id).revision, view(*register_, id).revision);
    EXPECT_EQ(target.delivered_after({}, 10).leaves.size(), 1U);
}

TEST_F(Conflict, SomebodyElsesRevisionIsShownAndKeptAside) {
    const std::string id = shared();
    const support::RevisionPath ours =
        database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
    support::RevisionPath path{2, {"f00d", ours.ids.front()}};
    database_.write(document(id), path, false, R"({"type":"entry","minutes":1})");

    meet();

    EXPECT_EQ(view(*register_, id).minutes, "135");
    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].kind, "foreign");
    std::map<std::string, Choice> mine;
    for (const auto& field : conflicts[0].fields) mine[field.field] = {};
    (void)resolve(*register_, id, mine);
    meet();
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    EXPECT_NE(database_.tree(document(id)).winner().body->find("135"), std::string::npos);
    expect_sound();
}

TEST_F(Conflict, ADeletionElsewhereDeletesNothingHere) {
    const std::string id = shared();
    const support::RevisionPath ours =
        database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
    database_.write(document(id), {2, {"dead", ours.ids.front()}}, true, "{}");

    meet();

    EXPECT_EQ(view(*register_, id).minutes, "135");
    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].kind, "deleted");
    EXPECT_THROW((void)store::OwnerSession(*register_).resolve(id, {}), StoreError);
    (void)resolve(*register_, id, {{"deleted", {Choice::Side::mine}}});
    meet();
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
    expect_sound();
}

/// Anybody can say that his revision came of ours.
TEST_F(Conflict, AsksForItsOwnLeafWhateverSomebodyElsePutOnIt) {
    const std::string id = shared();
    const support::RevisionPath ours =
        database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
    const store::Revision theirs{2, "f00d"};
    database_.write(document(id), {2, {"f00d", ours.ids.front()}}, false, R"({"minutes":1})");
    database_.pull(*register_);
    store::Replication& replication = register_->replication();

    EXPECT_EQ(replication.delivered_after({}, 10).leaves.at(0).revision.generation, 1U);
    replication.distrust("peer", {});
    const auto asked = replication.awaiting_receipt(10);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].revision.generation, 1U);
    replication.mark("peer", {{{document(id), theirs}, store::Verdict::delivered}});
    EXPECT_EQ(view(*register_, id).delivery, "sent");
    replication.mark("peer", {{asked[0], store::Verdict::delivered}});
    EXPECT_EQ(view(*register_, id).delivery, "delivered");
    expect_sound();
}

TEST_F(Conflict, ATombstoneThatThePeerLostGoesOutAgainWithItsLeaf) {
    const std::string id = shared();
    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"form", "other_state_bodies"}});
    meet();
    for (store::Register* reg : {register_.get(), other_.get()}) {
        store::Replication& replication = reg->replication();
        const auto leaves = replication.delivered_after({}, 10).leaves;
        ASSERT_EQ(leaves.size(), 2U);
        ASSERT_EQ(replication.delivered_after({}, 1).leaves.size(), 2U);

        replication.mark("peer", {{leaves[1], store::Verdict::missing}});

        const store::Changes changes = replication.changes_after({}, {10, 1 << 20});
        ASSERT_EQ(changes.entries.size(), 2U);
        EXPECT_FALSE(changes.entries[0].deleted());
        EXPECT_TRUE(changes.entries[1].deleted());
        EXPECT_EQ(changes.entries[1].revision(), leaves[1].revision);
        EXPECT_EQ(reg->balance().error(), 0);
    }
}

TEST_F(Conflict, ADeletionThatTheLawyerAcceptsStays) {
    const std::string id = shared();
    const support::RevisionPath ours =
        database_.tree(document(id)).path_of(database_.tree(document(id)).winner());
    database_.write(document(id), {2, {"dead", ours.ids.front()}}, true, "{}");
    meet();

    (void)resolve(*register_, id, {{"deleted", {Choice::Side::theirs}}});
    meet();

    EXPECT_EQ(database_.live_leaves(document(id)), 0U);
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_EQ(view(*register_, id).minutes, "135");
    expect_sound();
}

/// Seen in seed 549344300 of the simulation, 300 steps: the other had left already.
TEST_F(Conflict, TwoDecisionsOverAForeignRevisionThatDifferAreAConflict) {
    const std::string id = shared();
    const support::RevisionNode& ours = database_.tree(document(id)).winner();
    std::string body = *ours.body;
    body.replace(body.find("\"minutes\":135"), 13, "\"minutes\":120");
    database_.write(document(id), {2, {"over", ours.revision.digest}}, false, body);
    database_.pull(*register_);
    database_.pull(*other_);
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::mine}}});
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::theirs}}});
    database_.push(*other_);

    database_.pull(*register_);
    meet();

    for (store::Register* reg : {register_.get(), other_.get()}) {
        ASSERT_EQ(store::OwnerSession(*reg).conflicts().size(), 1U);
        EXPECT_EQ(store::OwnerSession(*reg).conflicts()[0].kind, "edited");
    }
    expect_sound();
}

}  // namespace
}  // namespace tizilim
