#include "agent/config/config.h"

#include "agent/config/ini.h"
#include "platform/files/file.h"
#include "platform/network/local_stream.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace tizilim {
namespace {

using testing::HasSubstr;

const agent::Places kPlaces{.config = "/office/tizilim.conf",
                            .register_directory = "/home/register",
                            .anchor_directory = "/home/state"};

std::vector<agent::ConfigProblem> problems_of(std::string_view text,
                                              const agent::Places& places = kPlaces) {
    try {
        static_cast<void>(agent::parse_configuration(text, places));
    } catch (const agent::ConfigError& error) {
        return error.problems();
    }
    return {};
}

std::string said(const agent::ConfigProblem& problem) {
    return platform::in_english(problem.message);
}

struct BadLine {
    std::string text;
    std::size_t line;
    std::string message;
};

class BadConfiguration : public testing::TestWithParam<BadLine> {};

TEST_P(BadConfiguration, IsNamedWithItsLine) {
    const auto problems = problems_of(GetParam().text);

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, GetParam().line);
    EXPECT_THAT(said(problems.front()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, BadConfiguration,
    testing::Values(
        BadLine{"\n[nonsense]\na = 1\n", 2, "unknown section [nonsense]"},
        BadLine{"[nonsense]\n", 1, "unknown section [nonsense]"},
        BadLine{"[sync]\n= 1\n", 2, "the key before = is missing"},
        BadLine{"[register]\ndirektory = x\n", 2, "unknown key direktory in [register]"},
        BadLine{"[sync]\npoll_seconds = 60\n\npoll_seconds = 70\n", 4, "first on line 2"},
        BadLine{"directory = x\n", 1, "before the first [section]"},
        BadLine{"[register\n", 1, "] is missing"},
        BadLine{"[register]\nnonsense\n", 2, "neither a [section]"},
        BadLine{"[register]\nlawyer = \xff\n", 2, "not UTF-8"},
        BadLine{"[register]\nlanguage = en\n", 2, "kk or ru"},
        BadLine{"[register]\nutc_offset = 5\n", 2, "+05:00"},
        BadLine{"[register]\nrequire_signature = 1\n", 2, "true or false"},
        BadLine{"[register]\npolicy = court_resolution\n", 2, "basis:class"},
        BadLine{"[register]\npolicy = court:full\n", 2, "the basis is one of"},
        BadLine{"[register]\npolicy = court_resolution:all\n", 2, "local, partial, full"},
        BadLine{"[register]\npolicy = court_resolution:withdrawn\n", 2, "local, partial, full"},
        BadLine{"[register]\niin = 99133200000\n", 2, "12 digits"},
        BadLine{"[register]\niin = 99133200000x\n", 2, "12 digits"},
        BadLine{"[eds]\nca_file = nowhere.pem\n", 2, "there is no file"},
        BadLine{"[register]\ndirectory =\n", 2, "a path is asked for"},
        BadLine{"[sync]\nenabled = maybe\n", 2, "true or false"},
        BadLine{"[sync]\npoll_seconds = 4\n", 2, "from 5 to 86400"},
        BadLine{"[sync]\npoll_seconds = 60s\n", 2, "whole number"},
        BadLine{"[sync]\nbandwidth_kbps = -1\n", 2, "0 is no limit"},
        BadLine{"[sync]\nbandwidth_kbps = 7\n", 2, "from 8 to"},
        BadLine{"[sync]\nbandwidth_kbps = 64k\n", 2, "in kbit/s"},
        BadLine{"[sync]\n\nmetered = perhaps\n", 3, "true or false"},
        BadLine{"[status]\naddress = 0.0.0.0\n", 2, "this machine only"},
        BadLine{"[status]\nport = 0\n", 2, "from 1 to 65535"},
        BadLine{"[status]\nport = 65536\n", 2, "from 1 to 65535"},
        BadLine{"[backup]\nevery = 3\n", 2, "12h or 1d"},
        BadLine{"[backup]\nkeep = 0\n", 2, "from 1 to 10000"},
        BadLine{"[unified]\nproxy = host:3128\n", 2, "http://host:port"},
        BadLine{"[unified]\nproxy = http://me:sesame@host:3128\n", 2, "proxy_password_file"},
        BadLine{"[unified]\nproxy = http://host:3128/path\n", 2, "http://host:port"},
        BadLine{"[unified]\nproxy = socks5://host:1080\n", 2, "http://host:port"},
        BadLine{"[unified]\nproxy = http://host:1\nproxy_user = me\n", 3,
                "without proxy_password_file"},
        BadLine{"[unified]\nproxy_user = me\n", 2, "without proxy"},
        BadLine{"[unified]\nproxy = http://host:1\nproxy_user = a:b\n", 3, "without a colon"},
        BadLine{"[unified]\nca_file = /nowhere/ca.pem\n", 2, "there is no file /nowhere/ca.pem"},
        BadLine{"[unified]\nuser = office\n", 2, "without password_file"},
        BadLine{"[unified]\nuser = a:b\n", 2, "without a colon"}));

INSTANTIATE_TEST_SUITE_P(
    Urls, BadConfiguration,
    testing::Values(BadLine{"[unified]\nurl = ftp://host/db\n", 2, "https://"},
                    BadLine{"[unified]\nurl = host/db\n", 2, "https://"},
                    BadLine{"[unified]\nurl = https:///db\n", 2, "the host is missing"},
                    BadLine{"[unified]\nurl = https://host\n", 2, "the database is missing"},
                    BadLine{"[unified]\nurl = https://host/\n", 2, "the database is missing"},
                    BadLine{"[unified]\nurl = https://me:word@host/db\n", 2, "password_file"},
                    BadLine{"[unified]\nurl = https://host/db?x=1\n", 2, "without ? and #"},
                    BadLine{"[unified]\nurl = https://host/db x\n", 2, "no spaces"},
                    BadLine{"[unified]\nurl = http://host/db\n", 2, "in clear"},
                    BadLine{"[unified]\nurl = http://127.0.0.1.evil.example/db\n", 2, "in clear"}));

TEST(Configuration, NamesAllErrorsAtOnceInOrder) {
    const auto problems = problems_of("[sync]\nenabled = x\nnonsense = 1\n[status]\nport = x\n");

    ASSERT_EQ(problems.size(), 3U);
    EXPECT_EQ(problems[0].line, 2U);
    EXPECT_EQ(problems[1].line, 3U);
    EXPECT_EQ(problems[2].line, 5U);
}

TEST(Configuration, NeverRepeatsAPasswordGivenInTheAddress) {
    const auto problems = problems_of("[unified]\nurl = https://me:sesame@host/db\n");

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(said(problems.front()), testing::Not(HasSubstr("sesame")));
}

TEST(Configuration, NeverRepeatsAPasswordGivenInTheProxysAddress) {
    const auto problems = problems_of("[unified]\nproxy = http://me:sesame@host:3128\n");

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(said(problems.front()), testing::Not(HasSubstr("sesame")));
}

TEST(Configuration, MessageHasFileAndLineOfEach) {
    try {
        static_cast<void>(agent::parse_configuration("[status]\nport = x\n", kPlaces));
        FAIL() << "the port was taken";
    } catch (const agent::ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr("/office/tizilim.conf:2: [status] port: "));
    }
}

TEST(Configuration, MessageHasALineForEach) {
    try {
        static_cast<void>(
            agent::parse_configuration("[status]\nport = x\n[sync]\nenabled = x\n", kPlaces));
        FAIL() << "they were taken";
    } catch (const agent::ConfigError& error) {
        EXPECT_STREQ(error.what(),
                     "/office/tizilim.conf:2: [status] port: a whole number from 1 to 65535 is "
                     "asked for\n"
                     "/office/tizilim.conf:4: [sync] enabled: true or false is asked for");
    }
}

TEST(Configuration, NamesTheKeysThatThereAre) {
    const auto key = problems_of("[status]\nnumber = 1\n");
    const auto section = problems_of("[nonsense]\n");

    ASSERT_EQ(key.size(), 1U);
    EXPECT_EQ(said(key.front()), "unknown key number in [status]: there are address, port");
    ASSERT_EQ(section.size(), 1U);
    EXPECT_EQ(
        said(section.front()),
        "unknown section [nonsense]: there are [register], [eds], [unified], [sync], [security], "
        "[status], [backup]");
}

TEST(Configuration, AsksWhetherAnotherNameWasMeant) {
    const auto said_of = [](std::string_view text) {
        const auto problems = problems_of(text);
        return problems.size() == 1 ? said(problems.front()) : std::string();
    };
    EXPECT_EQ(said_of("[status]\nprot = 1\n"), "unknown key prot in [status]: did you mean port?");
    EXPECT_EQ(said_of("[regster]\n"), "unknown section [regster]: did you mean [register]?");
    EXPECT_EQ(said_of("[unified]\npoll_seconds = 60\n"),
              "key poll_seconds belongs in [sync], not in [unified]");
}

TEST(Configuration, ReadsEveryKey) {
    const auto c = agent::parse_configuration(
        "\xEF\xBB\xBF# office\r\n"
        "[register]\r\ndirectory = data\r\nlawyer = Әлия Сейітқызы\r\nbar_association = Астана\r\n"
        "bar_association_kk = Астана алқасы\r\nlanguage = kk\r\nutc_offset = "
        "+06:00\r\nrequire_signature = false\r\n"
        "policy = court_resolution:full, application:local\r\n"
        "[unified]\nurl = https://host:6984/db/\nproxy =\n"
        "[sync]\nenabled = no\npoll_seconds = 60\nbandwidth_kbps = 64\nmetered = yes\n"
        "[status]\naddress = ::1\nport = 7000\n"
        "[backup]\ndirectory = ../copies\nevery = 2d\nkeep = 3\n",
        kPlaces);

    EXPECT_EQ(c.registry.directory, "/office/data");
    EXPECT_EQ(c.lawyer, "Әлия Сейітқызы");
    EXPECT_EQ(c.bar_association, "Астана");
    EXPECT_EQ(c.bar_association_kk, "Астана алқасы");
    EXPECT_EQ(c.registry.language, store::Language::kk);
    EXPECT_EQ(c.registry.utc_offset, std::chrono::hours(6));
    EXPECT_FALSE(c.registry.require_signature);
    EXPECT_EQ(c.registry.policy.default_for(store::BasisType::court_resolution, false),
              store::DisclosureClass::full);
    EXPECT_EQ(c.unified.url, "https://host:6984/db");
    EXPECT_EQ(c.unified.proxy, "");
    EXPECT_FALSE(c.sync.enabled);
    EXPECT_EQ(c.sync.poll_interval, std::chrono::seconds(60));
    EXPECT_EQ(c.sync.bandwidth_kbps, 64U);
    EXPECT_TRUE(c.sync.metered);
    EXPECT_EQ(c.status.address, "::1");
    EXPECT_EQ(c.status.port, 7000);
    EXPECT_EQ(c.backup.directory, "/copies");
    EXPECT_EQ(c.backup.every, std::chrono::hours(48));
    EXPECT_EQ(c.backup.keep, 3U);
}

TEST(Configuration, WithoutAFileIsTheDefault) {
    const auto c = agent::load_configuration(
        {.config = {}, .register_directory = "/home/register", .anchor_directory = "/home/state"});

    EXPECT_EQ(c.registry.directory, "/home/register");
    EXPECT_EQ(c.registry.anchor_directory, "/home/state");
    EXPECT_TRUE(c.registry.require_signature);
    EXPECT_TRUE(c.unified.url.empty());
    EXPECT_EQ(c.status.port, 7717);
}

TEST(Configuration, SaysWhoTheLawyerIs) {
    const auto c = agent::parse_configuration(
        "[register]\nlawyer = ОМАРОВ ДАУЛЕТ\niin = 991332000003\n", kPlaces);

    EXPECT_EQ(c.registry.lawyer, "ОМАРОВ ДАУЛЕТ");
    EXPECT_EQ(c.registry.lawyer_iin, "991332000003");
    EXPECT_TRUE(c.warnings.empty());
}

TEST(Configuration, TakesTheLawyersOwnKeyOnlyUnlessToldOtherwise) {
    const std::string lawyer = "[register]\niin = 991332000003\n";

    EXPECT_TRUE(agent::parse_configuration(lawyer, kPlaces).registry.own_key_only);
    EXPECT_FALSE(agent::parse_configuration(lawyer + "[eds]\nown_key_only = false\n", kPlaces)
                     .registry.own_key_only);
    const auto problems = problems_of("[eds]\nown_key_only = true\n");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 2U);
    EXPECT_THAT(said(problems.front()), HasSubstr("without [register] iin"));
    EXPECT_TRUE(problems_of("[eds]\nown_key_only = false\n").empty());
}

