#include "agent/cli/cli.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/texts/form_texts.h"
#include "agent/texts/words.h"
#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using agent::UserLanguage;
using support::Ran;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CommandLanguage : public testing::Test {
protected:
    [[nodiscard]] Ran run(std::vector<std::string> arguments) const {
        return support::run_command(config_, std::move(arguments));
    }
    /// The same where the system speaks `locale`.
    [[nodiscard]] Ran run_in_locale(const std::string& locale,
                                    std::vector<std::string> arguments) const {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        const agent::Console console{.in = in, .out = out, .err = err};
        arguments.insert(arguments.begin(), {"--config", config_.string()});
        const int code = agent::run_cli(std::move(arguments), console,
                                        [&](const std::string& name) -> std::optional<std::string> {
                                            if (name == "LANG") return locale;
                                            return {};
                                        });
        return {.code = code, .out = out.str(), .err = err.str()};
    }

    support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

TEST_F(CommandLanguage, IsThatOfTheFlagTheRegisterOrTheSystem) {
    const std::string ru = "Пока ничего не внесено.";
    const std::string kk = "Әзірге ештеңе енгізілген жоқ.";
    EXPECT_THAT(run({"status"}).out, HasSubstr("Nothing is recorded yet."));
    EXPECT_THAT(run({"status", "--language", "ru"}).out, HasSubstr(ru));
    EXPECT_THAT(run_in_locale("kk_KZ.UTF-8", {"status"}).out, HasSubstr(kk));
    std::ofstream(config_, std::ios::app) << "[register]\nlanguage = kk\n";
    EXPECT_THAT(run_in_locale("ru_RU.UTF-8", {"status"}).out, HasSubstr(kk));
    EXPECT_THAT(run_in_locale("kk_KZ.UTF-8", {"--language=ru", "status"}).out, HasSubstr(ru));
}

TEST_F(CommandLanguage, OfJsonIsNone) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    EXPECT_EQ(run({"--language", "kk", "show", "1", "--json"}).out,
              run({"show", "1", "--json"}).out);
    EXPECT_EQ(run({"--language", "ru", "show", "9", "--json"}).out,
              run({"show", "9", "--json"}).out);
    EXPECT_THAT(run({"--language", "ru", "--json", "lst"}).out,
                HasSubstr(R"({"error":"usage","message":"there is no command lst)"));
}

TEST_F(CommandLanguage, OfTheHelp) {
    const Ran ru = run({"--language", "ru", "sign", "--help"});
    EXPECT_EQ(ru.code, agent::done);
    EXPECT_THAT(ru.out,
                AllOf(HasSubstr("Как писать: tizilim sign [ЗАПИСЬ]\n"), HasSubstr("\nПараметры:\n"),
                      HasSubstr("  --key ФАЙЛ "), HasSubstr("вместе с --password-file)")));
    for (const char* const english : {"Usage", "Options", "REQUIRED", "TEXT", "Needs", "Excludes"})
        EXPECT_THAT(ru.out, Not(HasSubstr(english)));
    const Ran kk = run({"--language", "kk", "--help"});
    EXPECT_THAT(kk.out, AllOf(HasSubstr("Командалар:"), HasSubstr("жазба енгізу")));
    const Ran en = run({"list", "--help"});
    EXPECT_THAT(en.out, AllOf(HasSubstr("Usage: tizilim list\n"), HasSubstr("--month MONTH")));
}

TEST_F(CommandLanguage, OfWhatTheParserRefuses) {
    const auto in_russian = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--language", "ru"});
        const Ran ran = run(std::move(arguments));
        EXPECT_EQ(ran.code, agent::usage);
        return ran.err;
    };
    EXPECT_THAT(in_russian({"amend", "1", "--minutes", "5"}),
                HasSubstr("tizilim: не указано: --reason\nПодробнее: `tizilim amend --help`."));
    EXPECT_THAT(in_russian({"show"}), HasSubstr("не указано: ЗАПИСЬ"));
    EXPECT_THAT(in_russian({}), HasSubstr("укажите команду"));
    EXPECT_THAT(in_russian({"list", "--limit", "x"}),
                HasSubstr("--limit: это не целое число от 1 до 1000"));
    EXPECT_THAT(in_russian({"list", "--state", "gone"}),
                HasSubstr("нет такого значения; есть local"));
    EXPECT_THAT(in_russian({"list", "--month"}), HasSubstr("--month: после этого нужно значение"));
    EXPECT_THAT(in_russian({"show", "1", "2"}), HasSubstr("здесь лишнее: 2"));
    EXPECT_THAT(in_russian({"sign"}), HasSubstr("нужен один из этих параметров: --key, --export"));
    EXPECT_THAT(in_russian({"sign", "--key", "a", "--export", "b"}),
                HasSubstr("можно указать лишь один из этих параметров"));
    EXPECT_THAT(in_russian({"sign", "--export", "a", "--password-stdin"}),
                HasSubstr("--password-stdin указывают только вместе с --key"));
    EXPECT_THAT(in_russian({"list", "--pulled", "--month", "2026-11"}),
                HasSubstr("нельзя указать вместе с"));
    EXPECT_THAT(in_russian({"lst"}), HasSubstr("нет команды lst; может быть, `tizilim list`?"));
    EXPECT_THAT(in_russian({"list", "--mont", "1"}), HasSubstr("нет параметра --mont"));
}

