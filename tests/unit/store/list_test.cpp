#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using Numbers = std::vector<std::uint64_t>;

class List : public RegisterTest {
protected:
    /// Follows `next` to the end, and checks that no page is longer than asked for.
    Numbers all_of(store::ListQuery query) {
        Numbers numbers;
        for (;;) {
            const store::EntryPage page = store::OwnerSession(*register_).list(query);
            EXPECT_LE(page.entries.size(), query.count_max);
            for (const store::EntryView& view : page.entries) {
                numbers.push_back(static_cast<std::uint64_t>(view.number));
            }
            if (!page.next) return numbers;
            query.first = *page.next;
        }
    }
    void add_in(const std::string& day, const std::string& disclosure = {}) {
        store::EntryTexts input = imported_input();
        input.application_date = day;
        input.recorded_date = day;
        input.disclosure = disclosure;
        EXPECT_EQ(store::OwnerSession(*register_).import({{2, input}}, {}, {}).recorded, 1U);
    }
    Numbers found(const std::string& text) {
        Numbers numbers;
        store::OwnerSession(*register_)
            .search(text,
                    [&](const store::EntryView& view) {
                        numbers.push_back(static_cast<std::uint64_t>(view.number));
                        return true;
                    },
                    {});
        return numbers;
    }
    store::EntryTexts about(const std::string& essence) {
        store::EntryTexts input = good_input();
        input.essence = essence;
        return input;
    }
};

TEST_F(List, PagesToTheEndWithoutALastEmptyPage) {
    for (int i = 0; i < 6; ++i) add(good_input());
    EXPECT_EQ(all_of({.count_max = 2}), (Numbers{1, 2, 3, 4, 5, 6}));
    const auto last = store::OwnerSession(*register_).list({.first = 5, .count_max = 2});
    EXPECT_EQ(last.next, std::nullopt);
    EXPECT_TRUE(store::OwnerSession(*register_).list({.first = 7}).entries.empty());
}

TEST_F(List, PagesFromTheNewestToTheFirst) {
    for (int i = 0; i < 5; ++i) add(good_input());
    EXPECT_EQ(all_of({.count_max = 2, .newest_first = true}), (Numbers{5, 4, 3, 2, 1}));
    EXPECT_EQ(all_of({.first = 3, .count_max = 2, .newest_first = true}), (Numbers{3, 2, 1}));
    EXPECT_EQ(all_of({.first = 99, .count_max = 5, .newest_first = true}),
              (Numbers{5, 4, 3, 2, 1}));
}

TEST_F(List, PagesFromTheNewestOfABookOnly) {
    for (int i = 0; i < 3; ++i) add(good_input());
    const std::string old_book = register_->book().label;
    register_->begin_new_book();
    add(good_input());
    EXPECT_EQ(all_of({.count_max = 2, .newest_first = true}), Numbers{1});
    EXPECT_EQ(all_of({.count_max = 2, .book = old_book, .newest_first = true}), (Numbers{3, 2, 1}));
}

TEST_F(List, PagesFromTheNewestOfAMonthOrAState) {
    for (const char* day : {"2026-10-01", "2026-11-01", "2026-10-31", "2026-10-02"}) add_in(day);
    add_in("2026-11-02", "local");
    using std::chrono::year;
    EXPECT_EQ(all_of({.count_max = 2, .month = year(2026) / 10 / 9, .newest_first = true}),
              (Numbers{4, 3, 1}));
    EXPECT_EQ(
        all_of({.count_max = 2, .state = store::DeliveryState::pending, .newest_first = true}),
        (Numbers{4, 3, 2, 1}));
    EXPECT_EQ(all_of({.count_max = 1,
                      .month = year(2026) / 11 / 1,
                      .state = store::DeliveryState::local,
                      .newest_first = true}),
              Numbers{5});
}

TEST_F(List, PagesThroughAMonth) {
    for (const char* day : {"2026-09-30", "2026-10-01", "2026-11-01", "2026-10-31", "2026-10-02"}) {
        add_in(day);
    }
    using std::chrono::year;
    EXPECT_EQ(all_of({.count_max = 2, .month = year(2026) / 10 / 9}), (Numbers{2, 4, 5}));
    EXPECT_EQ(all_of({.count_max = 2, .month = year(2026) / 12 / 1}), Numbers{});
}

TEST_F(List, PagesThroughAStateInTheOrderOfLeaving) {
    for (int i = 0; i < 5; ++i) add(good_input());
    add_of_class("local");
    ASSERT_TRUE(
        store::OwnerSession(*register_).amend("2", {{"minutes", "90"}}, "ошибка").has_value());
    const auto in = [&](store::DeliveryState state) {
        return all_of({.count_max = 2, .state = state});
    };
    EXPECT_EQ(in(store::DeliveryState::pending), (Numbers{1, 3, 4, 5, 2}));
    EXPECT_EQ(in(store::DeliveryState::local), Numbers{6});
    EXPECT_EQ(in(store::DeliveryState::quarantined), Numbers{});
}

TEST_F(List, FiltersAMonthByState) {
    add_in("2026-10-01");
    add_in("2026-10-02", "local");
    add_in("2026-10-03");
    add_in("2026-09-03", "local");
    using std::chrono::year;
    EXPECT_EQ(
        all_of(
            {.count_max = 1, .month = year(2026) / 10 / 1, .state = store::DeliveryState::pending}),
        (Numbers{1, 3}));
}

