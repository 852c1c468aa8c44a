#include "store/merge/fold.h"

#include "store/book/records.h"
#include "store/merge/revision_tree.h"
#include "store/replication/revision.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::Fold;
using store::Origin;
using store::RevisionRecord;
using store::RevisionSet;

/// Revisions of one entry, named by a letter in place of a digest.
class Folded : public testing::Test {
protected:
    void add(std::uint32_t generation, const std::string& digest,
             const std::vector<std::string>& ancestors, unsigned minutes) {
        records_.push_back({{generation, digest},
                            ancestors,
                            false,
                            Origin::pulled,
                            R"({"form":"court","minutes":)" + std::to_string(minutes) + "}"});
    }
    /// The tombstone of `ancestors.front()`, which went into `into`.
    void end(std::uint32_t generation, const std::string& digest,
             const std::vector<std::string>& ancestors, const std::string& into,
             Origin origin = Origin::pulled) {
        records_.push_back(
            {{generation, digest}, ancestors, true, origin, R"({"into":")" + into + R"("})"});
    }
    [[nodiscard]] Fold folded() const {
        auto fold = store::fold(RevisionSet(records_), [](const RevisionRecord& leaf) {
            return std::optional(store::body_of(leaf));
        });
        EXPECT_TRUE(fold.has_value());
        return *std::move(fold);
    }
    [[nodiscard]] static std::string minutes(const Fold& fold) {
        return store::field_text(fold.tip.body, "minutes");
    }

    std::vector<RevisionRecord> records_;
};

/// Seed 2466 of the simulation: who decides for what was there before has decided all the same.
TEST_F(Folded, OfTwoDecisionsTheOneThatChoseTheFirstValueIsNotOverruled) {
    for (const bool first_is_shown : {false, true}) {
        records_.clear();
        const std::string decided = first_is_shown ? "e" : "c";
        const std::string merged = first_is_shown ? "c" : "e";
        add(1, "a", {}, 834);
        add(2, "b", {"a"}, 5395);
        add(2, "d", {"a"}, 834);
        add(3, decided, {"b", "a"}, 834);
        end(3, "f1", {"d", "a"}, "3-" + decided);
        add(3, merged, {"b", "a"}, 5395);
        end(3, "f2", {"d", "a"}, "3-" + merged);

        const Fold fold = folded();

        EXPECT_EQ(minutes(fold), "834");
        EXPECT_TRUE(fold.open.empty());
    }
}

/// The base is in dispute with a leaf, and what both come from is not held: one side may have
/// decided for the base's value.
TEST_F(Folded, AValueInDisputeOfWhichNobodyKnowsWhatItWasIsNotOverruled) {
    add(2, "b", {"a"}, 834);
    add(2, "q", {"a"}, 90);
    add(3, "c", {"b", "a"}, 60);
    add(3, "d", {"b", "a"}, 834);

    const Fold fold = folded();

    EXPECT_EQ(minutes(fold), "834");
    EXPECT_EQ(fold.open.size(), 2U);
}

TEST_F(Folded, TwoDecisionsForOtherValuesAreADispute) {
    add(1, "a", {}, 834);
    add(2, "b", {"a"}, 60);
    add(2, "d", {"a"}, 90);
    add(3, "c", {"b", "a"}, 60);
    end(3, "f1", {"d", "a"}, "3-c");
    add(3, "e", {"b", "a"}, 90);
    end(3, "f2", {"d", "a"}, "3-e");

    EXPECT_EQ(folded().open.size(), 1U);
}

/// Seed 309290738 of the simulation, 300 steps: neither side knew of all leaves, and what one of
/// them decided over is not held here.
TEST_F(Folded, ADecisionForTheFirstValueIsNotOverruledByOneOverWhatIsNotHeld) {
    for (const bool is_held : {false, true}) {
        for (const bool over_is_shown : {false, true}) {
            records_.clear();
            add(1, "a", {}, 622);
            add(2, "b", {"a"}, 4681);
            add(2, "f", {"a"}, 1774);
            if (is_held) add(2, "9", {"a"}, 7045);
            const std::string shown = over_is_shown ? "9" : "b";
            add(3, "c", {shown, "a"}, 7045);
            end(3, "e1", {over_is_shown ? "b" : "9", "a"}, "3-c");
            add(3, "d", {"f", "a"}, 4681);
            end(3, "e2", {"b", "a"}, "3-d");

            const Fold fold = folded();

            EXPECT_EQ(minutes(fold), "4681") << is_held << over_is_shown;
            EXPECT_EQ(fold.open.size(), 1U) << is_held << over_is_shown;
        }
    }
}