TEST(Configuration, OnlyWarnsOfAnIinThatDoesNotFitItsCheckDigit) {
    const auto c = agent::parse_configuration("[register]\n\niin = 123456789011\n", kPlaces);

    EXPECT_EQ(c.registry.lawyer_iin, "123456789011");
    ASSERT_EQ(c.warnings.size(), 1U);
    EXPECT_EQ(c.warnings.front().line, 3U);
    EXPECT_THAT(said(c.warnings.front()), HasSubstr("[register] iin"));
    EXPECT_THAT(said(c.warnings.front()), testing::Not(HasSubstr("123456789011")));
}

TEST(Configuration, AllowsPlainHttpOnThisMachineOnly) {
    for (const std::string host : {"127.0.0.1:5984", "localhost:5984", "[::1]:5984"}) {
        const auto c =
            agent::parse_configuration("[unified]\nurl = http://" + host + "/db\n", kPlaces);
        EXPECT_EQ(c.unified.url, "http://" + host + "/db");
    }
}

TEST(Configuration, SaysThatNoProxyIsUsedForThisMachine) {
    const auto c = agent::parse_configuration(
        "[unified]\nurl = http://localhost:5984/db\nproxy = http://proxy:3128\n", kPlaces);

    ASSERT_EQ(c.warnings.size(), 1U);
    EXPECT_EQ(c.warnings.front().line, 3U);
    EXPECT_THAT(said(c.warnings.front()), HasSubstr("[unified] proxy is not used"));
}

