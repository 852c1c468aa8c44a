#include "agent/config/network_settings.h"

#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/places.h"
#include "agent/network/peer_settings.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using std::filesystem::perms;
using testing::ElementsAre;
using testing::HasSubstr;

class NetworkSettingsTest : public testing::Test {
protected:
    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name) << text;
        std::filesystem::permissions(folder_ / name, perms::owner_read | perms::owner_write);
    }

    agent::NetworkSettings load(const std::string& text) {
        write("tizilim.conf", text);
        return agent::load_network_settings(places());
    }

    /// Line and words of each.
    std::vector<std::pair<std::size_t, std::string>> problems_of(const std::string& text) {
        std::vector<std::pair<std::size_t, std::string>> problems;
        try {
            static_cast<void>(load(text));
        } catch (const agent::ConfigError& error) {
            for (const agent::ConfigProblem& problem : error.problems())
                problems.emplace_back(problem.line, platform::in_english(problem.message));
        }
        return problems;
    }

    [[nodiscard]] agent::Places places() const {
        return {.config = folder_ / "tizilim.conf",
                .register_directory = folder_.path(),
                .anchor_directory = {}};
    }

    support::TempDirectory folder_;
};

TEST_F(NetworkSettingsTest, HaveTheTimestampAuthorityAlsoByHttp) {
    const auto settings = load("[eds]\nca_file = /not/there\ntsa_url = http://tsp.pki.gov.kz\n");

    EXPECT_EQ(settings.timestamps.url, "http://tsp.pki.gov.kz");
    EXPECT_EQ(agent::timestamp_authority_of(settings).url, settings.timestamps.url);
    EXPECT_EQ(load("").timestamps.url, "");
    EXPECT_EQ(agent::timestamp_authority_of(
                  load("[eds]\ntsa_url = http://tsa.example\n[sync]\nenabled = no\n"))
                  .url,
              "");
    for (const char* const bad :
         {"ftp://tsa.example", "tsp.pki.gov.kz", "http://me:secret@tsa.example",
          "http://tsa.example/?a=b", "http://tsa.example/ x", "http://"})
        EXPECT_EQ(problems_of("[eds]\ntsa_url = " + std::string(bad) + "\n").size(), 1U) << bad;
}

TEST_F(NetworkSettingsTest, AreThoseOfTheWholeConfiguration) {
    write("password", "open sesame\n");
    write("proxy-password", "sesame\n");
    write("ca.pem", "");
    write("client.pem", "");

    const auto settings = load(
        "[register]\nlawyer = Әлия Сейітқызы\n"
        "[unified]\nurl = https://host:6984/db/\nuser = office\npassword_file = password\n"
        "ca_file = ca.pem\nclient_certificate = client.pem\n"
        "proxy = http://proxy:3128\nproxy_user = me\nproxy_password_file = proxy-password\n"
        "[sync]\nenabled = no\npoll_seconds = 60\nbandwidth_kbps = 64\nmetered = yes\n");

    EXPECT_EQ(settings, agent::load_configuration(places()).network());
    EXPECT_EQ(settings.unified.url, "https://host:6984/db");
    EXPECT_EQ(settings.unified.authorization, "Basic b2ZmaWNlOm9wZW4gc2VzYW1l");
    EXPECT_EQ(settings.unified.client_certificate, folder_ / "client.pem");
    EXPECT_EQ(settings.unified.proxy_password, "sesame");
    EXPECT_EQ(settings.sync.poll_interval, std::chrono::seconds(60));
    EXPECT_TRUE(settings.sync.metered);
}

TEST_F(NetworkSettingsTest, WithoutAFileAreTheDefault) {
    EXPECT_EQ(agent::load_network_settings({}), agent::NetworkSettings());
}

TEST_F(NetworkSettingsTest, AreTakenWhateverIsWrongInOtherSections) {
    const std::string wrong_elsewhere =
        "[register]\niin = 1\nlanguage\nlawyer = a\nlawyer = b\n# \xFF\n"
        "[status]\nport = x\n[state]\nurl = x\n[eds]\nca_file = missing.pem\n";

    const auto settings = load(wrong_elsewhere + "[unified]\nurl = https://host/db\n" +
                               wrong_elsewhere + "[sync]\nmetered = yes\n");

    EXPECT_EQ(settings.unified.url, "https://host/db");
    EXPECT_TRUE(settings.sync.metered);
}

