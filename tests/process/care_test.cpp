#include "platform/text/json.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>

namespace tizilim::process {
namespace {

using testing::HasSubstr;

/// An office that makes backups, and whose programs are confined as the system lets them.
class LookedAfter : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(office_.folder() / "backups");
        std::filesystem::permissions(office_.folder() / "backups",
                                     std::filesystem::perms::owner_all);
        office_.configure(unified_.url(), {}, "[backup]\ndirectory = backups\n");
        ASSERT_TRUE(unified_.start());
        ASSERT_TRUE(office_.start()) << office_.log();
        ASSERT_EQ(office_.tizilim(office_.add_arguments(30)).code, 0);
        ASSERT_TRUE(office_.reaches("synced")) << office_.log();
        ASSERT_EQ(office_.tizilim({"backup", (office_.folder() / "backups").string()}).code, 0);
    }

    UnifiedSystem unified_;
    Office office_{unified_.url()};
};

TEST_F(LookedAfter, RestoresItsNewestBackupForATry) {
    const support::Finished tried = office_.tizilim({"backups", "--try"});

    EXPECT_EQ(tried.code, 0) << tried.err;
    EXPECT_THAT(tried.out, HasSubstr("1 entry, all of it sound"));
    EXPECT_FALSE(std::filesystem::exists(office_.register_folder() / "drill"));
    EXPECT_THAT(office_.tizilim({"status"}).out, HasSubstr("restorable, tried"));
    EXPECT_EQ(office_.tizilim(office_.add_arguments(31)).code, 0);
}

TEST_F(LookedAfter, IsExaminedByTheDoctor) {
    const support::Finished seen = office_.tizilim({"--json", "doctor"});
    const platform::JsonValue json = json_of(seen.out);
    ASSERT_NE(json.find("checks"), nullptr) << seen.out << seen.err;
    std::string found;
    for (const platform::JsonValue& check : *json.find("checks")->array())
        found += *check.find("check")->string() + ":" + *check.find("result")->string() + " ";

    for (const char* const one :
         {"page:ok", "address:ok", "server:ok", "encryption:ok", "credentials:ok", "database:ok",
          "rules:ok", "receipts:ok", "reserve:ok", "backup:ok", "backup_folder:ok", "folder:ok",
          "disk:", "files:ok", "clock:ok", "ncalayer:"})
        EXPECT_THAT(found, HasSubstr(one));
    EXPECT_EQ(seen.code, 0) << found;
}

TEST_F(LookedAfter, HasItsBackupCopiedToAFolderOfThePerson) {
    const auto stick = office_.folder() / "stick";
    std::filesystem::create_directory(stick);

    const support::Finished watched =
        office_.tizilim({"watch", "--once", "--copy-to", stick.string()});

    EXPECT_EQ(watched.code, 0) << watched.err;
    EXPECT_EQ(watched.out + watched.err, "");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(stick), {}), 1);
    EXPECT_TRUE(std::filesystem::exists(office_.state_folder() / "tizilim" / "watch.json"));
}

}  // namespace
}  // namespace tizilim::process