TEST(Configuration, KeepsNothingWhereTheProgramWithTheNetworkMayRead) {
    const support::TempDirectory office;
    std::filesystem::create_directory_symlink("/etc", office / "link");
    std::filesystem::create_directory(office / "register");
    std::filesystem::create_directory_symlink("/usr/lib", office / "register" / "keys");
    const std::string linked = (office / "link").string();
    const std::string advice =
        ", where tizilim-sync, the program with the network, may read; give a folder elsewhere, "
        "and move there what is in this one";

    for (const auto& [text, where] : std::vector<std::pair<std::string, std::string>>{
             {"[register]\ndirectory = /etc/tizilim/register\n",
              "/etc/tizilim/register is in /etc"},
             {"[register]\ndirectory = /etc\n", "/etc is in /etc"},
             {"[register]\ndirectory = " + linked + "/r\n", linked + "/r is in /etc"},
             {"[register]\ndirectory = " + (office / "register").string() + "\n",
              (office / "register" / "keys").string() + " is in /usr/lib"},
             {"[backup]\ndirectory = /var/../usr/lib/backup\n",
              "/usr/lib/backup is in /usr/lib"}}) {
        const auto problems = problems_of(text);
        ASSERT_EQ(problems.size(), 1U) << text;
        EXPECT_EQ(problems.front().line, 2U) << text;
        EXPECT_THAT(said(problems.front()), HasSubstr(where + advice));
    }
    const agent::Places by_default{.config = "/etc/tizilim/tizilim.conf",
                                   .register_directory = "/etc/xdg/tizilim",
                                   .anchor_directory = "/home/state"};
    EXPECT_EQ(problems_of("", by_default).size(), 1U);
    for (const char* const kept : {"/var/lib/tizilim", "/etcetera", "/usr/library", "/usr"})
        EXPECT_TRUE(problems_of(std::string("[register]\ndirectory = ") + kept + "\n").empty())
            << kept;
}

