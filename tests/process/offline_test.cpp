#include "platform/text/json.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <set>
#include <signal.h>
#include <string>

namespace tizilim::process {
namespace {

TEST(OfflineAndBack, DeliversOnceWithoutAnyonesAct) {
    UnifiedSystem unified;
    Office office(unified.url());
    ASSERT_TRUE(office.start()) << office.log();

    for (int minutes = 1; minutes <= 3; ++minutes) {
        const support::Finished added = office.tizilim(office.add_arguments(minutes));
        ASSERT_EQ(added.code, 0) << added.err;
    }
    ASSERT_TRUE(office.reaches("offline")) << office.log();
    const platform::JsonValue offline = office.status();
    EXPECT_FALSE(at(offline, {"reason"})->string()->empty());
    ASSERT_NE(at(offline, {"next", "at"}), nullptr);
    ASSERT_NE(at(offline, {"next", "at"})->string(), nullptr) << platform::to_json(offline);
    EXPECT_EQ(office.entries("pending"), 3);
    ASSERT_TRUE(unified.start());

    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(office.entries("delivered"), 3);
    std::set<std::string> ids;
    for (const HeldDocument& held : unified.entries()) {
        EXPECT_TRUE(held.revision.starts_with("1-")) << held.revision;
        ids.insert(held.id);
    }
    EXPECT_EQ(ids.size(), 3U);
}

TEST(OfflineAndBack, SendsNothingTwiceWhenTheServerComesAndGoes) {
    UnifiedSystem unified;
    Office office(unified.url());
    ASSERT_TRUE(unified.start());
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    ASSERT_TRUE(office.reaches("synced")) << office.log();

    ASSERT_TRUE(unified.stop());
    ASSERT_EQ(office.tizilim(office.add_arguments(2)).code, 0);
    ASSERT_TRUE(office.reaches("offline")) << office.log();
    ASSERT_TRUE(unified.start());

    EXPECT_TRUE(office.reaches("synced")) << office.log();
    const auto held = unified.entries();
    ASSERT_EQ(held.size(), 2U);
    EXPECT_TRUE(held[0].revision.starts_with("1-") && held[1].revision.starts_with("1-"));
}

TEST(OfflineAndBack, DeliversAfterARestartOfTheAgent) {
    UnifiedSystem unified;
    Office office(unified.url());
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    office.daemon().signal(SIGTERM);
    ASSERT_EQ(office.daemon().wait(kCommandTime), 0) << office.log();
    ASSERT_TRUE(unified.start());

    ASSERT_TRUE(office.start()) << office.log();

    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(unified.entries().size(), 1U);
}

}  // namespace
}  // namespace tizilim::process
