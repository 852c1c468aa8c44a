#include "agent/cli/cli.h"
#include "agent/config/config.h"
#include "agent/http/local_endpoints.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/network/listening_socket.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/disk/lmdb_failure.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/agent/command_line.h"
#include "tests/unit/agent/latin_words.h"
#include "tests/unit/agent/running_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using support::Ran;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kLocales = std::to_array<std::string_view>({"kk_KZ", "ru_RU", "en_US"});
constexpr auto kLanguages =
    std::to_array({agent::UserLanguage::kk, agent::UserLanguage::ru, agent::UserLanguage::en});

/// What was typed, how it ends, and what the message must hold in every language: what is wrong as
/// it was typed, where that stands, and a command or a form that works.
struct Mistake {
    std::vector<std::string> arguments;
    int code = agent::refused;
    std::vector<std::string> named{};
    std::string input{};
    std::filesystem::path config{};
};

/// A register with a partial entry 1, a local one 2, a void one 3 and a withdrawn one 4.
class Mistakes : public testing::Test {
protected:
    Mistakes() {
        for (const char* const entry : {support::kPartialEntry, support::kLocalEntry,
                                        support::kLocalEntry, support::kPartialEntry})
            EXPECT_EQ(agent_.post_json("/api/v1/entries", entry).status, 201);
        (void)agent_.registry().replication().changes_after({}, {10, 1 << 20});
        EXPECT_EQ(run("en_US", {.arguments = {"void", "3", "--reason", "x"}}).code, agent::done);
        EXPECT_EQ(
            run("en_US", {.arguments = {"classify", "4", "withdrawn", "--yes", "--reason", "x"}})
                .code,
            agent::done);
    }

    [[nodiscard]] Ran run(std::string_view locale, const Mistake& mistake) const {
        std::istringstream in(mistake.input);
        std::ostringstream out;
        std::ostringstream err;
        const agent::Console console{.in = in, .out = out, .err = err};
        std::vector<std::string> arguments{
            "--config", (mistake.config.empty() ? config_ : mistake.config).string()};
        arguments.insert(arguments.end(), mistake.arguments.begin(), mistake.arguments.end());
        const int code = agent::run_cli(std::move(arguments), console,
                                        [&](const std::string& name) -> std::optional<std::string> {
                                            if (name == "LANG") return std::string(locale);
                                            return {};
                                        });
        return {.code = code, .out = out.str(), .err = err.str()};
    }

    /// But for those that were typed.
    [[nodiscard]] static std::vector<std::string> foreign_words(const Mistake& mistake,
                                                                const std::string& said) {
        std::vector<std::string> words = support::foreign_words_printed(said);
        std::erase_if(words, [&](const std::string& word) {
            return std::ranges::find(mistake.arguments, word) != mistake.arguments.end() ||
                   std::ranges::find(mistake.named, word) != mistake.named.end();
        });
        return words;
    }
    /// In each language, and in none the words of another.
    void expect_told(const Mistake& mistake) const {
        SCOPED_TRACE(testing::PrintToString(mistake.arguments));
        std::map<std::string, std::string_view> told;
        for (const std::string_view locale : kLocales) {
            const Ran ran = run(locale, mistake);
            EXPECT_EQ(ran.code, mistake.code) << ran.err;
            EXPECT_THAT(ran.err, StartsWith("tizilim: "));
            for (const std::string& name : mistake.named) EXPECT_THAT(ran.err, HasSubstr(name));
            if (locale != "en_US")
                EXPECT_THAT(foreign_words(mistake, ran.err), IsEmpty()) << ran.err;
            told.emplace(ran.err, locale);
        }
        EXPECT_EQ(told.size(), kLocales.size()) << told.begin()->first;
    }

    /// `tizilim add` with what it takes, and `more` instead of or beside that.
    [[nodiscard]] static std::vector<std::string> add(
        const std::map<std::string, std::string>& more) {
        std::map<std::string, std::string> flags{{"--application-date", "2026-11-02"},
                                                 {"--basis", "court_resolution"},
                                                 {"--basis-date", "2026-11-02"},
                                                 {"--basis-number", "C-2"},
                                                 {"--essence", "Тайна"},
                                                 {"--form", "court"},
                                                 {"--minutes", "90"}};
        for (const auto& [flag, text] : more) flags[flag] = text;
        std::vector<std::string> arguments{"add"};
        for (const auto& [flag, text] : flags) arguments.insert(arguments.end(), {flag, text});
        return arguments;
    }

