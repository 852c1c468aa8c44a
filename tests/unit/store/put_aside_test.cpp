#include "store/entry/codes.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace tizilim {
namespace {

using store::Choice;

TEST_F(Conflict, AnEditThatWaitsForItsSignatureAndDisagreesIsPutAsideNotLost) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    settings_.require_signature = true;
    open();
    amend(*register_, id, {{"minutes", "60"}});

    database_.pull(*register_);

    EXPECT_EQ(view(*register_, id).minutes, "90");
    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].fields.at(0).mine, "60");
    EXPECT_EQ(conflicts[0].fields.at(0).theirs, "90");
    EXPECT_EQ(all_changes().entries.size(), 0U);
    settings_.require_signature = false;
    open();
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::mine}}});
    meet();
    EXPECT_EQ(view(*other_, id).minutes, "60");
    expect_sound();
}

/// Seed 81475413 of the simulation, 300 steps: another PC decided, who did not know of the edit.
TEST_F(Conflict, AnEditThatWasPutAsideStaysSoWhenWhatItChangedComesBack) {
    const std::string id = shared();
    const std::string before = view(*other_, id).minutes;
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    settings_.require_signature = true;
    open();
    amend(*register_, id, {{"minutes", "60"}});
    database_.pull(*register_);
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);

    amend(*other_, id, {{"minutes", before}});
    meet();

    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    ASSERT_FALSE(conflicts[0].fields.empty());
    EXPECT_EQ(conflicts[0].fields[0].field, "minutes");
    EXPECT_EQ(conflicts[0].fields[0].mine, "60");
    EXPECT_EQ(conflicts[0].fields[0].theirs, before);
    amend(*other_, id, {{"minutes", "60"}});
    meet();
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    expect_sound();
}

/// What it changed beside that which was in dispute would be nowhere.
TEST_F(Conflict, AnEditThatWasPutAsideAndDisagreesNoMoreGoesOnTop) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    settings_.require_signature = true;
    open();
    amend(*register_, id, {{"minutes", "60"}, {"language", "kk"}});
    database_.pull(*register_);
    ASSERT_TRUE(view(*register_, id).in_conflict);
    ASSERT_EQ(view(*register_, id).language, "ru");

    amend(*other_, id, {{"minutes", "60"}});
    database_.push(*other_);
    database_.pull(*register_);

    EXPECT_FALSE(view(*register_, id).in_conflict);
    EXPECT_EQ(view(*register_, id).minutes, "60");
    EXPECT_EQ(view(*register_, id).language, "kk");
    EXPECT_EQ(view(*register_, id).delivery, "unsigned");
    expect_sound();
}

/// Of leaves in dispute none shows more than all their tags let out, whatever is put aside.
TEST_F(Conflict, BesideAnEditThatWasPutAsideNoLeafShowsWhatAnotherKeepsBack) {
    const std::string id = shared("full");
    store::RegisterSettings settings = settings_;
    settings.directory = directory_ / "third";
    support::MemoryKeyStore keys;
    (void)store::Register::join(settings, keys, register_->pairing_code(), clock_, random_);
    store::Register third(settings, keys, clock_, random_);
    database_.pull(third);
    for (const char* minutes : {"95", "90"}) {
        amend(*other_, id, {{"minutes", minutes}});
        database_.push(*other_);
    }
    (void)store::OwnerSession(third).classify(id, store::DisclosureClass::partial, "asked for");
    amend(third, id, {{"minutes", "60"}});
    database_.push(third);
    settings_.require_signature = true;
    open();
    amend(*register_, id, {{"minutes", "70"}});

    database_.pull(*register_);

    EXPECT_EQ(view(*register_, id).minutes, "90");
    EXPECT_EQ(view(*register_, id).disclosure, "partial");
    EXPECT_EQ(store::OwnerSession(*register_).conflicts().at(0).fields.at(0).mine, "70");
    const auto going = all_changes().entries;
    EXPECT_FALSE(going.empty());
    for (const store::DisclosedEntry& entry : going) {
        EXPECT_EQ(entry.body().find("essence\":"), std::string::npos);
    }
    expect_sound();
}

