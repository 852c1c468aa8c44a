#include "agent/cli/cli.h"
#include "agent/cli/terminal/reply.h"
#include "agent/input/written.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/fields.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
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

/// The SimClock's day is 2 November 2026.
class Recording : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments, const std::string& input = "") {
        return support::run_command(config_, std::move(arguments), input);
    }
    /// With `more` flags and values, each instead of the one that is usual.
    [[nodiscard]] Ran add(const std::vector<std::string>& more = {},
                          const std::string& language = "en") {
        std::map<std::string, std::string> flags{{"--basis", "court_resolution"},
                                                 {"--basis-date", "-1"},
                                                 {"--basis-number", "C-1"},
                                                 {"--basis-issuer", "Медеуский районный суд"},
                                                 {"--essence", "Тайна"},
                                                 {"--form", "court"},
                                                 {"--minutes", "90"}};
        for (std::size_t i = 0; i + 1 < more.size(); i += 2) flags[more[i]] = more[i + 1];
        std::vector<std::string> arguments{"--language", language, "add", "--again"};
        for (const auto& [flag, value] : flags) arguments.insert(arguments.end(), {flag, value});
        if (more.size() % 2 == 1) arguments.push_back(more.back());
        return run(std::move(arguments));
    }
    /// At a terminal where `answers` are typed.
    [[nodiscard]] Ran type(const std::vector<std::string>& answers,
                           const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"add"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return support::run_at_terminal(config_, std::move(arguments), answers);
    }
    [[nodiscard]] store::EntryView entry(const std::string& name) {
        return store::OwnerSession(agent_.registry()).show(name);
    }
    [[nodiscard]] std::uint64_t recorded() { return agent_.registry().balance().recorded; }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

/// Day, basis, number, date, issuer, essence, form, minutes, minor, class, language.
const std::vector<std::string> kAnswers{"",  "соттың қаулысы", "C-7", "вчера", "Суд", "Тайна",
                                        "1", "1:30",           "",    "",      "",    ""};

std::vector<std::string> with(std::vector<std::string> answers, std::size_t at,
                              const std::string& first) {
    answers.insert(answers.begin() + static_cast<std::ptrdiff_t>(at), first);
    return answers;
}

