#include "platform/text/log.h"

#include "platform/text/unicode.h"
#include "tests/support/sim_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace tizilim {
namespace {

using platform::Log;
using platform::LogLevel;

class LogTest : public ::testing::Test {
protected:
    /// What one field's value looks like in the log.
    std::string value_of(const std::string& text) {
        out_.str({});
        log_.info("event", {{"v", text}});
        const std::string line = out_.str();
        const std::size_t start = line.find(" v=") + 3;
        return line.substr(start, line.size() - start - 1);
    }

    support::SimClock clock_;
    std::ostringstream out_;
    Log log_{out_, clock_};
};

TEST_F(LogTest, WritesOneLineAnEvent) {
    clock_.advance(std::chrono::milliseconds(7));

    log_.info("delivered", {{"entries", std::int64_t{3}}, {"state", "synced"}});

    EXPECT_EQ(out_.str(),
              "time=2026-11-02T04:00:00.007Z level=info event=delivered entries=3 state=synced\n");
}

TEST_F(LogTest, NamesTheLevel) {
    log_.warning("a");
    log_.error("b");

    EXPECT_NE(out_.str().find("level=warning event=a\n"), std::string::npos);
    EXPECT_NE(out_.str().find("level=error event=b\n"), std::string::npos);
}

TEST_F(LogTest, ShowsWhatATerminalWouldObeyOrNotShow) {
    EXPECT_EQ(value_of("a\xc2\x9b\xe2\x80\xae"), "\"a\\u009b\\u202e\"");
}

TEST_F(LogTest, NamesWhoWroteALineThatItPassesOn) {
    log_.pass_on("time=1 level=info event=a reason=\"b \\\"c\"", "tizilim-sync");
    EXPECT_EQ(out_.str(), "time=1 level=info event=a reason=\"b \\\"c\" process=tizilim-sync\n");
}

TEST_F(LogTest, LetsNoProgramWriteInTheNameOfAnother) {
    for (const std::string line :
         {"event=a process=tizilim-register", "time=1 event=a process=tizilim-register",
          "time=1 event=a reason=\"", "time=1 reason=\"\\\"", "time=1 \\", "lost"}) {
        out_.str({});
        log_.pass_on(line, "tizilim-sync");
        const std::string passed = out_.str();
        EXPECT_TRUE(passed.starts_with("time=2026")) << passed;
        EXPECT_NE(passed.find(" level=warning event=printed text="), std::string::npos) << passed;
        EXPECT_TRUE(passed.ends_with(" process=tizilim-sync\n")) << passed;
    }
}

TEST_F(LogTest, CutsWhatAProgramPrints) {
    log_.pass_on(std::string(100'000, 'x'), "tizilim-sync");
    EXPECT_LT(out_.str().size(), 2200U);
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
    log_.write(LogLevel::debug, "detail");
    EXPECT_EQ(out_.str(), "");

    Log detailed(out_, clock_, LogLevel::debug);
    detailed.write(LogLevel::debug, "detail");
    EXPECT_NE(out_.str().find("level=debug event=detail\n"), std::string::npos);
}

TEST_F(LogTest, QuotesAndEscapesOnlyWhereItMust) {
    EXPECT_EQ(value_of("https://host:6984/db"), "https://host:6984/db");
    EXPECT_EQ(value_of("Қазақ"), "Қазақ");
    EXPECT_EQ(value_of(""), "\"\"");
    EXPECT_EQ(value_of("two words"), "\"two words\"");
    EXPECT_EQ(value_of("a=b"), "\"a=b\"");
    EXPECT_EQ(value_of("say \"no\""), "\"say \\\"no\\\"\"");
    EXPECT_EQ(value_of("C:\\x"), "\"C:\\\\x\"");
}

TEST_F(LogTest, CannotBeMadeToStartALineOfItsOwn) {
    EXPECT_EQ(value_of("a\nlevel=error"), "\"a\\nlevel=error\"");
    EXPECT_EQ(value_of("a\r\x1b[2J\x7f"), "\"a\\x0d\\x1b[2J\\x7f\"");
    EXPECT_EQ(value_of(std::string("\0", 1)), "\"\\x00\"");
    EXPECT_EQ(std::ranges::count(out_.str(), '\n'), 1);
}

TEST_F(LogTest, StaysTextWhateverComesIn) {
    EXPECT_EQ(value_of("a\xff\xd2\xed\xa0\x80z"), "\"a\\xff\\xd2\\xed\\xa0\\x80z\"");
    EXPECT_EQ(platform::invalid_utf8_at(out_.str()), std::nullopt);
}

TEST_F(LogTest, KeepsLinesWholeWhenThreadsWriteAtOnce) {
    constexpr int kThreads = 4;
    constexpr int kLines = 200;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([this] {
                for (int i = 0; i < kLines; ++i) log_.info("event", {{"v", "one"}});
            });
        }
    }

    std::istringstream in(out_.str());
    int lines = 0;
    for (std::string line; std::getline(in, line); ++lines) {
        ASSERT_EQ(line, "time=2026-11-02T04:00:00.000Z level=info event=event v=one");
    }
    EXPECT_EQ(lines, kThreads * kLines);
}

}  // namespace
}  // namespace tizilim