    std::string file(const std::string& name, const std::string& content) const {
        platform::write_file_atomically(folder_ / name, content);
        return (folder_ / name).string();
    }
    [[nodiscard]] std::string id_of(const std::string& number) const {
        const auto entry = platform::read_json(agent_.get("/api/v1/entries/" + number).body);
        return *entry->find("id")->string();
    }

    support::TempDirectory folder_;
    mutable support::RunningAgent agent_;
    std::filesystem::path config_ = agent_.write_config();
};

TEST_F(Mistakes, OfTheCommandLine) {
    const auto usage = [&](std::vector<std::string> arguments, std::vector<std::string> named) {
        expect_told(
            {.arguments = std::move(arguments), .code = agent::usage, .named = std::move(named)});
    };
    usage({}, {"`tizilim --help`"});
    usage({"lst"}, {"lst", "`tizilim list`"});
    usage({"destroy"}, {"destroy", "`tizilim --help`"});
    usage({"add", "--minuts", "90"}, {"--minuts", "`--minutes`"});
    usage({"list", "--colour"}, {"--colour", "`tizilim list --help`"});
    usage({"add", "--essence", "развод", "и", "алименты"}, {"и, алименты", "`tizilim add --help`"});
    usage({"show"}, {"`tizilim show --help`"});
    usage({"void", "1"}, {"--reason", "`tizilim void --help`"});
    usage({"list", "--limit", "5000"}, {"--limit", "1000"});
    usage({"list", "--month", "2026-13"}, {"--month", "2026-11"});
    usage({"list", "--state", "gone"}, {"--state", "local", "quarantined"});
    usage({"classify", "1", "all", "--reason", "x"}, {"`tizilim codes`"});
    usage({"--language", "de", "status"}, {"--language", "kk", "ru", "en"});
    usage({"amend", "1", "--reason", "x"}, {"--minutes 90"});
    usage({"resolve", "1"}, {"--field", "--keep", "tizilim conflicts"});
    usage({"print", "--from", "2026-11-02", "--to", "2026-11-01"}, {"--from", "--to"});
    usage({"sign"}, {"--key", "--export", "--attach"});
}

TEST_F(Mistakes, InAnEntry) {
    const auto refused = [&](const std::map<std::string, std::string>& flags,
                             std::vector<std::string> named) {
        expect_told({.arguments = add(flags), .named = std::move(named)});
    };
    expect_told(
        {.arguments = {"add"}, .named = {"--basis: ", "--form: ", "--minutes: ", "--essence: "}});
    refused({{"--application-date", "31.02.2026"}}, {"--application-date: ", "03.11.2025"});
    refused({{"--application-date", "2027-01-01"}}, {"--application-date: ", "02.11.2026"});
    refused({{"--basis", "заявка"}}, {"--basis: ", "`tizilim codes`"});
    refused({{"--basis", "қаулы"}}, {"--basis: ", "`tizilim codes`"});
    refused({{"--form", "x"}}, {"--form: ", "`tizilim codes`"});
    refused({{"--disclosure", "all"}}, {"--disclosure: ", "`tizilim codes`"});
    refused({{"--minutes", "0"}}, {"--minutes: ", "0"});
    refused({{"--minutes", "1,5"}}, {"--minutes: ", "1:30"});
    refused({{"--minutes", "999999999"}}, {"--minutes: "});
    expect_told({.arguments = {"add", "--from-stdin"},
                 .code = agent::usage,
                 .named = {},
                 .input = "минуты: 90"});
    refused({{"--basis-number", "C-1"}}, {"1", "`tizilim add --again"});
}

TEST_F(Mistakes, InTheNameOfAnEntry) {
    expect_told({.arguments = {"show", "7"}, .named = {"7", "4"}});
    expect_told({.arguments = {"show", "0123abcd"}, .named = {"`tizilim list`"}});
    expect_told({.arguments = {"show", "x"}, .named = {"4"}});
    expect_told({.arguments = {"show", id_of("1").substr(0, 9)}, .named = {}});
}

