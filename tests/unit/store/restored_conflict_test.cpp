#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/support/couch_tree.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/store/backup_fixture.h"
#include "tests/unit/store/paired_registers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace tizilim {
namespace {

/// A backup is older than what was delivered: what left meanwhile is at the unified system.
class RestoredConflict : public BackupTest {
protected:
    /// The register that the backup makes has looked at what is there.
    void come_back() {
        (void)restore(backup_);
        open_elsewhere();
        database_.push(*restored_);
        database_.pull(*restored_);
        database_.push(*restored_);
    }
    void expect_sound() {
        EXPECT_EQ(restored_->verify({}).first_bad, std::nullopt);
        EXPECT_EQ(restored_->balance().error(), 0);
    }

    SharedDatabase database_;
    std::filesystem::path backup_;
};

TEST_F(RestoredConflict, TakesALaterVersionFromThePeerAndKeepsWhatIsConfidential) {
    const std::string id = add_of_class("partial");
    backup_ = back_up().file;
    database_.push(*register_);
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "60"}}, "a mistake");
    database_.push(*register_);

    come_back();

    const store::EntryView view = store::OwnerSession(*restored_).show(id);
    EXPECT_EQ(view.minutes, "60");
    EXPECT_EQ(view.essence, good_input().essence);
    EXPECT_EQ(view.delivery, "delivered");
    EXPECT_EQ(view.revision, store::OwnerSession(*register_).show(id).revision);
    EXPECT_EQ(database_.live_leaves("entry:" + id), 1U);
    expect_sound();
}

TEST_F(RestoredConflict, WhatLeftAfterTheBackupNeverBecomesLocalAgain) {
    const std::string id = add_of_class("local");
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "agreed");
    database_.push(*register_);

    come_back();

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).disclosure, "partial");
    EXPECT_THROW((void)store::OwnerSession(*restored_)
                     .classify(id, store::DisclosureClass::local, "no longer"),
                 store::StoreError);
    (void)store::OwnerSession(*restored_)
        .classify(id, store::DisclosureClass::withdrawn, "no longer");
    database_.push(*restored_);
    EXPECT_NE(database_.tree("entry:" + id).winner().body->find("withdrawn"), std::string::npos);
    expect_sound();
}

/// Seed 27 of the simulation, 160 steps: the copy did not know that it had left.
TEST_F(RestoredConflict, WhatWasMadeLocalMeanwhileShowsItsEssenceNoLonger) {
    const std::string id = add_of_class("full");
    backup_ = back_up().file;
    database_.push(*register_);
    (void)restore(backup_);
    open_elsewhere();
    (void)store::OwnerSession(*restored_).classify(id, store::DisclosureClass::local, "no longer");

    database_.pull(*restored_);
    EXPECT_EQ(store::OwnerSession(*restored_).show(id).disclosure, "partial");
    database_.push(*restored_);
    database_.pull(*register_);

    EXPECT_EQ(database_.tree("entry:" + id).winner().body->find("\"essence\":"), std::string::npos);
    EXPECT_EQ(store::OwnerSession(*register_).show(id).disclosure, "partial");
    expect_sound();
}

/// Seeds 77120248 and 2908855431 of the simulation, 300 steps: nobody let it out.
TEST_F(RestoredConflict, WhatWasAmendedWhileItStayedHereWaitsForTheLawyer) {
    const std::string id = add_of_class("local");
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "agreed");
    database_.push(*register_);
    (void)restore(backup_);
    open_elsewhere();
    (void)store::OwnerSession(*restored_).amend(id, {{"minutes", "90"}}, "a mistake");

    database_.pull(*restored_);
    database_.push(*restored_);

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).minutes, "135");
    EXPECT_EQ(database_.tree("entry:" + id).nodes().size(), 1U);
    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().size(), 1U);
    ASSERT_EQ(store::OwnerSession(*restored_).conflicts()[0].fields.size(), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].fields[0].mine, "90");
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].fields[0].theirs, "135");

    // Whatever is pulled meanwhile.
    (void)store::OwnerSession(*register_).amend(id, {{"language", "kk"}}, "a mistake");
    database_.push(*register_);
    database_.pull(*restored_);
    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].fields.size(), 1U);

    (void)store::OwnerSession(*restored_).resolve(id, {}, {.keep = store::Choice::Side::mine});
    database_.push(*restored_);

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).minutes, "90");
    EXPECT_EQ(database_.live_leaves("entry:" + id), 1U);
    EXPECT_NE(database_.tree("entry:" + id).winner().body->find("90"), std::string::npos);
    expect_sound();
}

