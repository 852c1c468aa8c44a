#include "platform/json_reader.h"
#include "store/codes.h"
#include "store/owner_session.h"
#include "store/register.h"
#include "store/replication.h"
#include "store/revision.h"
#include "store/store_error.h"
#include "tests/support/couch_tree.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

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

    EXPECT_EQ(view(*register_, id).minutes, 60U);
    EXPECT_EQ(view(*register_, id).revision, amended);
    EXPECT_EQ(register_->owner().conflicts().at(0).kind, "foreign");

    // The genuine copy of the same revision takes its place.
    serve(*register_, {forged, theirs});
    EXPECT_EQ(register_->owner().conflicts().at(0).kind, "edited");
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

    EXPECT_EQ(view(*register_, id).minutes, 60U);
    EXPECT_EQ(register_->owner().conflicts().at(0).kind, "deleted");
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

    ASSERT_EQ(register_->owner().conflicts().size(), 1U);
    EXPECT_EQ(register_->owner().conflicts()[0].kind, "unverifiable");
    EXPECT_THROW((void)register_->owner().resolve(id, {}, {.keep = Choice::Side::mine}),
                 store::StoreError);
    EXPECT_EQ(view(*register_, id).minutes, 135U);
    serve(*register_, {leaf_of(id)});
    EXPECT_EQ(view(*register_, id).minutes, 55U);
    EXPECT_TRUE(register_->owner().conflicts().empty());
    expect_sound();
}

/// The tombstone is genuine, and what its leaf went into is hidden.
TEST_F(Forgery, ThatHidesAMergeLosesNoValue) {
    const std::string id = disputed();
    (void)resolve(*other_, id, {{"minutes", {Choice::Side::text, "75"}}});
    const store::Changes changes = other_->replication().changes_after({}, {10, 1 << 20});
    ASSERT_EQ(changes.entries.size(), 2U);
    ASSERT_TRUE(changes.entries[1].deleted());
    const auto remote = [](const store::DisclosedEntry& entry) {
        return RemoteDocument{entry.document_id(), entry.revision(), entry.ancestors(),
                              entry.deleted(), *platform::read_json(entry.body())->object()};
    };
    const unsigned before = view(*register_, id).minutes;

    serve(*register_, {remote(changes.entries[1])});

    // The leaf that was ended stands again, and so does the dispute.
    EXPECT_EQ(register_->owner().conflicts().size(), 1U);
    EXPECT_TRUE(view(*register_, id).minutes == 60 || view(*register_, id).minutes == 90);
    EXPECT_TRUE(before == 60 || before == 90);
    serve(*register_, {remote(changes.entries[0])});
    database_.push(*other_);
    meet();
    EXPECT_EQ(view(*register_, id).minutes, 75U);
    EXPECT_EQ(view(*other_, id).minutes, 75U);
    EXPECT_TRUE(register_->owner().conflicts().empty());
    EXPECT_EQ(database_.live_leaves(document(id)), 1U);
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
    ASSERT_TRUE(register_->owner().resolve(id, {}, {.keep = Choice::Side::mine}).has_value());
    ASSERT_TRUE(other_->owner().resolve(id, {}, {.keep = Choice::Side::theirs}).has_value());

    meet();

    ASSERT_EQ(register_->owner().conflicts().size(), 1U);
    EXPECT_EQ(register_->owner().conflicts()[0].fields.at(0).mine, "135");
    EXPECT_EQ(register_->owner().conflicts()[0].fields.at(0).theirs, "77");
    EXPECT_EQ(other_->owner().conflicts().size(), 1U);
    expect_sound();
}

}  // namespace
}  // namespace tizilim