TEST_F(NetworkSettingsTest, NameAllThatIsWrongWithThemInTheOrderOfTheFile) {
    const auto problems = problems_of(
        "[sync]\nenabled = x\nbandwith = 3\n[status]\nport = x\n"
        "[unified]\nuser = office\nurl = ftp://host/db\nno value\nurl = https://host/db\n");

    EXPECT_THAT(problems,
                ElementsAre(testing::Pair(2U, "[sync] enabled: true or false is asked for"),
                            testing::Pair(3U,
                                          "unknown key bandwith in [sync]: there are enabled, "
                                          "poll_seconds, bandwidth_kbps, metered"),
                            testing::Pair(7U, HasSubstr("password_file")),
                            testing::Pair(8U, HasSubstr("[unified] url: ")),
                            testing::Pair(9U, HasSubstr("=")), testing::Pair(10U, HasSubstr("8"))));
}

TEST_F(NetworkSettingsTest, AreRefusedWhereNobodyCanTellWhichSectionBegins) {
    for (const std::string line : {"[unified", "[uni\xFF]"}) {
        const auto problems = problems_of("[register]\n" + line + "\nurl = https://host/db\n");

        ASSERT_EQ(problems.size(), 1U) << line;
        EXPECT_EQ(problems.front().first, 2U) << line;
    }
    EXPECT_EQ(problems_of("url = https://host/db\n").size(), 1U);
}

TEST_F(NetworkSettingsTest, AreRefusedWithASecretThatOthersMayRead) {
    write("token", "abc");
    std::filesystem::permissions(folder_ / "token", perms::others_read,
                                 std::filesystem::perm_options::add);

    EXPECT_THAT(problems_of("[unified]\ntoken_file = token\n"),
                ElementsAre(testing::Pair(2U, HasSubstr("chmod 600"))));
}

TEST_F(NetworkSettingsTest, AreNotReadFromAFileThatOthersMayChange) {
    write("tizilim.conf", "[sync]\n");
    ASSERT_NO_THROW(static_cast<void>(agent::load_network_settings(places())));
    std::filesystem::permissions(folder_ / "tizilim.conf", perms::group_write,
                                 std::filesystem::perm_options::add);

    try {
        static_cast<void>(agent::load_network_settings(places()));
        FAIL() << "it was read";
    } catch (const agent::ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr("chmod go-w"));
    }
}

TEST_F(NetworkSettingsTest, AreNotThereWithoutTheFileThatWasAskedFor) {
    EXPECT_THROW(static_cast<void>(agent::load_network_settings(places())), agent::ConfigError);
}

TEST(PeerSettings, SayWhyThereIsNothingToDo) {
    agent::NetworkSettings settings;
    const auto nowhere = agent::peer_settings_of(settings).idle_reason;
    settings.unified.url = "https://host/db";
    const auto on = agent::peer_settings_of(settings).idle_reason;
    settings.sync.enabled = false;
    const auto off = agent::peer_settings_of(settings).idle_reason;

    ASSERT_TRUE(nowhere);
    EXPECT_EQ(nowhere->code, "delivery.no_url");
    EXPECT_FALSE(on);
    ASSERT_TRUE(off);
    EXPECT_EQ(off->code, "delivery.switched_off");
}

TEST(PeerSettings, HaveWhatTheReplicatorIsToKnow) {
    agent::NetworkSettings settings;
    settings.unified.url = "https://host/db";
    settings.unified.authorization = "Bearer abc";
    settings.sync.poll_interval = std::chrono::seconds(60);
    settings.sync.metered = true;

    const auto replicator = agent::peer_settings_of(settings).replicator;

    EXPECT_EQ(replicator.database_url, "https://host/db");
    EXPECT_EQ(replicator.authorization, "Bearer abc");
    EXPECT_EQ(replicator.poll_interval, std::chrono::seconds(60));
    EXPECT_TRUE(replicator.metered);
}

}  // namespace
}  // namespace tizilim
