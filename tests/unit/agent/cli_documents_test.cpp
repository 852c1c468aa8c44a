#include "agent/cli/cli.h"
#include "agent/documents/import_jsonl.h"
#include "platform/files/file.h"
#include "platform/text/json_reader.h"
#include "store/register/register.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kRows =
    "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,essence,form,"
    "minutes\n"
    "2026-11-02,2026-11-02,court_resolution,C-1,2026-11-01,Суд,Тайна,court,90\n"
    "2026-11-02,2026-11-02,court_resolution,C-2,2026-11-01,Суд,Тайна,court,none\n";

class DocumentCommands : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments, const std::string& input = "") {
        return support::run_command(config_, std::move(arguments), input);
    }
    void record() {
        ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    }
    [[nodiscard]] static std::string content(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
    }

    support::TempDirectory folder_;
    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

TEST_F(DocumentCommands, ExportToStandardOutputAndImportFromIt) {
    record();
    for (const char* const format : {"csv", "jsonl"}) {
        const Ran exported = run({"export", "--format", format});
        EXPECT_EQ(exported.code, agent::done) << exported.err;
        EXPECT_THAT(exported.out, HasSubstr("court_resolution"));

        const Ran imported = run({"import", "-"}, exported.out);

        EXPECT_EQ(imported.code, agent::done) << imported.err;
        EXPECT_EQ(imported.out, "0 recorded, 1 were there already\n");
    }
}

TEST_F(DocumentCommands, WriteAFileOfTheOwnersAlone) {
    record();
    const auto file = folder_ / "register.html";

    const Ran ran = run({"print", "--language", "kk", "--output", file.string()});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, file.string() + " файлында 1 жазба бар\n");
    EXPECT_THAT(content(file), HasSubstr("</html>\n"));
    EXPECT_THAT(platform::access_beyond_owner(file), IsEmpty());
    EXPECT_EQ(run({"print", "--json", "--output", file.string()}).out, "{\"entries\":1}\n");
    EXPECT_EQ(files(), 1U);
}

TEST_F(DocumentCommands, LeaveAnOldFileAsItIsWhenTheyFail) {
    const auto file = folder_ / "old.html";
    std::ofstream(file) << "old";

    const Ran ran = run({"print", "--book", "NOSUCHBOOK", "--output", file.string()});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("no book of that label"));
    EXPECT_EQ(content(file), "old");
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(run({"export", "--output", folder_.path().string()}).code, agent::refused);
    EXPECT_EQ(run({"export", "--output", (folder_ / "none" / "x").string()}).code, agent::refused);
}

TEST_F(DocumentCommands, PrintToStandardOutput) {
    record();

    const Ran ran = run({"print", "--from", "2026-11-01", "--to", "2026-11-30"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(ran.out, HasSubstr("01.11.2026 – 30.11.2026"));
}

TEST_F(DocumentCommands, PrintWithRoomForInkWhenAsked) {
    record();

    EXPECT_THAT(run({"print"}).out, HasSubstr("<div class=\"unsigned\">"));
    EXPECT_THAT(run({"print", "--blank-signature"}).out, HasSubstr("<td class=\"ink\"></td>"));
}

TEST_F(DocumentCommands, ReportAMonth) {
    record();

    EXPECT_THAT(run({"report", "--month", "2026-11"}).out, StartsWith("Report for November 2026"));
    EXPECT_THAT(run({"report", "--month", "2026-11", "--format", "csv"}).out,
                HasSubstr("form,court,"));
    const Ran json = run({"report", "--month", "2026-11", "--json"});
    EXPECT_TRUE(platform::read_json(json.out).has_value());
}

TEST_F(DocumentCommands, RefuseAWrongUseBeforeAsking) {
    // Nobody answers there: what is asked is told by another exit code.
    config_ = folder_ / "nobody.conf";
    platform::write_file_atomically(config_, "[register]\ndirectory = nobody\n");
    ASSERT_EQ(run({"report", "--month", "2026-11"}).code, agent::unreachable);

    for (const std::vector<std::string>& wrong :
         std::vector<std::vector<std::string>>{{"report"},
                                               {"report", "--month", "2026-11", "--format", "pdf"},
                                               {"print", "--language", "en"},
                                               {"export", "--format", "xlsx"},
                                               {"import"}})
        EXPECT_EQ(run(wrong).code, agent::usage) << wrong.back();
}

TEST_F(DocumentCommands, ImportWholeOrNotAtAll) {
    const Ran ran = run({"import", "-"}, kRows);

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, HasSubstr("nothing was imported"));
    EXPECT_THAT(ran.err, HasSubstr("line 3, minutes: "));
    EXPECT_EQ(agent_.registry().balance().recorded, 0U);
}

TEST_F(DocumentCommands, ImportTheGoodRowsAndReportTheOthers) {
    const Ran ran = run({"import", "-", "--keep-going"}, kRows);

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_EQ(ran.out, "1 recorded, 0 were there already\n");
    EXPECT_THAT(ran.err, HasSubstr("these rows were refused"));
    EXPECT_THAT(ran.err, HasSubstr("line 3, minutes: "));
    EXPECT_EQ(agent_.registry().balance().recorded, 1U);
}

TEST_F(DocumentCommands, RefuseAFileLargerThanAnImport) {
    const auto file = folder_ / "large.csv";
    std::ofstream(file) << kRows << std::string(agent::kImportBytesMax, ',');

    const Ran ran = run({"import", file.string()});

    EXPECT_EQ(ran.code, agent::usage);
    EXPECT_THAT(ran.err, HasSubstr("import in parts"));
}

TEST_F(DocumentCommands, ImportAgainAfterCorrecting) {
    ASSERT_EQ(run({"import", "-", "--keep-going"}, kRows).code, agent::refused);
    std::string corrected = kRows;
    corrected.replace(corrected.find("none"), 4, "30");

    const Ran ran = run({"import", "-"}, corrected);

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "1 recorded, 1 were there already\n");
}

}  // namespace
}  // namespace tizilim