TEST_F(RestoredConflict, WhatStayedHereAsItWasRecordedFollowsThePeer) {
    const std::string id = add_of_class("local");
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "60"}}, "a mistake");
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "agreed");
    database_.push(*register_);

    come_back();

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).minutes, "60");
    EXPECT_TRUE(store::OwnerSession(*restored_).conflicts().empty());
    expect_sound();
}

/// What the backup has was known where the entry left.
TEST_F(RestoredConflict, WhatWasAmendedBeforeTheBackupAloneFollowsThePeer) {
    const std::string id = add_of_class("local");
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "60"}}, "a mistake");
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "90"}}, "another mistake");
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "agreed");
    database_.push(*register_);
    (void)restore(backup_);
    open_elsewhere();
    (void)store::OwnerSession(*restored_).amend(id, {{"language", "kk"}}, "a mistake");

    database_.pull(*restored_);

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).minutes, "90");
    const auto conflicts = store::OwnerSession(*restored_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    ASSERT_EQ(conflicts[0].fields.size(), 1U);
    EXPECT_EQ(conflicts[0].fields[0].field, "language");
    EXPECT_EQ(conflicts[0].fields[0].mine, "kk");
    EXPECT_EQ(conflicts[0].fields[0].theirs, "ru");
    expect_sound();
}

/// What keeps a minor's entry here keeps it narrowed when it concerns no minor after all.
TEST_F(RestoredConflict, WhatWasAMinorsMeanwhileShowsItsEssenceNoLonger) {
    const std::string id = add_of_class("full");
    backup_ = back_up().file;
    database_.push(*register_);
    (void)restore(backup_);
    open_elsewhere();
    (void)store::OwnerSession(*restored_).amend(id, {{"minor", "yes"}}, "seems so");
    (void)store::OwnerSession(*restored_).amend(id, {{"minor", "no"}}, "is not");
    ASSERT_EQ(store::OwnerSession(*restored_).show(id).disclosure, "local");

    database_.pull(*restored_);
    database_.push(*restored_);

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).disclosure, "partial");
    EXPECT_EQ(database_.tree("entry:" + id).winner().body->find("\"essence\":"), std::string::npos);
    expect_sound();
}

/// Seed 77120119 of the simulation, 300 steps: what was written of it was not to leave, either.
TEST_F(RestoredConflict, WhatWasWrittenWhileItWasLocalIsDecidedOver) {
    for (const char* disclosure : {"partial", "full"}) {
        const std::string id = add_of_class("local");
        backup_ = back_up().file;
        (void)store::OwnerSession(*register_)
            .classify(id, *store::disclosure_class_of(disclosure), "agreed");
        database_.push(*register_);
        std::filesystem::remove_all(elsewhere_.directory);
        (void)restore(backup_);
        open_elsewhere();
        (void)store::OwnerSession(*restored_).amend(id, {{"minutes", "90"}}, "a mistake");

        database_.pull(*restored_);
        database_.push(*restored_);

        EXPECT_EQ(store::OwnerSession(*restored_).show(id).minutes, "135");
        EXPECT_EQ(store::OwnerSession(*restored_).show(id).disclosure, disclosure);
        EXPECT_EQ(store::OwnerSession(*restored_).show(id).delivery, "delivered");
        const auto conflicts = store::OwnerSession(*restored_).conflicts();
        ASSERT_EQ(conflicts.size(), 1U);
        EXPECT_EQ(conflicts[0].kind, "edited");
        ASSERT_EQ(conflicts[0].fields.size(), 1U);
        EXPECT_EQ(conflicts[0].fields[0].mine, "90");
        EXPECT_EQ(conflicts[0].fields[0].theirs, "135");

        ASSERT_TRUE(
            store::OwnerSession(*restored_).resolve(id, {}, {.keep = store::Choice::Side::mine}));
        database_.push(*restored_);
        database_.pull(*register_);
        EXPECT_EQ(store::OwnerSession(*register_).show(id).minutes, "90");
        EXPECT_EQ(store::OwnerSession(*register_).show(id).disclosure, disclosure);
        expect_sound();
        restored_.reset();
    }
}

