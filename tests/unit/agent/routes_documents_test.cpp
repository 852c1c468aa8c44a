#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/register/register.h"
#include "tests/support/xlsx_file.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace tizilim {
namespace {

using support::Answer;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kHeader =
    "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,essence,form,"
    "minutes\n";
constexpr auto kGoodRow =
    "2026-11-02,2026-11-02,court_resolution,C-1,2026-11-01,Суд,Тайна,court,90\n";

class Documents : public testing::Test {
protected:
    void record() {
        ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    }
    Answer import(const std::string& body, const std::string& query = "",
                  const std::string& content_type = "text/csv") {
        return agent_.ask({.method = "POST",
                           .path = "/api/v1/import" + query,
                           .content_type = content_type,
                           .body = body});
    }
    [[nodiscard]] std::uint64_t recorded() { return agent_.registry().balance().recorded; }

    support::RunningAgent agent_;
};

TEST_F(Documents, ExportsEachFormatUnderItsType) {
    record();

    const Answer csv = agent_.get("/api/v1/export?format=csv");
    const Answer jsonl = agent_.get("/api/v1/export?format=jsonl");

    EXPECT_THAT(csv.head, HasSubstr("Content-Type: text/csv"));
    EXPECT_THAT(csv.body, HasSubstr(",court_resolution,C-1,"));
    EXPECT_THAT(jsonl.head, HasSubstr("Content-Type: application/x-ndjson"));
    const auto entry = platform::read_json(jsonl.body);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->find("history")->array()->size(), 1U);
}

TEST_F(Documents, ExportsInFramesThatEndWithTheCount) {
    record();

    const Answer answer = agent_.get("/api/v1/export?format=csv&frames=1");

    EXPECT_THAT(answer.body, StartsWith("{\"text\":\"\xef\xbb\xbfnumber,book,id,"));
    EXPECT_THAT(answer.body, testing::EndsWith("{\"result\":{\"entries\":1}}\n"));
}

TEST_F(Documents, PrintsTheCurrentBook) {
    record();

    const Answer answer = agent_.get("/api/v1/print?from=2026-11-01&to=2026-11-30&language=kk");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.head, HasSubstr("Content-Type: text/html; charset=utf-8"));
    EXPECT_THAT(answer.body, HasSubstr("тізілімі</h1>"));
    EXPECT_THAT(answer.body, HasSubstr("<span>соттың қаулысы</span>"));
    EXPECT_THAT(answer.body, HasSubstr(agent_.registry().book().label));
    EXPECT_THAT(answer.body, HasSubstr(agent_.registry().chain_head()));
    EXPECT_THAT(agent_.get("/api/v1/print?to=2026-11-01").body, HasSubstr("записей нет"));
}

TEST_F(Documents, ReportsAMonthInEachFormat) {
    record();

    const Answer json = agent_.get("/api/v1/report?month=2026-11");

    const auto report = platform::read_json(json.body);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(*report->find("recorded")->find("minutes")->integer(), 90);
    EXPECT_THAT(agent_.get("/api/v1/report?month=2026-11&format=text").body,
                StartsWith("Report for November 2026, on 02.11.2026\n"));
    EXPECT_THAT(agent_.get("/api/v1/report?month=2026-11&format=csv").body,
                HasSubstr("recorded,,,,1,90,"));
    EXPECT_THAT(agent_.get("/api/v1/report?month=2026-10&format=csv").body,
                HasSubstr("recorded,,,,0,0,"));
}

/// What status, report, list and print count of one register.
class Counts : public testing::Test {
protected:
    Counts() {
        for (const char* const entry :
             {support::kPartialEntry, support::kPartialEntry, support::kLocalEntry})
            EXPECT_EQ(agent_.post_json("/api/v1/entries", entry).status, 201);
        for (const std::string number : {"1", "3"})
            EXPECT_EQ(agent_.post_json("/api/v1/entries/" + number + "/void", kDouble).status, 200);
    }
    [[nodiscard]] platform::JsonValue json(const std::string& path) const {
        return *platform::read_json(agent_.get(path).body);
    }

