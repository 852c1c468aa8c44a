#include "agent/cli/cli.h"
#include "agent/documents/import_jsonl.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/owner/act_results.h"
#include "store/register/register.h"
#include "tests/support/temp_directory.h"
#include "tests/support/xlsx_file.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kImportHeader =
    "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,essence,form,"
    "minutes\n";
constexpr auto kImportRow =
    "2026-11-02,2026-11-02,court_resolution,C-1,2026-11-01,Суд,Тайна,court,90\n";

class ImportCommand : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments, const std::string& input = "") {
        return support::run_command(config_, std::move(arguments), input);
    }
    /// At a terminal where `answers` are typed; without them where nobody can be asked.
    [[nodiscard]] Ran add(const std::vector<std::string>& more = {},
                          const std::optional<std::vector<std::string>>& answers = {}) {
        std::vector<std::string> arguments{"add",
                                           "--application-date",
                                           "2026-11-02",
                                           "--basis",
                                           "court_resolution",
                                           "--basis-date",
                                           "2026-11-02",
                                           "--essence",
                                           "Тайна",
                                           "--basis-number",
                                           "C-1",
                                           "--form",
                                           "court",
                                           "--minutes",
                                           "90"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        if (answers) return support::run_at_terminal(config_, std::move(arguments), *answers);
        return run(std::move(arguments));
    }
    [[nodiscard]] std::string file_of(const std::string& content) const {
        const std::filesystem::path file = folder_ / "file";
        std::ofstream(file, std::ios::binary) << content;
        return file.string();
    }
    [[nodiscard]] std::uint64_t recorded() { return agent_.registry().balance().recorded; }

    support::TempDirectory folder_;
    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

TEST_F(ImportCommand, AddRefusesAScriptARepetition) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = add();

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("entry 1 is of the same day"), HasSubstr("--again"),
                               Not(HasSubstr("Тайна"))));
    EXPECT_EQ(recorded(), 1U);
    EXPECT_EQ(add({"--again"}).code, agent::done);
    EXPECT_EQ(recorded(), 2U);
}

TEST_F(ImportCommand, AddAsksAPersonWhetherToRepeat) {
    const std::vector<std::string> nobody;
    ASSERT_EQ(add({}, nobody).code, agent::done);

    const Ran no = add({}, {{""}});
    const Ran ended = add({}, nobody);
    const Ran yes = add({}, {{"perhaps", "иә"}});

    EXPECT_EQ(no.code, agent::refused);
    EXPECT_THAT(no.err, HasSubstr("all the same? [y/N]"));
    EXPECT_EQ(ended.code, agent::refused);
    EXPECT_EQ(yes.code, agent::done);
    EXPECT_THAT(yes.err, HasSubstr("is neither yes nor no"));
    EXPECT_THAT(yes.out, HasSubstr("Recorded as number 2"));
}

TEST_F(ImportCommand, RefusesARepetitionUnlessTold) {
    ASSERT_EQ(add().code, agent::done);
    const std::string file = file_of(std::string(kImportHeader) + kImportRow);

    const Ran ran = run({"import", file});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("line 2, row: is like entry 1"));
    EXPECT_EQ(run({"import", file, "--again"}).out, "1 recorded, 0 were there already\n");
    EXPECT_EQ(run({"import", file}).out, "0 recorded, 1 were there already\n");
}

TEST_F(ImportCommand, NamesASpreadsheetAndWhatToDo) {
    const std::vector<std::pair<std::string, std::string>> files{
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "of an old kind (.xls)"},
        {"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "(.ods)"},
        {std::string("\x09\x08\x10\x00\x00\x06\x05\x00", 8), "of an old kind (.xls)"},
        {"\n<html><table><tr><td>1", "a web page or XML"},
        {std::string("e\0s\0,\0x\0\n\0", 10), "UTF-16 without"},
        {std::string(kImportHeader) + "\xd2\xe0\xe9\xed\xe0\n", "Windows-1251"},
        {"{\"essence\":\"\xd2\xe0\xe9\xed\xe0\"}\n", "Windows-1251"}};
    for (const auto& [content, name] : files) {
        const Ran ran = run({"import", file_of(content)});
        EXPECT_EQ(ran.code, agent::refused);
        EXPECT_THAT(ran.err, AllOf(HasSubstr(name), HasSubstr("\"CSV UTF-8\""))) << name;
    }
}

TEST_F(ImportCommand, NamesASpreadsheetOfAnySize) {
    const Ran numbers = run({"import", file_of("PK\x03\x04Index/Document.iwa")});
    EXPECT_THAT(numbers.err, HasSubstr("is a Numbers spreadsheet"));
    const std::string large(std::size_t{17} << 20, 'x');
    const Ran excel = run({"import", file_of("PK\x03\x04xl/workbook.xml" + large)});
    EXPECT_THAT(excel.err, HasSubstr("more than an import takes"));
}

