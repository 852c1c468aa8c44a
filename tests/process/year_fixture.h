#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "tests/process/fake_time.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/process/year_script.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tizilim::process {

/// Ends the test with `message`, by an exception, unless it holds.
void require(bool holds, const std::string& message);

/// A lawyer's office over a year, the other end, and the lawyer's notes, with which all that the
/// register says is compared. What fails ends the test: ASSERT_NO_FATAL_FAILURE around each call.
class YearOffice : public testing::Test {
protected:
    YearOffice();

    // The office's days. The daemon and the other end are told the date, and run only in between.
    void begin_day(platform::CivilDate day);
    void end_day();
    void open_peer();
    void close_peer();

    // What the lawyer does.
    void record(const NotedEntry& entry);
    void record_many(std::size_t count, platform::CivilDate day);
    void sign_all(const std::string& key);
    void amend_minutes(NotedEntry& entry, bool by_command_line);
    void make_void(NotedEntry& entry, bool by_command_line);
    void classify(NotedEntry& entry, const std::string& disclosure);
    /// The first of this month's entries that `wanted` fits and that nothing was done to yet.
    [[nodiscard]] NotedEntry* find(const std::function<bool(const NotedEntry&)>& wanted);

    /// Waits until nothing that may leave waits for the other end.
    void wait_until_synced();
    /// Waits until the status says so.
    [[nodiscard]] bool clock_is(bool good) const;

    // What the register and the other end say, against the notes.
    void expect_report(const std::string& month) const;
    void expect_register() const;
    void expect_peer() const;
    void expect_balance(const std::string& state) const;
    void expect_refused(const std::vector<std::string>& arguments) const;
    void expect_verified() const;

    /// A program with these arguments, as if at that time.
    [[nodiscard]] support::Finished run(const support::Command& command) const;
    [[nodiscard]] support::Finished tizilim(const std::vector<std::string>& arguments) const {
        return office_->tizilim(arguments);
    }
    [[nodiscard]] LocalApi api() const { return LocalApi(*office_); }
    /// What it printed; it must succeed.
    [[nodiscard]] std::string done(const std::vector<std::string>& arguments) const;
    void configure(const Office& office) const;
    void make_key(const std::string& kind) const;
    [[nodiscard]] std::string path(const std::string& name) const {
        return (desk_ / name).string();
    }

    /// Keys, backups and papers: on a stick, and not on the disk that will be lost.
    support::TempDirectory desk_{"/media"};
    FakeTime here_;
    FakeTime there_;
    UnifiedSystem unified_;
    std::unique_ptr<Office> office_;
    std::string recovery_code_;
    std::string newest_backup_;
    std::string book_;
    std::string later_book_;         ///< after the restore; empty: there was none
    std::vector<NotedEntry> notes_;  ///< of the first book
    std::vector<NotedEntry> later_;  ///< of the later book
    std::size_t month_begins_ = 0;   ///< in notes_
    platform::CivilDate today_{};
    std::chrono::seconds peer_ahead_{0};
    bool clock_in_doubt_ = false;  ///< entries made now are marked
};

}  // namespace tizilim::process
