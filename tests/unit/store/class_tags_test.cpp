#include "store/entry/class_tags.h"

#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "store/merge/merge.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/couch_tree.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace tizilim {
namespace {

using store::Choice;
using store::ClassTags;
using store::DisclosureClass;

TEST(ClassTags, LetAllOutOnceEachNarrowingWasRaised) {
    ClassTags tags = ClassTags::of(DisclosureClass::partial);
    EXPECT_FALSE(tags.lets_all_out());
    EXPECT_TRUE(tags.are_usual());
    tags.raise();
    EXPECT_TRUE(tags.lets_all_out());
    ClassTags other = tags;
    other.narrow("aaaaaaaa");
    EXPECT_FALSE(other.lets_all_out());
    tags.unite(other);
    EXPECT_FALSE(tags.lets_all_out());
    EXPECT_EQ(tags, other);
    EXPECT_TRUE(ClassTags::of(DisclosureClass::full).lets_all_out());
}

TEST(ClassTags, AreReadOnlyAsTheyAreWritten) {
    EXPECT_TRUE((ClassTags{{"0", "aaaaaaaa"}, {"0"}}.are_in_order()));
    EXPECT_FALSE((ClassTags{{"aaaaaaaa", "0"}, {}}.are_in_order()));
    EXPECT_FALSE((ClassTags{{"0", "0"}, {}}.are_in_order()));
    EXPECT_FALSE((ClassTags{{"0"}, {"aaaaaaaa"}}.are_in_order()));
    EXPECT_FALSE((ClassTags{{"AAAAAAAA"}, {}}.are_in_order()));
    EXPECT_FALSE((ClassTags{{"a"}, {}}.are_in_order()));
}

/// The class of an entry, up and down on two PCs.
class ClassOfTwo : public Conflict {
protected:
    void classify(store::Register& by, const std::string& id, DisclosureClass disclosure) {
        (void)store::OwnerSession(by).classify(id, disclosure, "asked for");
    }
    [[nodiscard]] std::string winner(const std::string& id) const {
        return *database_.tree("entry:" + id).winner().body;
    }
    void expect_class(const std::string& id, const std::string& disclosure) {
        EXPECT_EQ(view(*register_, id).disclosure, disclosure);
        EXPECT_EQ(view(*other_, id).disclosure, disclosure);
        const bool shows = winner(id).find("essence\":") != std::string::npos;
        EXPECT_EQ(shows, disclosure == "full");
        EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
        EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
        EXPECT_EQ(database_.live_leaves(document(id)), 1U);
        expect_sound();
    }
};

TEST_F(ClassOfTwo, ARaiseThatNobodyOpposedTakesEffect) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "50"}});
    classify(*register_, id, DisclosureClass::full);
    meet();
    EXPECT_EQ(view(*register_, id).minutes, "50");
    expect_class(id, "full");
}

TEST_F(ClassOfTwo, ACarriedNarrowingUndoesNoRaise) {
    const std::string id = shared();
    classify(*register_, id, DisclosureClass::full);
    database_.push(*register_);
    // The other PC never saw the raise, and carries the narrow class along.
    amend(*other_, id, {{"minutes", "50"}});
    database_.push(*other_);
    amend(*other_, id, {{"minutes", "55"}});
    meet();
    expect_class(id, "full");
    classify(*register_, id, DisclosureClass::partial);
    meet();
    expect_class(id, "partial");
    classify(*register_, id, DisclosureClass::full);
    meet();
    expect_class(id, "full");
}

TEST_F(ClassOfTwo, ANarrowingThatARaiseDidNotSeeHolds) {
    const std::string id = shared("full");
    classify(*other_, id, DisclosureClass::partial);
    classify(*register_, id, DisclosureClass::partial);
    classify(*register_, id, DisclosureClass::full);
    meet();
    expect_class(id, "partial");
}

TEST_F(ClassOfTwo, AnotherPcNarrowsAndTheRecordingOneCommitsAgain) {
    const std::string id = shared("full");
    classify(*other_, id, DisclosureClass::partial);
    database_.push(*other_);
    EXPECT_EQ(winner(id).find("commitment"), std::string::npos);
    meet();
    EXPECT_NE(winner(id).find("commitment"), std::string::npos);
    EXPECT_EQ(view(*register_, id).essence, view(*register_, id).essence);
    EXPECT_FALSE(view(*register_, id).essence.empty());
    expect_class(id, "partial");
    EXPECT_THROW(classify(*other_, id, DisclosureClass::full), store::StoreError);
}

