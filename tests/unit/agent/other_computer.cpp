#include "tests/unit/agent/other_computer.h"

#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/cheap_recovery.h"
#include "tests/unit/agent/running_agent.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tizilim::support {
namespace {

store::EntryTexts court_entry() {
    store::EntryTexts input;
    input.application_date = "2026-11-02";
    input.basis_type = "court_resolution";
    input.basis_number = "C-2";
    input.basis_date = "2026-11-02";
    input.essence = "Тайна";
    input.form = "court";
    input.minutes = "90";
    return input;
}

}  // namespace

OtherComputer::OtherComputer(RunningAgent& first) : first_(first) {
    store::RegisterSettings settings;
    settings.directory = folder_ / "register";
    settings.require_signature = false;
    settings.recovery_cost = kCheapRecovery;
    static_cast<void>(
        store::Register::join(settings, keys_, first.registry().pairing_code(), clock_, random_));
    registry_ = std::make_unique<store::Register>(settings, keys_, clock_, random_);
}

void OtherComputer::meet() {
    constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round) {
        database_.push(first_.registry());
        database_.push(*registry_);
        database_.pull(first_.registry());
        database_.pull(*registry_);
    }
}

std::string OtherComputer::add() {
    const auto recorded = store::OwnerSession(*registry_).add(court_entry());
    EXPECT_TRUE(recorded.has_value());
    meet();
    return recorded->id;
}

std::string OtherComputer::dispute_minutes() {
    const auto recorded = store::OwnerSession(first_.registry()).add(court_entry());
    EXPECT_TRUE(recorded.has_value());
    meet();
    EXPECT_TRUE(store::OwnerSession(first_.registry())
                    .amend(recorded->id, {{"minutes", "60"}}, "x")
                    .has_value());
    EXPECT_TRUE(
        store::OwnerSession(*registry_).amend(recorded->id, {{"minutes", "120"}}, "x").has_value());
    meet();
    EXPECT_EQ(first_.registry().balance().conflicts, 1U);
    return recorded->id;
}

}  // namespace tizilim::support
