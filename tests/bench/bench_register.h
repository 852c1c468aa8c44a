#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/temp_directory.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::bench {

/// Entries as a busy office writes them, all with one day of application.
inline store::EntryTexts input_of(std::uint64_t i, const std::string& day) {
    store::EntryTexts input;
    input.application_date = day;
    input.basis_type = "investigator_resolution";
    input.basis_number = "Т-" + std::to_string(i);
    input.basis_date = day;
    input.basis_issuer = "Учебный отдел полиции";
    input.essence = "защита подозреваемого, кража";
    input.form = "criminal_prosecution_bodies";
    input.minutes = std::to_string(30 + i % 300);
    input.language = "ru";
    return input;
}

/// A new register on the machine's own disk, clock and randomness.
class BenchRegister {
public:
    BenchRegister() {
        settings_.directory = directory_ / "register";
        settings_.require_signature = false;
        settings_.recovery_cost = support::kCheapRecovery;
        store::Register::create(settings_, keys_, clock_, random_);
        open();
    }
    void open() {
        register_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
    }
    void close() { register_.reset(); }
    void import(std::uint64_t count) {
        std::vector<store::ImportRow> rows;
        for (std::uint64_t i = 0; i < count; ++i) {
            rows.push_back({i + 2, input_of(i, today())});
            rows.back().input.recorded_date = today();
        }
        (void)store::OwnerSession(*register_).import(rows, {}, {});
    }
    [[nodiscard]] std::string today() const {
        return platform::format_date(platform::civil_day(clock_.wall_now(), settings_.utc_offset));
    }
    [[nodiscard]] store::Register& operator*() { return *register_; }
    [[nodiscard]] store::Register* operator->() { return register_.get(); }
    [[nodiscard]] const store::RegisterSettings& settings() const { return settings_; }

    platform::SystemClock clock_;
    platform::SystemRandom random_;

private:
    support::TempDirectory directory_;
    support::MemoryKeyStore keys_;
    store::RegisterSettings settings_;
    std::unique_ptr<store::Register> register_;
};

}  // namespace tizilim::bench