TEST_F(CommandLanguage, OfAnEntryWithATypingErrorInItsCode) {
    const auto said = [&](const char* language) {
        return run({"--language", language, "add", "--basis", "court_resolutoin"}).err;
    };
    EXPECT_THAT(said("en"), HasSubstr("did you mean court_resolution (resolution of a court)?"));
    EXPECT_THAT(said("ru"), HasSubstr("может быть, court_resolution (постановление суда)?"));
    EXPECT_THAT(said("kk"), HasSubstr("мүмкін, court_resolution (соттың қаулысы)?"));
}

TEST_F(CommandLanguage, OfAWrongConfigurationALineForEachFault) {
    std::ofstream(config_) << "[regster]\n[status]\nprot = 1\n[unified]\nevery = 1d\n"
                              "[register]\ndirectory = register\n";
    const std::string at = "tizilim: " + config_.string() + ":";
    const Ran en = run({"list"});
    EXPECT_EQ(en.code, agent::usage);
    EXPECT_EQ(en.err, at + "1: unknown section [regster]: did you mean [register]?\n" + at +
                          "3: unknown key prot in [status]: did you mean port?\n" + at +
                          "5: key every belongs in [backup], not in [unified]\n");
    EXPECT_EQ(run({"--language", "ru", "list"}).err,
              at + "1: нет раздела [regster]; может быть, [register]?\n" + at +
                  "3: в разделе [status] нет настройки prot; может быть, port?\n" + at +
                  "5: настройка every должна стоять в разделе [backup], а не в [unified]\n");
    EXPECT_THAT(run({"--language", "kk", "list"}).err,
                HasSubstr("3: [status] бөлімінде prot баптауы жоқ; мүмкін, port?\n"));
    EXPECT_TRUE(platform::read_json(run({"--json", "list"}).out).has_value());
}

TEST_F(CommandLanguage, OfTablesAndEntries) {
    ASSERT_EQ(agent_.post_json("/api/v1/entries", support::kPartialEntry).status, 201);
    const Ran list = run({"--language", "kk", "list"});
    EXPECT_THAT(list.out, AllOf(HasSubstr("Негіз"), HasSubstr("1  02.11.2026  соттың қаулысы"),
                                HasSubstr("соттарда"), HasSubstr("ішінара беріледі"),
                                HasSubstr("жіберуді күтуде")));
    const Ran show = run({"--language", "ru", "show", "1"});
    EXPECT_THAT(show.out, AllOf(HasSubstr("постановление суда\n"), HasSubstr("Что уйдёт:\n"),
                                HasSubstr("  minutes: 90  (затрачено минут)\n"),
                                HasSubstr("передаётся частично\n")));
    const Ran history = run({"--language", "ru", "show", "1", "--history"});
    EXPECT_THAT(history.out, AllOf(HasSubstr("Что сделано"), HasSubstr("внесена")));
}

/// The daemon's message goes into words; what has none is shown as it is.
TEST(Refusals, AreInThePersonsLanguage) {
    const auto answer =
        *platform::read_json(R"({"error":"not_found","message":"this book has no entry number 7",)"
                             R"("code":"entry.no_such_number","values":{"number":7,"last":5}})");
    const auto refused_in = [](UserLanguage language, const platform::JsonValue& json) {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        const agent::Console console{.in = in, .out = out, .err = err};
        agent::refuse({.configuration = {}, .console = console, .words = {language, {}}}, json);
        return err.str();
    };
    EXPECT_EQ(refused_in(UserLanguage::kk, answer),
              "tizilim: бұл кітапта № 7 жазба жоқ: нөмірлер 1-ден басталады, соңғысы — 5\n");
    EXPECT_EQ(refused_in(UserLanguage::ru, answer),
              "tizilim: в этой книге нет записи № 7: номера идут от 1 до 5\n");
    EXPECT_EQ(refused_in(UserLanguage::en, answer),
              "tizilim: this book has no entry number 7; its numbers go from 1 to 5\n");
    const auto text = *platform::read_json(R"({"error":"x","message":"as the server said"})");
    EXPECT_EQ(refused_in(UserLanguage::ru, text), "tizilim: as the server said\n");
}

TEST(EntryWords, AreThoseOfTheForm) {
    for (const auto& [language, form] : {std::pair(UserLanguage::kk, store::Language::kk),
                                         std::pair(UserLanguage::ru, store::Language::ru)}) {
        const agent::Words words(language, {});
        for (const store::BasisType basis : store::all_basis_types())
            EXPECT_EQ(agent::member_in_words(words, "basis_type", std::string(code_of(basis))),
                      agent::basis_text(basis, form));
        for (const store::Form kind : store::all_forms())
            EXPECT_EQ(agent::member_in_words(words, "form", std::string(code_of(kind))),
                      agent::assistance_text(kind, form));
    }
}

TEST(EntryWords, LeaveWhatIsUnknownAsItIs) {
    const agent::Words words(UserLanguage::kk, {});
    EXPECT_EQ(agent::member_in_words(words, "delivery", "of another version"),
              "of another version");
    EXPECT_EQ(agent::member_in_words(words, "minutes", 90), "90");
    EXPECT_EQ(agent::member_in_words(words, "late", true), "иә");
    EXPECT_EQ(agent::time_in_words(words, "2026-11-02T07:30:00Z"), "02.11.2026 07:30");
}

}  // namespace
}  // namespace tizilim