TEST_F(ClassOfTwo, ALeafInDisputeThatShowsMoreIsNarrowedAtOnce) {
    const std::string id = shared("full");
    amend(*register_, id, {{"minutes", "60"}});
    amend(*other_, id, {{"minutes", "90"}});
    classify(*other_, id, DisclosureClass::partial);
    meet();
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    ASSERT_EQ(store::OwnerSession(*other_).conflicts().size(), 1U);
    for (const support::RevisionNode* leaf : database_.tree(document(id)).leaves()) {
        EXPECT_EQ(leaf->body->find("essence\":"), std::string::npos);
    }
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::mine}}});
    meet();
    EXPECT_EQ(view(*other_, id).minutes, "60");
    expect_class(id, "partial");
}

TEST_F(ClassOfTwo, AnUnsentRaiseThatIsTakenBackStaysDown) {
    const std::string id = shared();
    classify(*register_, id, DisclosureClass::full);
    classify(*register_, id, DisclosureClass::partial);
    meet();
    expect_class(id, "partial");
}

TEST_F(ClassOfTwo, NothingRaisesAWithdrawnEntry) {
    const std::string id = shared();
    classify(*register_, id, DisclosureClass::full);
    database_.push(*register_);
    classify(*other_, id, DisclosureClass::withdrawn);
    meet();
    EXPECT_EQ(view(*register_, id).disclosure, "withdrawn");
    EXPECT_NE(winner(id).find("withdrawn"), std::string::npos);
    EXPECT_THROW(classify(*register_, id, DisclosureClass::full), store::StoreError);
    expect_sound();
}

TEST_F(Conflict, TwoResolutionsThatDifferAreAConflictAgain) {
    const std::string id = disputed();
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::mine}}});
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::mine}}});
    meet();
    ASSERT_EQ(store::OwnerSession(*register_).conflicts().size(), 1U);
    ASSERT_EQ(store::OwnerSession(*other_).conflicts().size(), 1U);
    EXPECT_EQ(store::OwnerSession(*register_).conflicts()[0].fields.at(0).mine, "60");
    EXPECT_EQ(store::OwnerSession(*other_).conflicts()[0].fields.at(0).mine, "90");
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::theirs}}});
    meet();
    EXPECT_EQ(view(*register_, id).minutes, "90");
    EXPECT_EQ(view(*other_, id).minutes, "90");
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, ResolutionsThatAgreeMeet) {
    const std::string id = disputed();
    (void)resolve(*register_, id, {{"minutes", {Choice::Side::mine}}});
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::theirs}}});
    meet();
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
    EXPECT_TRUE(store::OwnerSession(*other_).conflicts().empty());
    EXPECT_EQ(view(*other_, id).minutes, "60");
    EXPECT_EQ(view(*register_, id).minutes, "60");
    expect_sound();
}

TEST_F(Conflict, AnAmendmentThatLeftAndLosesToAWithdrawalStaysReadableWhereItWasPulled) {
    const std::string id = shared();
    amend(*other_, id, {{"minutes", "50"}});
    (void)store::OwnerSession(*register_).classify(id, DisclosureClass::withdrawn, "asked for");
    meet();
    for (store::Register* reg : {register_.get(), other_.get()}) {
        EXPECT_EQ(view(*reg, id).disclosure, "withdrawn");
        EXPECT_EQ(view(*reg, id).minutes, "50");
    }
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    expect_sound();
}

TEST_F(Conflict, AResolutionSaysWhy) {
    const std::string id = disputed();
    ASSERT_TRUE(store::OwnerSession(*register_)
                    .resolve(id, {}, {.keep = Choice::Side::mine, .reason = "read in the file"})
                    .has_value());
    EXPECT_EQ(view(*register_, id).minutes, "60");
    EXPECT_TRUE(store::OwnerSession(*register_).conflicts().empty());
}

/// Nothing of it has left; a minor's entry stays here without an act on its class.
TEST_F(ClassOfTwo, PartialIsAlwaysANarrowingThatNobodyRaised) {
    const std::string id = add_of_class("full");
    classify(*register_, id, DisclosureClass::local);
    classify(*register_, id, DisclosureClass::full);
    amend(*register_, id, {{"minor", "yes"}});
    amend(*register_, id, {{"minor", "no"}});
    classify(*register_, id, DisclosureClass::partial);

    const auto body = platform::read_json(view(*register_, id).would_leave);
    ASSERT_TRUE(body.has_value());
    EXPECT_FALSE(store::tags_of(*body->object()).lets_all_out());
    meet();
    expect_class(id, "partial");
}

}  // namespace
}  // namespace tizilim
