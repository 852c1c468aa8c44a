#include "platform/text/json.h"
#include "tests/inside/order.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <signal.h>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tizilim::inside {
namespace {

using process::kDeliveryTime;

/// Longer than a busy machine keeps a healthy program from its next word.
constexpr const char* kHangsAfterSeconds = "10";
constexpr const char* kHangs = "event=network_hangs program=tizilim-sync";

/// 0: none runs.
pid_t network_of(const process::Office& office) {
    const platform::JsonValue status = office.status();
    const platform::JsonValue* const pid = process::at(status, {"processes", "network", "pid"});
    return pid == nullptr || pid->integer() == nullptr ? 0 : static_cast<pid_t>(*pid->integer());
}

TEST(NetworkProgramThatHangs, IsEndedAndReplacedAndNothingIsLost) {
    process::UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    process::Office office(
        std::vector{std::string(kHangsAfterVariable) + "=" + kHangsAfterSeconds});
    office.configure(unified.url());
    ASSERT_EQ(office.tizilim({"init", "--here"}).code, 0);
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    ASSERT_TRUE(office.reaches("synced")) << office.log();
    ASSERT_EQ(office.log().find(kHangs), std::string::npos) << office.log();
    const pid_t hanging = network_of(office);
    ASSERT_GT(hanging, 0);

    ::kill(hanging, SIGSTOP);

    EXPECT_EQ(office.tizilim(office.add_arguments(2)).code, 0) << office.log();
    ASSERT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office.log().find(kHangs) != std::string::npos;
    })) << office.log();
    ASSERT_TRUE(support::eventually(kDeliveryTime, [&] {
        return office.entries("delivered") == 2;
    })) << office.log();
    EXPECT_NE(network_of(office), hanging);
    EXPECT_TRUE(::kill(hanging, 0) != 0 && errno == ESRCH);
    std::set<std::string> ids;
    for (const process::HeldDocument& held : unified.entries()) {
        EXPECT_TRUE(held.revision.starts_with("1-")) << held.revision;
        ids.insert(held.id);
    }
    EXPECT_EQ(ids.size(), 2U);
    EXPECT_EQ(*process::at(office.status(), {"balanceError"})->integer(), 0);
}

}  // namespace
}  // namespace tizilim::inside