TEST(Configuration, HasTheControlSocketInTheRegistersFolder) {
    agent::Places places = kPlaces;
    places.runtime_directory = "/run/tizilim";

    const auto c = agent::parse_configuration("[register]\ndirectory = elsewhere\n", places);

    EXPECT_EQ(c.control.directory, "/office/elsewhere");
    EXPECT_EQ(c.control.access, platform::ControlAccess::owner);
}

TEST(Configuration, HasTheControlSocketOfTheServiceInItsRuntimeFolder) {
    agent::Places places = kPlaces;
    places.runtime_directory = "/run/tizilim";
    constexpr auto kService = "[register]\ndirectory = /var/lib/tizilim\n";

    const auto service = agent::parse_configuration(kService, places);
    agent::Places of_an_instance = places;
    of_an_instance.service_register = "/var/lib/tizilim@aliya";
    const auto other = agent::parse_configuration(kService, of_an_instance);
    places.runtime_directory.clear();
    const auto without = agent::parse_configuration(kService, places);

    EXPECT_EQ(service.control.directory, "/run/tizilim");
    EXPECT_EQ(service.control.access, platform::ControlAccess::group);
    EXPECT_EQ(other.control.access, platform::ControlAccess::owner);
    EXPECT_EQ(without.control.directory, "/var/lib/tizilim");
    EXPECT_EQ(without.control.access, platform::ControlAccess::owner);
}

