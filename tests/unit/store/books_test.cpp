#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "tests/support/said.h"
#include "tests/unit/store/raw_register.h"
#include "tests/unit/store/register_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace tizilim {
namespace {

using store::StoreError;
using testing::HasSubstr;
using testing::SizeIs;

constexpr auto kAll = std::filesystem::copy_options::recursive;

class Books : public RegisterTest {
protected:
    Books() {
        settings_.anchor_directory = directory_ / "anchors";
        settings_.machine_id = "machine one";
        open();
    }
    void close() { register_.reset(); }
    void copy_register_to(const std::string& name) {
        close();
        std::filesystem::remove_all(directory_ / name);
        std::filesystem::copy(settings_.directory, directory_ / name, kAll);
        open();
    }
    void put_back(const std::string& name) {
        close();
        std::filesystem::remove_all(settings_.directory);
        std::filesystem::copy(directory_ / name, settings_.directory, kAll);
        open();
    }
    /// Why one more entry is refused; empty: it was recorded.
    std::string refusal_of_add() {
        try {
            (void)store::OwnerSession(*register_).add(good_input());
        } catch (const StoreError& error) {
            EXPECT_EQ(error.kind(), StoreError::Kind::refused);
            return error.what();
        }
        return {};
    }
    void expect_sound() { EXPECT_EQ(register_->verify({}).first_bad, std::nullopt); }
};

TEST_F(Books, GoesOnAfterEveryOrdinaryStart) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(register_->book().problem, std::nullopt);
        EXPECT_EQ(register_->book().anchor_problem, std::nullopt);
        add(good_input());
        open();
    }
    EXPECT_EQ(register_->balance().recorded, 3U);
}

TEST_F(Books, NoticesAnOlderFileThatWasPutBackBeforeANumberIsGiven) {
    add(good_input());
    copy_register_to("older");
    add(good_input());
    put_back("older");

    EXPECT_THAT(refusal_of_add(), HasSubstr("older copy"));

    EXPECT_THAT(support::said(register_->book().problem), HasSubstr("--new-book"));
    EXPECT_THAT(store::OwnerSession(*register_).list({}).entries, SizeIs(1));
    expect_sound();
}

/// Seed 20003 of the simulation: no number was given since, but the peer has confirmed an entry.
TEST_F(Books, NoticesAnOlderFileThatKnowsNothingOfAReceipt) {
    add(good_input());
    copy_register_to("older");
    deliver_all();
    put_back("older");

    EXPECT_THAT(refusal_of_add(), HasSubstr("older copy"));
}

TEST_F(Books, ACopyInDoubtDoesNotWriteOverWhatTellsIt) {
    add(good_input());
    copy_register_to("older");
    add(good_input());
    put_back("older");
    deliver_all();
    deliver_all();

    open();

    EXPECT_THAT(refusal_of_add(), HasSubstr("copy"));
}

TEST_F(Books, NoticesASecondCopyThatWentOnByItself) {
    add(good_input());
    copy_register_to("second");
    add(good_input());
    add(good_input());
    close();
    settings_.directory = directory_ / "second";
    settings_.anchor_directory = directory_ / "no anchors here";
    open();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(refusal_of_add(), "");
    close();

    settings_.anchor_directory = directory_ / "anchors";
    open();

    EXPECT_THAT(refusal_of_add(), HasSubstr("another copy"));
}

TEST_F(Books, NoticesACopyOnAnotherComputer) {
    add(good_input());
    settings_.machine_id = "machine two";
    settings_.anchor_directory = directory_ / "other anchors";
    open();
    EXPECT_THAT(refusal_of_add(), HasSubstr("another computer"));
    EXPECT_THAT(store::OwnerSession(*register_).show("1").essence, good_input().essence);
}

TEST_F(Books, RefusesEveryActUntilTheOwnerDecides) {
    add(good_input());
    settings_.machine_id = "machine two";
    open();
    EXPECT_THROW((void)store::OwnerSession(*register_).amend("1", {{"minutes", "9"}}, "причина"),
                 StoreError);
    EXPECT_THROW((void)store::OwnerSession(*register_).void_entry("1", "причина"), StoreError);
    EXPECT_THROW((void)store::OwnerSession(*register_).import({{2, imported_input()}}, {}, {}),
                 StoreError);
    EXPECT_EQ(store::OwnerSession(*register_).show("1").versions, 1U);
    EXPECT_FALSE(all_changes().entries.empty());
}