    static constexpr auto kDouble = R"({"reason":"дважды"})";
    support::RunningAgent agent_{std::chrono::seconds(20), true};
};

TEST_F(Counts, AreTheSameByTheSameWordsInStatusReportAndList) {
    const auto status = json("/status");
    const auto report = json("/api/v1/report?month=2026-11");

    EXPECT_EQ(*report.find("entries"), *status.find("entries"));
    EXPECT_EQ(*status.find("entries")->find("recorded")->integer(), 3);
    EXPECT_EQ(*status.find("entries")->find("unsigned")->integer(), 2);
    for (const std::string state : {"local", "unsigned", "pending", "delivered"}) {
        const auto listed = json("/api/v1/entries?state=" + state);
        EXPECT_EQ(static_cast<std::int64_t>(listed.find("entries")->array()->size()),
                  *status.find("entries")->find(state)->integer())
            << state;
    }
}

TEST_F(Counts, OfTheVoidAndTheUnsignedAreTheSameInReportAndPrint) {
    const auto report = json("/api/v1/report?month=2026-11");

    EXPECT_EQ(*report.find("recorded")->find("entries")->integer(), 3);
    EXPECT_EQ(*report.find("voided")->find("entries")->integer(), 2);
    EXPECT_EQ(report.find("without_signature")->array()->size(), 3U);
    EXPECT_THAT(agent_.get("/api/v1/print").body,
                HasSubstr("Записей в распечатке: 3 (№ 1 – 3), из них недействительных: 2, "
                          "не подписано: 3."));
}

TEST_F(Counts, PrintsAnEmptyColumnSevenWhenAsked) {
    EXPECT_THAT(agent_.get("/api/v1/print").body, HasSubstr("не подписано</div>"));
    EXPECT_THAT(agent_.get("/api/v1/print?blank_signature=1").body,
                HasSubstr("<td class=\"ink\"></td>"));
}

TEST_F(Documents, RefusesBadParametersAndSaysWhatIsAskedFor) {
    const struct {
        const char* path;
        const char* asked;
    } bad[] = {
        {"/api/v1/export", "format is one of csv, jsonl"},
        {"/api/v1/export?format=xlsx", "format is one of csv, jsonl"},
        {"/api/v1/export?format=csv&separator=tab", "one of comma, semicolon, and only of csv"},
        {"/api/v1/export?format=jsonl&separator=comma", "and only of csv"},
        {"/api/v1/print?language=en", "language is one of kk, ru"},
        {"/api/v1/print?from=2026", "from: is no day; write it as"},
        {"/api/v1/print?to=2026-11-31", "to: is no day; write it as"},
        {"/api/v1/print?from=2026-11-02&to=2026-11-01", "from is after to"},
        {"/api/v1/print?book=NOSUCHBOOK", "no book of that label"},
        {"/api/v1/report", "month is missing"},
        {"/api/v1/report?month=2026-13", "month: is no month; write it as"},
        {"/api/v1/report?month=2026-11&format=pdf", "json, csv, text"},
    };
    for (const auto& [path, asked] : bad) {
        const Answer answer = agent_.get(path);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_THAT(answer.body, HasSubstr(asked)) << path;
    }
}

TEST_F(Documents, AreTheOwnersAlone) {
    for (const char* const path :
         {"/api/v1/export?format=csv", "/api/v1/print", "/api/v1/report?month=2026-11"}) {
        EXPECT_EQ(agent_.ask({.path = path, .over_port = true}).status, 404) << path;
    }
}

TEST_F(Documents, ImportAFileWholeOrNotAtAll) {
    const Answer answer = import(std::string(kHeader) + kGoodRow + "only,three,fields\n");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(answer.body, HasSubstr("\"line\":3,\"field\":\"row\""));
    EXPECT_EQ(recorded(), 0U);
}