class Secrets : public testing::Test {
protected:
    void write(const std::string& name, const std::string& text, bool for_others = false) {
        std::ofstream(folder_ / name) << text;
        using std::filesystem::perms;
        std::filesystem::permissions(folder_ / name,
                                     perms::owner_read | perms::owner_write |
                                         (for_others ? perms::others_read : perms::none));
    }
    [[nodiscard]] agent::Places places() const {
        return {.config = folder_ / "tizilim.conf",
                .register_directory = folder_.path(),
                .anchor_directory = {}};
    }
    support::TempDirectory folder_;
};

TEST_F(Secrets, MakesBasicAuthorizationOfAPasswordFile) {
    write("password", "open sesame\n");

    const auto c = agent::parse_configuration(
        "[unified]\nuser = office\npassword_file = password\n", places());

    EXPECT_EQ(c.unified.authorization, "Basic b2ZmaWNlOm9wZW4gc2VzYW1l");
}

TEST_F(Secrets, MakesBearerAuthorizationOfATokenFile) {
    write("token", "abc.def");

    const auto c = agent::parse_configuration("[unified]\ntoken_file = token\n", places());

    EXPECT_EQ(c.unified.authorization, "Bearer abc.def");
}

TEST_F(Secrets, ReadsTheProxysPasswordFromItsFile) {
    write("password", "open: sesame\n");
    write("open", "sesame\n", true);
    const std::string proxy = "[unified]\nproxy = http://proxy:3128\n";

    const auto c = agent::parse_configuration(
        proxy + "proxy_user = office\nproxy_password_file = password\n", places());
    const auto alone = problems_of(proxy + "proxy_password_file = password\n", places());
    const auto no_proxy = problems_of(
        "[unified]\nproxy =\nproxy_user = office\nproxy_password_file = password\n", places());
    const auto readable =
        problems_of(proxy + "proxy_user = office\nproxy_password_file = open\n", places());

    EXPECT_EQ(c.unified.proxy, "http://proxy:3128");
    EXPECT_EQ(c.unified.proxy_user, "office");
    EXPECT_EQ(c.unified.proxy_password, "open: sesame");
    ASSERT_EQ(alone.size(), 1U);
    EXPECT_EQ(alone.front().line, 3U);
    ASSERT_EQ(no_proxy.size(), 1U);
    EXPECT_EQ(no_proxy.front().line, 4U);
    ASSERT_EQ(readable.size(), 1U);
    EXPECT_EQ(readable.front().line, 4U);
    EXPECT_THAT(said(readable.front()), HasSubstr("chmod 600"));
}

