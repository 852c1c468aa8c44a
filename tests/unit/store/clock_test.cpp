#include "platform/text/civil_time.h"
#include "store/book/books.h"
#include "store/disk/vault.h"
#include "store/keys/seal.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "tests/support/said.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ClockTest : public RegisterTest {
protected:
    ClockTest() {
        settings_.anchor_directory = directory_ / "anchors";
        open();
    }
    void set_clock_back(std::chrono::milliseconds by) { clock_.set_wall(clock_.wall_now() - by); }
    /// Records one of the day that the clock shows.
    void record() {
        store::EntryTexts input = good_input();
        input.application_date =
            platform::format_date(platform::civil_day(clock_.wall_now(), settings_.utc_offset));
        input.basis_date = input.application_date;
        add(input);
    }
    std::string warning(const std::string& name) {
        return support::said(store::OwnerSession(*register_).show(name).clock_warning);
    }
};

TEST_F(ClockTest, MarksWhatIsRecordedAfterTheClockWentBack) {
    record();
    EXPECT_FALSE(register_->clock_state().went_back);
    clock_.set_wall(clock_.wall_now() - std::chrono::hours(1));
    EXPECT_TRUE(register_->clock_state().went_back);

    record();

    EXPECT_EQ(warning("1"), "");
    EXPECT_THAT(warning("2"), HasSubstr("gone back"));
    EXPECT_THAT(support::said(store::OwnerSession(*register_).history("2").at(0).clock_warning),
                HasSubstr("gone back"));
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(ClockTest, LetsATimeServerCorrectItALittle) {
    record();
    clock_.set_wall(clock_.wall_now() - std::chrono::minutes(1));
    record();
    EXPECT_EQ(warning("2"), "");
}

TEST_F(ClockTest, MarksWhatIsRecordedWhileThePeersClockDiffers) {
    register_->observe_peer_clock(std::chrono::hours(3));
    record();
    EXPECT_THAT(warning("1"), HasSubstr("unified system"));
    EXPECT_EQ(register_->clock_state().behind_peer, std::chrono::hours(3));

    open();
    EXPECT_EQ(register_->clock_state().behind_peer, std::chrono::hours(3));
    register_->observe_peer_clock(std::chrono::seconds(5));
    record();

    EXPECT_EQ(register_->clock_state().behind_peer, std::nullopt);
    EXPECT_EQ(warning("2"), "");
}

TEST_F(ClockTest, KeepsTheMarkOfTheFirstVersionThroughAmendments) {
    register_->observe_peer_clock(std::chrono::hours(-3));
    record();
    register_->observe_peer_clock(std::chrono::seconds(0));
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());
    EXPECT_THAT(warning("1"), HasSubstr("unified system"));
}

TEST_F(ClockTest, MarksEveryEntryOfAWrongDayAndNotTheFirstAlone) {
    record();
    set_clock_back(24h);

    for (const char* const number : {"2", "3", "4"}) {
        clock_.advance(1h);
        record();
        EXPECT_THAT(warning(number), HasSubstr("gone back")) << number;
    }

    EXPECT_TRUE(register_->clock_state().went_back);
    clock_.advance(24h);
    record();
    EXPECT_EQ(warning("5"), "");
    EXPECT_FALSE(register_->clock_state().went_back);
}

TEST_F(ClockTest, MarksThemThroughRestarts) {
    record();
    set_clock_back(24h);

    open();
    record();
    open();
    record();

    EXPECT_THAT(warning("2"), HasSubstr("gone back"));
    EXPECT_THAT(warning("3"), HasSubstr("gone back"));
    EXPECT_TRUE(register_->clock_state().went_back);
}

TEST_F(ClockTest, MarksThemThoughDeliveryActedInBetween) {
    record();
    set_clock_back(24h);
    deliver_all();

    record();

    EXPECT_THAT(warning("2"), HasSubstr("gone back"));
}

TEST_F(ClockTest, MarksAStepBackOverMidnightAlthoughNothingWasRecordedSince) {
    record();
    clock_.advance(15h + 10min);  // 00:10
    register_->observe_peer_clock(1s);
    set_clock_back(20min);
    record();
    EXPECT_THAT(warning("2"), HasSubstr("gone back"));

    open();
    record();
    EXPECT_THAT(warning("3"), HasSubstr("gone back"));
}

TEST_F(ClockTest, KnowsHowLongAgoThePeerConfirmedTheTime) {
    register_->observe_peer_clock(0s);
    clock_.advance(3h);
    set_clock_back(1h);

    record();

    EXPECT_THAT(warning("1"), HasSubstr("gone back"));
    EXPECT_TRUE(register_->clock_state().went_back);
}

