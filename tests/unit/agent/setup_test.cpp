#include "agent/config/setup.h"

#include "agent/config/config.h"
#include "agent/config/ini_edit.h"
#include "agent/config/places.h"
#include "agent/config/setup_fields.h"
#include "platform/files/file.h"
#include "store/entry/codes.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace tizilim {
namespace {

using agent::edit_ini;
using agent::FieldProblems;
using agent::IniChange;
using agent::SetupFields;
using testing::HasSubstr;

std::string changed(const std::string& text, const std::string& section, const std::string& key,
                    const std::optional<std::string>& value) {
    return edit_ini(text, {{section, key, value}});
}

TEST(EditedIni, KeepsCommentsAndWhatIsNotAskedFor) {
    EXPECT_EQ(changed("# mine\n[a]\n# k = 0\n  k=1 \n; end\n\n[b]\nk = 3\n", "a", "k", "2"),
              "# mine\n[a]\n# k = 0\n  k = 2\n; end\n\n[b]\nk = 3\n");
}

TEST(EditedIni, HasANewKeyBehindThoseOfItsSection) {
    EXPECT_EQ(changed("[a]\nx = 1\n\n# of b\n[b]\ny = 1\n", "a", "k", "2"),
              "[a]\nx = 1\nk = 2\n\n# of b\n[b]\ny = 1\n");
    EXPECT_EQ(changed("[a]\n# x = 1\n[b]\n", "a", "k", "2"), "[a]\nk = 2\n# x = 1\n[b]\n");
}

TEST(EditedIni, HasANewSectionAtItsEnd) {
    EXPECT_EQ(changed("", "a", "k", "2"), "[a]\nk = 2\n");
    EXPECT_EQ(changed("[b]\nx = 1", "a", "k", "2"), "[b]\nx = 1\n\n[a]\nk = 2\n");
}

TEST(EditedIni, KeepsTheEndsOfLines) {
    EXPECT_EQ(changed("[a]\r\nk = 1\r\n", "a", "k", "2"), "[a]\r\nk = 2\r\n");
    EXPECT_EQ(changed("[a]\r\nk = 1", "a", "l", "2"), "[a]\r\nk = 1\r\nl = 2\r\n");
    EXPECT_EQ(changed("[a]\nk = 1", "a", "k", "2"), "[a]\nk = 2");
}

TEST(EditedIni, FindsAKeyInASectionThatIsGivenTwice) {
    EXPECT_EQ(changed("[a]\nx = 1\n[b]\n[a]\nk = 1\n", "a", "k", "2"),
              "[a]\nx = 1\n[b]\n[a]\nk = 2\n");
    EXPECT_EQ(changed("[a]\nx = 1\n[b]\n[a]\nk = 1\n", "a", "l", "2"),
              "[a]\nx = 1\n[b]\n[a]\nk = 1\nl = 2\n");
}

TEST(EditedIni, LosesAKeyThatIsTakenBack) {
    EXPECT_EQ(changed("[a]\nk = 1\nx = 1\n", "a", "k", {}), "[a]\nx = 1\n");
    EXPECT_EQ(changed("[a]\nx = 1\n", "a", "k", {}), "[a]\nx = 1\n");
}

TEST(EditedIni, OfUtf16IsUtf8) {
    std::string utf16 = "\xff\xfe";
    for (const char letter : std::string("[a]\nk=1")) (utf16 += letter) += '\0';
    EXPECT_EQ(changed(utf16, "a", "k", "2"), "[a]\nk = 2");
}

class Setup : public testing::Test {
protected:
    [[nodiscard]] FieldProblems write(const SetupFields& fields) const {
        return agent::write_setup(places_, fields);
    }
    /// The code of the problem with `field`; empty: none.
    [[nodiscard]] std::string refused(const SetupFields& fields, const std::string& field) const {
        for (const auto& problem : write(fields))
            if (problem.field == field) return problem.message.code;
        return {};
    }
    [[nodiscard]] std::string config() const {
        return std::filesystem::exists(file_) ? platform::read_file(file_, 10'000) : "";
    }
    [[nodiscard]] agent::Configuration loaded() const {
        agent::Places places = places_;
        places.config = file_;
        return agent::load_configuration(places);
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(file_.parent_path()))
            count += entry.is_regular_file() ? 1U : 0U;
        return count;
    }
    void begin_with(const std::string& text) {
        platform::make_private_directory(file_.parent_path());
        platform::write_file_atomically(file_, text);
        places_.config = file_;
    }

