#include "agent/documents/export.h"

#include "agent/documents/entry_source.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/support/file_rows.h"
#include "tests/unit/agent/running_agent.h"
#include "tests/unit/agent/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using agent::ExportFormat;
using store::EntryTexts;
using store::EntryView;
using support::entry_view;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> kOneBook{"BOOK000001"};

std::string exported(ExportFormat format, const agent::EntrySource& source,
                     const std::vector<std::string>& books) {
    std::string text;
    agent::export_entries(format, source, books, [&](std::string_view part) { text += part; });
    return text;
}

TEST(Export, WritesCsvThatSpreadsheetProgramsReadRight) {
    EntryView view = entry_view(3);
    view.essence = "=1+1, \"x\"";
    view.late_reason = "-";
    support::FakeEntries entries({view});

    EXPECT_EQ(exported(ExportFormat::csv, entries.source(), kOneBook),
              "\xef\xbb\xbfnumber,book,id,application_date,recorded_date,late_reason,basis_type,"
              "basis_number,basis_date,basis_issuer,essence,form,minutes,minor,disclosure,language,"
              "state,void_reason,recorded_at,delivery,signature_status,pulled\r\n"
              "3,BOOK000001,id-3,2026-11-02,2026-11-02,'-,court_resolution,C-1,2026-11-01,Суд,"
              "\"'=1+1, \"\"x\"\"\",court,90,no,partial,ru,recorded,,2026-11-02T09:15:00+05:00,"
              "delivered,verified,no\r\n");
}

TEST(Export, WritesJsonLinesWithHistoryAndSignature) {
    EntryView view = entry_view(3);
    view.signature.cms = "QUJD";
    view.versions = 2;
    support::FakeEntries entries({view, entry_view(4)});
    store::VersionView amended;
    amended.version = 2;
    amended.act = "amended";
    amended.reason = "ошибка";
    amended.changes = {{"minutes", "30", "90"}};
    amended.signature.status = "verified";
    amended.signature.cms = "REVG";
    entries.histories["id-3"] = {{}, amended};

    const std::string text = exported(ExportFormat::jsonl, entries.source(), kOneBook);

    const auto first = platform::read_json(text.substr(0, text.find('\n')));
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(*first->find("number")->integer(), 3);
    EXPECT_EQ(*first->find("signature")->find("cms")->string(), "QUJD");
    const auto& second = first->find("history")->array()->at(1);
    EXPECT_EQ(*second.find("reason")->string(), "ошибка");
    EXPECT_EQ(*second.find("changes")->array()->at(0).find("before")->string(), "30");
    EXPECT_EQ(*second.find("signature")->find("cms")->string(), "REVG");
    EXPECT_THAT(text.substr(text.find('\n') + 1), StartsWith("{\"number\":4,"));
}

TEST(Export, TakesEveryBookAndThenEntriesOfOtherPcs) {
    EntryView old = entry_view(1);
    old.book = "OLDBOOK001";
    EntryView other = entry_view(0);
    other.pulled = true;
    other.book.clear();
    support::FakeEntries entries({other, old, entry_view(1)});
    std::string text;

    const auto count =
        agent::export_entries(ExportFormat::csv, entries.source(), {"OLDBOOK001", "BOOK000001"},
                              [&](std::string_view part) { text += part; });

    EXPECT_EQ(count, 3U);
    EXPECT_LT(text.find("\r\n1,OLDBOOK001"), text.find("\r\n1,BOOK000001"));
    EXPECT_LT(text.find("\r\n1,BOOK000001"), text.find("\r\n,,"));
    EXPECT_THAT(text, testing::EndsWith(",yes\r\n"));
    const auto read = support::read_register_csv(text);
    ASSERT_EQ(read.problems.size(), 1U);
    EXPECT_THAT(platform::in_english(read.problems.front().error.message),
                HasSubstr("is of another PC"));
}