TEST_F(Recording, EachPrintedCodeIsTaken) {
    const Ran ran = run({"codes", "--json"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    const auto json = platform::read_json(ran.out);
    ASSERT_TRUE(json.has_value());
    EXPECT_EQ(agent::array_at(*json, "codes").size(), 9U + 6U + 3U + 2U);
    for (const platform::JsonValue& row : agent::array_at(*json, "codes")) {
        const store::EntryField* const field = store::find_field(agent::text_at(row, "field"));
        ASSERT_NE(field, nullptr);
        for (const char* const member : {"number", "code", "kk", "ru", "en"}) {
            const auto read = agent::field_written(*field, agent::text_at(row, member), {});
            ASSERT_TRUE(read.has_value()) << agent::text_at(row, member);
            EXPECT_EQ(*read, agent::text_at(row, "code"));
        }
    }
}

TEST_F(Recording, CodesAreATableInThePersonsLanguage) {
    EXPECT_THAT(
        run({"--language", "ru", "codes"}).out,
        AllOf(HasSubstr("основание (--basis):\n"), HasSubstr("1  investigator_resolution"),
              HasSubstr("постановление суда\n"), HasSubstr("форма помощи (--form):\n"),
              HasSubstr("объём передачи (--disclosure):\n"), HasSubstr("язык (--language):\n")));
    const Ran one = run({"--language", "kk", "codes", "form"});
    EXPECT_THAT(one.out, AllOf(HasSubstr("5  legal_information"),
                               HasSubstr("құқықтық ақпарат беру\n"), Not(HasSubstr("--basis"))));
    EXPECT_EQ(run({"codes", "minutes"}).code, agent::usage);
}

TEST_F(Recording, MonthsAndDaysAreTakenAsPeopleWriteThem) {
    ASSERT_EQ(add().code, agent::done);

    for (const char* const month : {"2026-11", "11.2026", "ноябрь", "қараша 2026", "11"}) {
        EXPECT_THAT(run({"list", "--month", month}).out, HasSubstr("02.11.2026")) << month;
        EXPECT_THAT(run({"report", "--month", month}).out, HasSubstr("November 2026")) << month;
        EXPECT_THAT(run({"outages", "--month", month}).out, HasSubstr("November 2026")) << month;
    }
    for (const char* const day : {"2026-11-02", "2.11", "today", "бүгін"})
        EXPECT_THAT(run({"print", "--from", day, "--to", day}).out, HasSubstr("C-1")) << day;
    EXPECT_THAT(run({"print", "--to", "-1"}).out, Not(HasSubstr("C-1")));
}

TEST_F(Recording, WhatIsNoMonthOrDayIsToldWithTheFormsThatAre) {
    for (const char* const command : {"list", "report", "outages"}) {
        const Ran ran = run({command, "--month", "2026"});
        EXPECT_EQ(ran.code, agent::usage) << command;
        EXPECT_THAT(ran.err, HasSubstr("month: is no month; write it as 2026-11, 11.2026"));
    }
    EXPECT_THAT(
        run({"--language", "ru", "print", "--from", "завтра"}).err,
        AllOf(HasSubstr("from: это не день: напишите 2025-11-03"), Not(HasSubstr("не всё"))));
    EXPECT_THAT(run({"print", "--from", "today", "--to", "-1"}).err,
                HasSubstr("--from is after --to"));
}

TEST_F(Recording, SaysWhatItUnderstood) {
    const Ran ran = add({"--minutes", "1ч30"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("  minutes: 1ч30 → 90 min\n"),
                               HasSubstr("  date of the basis: -1 → 01.11.2026\n"),
                               Not(HasSubstr("day of application: today")),
                               Not(HasSubstr("form of assistance:"))));
}

TEST_F(Recording, SaysItInTheDryRunAndInThePersonsLanguage) {
    const Ran ran = add({"--form", "5", "--minutes", "2 сағ", "--dry-run"}, "kk");

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr(": 5 → құқықтық ақпарат беру\n"));
    EXPECT_EQ(recorded(), 0U);
}

TEST_F(Recording, SaysNothingWhereBothReadAlike) {
    const Ran ran = run({"--language", "ru", "add", "--basis", "постановление суда", "--basis-date",
                         "01.11.2026", "--basis-number", "C-1", "--essence", "Тайна", "--form",
                         "court", "--minutes", "90"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, Not(HasSubstr("→")));
}

TEST_F(Recording, AnAmendmentSaysItToo) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"amend", "1", "--minutes", "2 часа", "--reason", "a slip"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(ran.out, "Entry 1 is amended: version 2, pending\n  minutes: 2 часа → 120 min\n");
}

TEST_F(Recording, SaysWhatHappensNext) {
    EXPECT_THAT(add().out,
                HasSubstr("\nIt waits here: delivery is paused (no unified.url configured).\n"));
    EXPECT_THAT(add({"--disclosure", "local"}).out, HasSubstr("\nIt stays on this computer"));
    EXPECT_THAT(add({}, "kk").out, HasSubstr("\nЖазба осында күтеді"));
}

TEST_F(Recording, AsksFieldByField) {
    const Ran ran = type(kAnswers);

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("minutes: 90"), Not(HasSubstr("Тайна")),
                               HasSubstr("Recorded as number 1")));
    EXPECT_THAT(ran.err,
                AllOf(HasSubstr("day of application [today]: \n"), HasSubstr("  → 90 min\n"),
                      HasSubstr("minor [no]: \n"), HasSubstr("class [by the policy]: \n"),
                      HasSubstr("Record it? [Y/n] \n"), Not(HasSubstr("reason for the delay"))));
    EXPECT_EQ(entry("1").basis_type, "court_resolution");
    EXPECT_EQ(entry("1").basis_date, "2026-11-01");
    EXPECT_EQ(entry("1").application_date, "2026-11-02");
    EXPECT_EQ(entry("1").basis_issuer, "Суд");
}