TEST_F(Books, SayHowManyEntriesEachHasAndWhenTheyWereRecorded) {
    const auto of = [&] { return store::OwnerSession(*register_).books(); };
    ASSERT_THAT(of().books, SizeIs(1));
    EXPECT_EQ(of().books.front().entries, 0U);
    EXPECT_EQ(of().books.front().first_recorded_at, "");
    const std::string first = store::OwnerSession(*register_).show(add(good_input())).recorded_at;
    clock_.advance(std::chrono::hours(1));
    const std::string last = store::OwnerSession(*register_).show(add(good_input())).recorded_at;
    const std::string old_book = register_->book().label;
    register_->begin_new_book();
    add(good_input());

    const store::BooksView view = of();

    ASSERT_THAT(view.books, SizeIs(2));
    EXPECT_EQ(view.books[0].label, old_book);
    EXPECT_FALSE(view.books[0].is_current);
    EXPECT_EQ(view.books[0].entries, 2U);
    EXPECT_EQ(view.books[0].first_recorded_at, first);
    EXPECT_EQ(view.books[0].last_recorded_at, last);
    EXPECT_NE(first, last);
    EXPECT_EQ(view.books[1].label, register_->book().label);
    EXPECT_TRUE(view.books[1].is_current);
    EXPECT_EQ(view.books[1].entries, 1U);
    EXPECT_EQ(view.pulled, 0U);
}

TEST_F(Books, BeginsANewBookWithNumbersOfItsOwn) {
    add(good_input());
    add(good_input());
    const std::string old_book = register_->book().label;
    const std::string old_installation = register_->replication().installation_id();
    settings_.machine_id = "machine two";
    open();

    register_->begin_new_book();

    EXPECT_EQ(refusal_of_add(), "");
    EXPECT_NE(register_->book().label, old_book);
    EXPECT_NE(register_->replication().installation_id(), old_installation);
    EXPECT_EQ(store::OwnerSession(*register_).show("1").book, register_->book().label);
    EXPECT_THAT(store::OwnerSession(*register_).list({}).entries, SizeIs(1));
    const auto old = store::OwnerSession(*register_).list({.book = old_book}).entries;
    ASSERT_THAT(old, SizeIs(2));
    EXPECT_EQ(static_cast<std::uint64_t>(old[1].number), 2U);
    EXPECT_EQ(store::OwnerSession(*register_).show(old[1].id).book, old_book);
    EXPECT_EQ(register_->books(), (std::vector{old_book, register_->book().label}));
    EXPECT_EQ(register_->balance().recorded, 3U);
    expect_sound();

    open();
    EXPECT_EQ(refusal_of_add(), "");
    EXPECT_THAT(store::OwnerSession(*register_).list({}).entries, SizeIs(2));
    expect_sound();
}

TEST_F(Books, NoticesACopyFromBeforeANewBookBegan) {
    add(good_input());
    copy_register_to("older");
    register_->begin_new_book();
    put_back("older");

    EXPECT_THAT(refusal_of_add(), HasSubstr("older copy"));
}

TEST_F(Books, ListsAMonthOfOneBookOnly) {
    add(good_input());
    register_->begin_new_book();
    add(good_input());
    add(good_input());
    using std::chrono::year;
    EXPECT_THAT(store::OwnerSession(*register_).list({.month = year(2026) / 11 / 1}).entries,
                SizeIs(2));
}

TEST_F(Books, ContinuesTheBookWhenTheOwnerSaysSo) {
    add(good_input());
    copy_register_to("older");
    add(good_input());
    put_back("older");
    const std::string book = register_->book().label;

    register_->continue_book();

    EXPECT_EQ(refusal_of_add(), "");
    EXPECT_EQ(register_->book().label, book);
    expect_sound();
    open();
    EXPECT_EQ(register_->book().problem, std::nullopt);
}

TEST_F(Books, WorksWithoutAnAnchorAndSaysSo) {
    std::ofstream(directory_ / "a file") << "in the way";
    settings_.anchor_directory = directory_ / "a file";
    open();
    EXPECT_EQ(refusal_of_add(), "");
    EXPECT_NE(register_->book().anchor_problem, std::nullopt);
    EXPECT_EQ(register_->book().problem, std::nullopt);
}

TEST_F(Books, TakesAnAnchorThatWasCutOffForNone) {
    add(good_input());
    close();
    for (const auto& file : std::filesystem::directory_iterator(settings_.anchor_directory)) {
        std::filesystem::resize_file(file.path(), 40);
    }
    open();
    EXPECT_EQ(refusal_of_add(), "");
}

TEST_F(Books, RefusesABookThatIsNotHere) {
    EXPECT_THROW((void)store::OwnerSession(*register_).list({.book = "NOSUCHBOOK"}), StoreError);
}

TEST_F(Books, NamesANumberMissingAtTheEndOfAClosedBook) {
    add(good_input());
    add(good_input());
    register_->begin_new_book();
    add(good_input());
    close();
    RawRegister(settings_, keys_, random_).erase(store::Table::numbers, 1);
    open();

    EXPECT_THAT(support::said(register_->verify({}).first_bad), HasSubstr("a book ends before"));
    EXPECT_NE(refusal_of_add(), "");
}

}  // namespace
}  // namespace tizilim