/// A field that one side does not have at all is in dispute like any other.
TEST_F(RestoredConflict, ADateThatWasAddedOrTakenAwayWhileItWasLocalIsDecidedOver) {
    for (const auto& [recorded, written] :
         {std::pair<std::string, std::string>{"", "2025-11-01"}, {"2025-11-01", ""}}) {
        store::EntryTexts input = good_input();
        input.disclosure = "local";
        input.basis_date = recorded;
        const std::string id = store::OwnerSession(*register_).add(input)->id;
        backup_ = back_up().file;
        (void)store::OwnerSession(*register_)
            .classify(id, store::DisclosureClass::partial, "agreed");
        database_.push(*register_);
        std::filesystem::remove_all(elsewhere_.directory);
        (void)restore(backup_);
        open_elsewhere();
        (void)store::OwnerSession(*restored_).amend(id, {{"basis_date", written}}, "a mistake");

        database_.pull(*restored_);
        (void)store::OwnerSession(*register_).amend(id, {{"language", "kk"}}, "a mistake");
        database_.push(*register_);
        database_.pull(*restored_);
        database_.push(*restored_);

        EXPECT_EQ(store::OwnerSession(*restored_).show(id).basis_date, recorded);
        EXPECT_EQ(database_.tree("entry:" + id).nodes().size(), 2U);
        const auto conflicts = store::OwnerSession(*restored_).conflicts();
        ASSERT_EQ(conflicts.size(), 1U);
        ASSERT_EQ(conflicts[0].fields.size(), 1U);
        EXPECT_EQ(conflicts[0].fields[0].mine, written);
        EXPECT_EQ(conflicts[0].fields[0].theirs, recorded);
        (void)store::OwnerSession(*restored_)
            .resolve(id, {}, {.keep = store::Choice::Side::theirs});
        EXPECT_EQ(store::OwnerSession(*restored_).show(id).basis_date, recorded);
        expect_sound();
        restored_.reset();
    }
}

TEST_F(RestoredConflict, WhatWasVoidedWhileItWasLocalIsVoid) {
    const std::string id = add_of_class("local");
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "agreed");
    database_.push(*register_);
    (void)restore(backup_);
    open_elsewhere();
    (void)store::OwnerSession(*restored_).amend(id, {{"minutes", "90"}}, "a mistake");
    (void)store::OwnerSession(*restored_).void_entry(id, "recorded by mistake");

    database_.pull(*restored_);
    database_.push(*restored_);
    database_.pull(*register_);

    EXPECT_TRUE(store::OwnerSession(*restored_).conflicts().empty());
    EXPECT_EQ(store::OwnerSession(*restored_).show(id).state, "void");
    EXPECT_EQ(store::OwnerSession(*register_).show(id).state, "void");
    EXPECT_EQ(store::OwnerSession(*register_).show(id).minutes, "135");
    expect_sound();
}

/// Seed 20272 of the simulation: it is local in the backup, left since, and somebody deleted it.
TEST_F(RestoredConflict, ADeletionOfWhatIsLocalHereSendsNothing) {
    const std::string id = add_of_class("local");
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::partial, "agreed");
    database_.push(*register_);
    const std::string document = "entry:" + id;
    const std::string ours = database_.tree(document).winner().revision.digest;
    database_.write(document, {2, {"dead", ours}}, true, "{}");

    come_back();

    EXPECT_TRUE(store::OwnerSession(*restored_).conflicts().empty());
    EXPECT_EQ(store::OwnerSession(*restored_).show(id).delivery, "local");
    EXPECT_EQ(database_.live_leaves(document), 0U);

    (void)store::OwnerSession(*restored_).classify(id, store::DisclosureClass::partial, "agreed");

    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].kind, "deleted");
    expect_sound();
}

/// Seed 53000067 of the simulation, 300 steps: decided as it had been, it is the same revision.
TEST_F(RestoredConflict, ADecisionThatMakesAnewWhatSeemedForeignEndsItNot) {
    const std::string id = add_of_class("partial");
    database_.push(*register_);
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "60"}}, "a mistake");
    const auto amended = register_->replication().changes_after({}, {10, 1 << 20}).entries.at(0);
    database_.push(*register_);
    (void)restore(backup_);
    open_elsewhere();
    store::RemoteDocument forged{amended.document_id(), amended.revision(), {"f0f0"}, false, {}};
    forged.body = *platform::read_json(amended.body())->object();
    restored_->replication().apply("peer", {forged}, {});
    restored_->replication().feed_ended("peer");
    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().at(0).kind, "foreign");

    (void)store::OwnerSession(*restored_).resolve(id, {}, {.keep = store::Choice::Side::theirs});
    database_.push(*restored_);

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).revision, amended.revision().to_string());
    EXPECT_EQ(database_.live_leaves(amended.document_id()), 1U);
    expect_sound();
}

/// Seed 77120284 of the simulation, 300 steps: what somebody wrote over is what is decided anew.
TEST_F(RestoredConflict, ADecisionThatMakesAnewWhatSomebodyWroteOverGoesOnTopOfIt) {
    const std::string id = add_of_class("partial");
    database_.push(*register_);
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "60"}}, "a mistake");
    database_.push(*register_);
    const std::string document = "entry:" + id;
    const support::RevisionTree& tree = database_.tree(document);
    support::RevisionPath over = tree.path_of(tree.winner());
    const std::string body = *tree.winner().body;
    over.ids.insert(over.ids.begin(), "over");
    ++over.start;
    database_.write(document, over, false, body);
    come_back();
    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().at(0).kind, "foreign");

    (void)store::OwnerSession(*restored_).resolve(id, {}, {.keep = store::Choice::Side::theirs});
    database_.push(*restored_);

    EXPECT_EQ(database_.live_leaves(document), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).show(id).revision,
              tree.winner().revision.to_string());
    expect_sound();
}