TEST_F(Documents, ImportTheGoodRowsWhenToldToKeepGoing) {
    std::string bad_minutes = kGoodRow;
    bad_minutes.replace(bad_minutes.rfind("90"), 2, "no");

    const Answer answer = import(
        std::string(kHeader) + bad_minutes + kGoodRow + "x\"y\n" + kGoodRow, "?keep_going=1");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("\"recorded\":2,"));
    EXPECT_THAT(answer.body, HasSubstr("\"line\":4,\"field\":\"column 1\""));
    EXPECT_LT(answer.body.find("\"line\":2,\"field\":\"minutes\""),
              answer.body.find("\"line\":4,\"field\":\"column 1\""));
    EXPECT_EQ(recorded(), 2U);
}

TEST_F(Documents, ImportRefusesAFileWithoutAnyGoodRowAlsoThen) {
    EXPECT_EQ(import("salary\n1\n", "?keep_going=1").status, 422);
    EXPECT_EQ(import("\xd1\xf3\xe4", "?keep_going=1").status, 422);
}

TEST_F(Documents, ImportJsonLines) {
    const std::string line =
        R"({"application_date":"2026-11-02","recorded_date":"2026-11-02","essence":"Тайна",)"
        R"("basis_type":"court_resolution","form":"court","minutes":90})";

    const Answer answer = import(line + "\n", "", "application/x-ndjson");

    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, HasSubstr("\"recorded\":1,"));
    EXPECT_EQ(import(line, "", "application/json").status, 415);
}

TEST_F(Documents, ImportWhatWasExportedHereChangesNothing) {
    record();
    const Answer exported = agent_.get("/api/v1/export?format=csv");

    EXPECT_THAT(import(exported.body).body, HasSubstr("\"recorded\":0,\"already_there\":1"));
    EXPECT_EQ(recorded(), 1U);
}

TEST_F(Documents, ImportAWorkbookWithProblemsByRowAndCell) {
    const auto workbook = [](const std::string& minutes) {
        return support::xlsx_of({support::SheetXml{
            .name = "2025",
            .xml =
                "<sheetData>" +
                support::row_of({"application_date", "recorded_date", "basis_type", "basis_number",
                                 "basis_date", "basis_issuer", "essence", "form", "minutes"}) +
                support::row_of({"2026-11-02", "2026-11-02", "court_resolution", "C-1",
                                 "2026-11-01", "Суд", "Тайна", "court", minutes}) +
                "</sheetData>"}});
    };
    const std::string type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    const Answer bad = import(workbook("<c t='e'><v>#REF!</v></c>"), "", type);
    const Answer no_minutes = import(workbook("0"), "", type);
    const Answer no_sheet = import(workbook("90"), "?sheet=2024", type);
    const Answer as_csv = import(workbook("90"));

    EXPECT_EQ(bad.status, 422);
    EXPECT_THAT(bad.body, HasSubstr("\"line\":2,\"field\":\"minutes\""));
    EXPECT_THAT(bad.body, HasSubstr("\"cell\":\"I2\""));
    EXPECT_THAT(no_minutes.body, HasSubstr("entry.minutes_not_positive"));
    EXPECT_THAT(no_sheet.body, HasSubstr("import.xlsx_no_sheet"));
    EXPECT_THAT(as_csv.body, HasSubstr("import.excel"));
    EXPECT_EQ(recorded(), 0U);
    EXPECT_THAT(import(workbook("90"), "?sheet=2025", type).body, HasSubstr("\"recorded\":1"));
    EXPECT_EQ(recorded(), 1U);
}

TEST_F(Documents, ExportsWithSemicolonsForExcel) {
    record();

    const Answer csv = agent_.get("/api/v1/export?format=csv&separator=semicolon");

    EXPECT_THAT(csv.head, HasSubstr("Content-Type: text/csv"));
    EXPECT_THAT(csv.body, HasSubstr(";court_resolution;C-1;"));
    EXPECT_THAT(import(csv.body).body, HasSubstr("\"recorded\":0,\"already_there\":1"));
}

}  // namespace
}  // namespace tizilim