TEST_F(Mistakes, InWhatIsDoneWithAnEntry) {
    const auto refused = [&](std::vector<std::string> arguments, std::vector<std::string> named) {
        arguments.insert(arguments.end(), {"--reason", "x"});
        expect_told({.arguments = std::move(arguments), .named = std::move(named)});
    };
    refused({"amend", "3", "--minutes", "5"}, {"`tizilim add`"});
    refused({"void", "3"}, {});
    refused({"amend", "1", "--minutes", "90"}, {});
    refused({"classify", "4", "full"}, {});
    refused({"classify", "2", "withdrawn", "--yes"}, {"`local`"});
    expect_told(
        {.arguments = {"resolve", "1", "--keep", "mine"}, .named = {"`tizilim conflicts`"}});
    expect_told({.arguments = {"retry", "1"}, .named = {"`tizilim quarantine`"}});
    expect_told({.arguments = {"list", "--book", "NOWHERE"}, .named = {"`tizilim status`"}});
}

TEST_F(Mistakes, InAFileThatIsBroughtOver) {
    const std::string header =
        "application_date,recorded_date,basis_type,basis_number,basis_date,basis_issuer,essence,"
        "form,minutes\n";
    expect_told(
        {.arguments = {"import", "-"},
         .named = {"2", "minutes: ", "1:30"},
         .input = header +
                  "2026-11-02,2026-11-02,court_resolution,C-7,2026-11-01,Суд,Тайна,court,долго\n"});
    expect_told(
        {.arguments = {"import", "-"}, .named = {"1", "essence"}, .input = "date,minutes\n"});
    expect_told({.arguments = {"import", (folder_ / "книга.csv").string()},
                 .named = {(folder_ / "книга.csv").string()}});
    expect_told(
        {.arguments = {"import", folder_.path().string()}, .named = {folder_.path().string()}});
}

TEST_F(Mistakes, InTheConfiguration) {
    const auto wrong = [&](const std::string& text, std::vector<std::string> named) {
        const std::string config = file("wrong.conf", "[register]\ndirectory = r\n" + text);
        named.push_back(config);
        expect_told({.arguments = {"status"},
                     .code = agent::usage,
                     .named = std::move(named),
                     .config = config});
    };
    wrong("lawyr = А\n", {":3: ", "lawyr", "[register]", "lawyer"});
    wrong("[regster]\n", {":3: ", "[regster]", "register"});
    wrong("[status]\nport = 99999\n", {":4: ", "[status] port", "65535"});
    wrong("language = de\n", {":3: ", "[register] language", "kk", "ru"});
    wrong("[unified]\nurl = http://example.kz/x\n", {":4: ", "[unified] url", "https://"});
    expect_told({.arguments = {"status"},
                 .code = agent::usage,
                 .named = {(folder_ / "absent.conf").string()},
                 .config = folder_ / "absent.conf"});
}

TEST_F(Mistakes, WithTheKeyThatSigns) {
    const support::TestSigner signer = support::TestAuthority().issue(
        support::KeyKind::ecdsa, {.not_after = support::kSigningTime + std::chrono::years(3)});
    const std::string key = file("key.p12", support::make_p12(signer));
    const std::string password = file("password", "не тот\n");
    const std::string absent = (folder_ / "нет.p12").string();
    expect_told({.arguments = {"sign", "1", "--key", key, "--password-file", password},
                 .named = {"Caps Lock"}});
    expect_told({.arguments = {"sign", "1", "--key", absent, "--password-file", password},
                 .named = {absent}});
    expect_told({.arguments = {"sign", "1", "--key", password, "--password-file", password},
                 .named = {".p12"}});
    expect_told({.arguments = {"sign", "1", "--attach", password}, .named = {password, "CMS"}});
}

