#include "tests/process/office.h"
#include "tests/process/real_peer.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <signal.h>

namespace tizilim::process {
namespace {

void add(Office& office, int first, int last) {
    for (int minutes = first; minutes <= last; ++minutes) {
        ASSERT_EQ(office.tizilim(office.add_arguments(minutes)).code, 0) << office.log();
    }
}

bool delivers(Office& office, std::int64_t count) {
    return support::eventually(kDeliveryTime, [&] { return office.entries("delivered") == count; });
}

/// Usual replicators never send again what was pushed after the backup (sync/README.md,
/// "Protocol").
TEST(RestoredPeer, HasEverythingAgainWithoutAnAct) {
    RealPeer peer;
    Office office(peer.url());
    ASSERT_TRUE(office.start()) << office.log();
    add(office, 1, 3);
    ASSERT_TRUE(office.reaches("synced")) << office.log();
    peer.stop();
    const auto backup = peer.copy_data();
    peer.start();
    add(office, 4, 7);
    ASSERT_TRUE(delivers(office, 7)) << office.log();
    ASSERT_EQ(peer.entries().size(), 7U);

    peer.stop();
    ASSERT_TRUE(office.reaches("offline")) << office.log();
    peer.restore(backup);
    peer.start();
    ASSERT_EQ(peer.entries().size(), 3U);

    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] { return peer.entries().size() == 7; }))
        << office.log();
    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(office.entries("delivered"), 7);
    EXPECT_EQ(office.entries("recorded"), 7);
    EXPECT_EQ(office.tizilim({"verify"}).code, 0);
    for (const auto& [id, leaves] : peer.entries()) EXPECT_EQ(leaves.size(), 1U) << id;
}

/// The office sleeps meanwhile, as a closed laptop does: no failed request gives the peer away.
TEST(RestoredPeer, IsNoticedWithTheNextEntryIfNotBefore) {
    RealPeer peer;
    Office office(peer.url());
    ASSERT_TRUE(office.start()) << office.log();
    add(office, 1, 2);
    ASSERT_TRUE(office.reaches("synced")) << office.log();
    peer.stop();
    const auto backup = peer.copy_data();
    peer.start();
    add(office, 3, 3);
    ASSERT_TRUE(delivers(office, 3)) << office.log();

    office.daemon().signal(SIGSTOP);
    peer.stop();
    peer.restore(backup);
    peer.start();
    office.daemon().signal(SIGCONT);
    ASSERT_EQ(peer.entries().size(), 2U);
    add(office, 4, 4);

    EXPECT_TRUE(support::eventually(kDeliveryTime, [&] { return peer.entries().size() == 4; }))
        << office.log();
    EXPECT_TRUE(delivers(office, 4)) << office.log();
    EXPECT_TRUE(office.reaches("synced")) << office.log();
}

}  // namespace
}  // namespace tizilim::process
