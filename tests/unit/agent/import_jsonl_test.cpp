#include "agent/documents/import_jsonl.h"

#include "platform/text/message.h"
#include "store/owner/import_rows.h"
#include "tests/support/file_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::read_register_jsonl;
using testing::HasSubstr;
using testing::Not;

using Problems = std::vector<std::pair<std::uint64_t, std::string>>;

Problems problems(const std::string& text) {
    Problems result;
    for (const store::RowProblem& problem : read_register_jsonl(text).problems)
        result.emplace_back(problem.line, problem.error.field);
    return result;
}

TEST(RegisterJsonLines, ReadsAnObjectALine) {
    const auto read = read_register_jsonl(
        "\xef\xbb\xbf{\"essence\":\"Мәні\\n2\",\"minutes\":15,\"minor\":true,\"id\":\"x\"}\r\n"
        "\n"
        "{\"minutes\":\"16\",\"minor\":null,\"state\":\"void\",\"void_reason\":\"why\"}");

    EXPECT_TRUE(read.problems.empty());
    ASSERT_EQ(read.rows.size(), 2U);
    EXPECT_EQ(read.rows[0].line, 1U);
    EXPECT_EQ(read.rows[0].id, "x");
    EXPECT_EQ(read.rows[0].input.essence, "Мәні\n2");
    EXPECT_EQ(read.rows[0].input.minutes, "15");
    EXPECT_EQ(read.rows[0].input.minor, "yes");
    EXPECT_EQ(read.rows[1].line, 3U);
    EXPECT_EQ(read.rows[1].input.minor, "");
    EXPECT_EQ(read.rows[1].input.void_reason, "why");
}

TEST(RegisterJsonLines, TakesBackNothingThatOnlyCsvGuards) {
    EXPECT_EQ(read_register_jsonl("{\"essence\":\"'=1\"}").rows.at(0).input.essence, "'=1");
}

TEST(RegisterJsonLines, NamesTheLineOfEachBadRowAndGoesOn) {
    const std::string text =
        "{\"essence\":\"one\"}\n"
        "{\"essence\":\"two\"\n"
        "[]\n"
        "{\"essence\":5}\n"
        "{\"salary\":\"1\"}\n"
        "{\"essence\":\"a\",\"essence\":\"b\"}\n"
        "{\"essence\":\"three\"}\n";

    EXPECT_EQ(problems(text),
              (Problems{{2, "row"}, {3, "row"}, {4, "essence"}, {5, "row"}, {6, "row"}}));
    EXPECT_EQ(read_register_jsonl(text).rows.size(), 2U);
}

TEST(RegisterJsonLines, NamesAnUnknownNameButNeverAValueThatSlipped) {
    const auto unknown = read_register_jsonl("{\"salary\":\"1\"}").problems.at(0).error;
    EXPECT_THAT(platform::in_english(unknown.message), HasSubstr("\"salary\""));
    EXPECT_THAT(platform::in_english(unknown.message), HasSubstr("application_date"));
    const auto slipped = read_register_jsonl("{\"Иванов\":\"1\"}").problems.at(0).error;
    EXPECT_THAT(platform::in_english(slipped.message), Not(HasSubstr("Иванов")));
}

TEST(RegisterJsonLines, RefusesAFileThatIsNoUtf8AsAWhole) {
    EXPECT_EQ(problems("{}\n{\"essence\":\"\xd2\xe0\xe9\"}\n"), (Problems{{2, "file"}}));
}

TEST(RegisterJsonLines, RefusesAnEmptyFile) {
    EXPECT_EQ(problems(""), (Problems{{1, "file"}}));
    EXPECT_EQ(problems("\n \r\n"), (Problems{{1, "file"}}));
}

TEST(RegisterJsonLines, BoundsADeepLine) {
    EXPECT_EQ(problems("{\"history\":" + std::string(1000, '[')), (Problems{{1, "row"}}));
}

TEST(RegisterJsonLines, RepeatsNoNameThatMayBeAValueThatSlipped) {
    for (const char* name : {"Canary", "canary-7f3a", "canary 7f3a"}) {
        const auto read = read_register_jsonl("{\"" + std::string(name) + "\": \"x\"}\n");
        ASSERT_EQ(read.problems.size(), 1U) << name;
        EXPECT_EQ(platform::in_english(read.problems[0].error.message).find(name),
                  std::string::npos)
            << name;
    }
}

}  // namespace
}  // namespace tizilim
