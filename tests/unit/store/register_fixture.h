#pragma once

#include "platform/text/message.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tizilim {

/// What every field check accepts; a court appointed the lawyer, so its default class is partial.
inline store::EntryTexts good_input() {
    store::EntryTexts input;
    input.application_date = "2026-11-02";
    input.basis_type = "investigator_resolution";
    input.basis_number = "Т-001";
    input.basis_date = "2026-11-02";
    input.basis_issuer = "Учебный отдел полиции";
    input.essence = "защита подозреваемого";
    input.form = "court";
    input.minutes = "135";
    input.language = "ru";
    return input;
}

inline store::EntryTexts input_of_class(const std::string& disclosure) {
    store::EntryTexts input = good_input();
    input.disclosure = disclosure;
    return input;
}

inline store::EntryTexts imported_input(const std::string& number = "Т-001") {
    store::EntryTexts input = good_input();
    input.recorded_date = input.application_date;
    input.basis_number = number;
    return input;
}

/// A register of one's own in a temporary folder, open, with signatures not asked for.
class RegisterTest : public testing::Test {
protected:
    RegisterTest() {
        settings_.directory = directory_ / "register";
        settings_.require_signature = false;
        settings_.recovery_cost = support::kCheapRecovery;
        recovery_code_ = store::Register::create(settings_, keys_, clock_, random_);
        open();
    }
    void open() {
        register_.reset();
        register_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
    }
    /// Records one that must be accepted; its id.
    std::string add(const store::EntryTexts& input) {
        auto recorded = store::OwnerSession(*register_).add(input);
        EXPECT_TRUE(recorded.has_value())
            << recorded.error().front().field << ": " << recorded.error().front().message;
        return recorded->id;
    }
    std::string add_of_class(const std::string& disclosure) {
        return add(input_of_class(disclosure));
    }
    store::Changes all_changes() {
        return register_->replication().changes_after({}, {1000, 1 << 20});
    }
    void mark(const store::DisclosedEntry& entry, store::Verdict verdict,
              const std::string& reason = {}) {
        register_->replication().mark(
            "peer",
            {{{entry.document_id(), entry.revision()}, verdict, platform::as_it_stands(reason)}});
    }
    /// Sends and confirms all that waits.
    void deliver_all() {
        for (const store::DisclosedEntry& entry : all_changes().entries) {
            mark(entry, store::Verdict::sent);
            mark(entry, store::Verdict::delivered);
        }
    }

    support::TempDirectory directory_;
    support::SimClock clock_;
    support::SeededRandom random_;
    support::MemoryKeyStore keys_;
    store::RegisterSettings settings_;
    std::string recovery_code_;
    std::unique_ptr<store::Register> register_;
};

}  // namespace tizilim