TEST(Export, EndsAFailedFileWithALineThatNoImportTakes) {
    support::FakeEntries entries({entry_view(1)});
    const std::string csv =
        exported(ExportFormat::csv, entries.source(), kOneBook) +
        agent::export_failure(ExportFormat::csv, platform::as_it_stands("damaged"));
    const std::string jsonl =
        exported(ExportFormat::jsonl, entries.source(), kOneBook) +
        agent::export_failure(ExportFormat::jsonl, platform::as_it_stands("damaged"));

    EXPECT_EQ(support::read_register_csv(csv).problems.size(), 1U);
    EXPECT_EQ(support::read_register_jsonl(jsonl).problems.size(), 1U);
}

TEST(Export, KnowsItsFormats) {
    EXPECT_EQ(agent::export_format_of("csv"), ExportFormat::csv);
    EXPECT_EQ(agent::export_format_of("jsonl"), ExportFormat::jsonl);
    EXPECT_FALSE(agent::export_format_of("xlsx").has_value());
    EXPECT_FALSE(agent::export_format_of("").has_value());
    EXPECT_EQ(agent::export_format_of("csv", "comma"), ExportFormat::csv);
    EXPECT_EQ(agent::export_format_of("csv", "semicolon"), ExportFormat::excel_csv);
    EXPECT_FALSE(agent::export_format_of("csv", ";").has_value());
    EXPECT_FALSE(agent::export_format_of("jsonl", "semicolon").has_value());
}

TEST(Export, WritesCsvForExcelByDayOfApplicationThenNumber) {
    std::vector<EntryView> views;
    for (std::uint64_t number = 1; number <= 5; ++number) views.push_back(entry_view(number));
    views[0].application_date = "2026-11-05";
    views[3].application_date = "2026-10-01";
    views[4].essence = "a;b";
    support::FakeEntries entries(views);

    const std::string text = exported(ExportFormat::excel_csv, entries.source(), kOneBook);

    EXPECT_THAT(text, StartsWith("\xef\xbb\xbfnumber;book;id;application_date;"));
    EXPECT_THAT(text, HasSubstr(";\"a;b\";court;90;"));
    std::string order;
    for (std::size_t at = text.find("\r\n"); at + 2 < text.size(); at = text.find("\r\n", at + 2))
        order += text[at + 2];
    EXPECT_EQ(order, "42351");
    EXPECT_EQ(support::read_register_csv(text).rows.size(), 5U);
}

/// Entries with the nastiest texts that the rules let in.
class NastyEntries {
public:
    explicit NastyEntries(std::uint32_t seed) : random_(seed) {}

    std::vector<store::ImportRow> rows(std::size_t count) {
        std::vector<store::ImportRow> made;
        for (std::size_t i = 0; i < count; ++i) made.push_back({.line = i + 2, .input = input()});
        return made;
    }

private:
    template <class Items>
    auto one_of(const Items& items) {
        return items[random_() % items.size()];
    }

    std::string text(std::size_t pieces_max) {
        constexpr std::array<std::string_view, 24> kPieces{"=",
                                                           "+",
                                                           "-",
                                                           "@",
                                                           "'",
                                                           "\"",
                                                           "\"\"",
                                                           ",",
                                                           ";",
                                                           "\t",
                                                           "\r",
                                                           "\n",
                                                           "\r\n",
                                                           "ӘәҒғҚқ",
                                                           " ",
                                                           "a",
                                                           "\u0456i",
                                                           "№",
                                                           "0",
                                                           "sep=;",
                                                           "\\",
                                                           "{\"",
                                                           "\xf0\x9f\x98\x80",
                                                           "е\u0308"};
        std::string made;
        for (std::size_t left = random_() % (pieces_max + 1); left > 0; --left)
            made += one_of(kPieces);
        return made;
    }