TEST_F(Secrets, RefusesAFileThatOthersMayRead) {
    write("password", "sesame\n", true);

    const auto problems =
        problems_of("[unified]\nuser = office\npassword_file = password\n", places());

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 3U);
    EXPECT_THAT(said(problems.front()), HasSubstr("chmod 600"));
    EXPECT_THAT(said(problems.front()), testing::Not(HasSubstr("sesame")));
}

TEST_F(Secrets, RefusesAFileThatAnotherUserGave) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    write("password", "sesame\n");
    ASSERT_EQ(::chown((folder_ / "password").c_str(), 54321, 0), 0);

    const auto problems =
        problems_of("[unified]\nuser = office\npassword_file = password\n", places());

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(said(problems.front()), HasSubstr("another user"));
}

TEST_F(Secrets, RefusesCertificatesThatOthersMayChange) {
    write("ca.pem", support::TestAuthority().pem());
    std::filesystem::permissions(folder_ / "ca.pem", std::filesystem::perms::all);

    for (const std::string key :
         {"[unified]\nca_file", "[unified]\nclient_certificate", "[eds]\nca_file"}) {
        const auto problems = problems_of(key + " = ca.pem\n", places());

        ASSERT_FALSE(problems.empty()) << key;
        EXPECT_EQ(problems.front().line, 2U) << key;
        EXPECT_THAT(said(problems.front()), HasSubstr("chmod go-w")) << key;
    }
}

TEST_F(Secrets, RefusesAClientsKeyThatAnyoneMayRead) {
    write("client.pem", "key", true);

    const auto problems = problems_of("[unified]\nclient_certificate = client.pem\n", places());

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(said(problems.front()), HasSubstr("chmod o-r"));
}

TEST_F(Secrets, AreNotReadForTheCommandLine) {
    write("password", "sesame\n", true);

    const auto c =
        agent::parse_configuration("[unified]\nuser = office\npassword_file = password\n", places(),
                                   agent::Credentials::leave);

    EXPECT_EQ(c.unified.authorization, "");
}

TEST_F(Secrets, AConfigurationThatOthersMayChangeIsRefused) {
    write("tizilim.conf", "");
    ASSERT_NO_THROW(static_cast<void>(agent::load_configuration(places())));
    std::filesystem::permissions(folder_ / "tizilim.conf", std::filesystem::perms::group_write,
                                 std::filesystem::perm_options::add);

    try {
        static_cast<void>(agent::load_configuration(places()));
        FAIL() << "it was read";
    } catch (const agent::ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr("chmod go-w"));
    }
}

TEST_F(Secrets, RefusesASecondLineThatWouldBeAHeader) {
    write("token", "abc\r\nX-Evil: 1\n");

    const auto problems = problems_of("[unified]\ntoken_file = token\n", places());

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(said(problems.front()), HasSubstr("in one line"));
}

TEST_F(Secrets, RefusesPasswordAndTokenTogether) {
    write("token", "abc");

    const auto problems = problems_of(
        "[unified]\nuser = office\npassword_file = token\ntoken_file = token\n", places());

    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 4U);
}

TEST_F(Secrets, AMissingFileThatWasAskedForIsAnError) {
    EXPECT_THROW(static_cast<void>(agent::load_configuration(places())), agent::ConfigError);
}

TEST_F(Secrets, TakesTheCertificatesOfSigners) {
    const std::string pem = support::TestAuthority().pem();
    write("ca.pem", pem);

    const auto c = agent::parse_configuration("[eds]\nca_file = ca.pem\n", places());

    EXPECT_EQ(c.registry.trusted_certificates, pem);
}

TEST_F(Secrets, RefusesAFileWithoutCertificates) {
    write("empty.pem", "");
    write("garbage.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");

    for (const std::string file : {"empty.pem", "garbage.pem"}) {
        const auto problems = problems_of("\n[eds]\nca_file = " + file + "\n", places());

        ASSERT_EQ(problems.size(), 1U) << file;
        EXPECT_EQ(problems.front().line, 3U);
        EXPECT_THAT(said(problems.front()), HasSubstr("[eds] ca_file names "));
        EXPECT_THAT(said(problems.front()), HasSubstr(file));
    }
}

}  // namespace
}  // namespace tizilim