    support::TempDirectory folder_;
    std::filesystem::path file_ = folder_ / "config" / "tizilim" / "tizilim.conf";
    agent::Places places_{.config = {},
                          .register_directory = folder_ / "register",
                          .anchor_directory = folder_ / "anchor",
                          .runtime_directory = {},
                          .new_config = file_};
    const SetupFields whole_{{"lawyer", "Серікова Әлия"},
                             {"iin", "991332000003"},
                             {"bar_association", "Алматинская коллегия"},
                             {"bar_association_kk", "Алматы алқасы"},
                             {"language", "kk"},
                             {"url", "https://unified.example/register"},
                             {"user", "office"},
                             {"password", "sesame open"},
                             {"backup_directory", (folder_ / "backups").string()}};
};

TEST_F(Setup, MakesAConfigurationWhereThereIsNone) {
    ASSERT_EQ(write(whole_), FieldProblems{});

    const agent::Configuration configuration = loaded();
    EXPECT_EQ(configuration.lawyer, "Серікова Әлия");
    EXPECT_EQ(configuration.registry.lawyer_iin, "991332000003");
    EXPECT_EQ(configuration.bar_association, "Алматинская коллегия");
    EXPECT_EQ(configuration.bar_association_kk, "Алматы алқасы");
    EXPECT_EQ(configuration.registry.language, store::Language::kk);
    EXPECT_EQ(configuration.unified.url, "https://unified.example/register");
    EXPECT_EQ(configuration.unified.authorization, "Basic b2ZmaWNlOnNlc2FtZSBvcGVu");
    EXPECT_EQ(configuration.backup.directory, folder_ / "backups");
    EXPECT_EQ(platform::access_beyond_owner(file_), "");
    EXPECT_EQ(platform::access_beyond_owner(configuration.unified.password_file), "");
    EXPECT_THAT(config(), testing::Not(HasSubstr("sesame")));
}

TEST_F(Setup, IsShownWithoutThePassword) {
    ASSERT_EQ(write(whole_), FieldProblems{});
    SetupFields shown = whole_;
    shown.erase("password");

    EXPECT_EQ(agent::fields_of(loaded()), shown);
}

TEST_F(Setup, ChangesNoMoreOfAConfigurationThanIsAsked) {
    begin_with(
        "# by hand\n[register]\niin = 991332000003\n# lawyer = you\n\n[sync]\nmetered = yes\n");

    ASSERT_EQ(write({{"lawyer", "A"}, {"iin", ""}}), FieldProblems{});

    EXPECT_EQ(config(),
              "# by hand\n[register]\nlawyer = A\n# lawyer = you\n\n[sync]\nmetered = yes\n");
}

TEST_F(Setup, KeepsTheModeOfAConfiguration) {
    begin_with("[register]\n");
    const auto mode = std::filesystem::perms(0640);
    std::filesystem::permissions(file_, mode);

    ASSERT_EQ(write({{"lawyer", "A"}}), FieldProblems{});

    EXPECT_EQ(std::filesystem::status(file_).permissions(), mode);
}

TEST_F(Setup, NamesEachFaultByItsFieldAndWritesNothing) {
    begin_with("[register]\n");
    const FieldProblems problems = write({{"lawyer", "A"},
                                          {"iin", "12"},
                                          {"url", "http://far.example/db"},
                                          {"language", "en"},
                                          {"backup_directory", "backups"}});

    std::vector<std::string> named;
    named.reserve(problems.size());
    for (const auto& problem : problems)
        named.push_back(problem.field + ' ' + problem.message.code);
    EXPECT_THAT(named, testing::UnorderedElementsAre("iin config.iin", "url config.url_in_clear",
                                                     "language config.language",
                                                     "backup_directory setup.folder_whole_path"));
    EXPECT_EQ(config(), "[register]\n");
}

TEST_F(Setup, TakesNoSecondLineIn) {
    EXPECT_EQ(refused({{"lawyer", "A\n[unified]"}}, "lawyer"), "setup.one_line");
    EXPECT_EQ(refused({{"lawyer", std::string(1001, 'a')}}, "lawyer"), "setup.one_line");
    EXPECT_EQ(refused({{"lawyer", ""}}, "lawyer"), "setup.needed");
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(Setup, AsksForThePasswordOfAnAccount) {
    EXPECT_EQ(refused({{"user", "office"}}, "password"), "setup.needed");
    ASSERT_EQ(write({{"user", "office"}, {"password", "one"}}), FieldProblems{});

    EXPECT_EQ(write({{"user", "other"}}), FieldProblems{});

    EXPECT_EQ(loaded().unified.authorization, "Basic b3RoZXI6b25l");
}

TEST_F(Setup, KeepsOnePasswordAlone) {
    ASSERT_EQ(write({{"user", "office"}, {"password", "one"}}), FieldProblems{});
    ASSERT_EQ(write({{"password", "two"}}), FieldProblems{});
    EXPECT_EQ(loaded().unified.authorization, "Basic b2ZmaWNlOnR3bw==");
    EXPECT_EQ(files(), 2U);

    EXPECT_EQ(refused({{"password", "three"}, {"iin", "1"}}, "iin"), "config.iin");
    EXPECT_EQ(loaded().unified.authorization, "Basic b2ZmaWNlOnR3bw==");
    EXPECT_EQ(files(), 2U);

    ASSERT_EQ(write({{"user", ""}}), FieldProblems{});
    EXPECT_EQ(loaded().unified.authorization, "");
    EXPECT_EQ(files(), 1U);
}

TEST_F(Setup, TriesTheBackupFolder) {
    std::filesystem::create_directory(folder_ / "there");
    const auto refusal = [&](const std::string& folder) {
        return refused({{"backup_directory", folder}}, "backup_directory");
    };
    EXPECT_EQ(refusal("backups"), "setup.folder_whole_path");
    EXPECT_EQ(refusal((folder_ / "no" / "backups").string()), "setup.no_folder_above");
    platform::write_file_atomically(folder_ / "file", "");
    EXPECT_EQ(refusal((folder_ / "file").string()), "folder.cannot_make");
    EXPECT_EQ(refusal("/proc/self"), "file.cannot_create_beside");
    EXPECT_FALSE(std::filesystem::exists(file_));
    EXPECT_EQ(refusal((folder_ / "there").string()), "");
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "there"));
}