TEST_F(ClockTest, MarksWhatFollowsAYearAheadUntilThePeerConfirmsTheTime) {
    clock_.set_wall(clock_.wall_now() + std::chrono::years(1));
    record();
    set_clock_back(std::chrono::years(1));
    record();
    record();
    EXPECT_EQ(warning("1"), "");
    EXPECT_THAT(warning("2"), HasSubstr("gone back"));
    EXPECT_THAT(warning("3"), HasSubstr("gone back"));

    register_->observe_peer_clock(0s);

    EXPECT_FALSE(register_->clock_state().went_back);
    record();
    EXPECT_EQ(warning("4"), "");
    open();
    record();
    EXPECT_EQ(warning("5"), "");
    set_clock_back(24h);
    record();
    EXPECT_THAT(warning("6"), HasSubstr("gone back"));
}

TEST_F(ClockTest, ConfirmsNothingWhileThePeersClockDiffers) {
    record();
    set_clock_back(24h);
    register_->observe_peer_clock(24h);
    record();
    EXPECT_THAT(warning("2"), HasSubstr("gone back"));
    EXPECT_THAT(warning("2"), HasSubstr("unified system"));
}

TEST_F(ClockTest, MarksAmendmentsVoidingsAndImportsOfAWrongDay) {
    record();
    record();
    set_clock_back(1h);
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "90"}}, "ошибка").has_value());
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("1", {{"minutes", "95"}}, "ошибка").has_value());
    (void)store::OwnerSession(*register_).void_entry("2", "дважды");
    store::EntryTexts old = imported_input();
    old.application_date = old.basis_date = old.recorded_date = "2025-01-10";
    const auto report = store::OwnerSession(*register_).import({{.line = 2, .input = old}}, {}, {});
    ASSERT_EQ(report.recorded, 1U);

    EXPECT_THAT(support::said(store::OwnerSession(*register_).history("1").at(1).clock_warning),
                HasSubstr("gone back"));
    EXPECT_THAT(support::said(store::OwnerSession(*register_).history("1").at(2).clock_warning),
                HasSubstr("gone back"));
    EXPECT_THAT(support::said(store::OwnerSession(*register_).history("2").at(1).clock_warning),
                HasSubstr("gone back"));
    EXPECT_THAT(warning("3"), HasSubstr("gone back"));
    EXPECT_EQ(warning("1"), "");
}

TEST_F(ClockTest, TakesTheDatesInAnImportForNoTimeOfTheClock) {
    store::EntryTexts old = imported_input();
    old.application_date = old.basis_date = old.recorded_date = "2025-01-10";
    ASSERT_EQ(store::OwnerSession(*register_).import({{.line = 2, .input = old}}, {}, {}).recorded,
              1U);

    record();

    EXPECT_EQ(warning("1"), "");
    EXPECT_EQ(warning("2"), "");
}

TEST_F(ClockTest, LearnsFromTheJournalWhatAnEarlierProgramDidNotKeep) {
    record();
    set_clock_back(24h);
    record();
    store::opened(*register_).vault.write([](store::VaultWriter& vault) {
        store::erase_meta(vault, "latest_time");
    });

    open();
    record();

    EXPECT_THAT(warning("3"), HasSubstr("gone back"));
}

/// An older file of the register, put back by a person who then says that it is the only copy.
class ClockOfAnOlderFile : public ClockTest {
protected:
    void put_back_older_file() {
        const auto kAll = std::filesystem::copy_options::recursive;
        register_.reset();
        std::filesystem::copy(settings_.directory, directory_ / "older", kAll);
        open();
        clock_.advance(24h);
        record();
        register_.reset();
        std::filesystem::remove_all(settings_.directory);
        std::filesystem::copy(directory_ / "older", settings_.directory, kAll);
    }
};

TEST_F(ClockOfAnOlderFile, IsComparedWithWhatTheAnchorKnows) {
    record();
    put_back_older_file();
    set_clock_back(12h);

    open();
    register_->continue_book();
    record();
    record();

    EXPECT_THAT(warning("2"), HasSubstr("gone back"));
    EXPECT_THAT(warning("3"), HasSubstr("gone back"));
}

TEST_F(ClockOfAnOlderFile, IsNoticedByAnAnchorThatNotesNoTime) {
    record();
    put_back_older_file();
    const store::Seal seal(*keys_.load("register"), random_);
    const std::filesystem::path file =
        std::filesystem::directory_iterator(settings_.anchor_directory)->path();
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    open();
    const std::string name = store::opened(*register_).identity.installation_id;
    register_.reset();
    constexpr std::size_t kPlace = 96;
    std::string earlier;
    for (std::size_t at = 0; at < bytes.size(); at += kPlace) {
        const auto plain = seal.open("anchor", name, std::string_view(bytes).substr(at, kPlace));
        ASSERT_TRUE(plain.has_value());
        earlier += seal.seal("anchor", name, plain->substr(0, 48));
    }
    std::ofstream(file, std::ios::binary) << earlier;

    open();

    EXPECT_THAT(support::said(register_->book().problem), HasSubstr("older copy"));
}

}  // namespace
}  // namespace tizilim