TEST_F(Mistakes, WithBackups) {
    const std::string backups = (folder_ / "backups").string();
    std::filesystem::create_directory(backups);
    ASSERT_EQ(run("en_US", {.arguments = {"backup", backups}}).code, agent::done);
    const std::string backup = std::filesystem::directory_iterator(backups)->path().string();
    const std::string other = file("other.conf", "[register]\ndirectory = other\n");
    const auto restore = [&](const std::string& from, const std::string& code,
                             std::vector<std::string> named) {
        expect_told({.arguments = {"restore", "--here", from},
                     .named = std::move(named),
                     .input = code,
                     .config = other});
    };
    const std::string good = agent_.recovery_code();
    std::string mistyped = good;
    mistyped[6] = mistyped[6] == 'A' ? 'B' : 'A';

    restore(backup, mistyped, {"2"});
    restore(backup, good.substr(0, 20), {"28"});
    restore(file("notes.txt", "не копия"), good, {"notes.txt"});
    restore(backup, "\n", {"--code-file"});
    restore((folder_ / "нет").string(), "", {"нет"});
    expect_told({.arguments = {"restore", backup},
                 .named = {agent_.register_folder().string()},
                 .input = good});
    expect_told({.arguments = {"init"}, .named = {agent_.register_folder().string()}});
    expect_told({.arguments = {"backup", (folder_ / "нет").string()},
                 .named = {(folder_ / "нет").string()}});
    expect_told({.arguments = {"backup", agent_.register_folder().string()},
                 .named = {agent_.register_folder().string()}});
}

TEST_F(Mistakes, WithFoldersAndWhatRuns) {
    const std::string folder = agent_.register_folder().string();
    const std::string plain = file("plain", "");
    const std::string nowhere = file("nowhere.conf", "[register]\ndirectory = nowhere\n");
    const std::string blocked = file("blocked.conf", "[register]\ndirectory = plain/register\n");
    expect_told({.arguments = {"verify", "--offline"}, .named = {folder}});
    expect_told({.arguments = {"status"},
                 .code = agent::unreachable,
                 .named = {(folder_ / "nowhere").string(), "`tizilim init`", "`tizilimd`"},
                 .config = nowhere});
    expect_told({.arguments = {"init", "--here"}, .named = {plain}, .config = blocked});
    expect_told({.arguments = {"export", "--output", folder + "/книга.csv"},
                 .named = {folder + "/книга.csv"}});
    expect_told({.arguments = {"export", "--output", plain + "/книга.csv"},
                 .named = {plain + "/книга.csv"}});
    agent_.endpoints().stop();
    expect_told(
        {.arguments = {"status"}, .code = agent::unreachable, .named = {folder, "`tizilimd`"}});
}

TEST_F(Mistakes, OfADiskThatTakesNothing) {
    const platform::Message writing{"disk.writing_register", {{"file", "тізілім/register.mdb"}}};
    for (const auto& [error, code] : std::map<int, std::string>{{ENOSPC, "disk.full"},
                                                                {EDQUOT, "disk.full"},
                                                                {EFBIG, "disk.file_limit"},
                                                                {EROFS, "disk.mounted_read_only"},
                                                                {EACCES, "disk.not_permitted"}}) {
        const platform::Message message = store::error_of(error, writing).message();
        EXPECT_EQ(message.code, code);
        for (const agent::UserLanguage language : kLanguages) {
            const std::string said = agent::Words(language, {})(message);
            EXPECT_THAT(said, HasSubstr("тізілім/register.mdb"));
            EXPECT_THAT(said, HasSubstr("; ")) << "nothing says what to do";
            if (language != agent::UserLanguage::en)
                EXPECT_THAT(support::foreign_words(said), IsEmpty()) << said;
        }
    }
}

/// tizilimd tells it in English; its message has the words.
TEST_F(Mistakes, OfAPortThatIsTaken) {
    const auto taken = platform::listen_on_loopback("127.0.0.1", agent_.port());
    ASSERT_FALSE(taken) << "two of one port";
    const std::string address = "127.0.0.1:" + std::to_string(agent_.port());
    const platform::Message message{
        "port.taken", {{"address", address}, {"system", platform::as_json(taken.error())}}};
    for (const agent::UserLanguage language : kLanguages) {
        const std::string said = agent::Words(language, {})(message);
        EXPECT_THAT(said, HasSubstr(address));
        EXPECT_THAT(said, HasSubstr("[status] port"));
        if (language != agent::UserLanguage::en)
            EXPECT_THAT(support::foreign_words(said), IsEmpty()) << said;
    }
}

}  // namespace
}  // namespace tizilim