TEST_F(Setup, LeavesTheOldFileWhereTheFolderTakesNoOther) {
    if (geteuid() == 0) GTEST_SKIP() << "root writes anywhere";
    begin_with("[register]\n");
    std::filesystem::permissions(file_.parent_path(), std::filesystem::perms(0500));

    const FieldProblems problems = write({{"lawyer", "A"}});

    std::filesystem::permissions(file_.parent_path(), std::filesystem::perms(0700));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().field, "");
    EXPECT_EQ(config(), "[register]\n");
}

TEST_F(Setup, LeavesTheOldFilesWhereTheDiskTakesNoMore) {
    ASSERT_EQ(write({{"lawyer", "A"}, {"user", "office"}, {"password", "one"}}), FieldProblems{});
    const std::string before = config();
    rlimit unlimited{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 10, .rlim_max = unlimited.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);

    const FieldProblems problems = write({{"lawyer", "B"}, {"password", "two"}});

    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    EXPECT_NE(signal(SIGXFSZ, handler), SIG_ERR);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().field, "");
    EXPECT_EQ(config(), before);
    EXPECT_EQ(loaded().unified.authorization, "Basic b2ZmaWNlOm9uZQ==");
    EXPECT_EQ(files(), 2U);
}

TEST_F(Setup, NeedsAPlace) {
    places_.new_config.clear();
    EXPECT_EQ(refused({{"lawyer", "A"}}, ""), "setup.no_place");
}

TEST_F(Setup, IsReadFromAnAdministratorsFile) {
    const auto read = agent::read_setup_file(
        "# of the centre\n[register]\nlawyer = A\n[unified]\nurl = https://h/db\nuser = office\n"
        "password = se#same\n[backup]\ndirectory = /media/b\n");

    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (SetupFields{{"lawyer", "A"},
                                  {"url", "https://h/db"},
                                  {"user", "office"},
                                  {"password", "se#same"},
                                  {"backup_directory", "/media/b"}}));
}

TEST_F(Setup, NamesWhatAnAdministratorsFileMayNotSay) {
    const auto read = agent::read_setup_file(
        "[unified]\nproxy = http://h\nnonsense\npassword_file = /etc/shadow\n");

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().size(), 3U);
    EXPECT_FALSE(agent::read_setup_file("# nothing\n"));
}

}  // namespace
}  // namespace tizilim