    EntryTexts input() {
        EntryTexts made;
        const bool late = random_() % 3 == 0;
        made.application_date = "2026-10-1" + std::to_string(random_() % 9);
        made.recorded_date = late ? "2026-10-20" : made.application_date;
        made.late_reason = late ? "x" + text(8) : "";
        made.basis_type = store::code_of(one_of(store::all_basis_types()));
        made.basis_number = text(6);
        made.basis_date = random_() % 4 == 0 ? "" : "2026-10-01";
        made.basis_issuer = text(6);
        made.essence = text(random_() % 20 == 0 ? 2000 : 12) + "x" + text(2);
        made.form = store::code_of(one_of(store::all_forms()));
        made.minutes = std::to_string(1 + random_() % 500);
        made.minor = random_() % 5 == 0 ? "yes" : "";
        made.disclosure = one_of(std::array<std::string, 4>{"", "local", "partial", "full"});
        if (!made.minor.empty()) made.disclosure = "";
        made.language = one_of(std::array<std::string, 3>{"", "kk", "ru"});
        if (random_() % 4 == 0) {
            made.state = "void";
            made.void_reason = "x" + text(6);
        }
        return made;
    }

    std::mt19937 random_;
};

/// What an export and an import must keep: all but id, number, times and delivery.
std::vector<std::string> lasting(const EntryView& view) {
    return {view.language,
            view.application_date,
            view.recorded_at.substr(0, 10),
            view.late_reason,
            view.late ? "late" : "",
            view.state,
            view.void_reason,
            view.basis_type,
            view.basis_number,
            view.basis_date,
            view.basis_issuer,
            view.essence,
            view.form,
            view.minutes,
            view.minor == "yes" ? "minor" : "",
            view.disclosure};
}

std::vector<std::vector<std::string>> contents(store::Register& registry) {
    std::vector<std::vector<std::string>> all;
    agent::for_each_page(agent::entries_of(registry), {},
                         [&](const std::vector<EntryView>& entries) {
                             for (const EntryView& entry : entries) all.push_back(lasting(entry));
                         });
    return all;
}

class RoundTrip : public testing::TestWithParam<ExportFormat> {};

TEST_P(RoundTrip, BringsEveryEntryOverExactly) {
    support::RunningAgent from;
    const auto rows = NastyEntries(20261122).rows(400);
    const auto first = store::OwnerSession(from.registry()).import(rows, {}, {});
    ASSERT_EQ(first.recorded, rows.size()) << first.errors.size();
    const std::string file =
        exported(GetParam(), agent::entries_of(from.registry()), from.registry().books());

    const auto read = GetParam() == ExportFormat::csv ? support::read_register_csv(file)
                                                      : support::read_register_jsonl(file);
    support::RunningAgent to;
    const auto second = store::OwnerSession(to.registry()).import(read.rows, {}, {});

    EXPECT_TRUE(read.problems.empty());
    EXPECT_EQ(second.recorded, rows.size());
    EXPECT_EQ(contents(to.registry()), contents(from.registry()));
    const auto again = store::OwnerSession(from.registry()).import(read.rows, {}, {});
    EXPECT_EQ(again.already_there, rows.size());
}

TEST_P(RoundTrip, TakesAnEntryThatWasWithdrawnAsLocal) {
    EntryView view = entry_view(1);
    view.disclosure = "withdrawn";
    support::FakeEntries entries({view});
    const std::string file = exported(GetParam(), entries.source(), kOneBook);

    const auto read = GetParam() == ExportFormat::csv ? support::read_register_csv(file)
                                                      : support::read_register_jsonl(file);

    EXPECT_THAT(file, HasSubstr("withdrawn"));
    ASSERT_EQ(read.rows.size(), 1U);
    EXPECT_EQ(read.rows.front().input.disclosure, "local");
    EXPECT_EQ(read.rows.front().id, "id-1");
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip,
                         testing::Values(ExportFormat::csv, ExportFormat::jsonl),
                         [](const auto& format) {
                             return format.param == ExportFormat::csv ? "csv" : "jsonl";
                         });

}  // namespace
}  // namespace tizilim