TEST_F(ImportCommand, BringsTheSheetOfAWorkbookOver) {
    const auto sheet = [](const std::string& name, const std::string& minutes) {
        return support::SheetXml{
            .name = name,
            .xml = "<sheetData>" +
                   support::row_of({"Жүгінген күні", "Құжаттың атауы мен деректемелері",
                                    "Құқықтық мәселенің мәні", "Көмегінің нысаны",
                                    "Уақытының ұзақтығы"}) +
                   support::row_of({support::number_cell("45964", support::day),
                                    "соттың қаулысы № 7, 01.11.2025, Сот", "Құпия", "court",
                                    minutes}) +
                   "</sheetData>"};
    };
    const std::string file = file_of(support::xlsx_of(
        {sheet("2024", "90"), sheet("2025", support::number_cell("0.0625", support::elapsed))}));

    const Ran several = run({"import", file});

    EXPECT_EQ(several.code, agent::refused);
    EXPECT_THAT(several.err, AllOf(HasSubstr("2024, 2025"), Not(HasSubstr("Құпия"))));
    EXPECT_EQ(recorded(), 0U);
    EXPECT_EQ(run({"import", file, "--sheet", "2025"}).out, "1 recorded, 0 were there already\n");
    EXPECT_EQ(run({"import", file, "--sheet", "2025"}).out, "0 recorded, 1 were there already\n");
    EXPECT_THAT(run({"show", "1"}).out, HasSubstr("Құпия"));
}

TEST_F(ImportCommand, TakesASheetOfAWorkbookAlone) {
    const Ran ran =
        run({"import", file_of(std::string(kImportHeader) + kImportRow), "--sheet", "2025"});

    EXPECT_EQ(ran.code, agent::usage);
    EXPECT_THAT(ran.err, HasSubstr("--sheet names a sheet of an Excel workbook"));
    EXPECT_EQ(recorded(), 0U);
}

TEST_F(ImportCommand, ReadsJsonLinesThatEndWithACarriageReturn) {
    ASSERT_EQ(add().code, agent::done);
    std::string text = run({"export", "--format", "jsonl"}).out;
    text.resize(text.find('\n'));
    EXPECT_EQ(run({"import", file_of(text + '\r' + text + '\r')}).out,
              "0 recorded, 2 were there already\n");
}

TEST_F(ImportCommand, ReadsJsonLinesInUtf16) {
    ASSERT_EQ(add().code, agent::done);
    const std::string line = run({"export", "--format", "jsonl"}).out;
    std::string bytes = "\xff\xfe";
    for (std::size_t i = 0; i < line.size(); ++i) {
        unsigned unit = static_cast<unsigned char>(line[i]);
        if (unit >= 0xc0)
            unit = (unit & 0x1fU) << 6U | (static_cast<unsigned char>(line[++i]) & 0x3fU);
        bytes += static_cast<char>(unit & 0xffU);
        bytes += static_cast<char>(unit >> 8U);
    }

    EXPECT_EQ(run({"import", file_of(bytes)}).out, "0 recorded, 1 were there already\n");
}

TEST_F(ImportCommand, StopsAtAHundredBadLines) {
    std::string file;
    for (int i = 0; i < 100'000; ++i) file += "{}\n";

    const Ran ran = run({"import", "-"}, file);

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("line 1, basis_type: is missing"),
                               HasSubstr("the 99900 lines after this one were not looked at")));
    EXPECT_LT(ran.err.size(), 300'000U);
}

TEST_F(ImportCommand, SendsALargeFileOfHistoriesInParts) {
    ASSERT_EQ(add().code, agent::done);
    const std::string line = run({"export", "--format", "jsonl"}).out;
    const auto json = platform::read_json(line.substr(0, line.find('\n')));
    ASSERT_TRUE(json.has_value());
    std::string file;
    constexpr int kLines = 320;
    for (int i = 0; i < kLines; ++i) {
        platform::JsonObject copy = *json->object();
        for (platform::JsonMember& member : copy) {
            if (member.name == "id")
                member.value = "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be" + std::to_string(100 + i);
            if (member.name == "number") member.value = i + 2;
            if (member.name == "essence") member.value = std::string(16'000, 'x');
        }
        file += platform::to_json(copy) + '\n';
    }
    ASSERT_GT(file.size(), std::size_t{5} << 20);

    const Ran ran = run({"import", file_of(file)});

    EXPECT_EQ(ran.out, "320 recorded, 0 were there already\n") << ran.err;
    EXPECT_EQ(run({"import", "-"}, file).out, "0 recorded, 320 were there already\n");
    const auto plain = file.find("\"history\":[{", file.size() / 2);
    file.replace(plain, 9, "\"histori\"");
    EXPECT_EQ(run({"import", file_of(file)}).code, agent::refused);
}

TEST_F(ImportCommand, GoesOnWithTheNextPartWhenToldTo) {
    ASSERT_EQ(add().code, agent::done);
    std::string line = run({"export", "--format", "jsonl"}).out;
    line.resize(line.find('\n') + 1);
    // The second part begins with what is no JSON, and the third has nothing else.
    const std::string part(agent::kLineBytesMax - 10, ' ');
    const std::string file =
        line + part + "\nno json\n" + part + "\nno json\n" + part + "\n" + part + "\n" + line;

    const Ran ran = run({"import", file_of(file), "--keep-going"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_EQ(ran.out, "0 recorded, 2 were there already\n");
    EXPECT_THAT(ran.err, AllOf(HasSubstr("line 3, row: "), HasSubstr("line 5, row: ")));
}

TEST_F(ImportCommand, RefusesOneLineWithoutEnd) {
    EXPECT_EQ(
        run({"import", "-"}, "{\"essence\":\"" + std::string(std::size_t{17} << 20, 'x')).code,
        agent::usage);
    EXPECT_EQ(run({"import", "-"}, std::string(1 << 20, '[')).code, agent::refused);
    EXPECT_EQ(recorded(), 0U);
}

}  // namespace
}  // namespace tizilim
