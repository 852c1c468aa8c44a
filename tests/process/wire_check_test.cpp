#include "tests/process/office.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

namespace tizilim::process {
namespace {

/// packaging/check_wire.awk over an answer of _all_docs with one entry that has `fields`.
support::Finished check(const support::TempDirectory& folder, const std::string& fields) {
    const std::filesystem::path answer = folder / "answer.json";
    std::ofstream(answer) << R"({"total_rows":2,"rows":[{"id":"register","doc":{"_id":"register",)"
                             R"("id":"0b5e"}},{"id":"entry:1","value":{"rev":"1-a"},"doc":{)"
                          << R"("_id":"entry:1","_rev":"1-a","type":"entry",)" << fields
                          << "}}]}\n";
    return support::run({"/usr/bin/awk", "-f", CHECK_WIRE_SCRIPT, answer.string()}, folder.path(),
                        kCommandTime);
}

TEST(WireCheck, CountsEntriesWithAllowedFieldsOnly) {
    const support::TempDirectory folder;

    const support::Finished checked = check(
        folder,
        R"("basis":{"type":"x","date":"y"},"withheld":["basis.number","a\"{b"],"late":false)");

    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_EQ(checked.out, "1\n");
}

TEST(WireCheck, NamesAFieldThatMayNotLeave) {
    const support::TempDirectory folder;

    for (const std::string field : {"basis.number", "minor", "withheld.0", "eds.key"}) {
        const std::size_t dot = field.find('.');
        std::string json = "\"" + field.substr(0, dot) + "\":";
        json += dot == std::string::npos ? "1" : "{\"" + field.substr(dot + 1) + "\":1}";
        const support::Finished checked = check(folder, json);
        EXPECT_EQ(checked.code, 1) << field;
        EXPECT_NE(checked.err.find(field), std::string::npos) << checked.err;
    }
}

TEST(WireCheck, RefusesHalfAnAnswer) {
    const support::TempDirectory folder;

    EXPECT_EQ(check(folder, R"("basis":{)").code, 1);
}

}  // namespace
}  // namespace tizilim::process