/// Seed 845100515 of the simulation, 300 steps: the raise had seen the other narrowing alone.
TEST_F(Conflict, WhatAnEditThatWasPutAsideNarrowedIsRaisedByNobodyWhoHasNotSeenIt) {
    const std::string id = shared("full");
    other_.reset();
    other_settings_.require_signature = true;
    other_ = std::make_unique<store::Register>(other_settings_, other_keys_, clock_, random_);
    for (store::Register* reg : {register_.get(), other_.get()}) {
        (void)store::OwnerSession(*reg).classify(id, store::DisclosureClass::partial, "asked for");
    }
    amend(*register_, id, {{"minutes", "90"}});
    amend(*other_, id, {{"minutes", "60"}});
    database_.push(*register_);
    database_.pull(*other_);
    ASSERT_EQ(store::OwnerSession(*other_).conflicts().at(0).fields.at(0).mine, "60");

    (void)store::OwnerSession(*register_).classify(id, store::DisclosureClass::full, "agreed");
    database_.push(*register_);
    database_.pull(*other_);

    EXPECT_EQ(view(*other_, id).disclosure, "partial");
    EXPECT_EQ(view(*other_, id).would_leave.find("essence\":"), std::string::npos);
    EXPECT_TRUE(view(*other_, id).in_conflict);
    other_.reset();
    other_settings_.require_signature = false;
    other_ = std::make_unique<store::Register>(other_settings_, other_keys_, clock_, random_);
    meet();
    EXPECT_EQ(view(*register_, id).disclosure, "partial");
    EXPECT_EQ(database_.tree(document(id)).winner().body->find("essence\":"), std::string::npos);
    expect_sound();
}

/// Seed 845100581 of the simulation, 300 steps: what was put aside is in no revision.
TEST_F(Conflict, AChoiceOfWhatIsShownOverAnEditThatWasPutAsideChangesNothingElsewhere) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    settings_.require_signature = true;
    open();
    amend(*register_, id, {{"minutes", "60"}});
    database_.pull(*register_);
    settings_.require_signature = false;
    open();
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::theirs}}});

    amend(*other_, id, {{"minutes", "95"}});
    meet();

    for (store::Register* reg : {register_.get(), other_.get()}) {
        EXPECT_EQ(view(*reg, id).minutes, "95");
        EXPECT_FALSE(view(*reg, id).in_conflict);
    }
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

/// What goes on top at once is of the class alone: it is no other side of the dispute.
TEST_F(Conflict, AnEditThatWasPutAsideIsNotReplacedByWhatItNarrowed) {
    const std::string id = shared("full");
    store::RegisterSettings settings = settings_;
    settings.directory = directory_ / "third";
    support::MemoryKeyStore keys;
    (void)store::Register::join(settings, keys, register_->pairing_code(), clock_, random_);
    store::Register third(settings, keys, clock_, random_);
    database_.pull(third);
    amend(*other_, id, {{"minutes", "90"}});
    database_.push(*other_);
    settings_.require_signature = true;
    open();
    (void)store::OwnerSession(*register_)
        .classify(id, store::DisclosureClass::partial, "asked for");
    amend(*register_, id, {{"minutes", "60"}});
    database_.pull(*register_);
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().at(0).fields.at(0).mine, "60");

    for (const char* minutes : {"95", "100"}) {
        amend(third, id, {{"minutes", minutes}});
        database_.push(third);
    }
    database_.pull(*register_);

    const auto conflicts = store::OwnerSession(*register_).conflicts();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].fields.at(0).mine, "60");
    EXPECT_EQ(conflicts[0].fields.at(0).theirs, "100");
    EXPECT_EQ(view(*register_, id).disclosure, "partial");
    settings_.require_signature = false;
    open();
    for (const store::DisclosedEntry& entry : all_changes().entries) {
        EXPECT_EQ(entry.body().find("essence\":"), std::string::npos);
    }
    expect_sound();
}

}  // namespace
}  // namespace tizilim