TEST_F(Recording, AsksInThePersonsLanguage) {
    const Ran ru = support::run_at_terminal(config_, {"--language", "ru", "add"}, kAnswers);
    EXPECT_THAT(ru.err, AllOf(HasSubstr("обращения [сегодня]: "),
                              HasSubstr("  → постановление суда\n"), HasSubstr("Внести? [Д/н]")));
    const Ran kk = support::run_at_terminal(config_, {"--language", "kk", "add"},
                                            with(with(kAnswers, 1, "?"), 12, "түсініксіз"));
    EXPECT_THAT(kk.err, AllOf(HasSubstr("[бүгін]: "), HasSubstr("4  court_resolution"),
                              HasSubstr("Енгізу керек пе? [И/ж] ")));
}

TEST_F(Recording, AsksAgainForWhatItCannotRead) {
    const Ran ran = type(with(with(kAnswers, 7, "1,5"), 1, "сот"));

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("  could be several: "),
                               HasSubstr("  could be hours or minutes; write 1.5 h")));
    EXPECT_EQ(entry("1").minutes, "90");
}

TEST_F(Recording, AsksAgainForWhatIsMissing) {
    const Ran ran = type(with(with(kAnswers, 5, ""), 1, ""));

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("  is missing"), HasSubstr("1  investigator_resolution"),
                               Not(HasSubstr("use one of"))));
}

TEST_F(Recording, ListsTheCodesWhenAsked) {
    const Ran ran = type(with(with(kAnswers, 6, "?"), 1, "?"));

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("1  investigator_resolution"),
                               HasSubstr("resolution of a court\n"), HasSubstr("1  court  ")));
}

TEST_F(Recording, AsksWhyItIsLateOnlyWhenItIs) {
    std::vector<std::string> answers = with(kAnswers, 1, "болезнь");
    answers.front() = "вчера";

    const Ran ran = type(answers);

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("reason for the delay: болезнь"));
    EXPECT_EQ(entry("1").late_reason, "болезнь");
}

TEST_F(Recording, AsksAgainForAClassThatAMinorCannotHave) {
    std::vector<std::string> answers = kAnswers;
    answers[8] = "иә";
    answers[9] = "full";

    const Ran ran = type(with(answers, 10, "-"));

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("concerns a minor"));
    EXPECT_EQ(entry("1").disclosure, "local");
    EXPECT_THAT(ran.out, HasSubstr("Nothing would leave"));
}

TEST_F(Recording, RecordsTheDayThatWasShownThoughMidnightPasses) {
    std::vector<std::string> answers = kAnswers;
    answers.insert(answers.end() - 1, "за полночь");

    const Ran ran = support::run_at_terminal(config_, {"add"}, answers, [&](std::size_t asked) {
        if (asked == 5) agent_.clock().advance(std::chrono::hours(24));
    });

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_EQ(entry("1").application_date, "2026-11-02");
    EXPECT_EQ(entry("1").late_reason, "за полночь");
}

TEST_F(Recording, RecordsNothingWhenThePersonEnds) {
    for (std::size_t typed = 0; typed < kAnswers.size(); ++typed) {
        const Ran ran = type({kAnswers.begin(), kAnswers.begin() + std::ptrdiff_t(typed)});

        EXPECT_EQ(ran.code, agent::refused) << typed;
        EXPECT_THAT(ran.err, HasSubstr("tizilim: nothing was recorded\n")) << typed;
    }
    std::vector<std::string> no = kAnswers;
    no.back() = "н";
    EXPECT_EQ(type(no).code, agent::refused);
    EXPECT_EQ(recorded(), 0U);
}