/// Seed 77120175 of the simulation, 300 steps: a decision over somebody else's revision was lost,
/// and its tombstone, which this copy was shown without it, would have ended all there is.
TEST_F(RestoredConflict, ATombstoneWithoutItsDecisionIsNotSentAndEndsNothing) {
    const std::string id = add_of_class("partial");
    database_.push(*register_);
    backup_ = back_up().file;
    const std::string document = "entry:" + id;
    const std::string ours = database_.tree(document).winner().revision.digest;
    database_.write(document, {2, {"over", ours}}, false, R"({"n":1})");
    const SharedDatabase before = database_;
    database_.pull(*register_);
    (void)store::OwnerSession(*register_).resolve(id, {}, {.keep = store::Choice::Side::mine});
    const auto decided = register_->replication().changes_after({}, {10, 1 << 20}).entries;
    ASSERT_EQ(decided.size(), 2U);
    ASSERT_TRUE(decided[1].deleted());
    (void)restore(backup_);
    open_elsewhere();
    store::RemoteDocument tombstone{document, decided[1].revision(), {"over", ours}, true, {}};
    tombstone.body = *platform::read_json(decided[1].body())->object();
    restored_->replication().apply("peer", {tombstone}, {});

    database_ = before;
    restored_->replication().distrust("peer", {});
    const store::Mark lost{{document, tombstone.revision}, store::Verdict::missing};
    restored_->replication().mark("peer", {lost});
    database_.push(*restored_);
    EXPECT_EQ(database_.tree(document).find(tombstone.revision), nullptr);
    database_.pull(*restored_);

    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].kind, "foreign");
    (void)store::OwnerSession(*restored_).resolve(id, {}, {.keep = store::Choice::Side::mine});
    database_.push(*restored_);
    EXPECT_EQ(database_.live_leaves(document), 1U);
    expect_sound();
}

TEST_F(RestoredConflict, BringsBackWhatWasRecordedAndDeliveredAfterTheBackup) {
    backup_ = back_up().file;
    const std::string id = add_of_class("partial");
    database_.push(*register_);

    come_back();

    EXPECT_EQ(store::OwnerSession(*restored_).show(id).minutes, "135");
    EXPECT_TRUE(store::OwnerSession(*restored_).show(id).pulled);
    EXPECT_EQ(restored_->balance().delivered, 1U);
    expect_sound();
}

TEST_F(RestoredConflict, AnEditOfEachSideIsLeftToTheLawyer) {
    const std::string id = add_of_class("partial");
    database_.push(*register_);
    backup_ = back_up().file;
    (void)store::OwnerSession(*register_).amend(id, {{"minutes", "60"}}, "a mistake");
    database_.push(*register_);

    (void)restore(backup_);
    open_elsewhere();
    (void)store::OwnerSession(*restored_).amend(id, {{"minutes", "90"}}, "a mistake");
    database_.pull(*restored_);

    ASSERT_EQ(store::OwnerSession(*restored_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].fields.at(0).mine, "90");
    EXPECT_EQ(store::OwnerSession(*restored_).conflicts()[0].fields.at(0).theirs, "60");
    expect_sound();
}

/// It waited, signed, when the backup was made, and left afterwards.
TEST_F(RestoredConflict, WhatItSignedItselfComesBackAsNoNewVersion) {
    const std::string id = add_of_class("partial");
    support::CertificateWish wish;
    wish.not_before = clock_.wall_now() - std::chrono::hours(24);
    wish.not_after = clock_.wall_now() + std::chrono::hours(24);
    const support::TestAuthority authority;
    const store::SigningTask task = store::OwnerSession(*register_).to_sign(id);
    (void)store::OwnerSession(*register_)
        .attach(id, task.version,
                support::make_cms({.signers = {authority.issue(support::KeyKind::rsa, wish)},
                                   .signed_at = clock_.wall_now()},
                                  task.bytes));
    backup_ = back_up().file;
    database_.push(*register_);

    (void)restore(backup_);
    open_elsewhere();
    database_.pull(*restored_);

    EXPECT_EQ(store::OwnerSession(*restored_).history(id).size(), 1U);
    EXPECT_EQ(store::OwnerSession(*restored_).show(id).delivery, "delivered");
    EXPECT_EQ(store::OwnerSession(*restored_).show(id).revision,
              store::OwnerSession(*register_).show(id).revision);
    expect_sound();
}

}  // namespace
}  // namespace tizilim
