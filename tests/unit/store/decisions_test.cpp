// Decisions on PCs of which none knew all that there was to decide: found by long simulations.
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/conflict_fixture.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

namespace tizilim {
namespace {

using store::Choice;

/// Three PCs of one lawyer.
class Decisions : public Conflict {
protected:
    Decisions() {
        third_settings_ = settings_;
        third_settings_.directory = directory_ / "third";
        (void)store::Register::join(third_settings_, third_keys_, register_->pairing_code(), clock_,
                                    random_);
        third_ = std::make_unique<store::Register>(third_settings_, third_keys_, clock_, random_);
    }

    void meet_all() {
        meet();
        database_.push(*third_);
        database_.pull(*third_);
        meet();
        database_.pull(*third_);
    }
    /// Decides for these minutes, which are on one of the sides.
    void decide(store::Register& by, const std::string& id, const std::string& minutes) {
        const auto conflicts = store::OwnerSession(by).conflicts();
        ASSERT_EQ(conflicts.size(), 1U);
        ASSERT_EQ(conflicts[0].fields.size(), 1U);
        const bool is_mine = conflicts[0].fields[0].mine == minutes;
        ASSERT_TRUE(is_mine || conflicts[0].fields[0].theirs == minutes);
        const auto side = is_mine ? Choice::Side::mine : Choice::Side::theirs;
        (void)resolve(by, id, {{"minutes", {side}}});
    }

    support::MemoryKeyStore third_keys_;
    store::RegisterSettings third_settings_;
    std::unique_ptr<store::Register> third_;
};

/// Seed 309290738 of the simulation, 300 steps: each decided between the first PC's minutes and its
/// own, which no other PC was ever shown.
TEST_F(Decisions, ForWhatTheOtherDecidedOverIsAConflictThoughNotAllLeavesAreHeld) {
    for (unsigned minutes = 60; minutes < 70; ++minutes) {
        const std::string first = std::to_string(minutes);
        const std::string id = shared();
        database_.pull(*third_);
        amend(*register_, id, {{"minutes", first}});
        amend(*other_, id, {{"minutes", "70"}});
        amend(*third_, id, {{"minutes", "90"}});
        database_.push(*register_);
        database_.pull(*other_);
        database_.pull(*third_);
        decide(*other_, id, "70");
        decide(*third_, id, first);

        meet_all();

        for (store::Register* of : {register_.get(), other_.get(), third_.get()}) {
            const auto conflicts = store::OwnerSession(*of).conflicts();
            ASSERT_EQ(conflicts.size(), 1U) << first;
            const auto& field = conflicts[0].fields.at(0);
            EXPECT_EQ((std::set{field.mine, field.theirs}), (std::set<std::string>{"70", first}));
        }
        decide(*register_, id, "70");
        meet_all();
        EXPECT_EQ(view(*third_, id).minutes, "70");
        EXPECT_EQ(database_.live_leaves(document(id)), 1U);
    }
    expect_sound();
}

}  // namespace
}  // namespace tizilim