TEST_F(Recording, ShowsOnlyWhatWouldLeaveOfADryRun) {
    const Ran ran = type({kAnswers.begin(), kAnswers.end() - 1}, {"--dry-run"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("What would leave:"));
    EXPECT_EQ(recorded(), 0U);
}

TEST_F(Recording, OffersIssuersThatWereUsedBefore) {
    ASSERT_EQ(add().code, agent::done);
    ASSERT_EQ(add({"--basis-issuer", "Алмалинский районный суд"}).code, agent::done);
    ASSERT_EQ(add({"--basis-issuer", "Ошибочный"}).code, agent::done);
    ASSERT_EQ(run({"void", "3", "--reason", "twice"}).code, agent::done);
    const auto issued_by = [&](const std::vector<std::string>& typed) {
        std::vector<std::string> answers = kAnswers;
        answers[4] = typed.front();
        if (typed.size() > 1) answers.insert(answers.begin() + 5, typed[1]);
        const Ran ran = type(answers, {"--again"});
        EXPECT_EQ(ran.code, agent::done) << ran.err;
        EXPECT_THAT(ran.err, AllOf(HasSubstr("Used before"), Not(HasSubstr("Ошибочный"))));
        return entry(std::to_string(recorded())).basis_issuer;
    };

    EXPECT_THAT(issued_by({"1"}), HasSubstr(" районный суд"));
    EXPECT_EQ(issued_by({"мед", ""}), "Медеуский районный суд");
    EXPECT_EQ(issued_by({"Мед", "Мед"}), "Мед");
    EXPECT_EQ(issued_by({"Иной суд"}), "Иной суд");
}

TEST_F(Recording, TakesOverTheCaseOfAnEarlierEntry) {
    ASSERT_EQ(add({"--disclosure", "full"}).code, agent::done);

    const Ran ran = run({"add", "--like", "1", "--essence", "Иное", "--minutes", "20", "--form",
                         "legal_information"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    const store::EntryView made = entry("2");
    EXPECT_EQ(made.basis_number, "C-1");
    EXPECT_EQ(made.basis_date, "2026-11-01");
    EXPECT_EQ(made.basis_issuer, "Медеуский районный суд");
    EXPECT_EQ(made.form, "legal_information");
    EXPECT_EQ(made.minutes, "20");
    EXPECT_NE(made.disclosure, "full");
    EXPECT_EQ(run({"add", "--like", "9"}).code, agent::refused);
}

TEST_F(Recording, TakesOverNeitherWhatWasDoneNorHowLong) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = run({"add", "--like", "1"});

    EXPECT_EQ(ran.code, agent::refused);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("--minutes: "), Not(HasSubstr("--basis"))));
    EXPECT_EQ(recorded(), 1U);
}

TEST_F(Recording, KeepsHereWhatIsLikeAnEntryThatStays) {
    ASSERT_EQ(add({"--minor"}).code, agent::done);
    ASSERT_EQ(add({"--disclosure", "local"}).code, agent::done);

    ASSERT_EQ(run({"add", "--like", "1", "--essence", "Иное", "--minutes", "20"}).code,
              agent::done);
    ASSERT_EQ(run({"add", "--like", "2", "--essence", "Другое", "--minutes", "20"}).code,
              agent::done);

    EXPECT_EQ(entry("3").minor, "yes");
    EXPECT_EQ(entry("3").disclosure, "local");
    EXPECT_EQ(entry("4").disclosure, "local");
}

TEST_F(Recording, OffersTheCaseOfAnEarlierEntryAtATerminal) {
    ASSERT_EQ(add().code, agent::done);

    const Ran ran = type({"", "", "", "", "-", "Иное", "", "45", "", "", "", ""}, {"--like", "1"});

    EXPECT_EQ(ran.code, agent::done) << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("basis [resolution of a court]: \n"),
                               HasSubstr("number of the basis [C-1]: \n"),
                               HasSubstr("date of the basis [01.11.2026]: \n")));
    EXPECT_EQ(entry("2").basis_number, "C-1");
    EXPECT_EQ(entry("2").basis_issuer, "");
    EXPECT_EQ(entry("2").essence, "Иное");
}

TEST_F(Recording, AsksNothingOfAScriptAndNothingWithFlags) {
    EXPECT_EQ(run({"add"}).code, agent::refused);
    EXPECT_THAT(type({}, {"--minutes", "5"}).err, Not(HasSubstr("day of application [")));
    EXPECT_THAT(type({}, {"--json"}).err, Not(HasSubstr("day of application [")));
    EXPECT_EQ(recorded(), 0U);
}

}  // namespace
}  // namespace tizilim