/// What the base did not change cannot have been in dispute with it.
TEST_F(Folded, WhatIsNotHeldDisputesNothingThatTheBaseDidNotChange) {
    add(1, "a", {}, 622);
    add(2, "b", {"a"}, 622);
    add(3, "c", {"9", "a"}, 7045);
    end(3, "e1", {"b", "a"}, "3-c");
    add(3, "d", {"b", "a"}, 622);

    const Fold fold = folded();

    EXPECT_EQ(minutes(fold), "7045");
    EXPECT_TRUE(fold.open.empty());
}

TEST_F(Folded, WhereNeitherWhatWasDecidedOverNorWhatItComesFromIsHeldThereIsNoBase) {
    add(2, "b", {"a"}, 4681);
    add(3, "c", {"9", "a"}, 7045);
    end(3, "e1", {"b", "a"}, "3-c");
    add(3, "d", {"b", "a"}, 4681);

    EXPECT_EQ(folded().open.size(), 1U);
}

/// Who made it again knew of no decision, and took none.
TEST_F(Folded, ALeafThatIsMadeAgainAsItWasDisputesNoDecision) {
    for (const unsigned again : {60U, 61U}) {
        records_.clear();
        add(1, "a", {}, 622);
        add(2, "b", {"a"}, 60);
        add(2, "f", {"a"}, 90);
        add(2, "9", {"a"}, 7045);
        add(3, "d", {"f", "a"}, 75);
        end(3, "e1", {"b", "a"}, "3-d");
        end(3, "e2", {"9", "a"}, "3-d");
        add(4, "c", {"e1", "b", "a"}, again);

        const Fold fold = folded();

        EXPECT_EQ(fold.open.size(), again == 60 ? 0U : 1U);
        if (again == 60) {
            EXPECT_EQ(minutes(fold), "75");
        }
    }
}

/// Both sides come from a merge, and each decided over another leaf.
TEST_F(Folded, ADecisionForWhatWasMergedBeforeIsNotOverruled) {
    add(1, "a", {}, 622);
    add(2, "b", {"a"}, 4681);
    add(2, "c", {"a"}, 622);
    add(2, "f", {"a"}, 1774);
    add(2, "9", {"a"}, 7045);
    add(3, "x", {"b", "a"}, 4681);
    end(3, "e1", {"c", "a"}, "3-x");
    end(3, "e2", {"f", "a"}, "3-x");
    add(3, "y", {"b", "a"}, 7045);
    end(3, "e3", {"c", "a"}, "3-y");
    end(3, "e4", {"9", "a"}, "3-y");

    EXPECT_EQ(folded().open.size(), 1U);
}

/// Whatever generation somebody gave it.
TEST_F(Folded, WhatWasDecidedOverAsForeignIsNoBase) {
    for (const bool is_held : {false, true}) {
        records_.clear();
        add(1, "a", {}, 834);
        add(2, "b", {"a"}, 834);
        if (is_held) {
            add(7, "f", {"f6"}, 1);
            records_.back().origin = Origin::foreign;
        }
        end(8, "e", {"f"}, "2-b");
        add(3, "c", {"b", "a"}, 60);
        add(3, "d", {"b", "a"}, 834);

        const Fold fold = folded();

        EXPECT_EQ(minutes(fold), "60");
        EXPECT_TRUE(fold.open.empty());
    }
}

/// Seed 53000408 of the simulation, 300 steps: its tombstone names nothing behind it, as its maker
/// took it for foreign. Here it stands; the peer shows it no more.
TEST(RevisionSet, WhatWasDecidedOverAsForeignIsToBeMadeAgain) {
    const std::string body = R"({"minutes":60})";
    const std::vector<RevisionRecord> records{
        {{1, "a"}, {}, false, Origin::pulled, body},
        {{2, "b"}, {"a"}, false, Origin::pulled, body},
        {{3, "c"}, {"b", "a"}, false, Origin::pulled, body},
        {{3, "d"}, {"b", "a"}, false, Origin::ours, body},
        {{4, "e"}, {"c"}, true, Origin::ours, R"({"into":"3-d"})"}};
    const RevisionSet set(records);

    ASSERT_EQ(set.dangling().size(), 1U);
    EXPECT_EQ(set.dangling()[0].leaf->revision.digest, "c");
    EXPECT_EQ(set.live_leaves().size(), 2U);
}

}  // namespace
}  // namespace tizilim
