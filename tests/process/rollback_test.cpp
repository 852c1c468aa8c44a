#include "platform/text/json.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>
#include <vector>

namespace tizilim::process {
namespace {

void stop(Office& office) {
    office.daemon().signal(SIGTERM);
    EXPECT_EQ(office.daemon().wait(kCommandTime), 0) << office.log();
}

void put_copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

TEST(OlderRegisterPutBack, RecordsNothingUntilTheOwnerDecides) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    stop(office);
    put_copy(office.register_folder(), office.folder() / "copy");
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(2)).code, 0);
    stop(office);

    put_copy(office.folder() / "copy", office.register_folder());
    ASSERT_TRUE(office.start()) << office.log();

    EXPECT_EQ(office.tizilim(office.add_arguments(3)).code, 1);
    EXPECT_NE(text_at(office.status(), {"book", "problem"}).find("--new-book"), std::string::npos);
    EXPECT_EQ(office.entries("recorded"), 1) << "what is there stays readable";

    ASSERT_EQ(office.tizilim({"init", "--new-book"}).code, 0) << office.log();

    EXPECT_EQ(office.tizilim(office.add_arguments(3)).code, 0);
    EXPECT_EQ(text_at(office.status(), {"book", "problem"}), "");
}

TEST(OlderMachinePutBack, IsWarnedOfByWhatThePeerNoted) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(unified.url());
    const auto record_and_deliver = [&](int minutes) {
        ASSERT_EQ(office.tizilim(office.add_arguments(minutes)).code, 0);
        ASSERT_TRUE(office.reaches("synced")) << office.log();
    };
    ASSERT_TRUE(office.start()) << office.log();
    record_and_deliver(1);
    stop(office);
    put_copy(office.register_folder(), office.folder() / "copy");
    put_copy(office.state_folder(), office.folder() / "copied_state");
    ASSERT_TRUE(office.start()) << office.log();
    for (int minutes = 2; minutes <= 4; ++minutes) record_and_deliver(minutes);
    EXPECT_EQ(text_at(office.status(), {"book", "warning"}), "");
    stop(office);

    put_copy(office.folder() / "copy", office.register_folder());
    put_copy(office.folder() / "copied_state", office.state_folder());
    ASSERT_TRUE(office.start()) << office.log();

    EXPECT_TRUE(support::eventually(
        kDeliveryTime,
        [&] {
            return text_at(office.status(), {"book", "warning"}).find("later state") !=
                   std::string::npos;
        }))
        << platform::to_json(office.status()) << office.log();
    EXPECT_EQ(text_at(office.status(), {"book", "problem"}), "");
    EXPECT_EQ(office.tizilim(office.add_arguments(5)).code, 0) << "a warning blocks nothing";
}

/// Made by the version before schema 5: four entries, two of them delivered, one local.
TEST(BackupOfAnEarlierVersion, DeliversAllButWhatIsLocal) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(std::vector<std::string>{});
    office.configure(unified.url());
    const std::filesystem::path code = office.folder() / "code";
    std::ofstream(code) << "G4AE-XF0J-2E2Z-S41G-E1YZ-QTKF-DW63\n";

    const support::Finished restored =
        office.tizilim({"restore", "--here", TEST_DATA_FOLDER "/register-schema-4.backup",
                        "--code-file", code.string(), "--continue-book"});
    ASSERT_EQ(restored.code, 0) << restored.out << restored.err;
    ASSERT_TRUE(office.start()) << office.log();

    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(office.entries("recorded"), 4);
    EXPECT_EQ(office.entries("delivered"), 3);
    EXPECT_EQ(office.entries("local"), 1);
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    EXPECT_TRUE(
        support::eventually(kDeliveryTime, [&] { return office.entries("delivered") == 4; }));
}

}  // namespace
}  // namespace tizilim::process
