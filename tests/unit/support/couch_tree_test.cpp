#include "tests/support/couch_tree.h"

#include "store/replication/revision.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::KnownRevision;
using support::RevisionPath;
using support::RevisionTree;

bool add(RevisionTree& tree, std::uint32_t start, std::vector<std::string> ids,
         bool deleted = false) {
    return tree.insert({.start = start, .ids = std::move(ids)}, deleted, "\"x\":1",
                       KnownRevision::keep);
}

std::string winner(const RevisionTree& tree) {
    return tree.winner().revision.to_string();
}

TEST(RevisionTree, PrefersALiveLeafToALongerDeletedOne) {
    RevisionTree tree;
    add(tree, 1, {"a"});
    add(tree, 2, {"b", "a"});
    add(tree, 3, {"d", "c", "a"}, true);

    EXPECT_EQ(winner(tree), "2-b");
}

TEST(RevisionTree, PrefersTheLongerBranchThenTheHigherDigest) {
    RevisionTree tree;
    add(tree, 1, {"a"});
    add(tree, 1, {"c"});
    EXPECT_EQ(winner(tree), "1-c");

    add(tree, 2, {"b", "a"});
    EXPECT_EQ(winner(tree), "2-b");
}

TEST(RevisionTree, NumbersGenerationsNotAsText) {
    RevisionTree tree;
    add(tree, 9, {"a"});
    add(tree, 10, {"a"});

    EXPECT_EQ(winner(tree), "10-a");
}

TEST(RevisionTree, DoesNotChangeForARevisionItHas) {
    RevisionTree tree;

    EXPECT_TRUE(add(tree, 1, {"a"}));
    EXPECT_FALSE(add(tree, 1, {"a"}));
    EXPECT_EQ(tree.leaves().size(), 1U);
}

TEST(RevisionTree, HoldsOneRevisionWithTwoAncestriesAsCouchDbDoes) {
    for (const auto known : {KnownRevision::keep, KnownRevision::refill}) {
        RevisionTree tree;
        const auto push = [&](std::vector<std::string> ids, const std::string& body) {
            return tree.insert({.start = 3, .ids = std::move(ids)}, false, body, known);
        };
        EXPECT_TRUE(push({"c", "b", "a"}, "1"));

        const bool taken = push({"c", "x", "a"}, "2");

        EXPECT_EQ(taken, known == KnownRevision::refill);
        ASSERT_EQ(tree.leaves().size(), taken ? 2U : 1U);
        std::set<std::string> parents;
        for (const auto* leaf : tree.leaves()) parents.insert(tree.path_of(*leaf).ids[1]);
        EXPECT_EQ(parents.contains("x"), taken);
        EXPECT_TRUE(parents.contains("b"));
        // A list that is cut says nothing else.
        EXPECT_FALSE(push({"c", "b"}, "3"));
        EXPECT_FALSE(push({"c"}, "4"));
    }
}

TEST(RevisionTree, KnowsAnAncestorWithoutItsBody) {
    RevisionTree tree;
    add(tree, 2, {"b", "a"});

    const auto* ancestor = tree.find({1, "a"});

    ASSERT_NE(ancestor, nullptr);
    EXPECT_FALSE(ancestor->body.has_value());
    EXPECT_FALSE(ancestor->leaf);
}

TEST(RevisionTree, TakesTheBodyOfAnAncestorLaterOnlyAsCouchDbDoes) {
    RevisionTree couchdb;
    RevisionTree pouchdb;
    const RevisionPath child{.start = 2, .ids = {"b", "a"}};
    const RevisionPath parent{.start = 1, .ids = {"a"}};
    couchdb.insert(child, false, "", KnownRevision::refill);
    pouchdb.insert(child, false, "", KnownRevision::keep);

    couchdb.insert(parent, false, "\"late\":1", KnownRevision::refill);
    pouchdb.insert(parent, false, "\"late\":1", KnownRevision::keep);

    EXPECT_TRUE(couchdb.find({1, "a"})->body.has_value());
    EXPECT_FALSE(pouchdb.find({1, "a"})->body.has_value());
    EXPECT_EQ(winner(couchdb), "2-b");
}

TEST(RevisionTree, JoinsABranchWhoseAncestorsCameLater) {
    RevisionTree tree;
    add(tree, 1, {"a"});
    add(tree, 3, {"c"});
    EXPECT_EQ(tree.leaves().size(), 2U);

    tree.insert({.start = 4, .ids = {"d", "c", "b", "a"}}, false, "", KnownRevision::keep);

    EXPECT_EQ(tree.leaves().size(), 1U);
    EXPECT_EQ(tree.path_of(tree.winner()).ids, (std::vector<std::string>{"d", "c", "b", "a"}));
}

TEST(RevisionTree, FindsTheLatestOfAnAncestor) {
    RevisionTree tree;
    add(tree, 1, {"a"});
    add(tree, 2, {"b", "a"});
    add(tree, 2, {"c", "a"});

    EXPECT_EQ(tree.latest_of(*tree.find({1, "a"})).size(), 2U);
    EXPECT_EQ(tree.latest_of(*tree.find({2, "b"})).size(), 1U);
}

TEST(RevisionTree, ForgetsSupersededBodiesWhenCompacted) {
    RevisionTree tree;
    add(tree, 1, {"a"});
    add(tree, 2, {"b", "a"});
    add(tree, 2, {"c", "a"}, true);

    tree.compact();

    EXPECT_FALSE(tree.find({1, "a"})->body.has_value());
    EXPECT_TRUE(tree.find({2, "b"})->body.has_value());
    EXPECT_TRUE(tree.find({2, "c"})->body.has_value());
}

TEST(RevisionTree, ForgetsAncestorsBeyondTheLimit) {
    RevisionTree tree;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < RevisionPath::kIdsMax + 10; ++i) ids.push_back(std::to_string(i));
    const auto start = static_cast<std::uint32_t>(ids.size());

    add(tree, start, ids);

    EXPECT_EQ(tree.nodes().size(), RevisionPath::kIdsMax);
}

}  // namespace
}  // namespace tizilim