TEST_F(List, FindsTextWithoutRegardToCaseAndToTheTwoI) {
    add(about("Қылмыстық іс бойынша КҮДІКТІНІ қорғау"));
    add(about("взыскание алиментов"));
    EXPECT_EQ(found("күдіктіні"), Numbers{1});
    EXPECT_EQ(found("ic"), Numbers{});
    EXPECT_EQ(found("iс бойынша"), Numbers{1});  // a Latin i, a Cyrillic с
    EXPECT_EQ(found("ВЗЫСКАНИЕ"), Numbers{2});
    EXPECT_EQ(found("учебный"), (Numbers{1, 2}));
    EXPECT_EQ(found("нет такого"), Numbers{});
}

TEST_F(List, FindsTheReasonOfAnAmendmentButNotTheOldText) {
    add(about("первоначальный текст"));
    ASSERT_TRUE(store::OwnerSession(*register_)
                    .amend("1", {{"essence", "новый"}}, "по письму суда")
                    .has_value());
    EXPECT_EQ(found("письму суда"), Numbers{1});
    EXPECT_EQ(found("первоначальный"), Numbers{});
}

TEST_F(List, SearchesPastTheEndOfAPageOfItsOwn) {
    std::vector<store::ImportRow> rows;
    for (std::uint64_t i = 0; i < 1100; ++i)
        rows.push_back({i + 2, imported_input("№ " + std::to_string(i)), {}});
    ASSERT_EQ(store::OwnerSession(*register_).import(rows, {}, {}).recorded, 1100U);
    EXPECT_EQ(found("№ 1099"), Numbers{1100});
    std::uint64_t last_done = 0;
    store::OwnerSession(*register_)
        .search(
            "№", [](const store::EntryView&) { return true; },
            [&](std::uint64_t done, std::uint64_t total) {
                EXPECT_EQ(total, 1100U);
                EXPECT_GT(done, last_done);
                last_done = done;
            });
    EXPECT_EQ(last_done, 1100U);
}

TEST_F(List, StopsASearchWhenItIsTold) {
    for (int i = 0; i < 3; ++i) add(good_input());
    int seen = 0;
    store::OwnerSession(*register_)
        .search("защита", [&](const store::EntryView&) { return ++seen < 2; }, {});
    EXPECT_EQ(seen, 2);
    EXPECT_THROW(store::OwnerSession(*register_).search("\xff", {}, {}), store::StoreError);
}

class Import : public RegisterTest {};

TEST_F(Import, RecordsTheGoodRowsWhenToldToGoOn) {
    store::EntryTexts bad = imported_input();
    bad.minutes = "много";
    const std::vector<store::ImportRow> rows{
        {2, imported_input("1"), {}}, {3, bad, {}}, {4, imported_input("2"), {}}};

    EXPECT_EQ(store::OwnerSession(*register_).import(rows, {}, {}).recorded, 0U);
    const auto report = store::OwnerSession(*register_).import(rows, {.keep_going = true}, {});

    EXPECT_EQ(report.recorded, 2U);
    ASSERT_EQ(report.errors.size(), 1U);
    EXPECT_EQ(report.errors[0].line, 3U);
    EXPECT_EQ(report.errors[0].error.field, "minutes");
    EXPECT_EQ(store::OwnerSession(*register_).import(rows, {.keep_going = true}, {}).already_there,
              2U);
}

TEST_F(Import, KnowsAnEntryOfThisRegisterByItsId) {
    const std::string id = add(good_input());
    const auto report = store::OwnerSession(*register_).import({{2, imported_input(), id}}, {}, {});
    EXPECT_EQ(report.already_there, 1U);
    EXPECT_EQ(register_->balance().recorded, 1U);
}

TEST_F(Import, BringsAVoidEntryAsVoid) {
    store::EntryTexts input = imported_input();
    input.state = "void";
    input.void_reason = "записано дважды";

    EXPECT_EQ(store::OwnerSession(*register_).import({{2, input, {}}}, {}, {}).recorded, 1U);

    EXPECT_EQ(store::OwnerSession(*register_).show("1").state, "void");
    EXPECT_EQ(store::OwnerSession(*register_).show("1").void_reason, "записано дважды");
    EXPECT_EQ(store::OwnerSession(*register_).history("1").size(), 2U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

TEST_F(Import, NamesWhatIsWrongWithAState) {
    const auto field_of = [&](const std::string& state, const std::string& reason) {
        store::EntryTexts input = imported_input();
        input.state = state;
        input.void_reason = reason;
        const auto report = store::OwnerSession(*register_).import({{2, input, {}}}, {}, {});
        return report.errors.empty() ? std::string() : report.errors[0].error.field;
    };
    EXPECT_EQ(field_of("void", ""), "void_reason");
    EXPECT_EQ(field_of("gone", "x"), "state");
    EXPECT_EQ(field_of("recorded", "x"), "void_reason");
    store::EntryTexts input = good_input();
    input.state = "void";
    input.void_reason = "x";
    EXPECT_EQ(store::OwnerSession(*register_).add(input).error().at(0).field, "state");
}

}  // namespace
}  // namespace tizilim
