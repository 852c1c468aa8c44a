#include "agent/config/places.h"

#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "platform/files/file.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace tizilim {
namespace {

using testing::HasSubstr;

agent::Environment environment_of(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
        const auto found = values.find(name);
        if (found == values.end()) return {};
        return found->second;
    };
}

TEST(Places, PreferTheArgumentThenTheVariable) {
    const auto environment = environment_of({{"TIZILIM_CONFIG", "/b.conf"}, {"HOME", "/home/me"}});

    EXPECT_EQ(agent::find_places("/a.conf", environment).config, "/a.conf");
    EXPECT_EQ(agent::find_places("", environment).config, "/b.conf");
}

TEST(Places, TakeTheUsersFileWhereItExists) {
    const support::TempDirectory home;
    platform::make_private_directory(home / "tizilim");
    std::ofstream(home / "tizilim" / "tizilim.conf") << "";

    const auto places = agent::find_places(
        "", environment_of({{"XDG_CONFIG_HOME", home.path().string()}, {"HOME", "/home/me"}}));

    EXPECT_EQ(places.config, home / "tizilim" / "tizilim.conf");
    EXPECT_EQ(places.register_directory, "/home/me/.local/share/tizilim");
    EXPECT_EQ(places.anchor_directory, "/home/me/.local/state/tizilim");
}

TEST(Places, NameWhereAConfigurationIsToBeMadeIfThereIsNone) {
    const support::TempDirectory home;
    const auto environment = environment_of({{"HOME", home.path().string()}});

    EXPECT_EQ(agent::find_places("/a.conf", environment).new_config, "");
    EXPECT_EQ(agent::find_places("", environment_of({})).new_config, "");
    if (std::filesystem::exists("/etc/tizilim/tizilim.conf")) GTEST_SKIP() << "there is one";
    EXPECT_EQ(agent::find_places("", environment).new_config,
              home / ".config" / "tizilim" / "tizilim.conf");
}

TEST(Places, KeepTheAnchorInTheFolderForState) {
    const auto environment = environment_of({{"XDG_STATE_HOME", "/state"}, {"HOME", "/home/me"}});

    EXPECT_EQ(agent::find_places("/a.conf", environment).anchor_directory, "/state/tizilim");
    EXPECT_EQ(agent::find_places("/a.conf", environment_of({})).anchor_directory, "");
}

TEST(Places, KeepTheSystemsRegisterInVar) {
    const auto places = agent::find_places("/etc/tizilim/tizilim.conf", environment_of({}));

    EXPECT_EQ(places.register_directory, "/var/lib/tizilim");
    EXPECT_EQ(places.anchor_directory, "/var/lib/tizilim-anchor");
    EXPECT_EQ(places.service_register, "/var/lib/tizilim");
}

TEST(Places, GiveEachOfSeveralServicesItsOwnFolders) {
    const auto places = agent::find_places("/etc/tizilim/aliya.conf", environment_of({}));

    EXPECT_EQ(places.register_directory, "/var/lib/tizilim@aliya");
    EXPECT_EQ(places.anchor_directory, "/var/lib/tizilim-anchor@aliya");
    EXPECT_EQ(places.service_register, "/var/lib/tizilim@aliya");
}

TEST(Places, NameTheGroupThatMayReadTheConfiguration) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be another account";
    const support::TempDirectory folder;
    const auto file = folder.path() / "tizilim.conf";
    std::ofstream(file) << "[status]\nport = 7718\n";
    constexpr gid_t kGroup = 54322;
    ASSERT_EQ(::chown(file.c_str(), 0, kGroup), 0);
    ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    agent::Places places;
    places.config = file;

    ASSERT_EQ(::seteuid(54321), 0);
    std::string said;
    try {
        static_cast<void>(agent::read_config_file(places));
    } catch (const agent::ConfigError& error) {
        said = error.what();
    }
    ASSERT_EQ(::seteuid(0), 0);

    EXPECT_THAT(said, HasSubstr("for members of the group 54322"));
    EXPECT_THAT(said, HasSubstr("adduser YOUR-NAME 54322"));
}

TEST(Places, MayNameAFileThatAnotherAccountKeeps) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be another account";
    const support::TempDirectory folder;
    const auto kept = folder.path() / "kept";
    platform::make_private_directory(kept);
    std::ofstream(kept / "password") << "x";
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    agent::Places places;
    places.config = folder.path() / "tizilim.conf";
    places.register_directory = folder.path() / "register";
    const std::string text = "[unified]\nuser = a\npassword_file = kept/password\n";

    ASSERT_EQ(::seteuid(54321), 0);
    std::string said;
    try {
        static_cast<void>(agent::parse_configuration(text, places, agent::Credentials::leave));
    } catch (const agent::ConfigError& error) {
        said = error.what();
    }
    ASSERT_EQ(::seteuid(0), 0);

    EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace tizilim
