#include "platform/text/json.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/support/framed_replication.h"
#include "tests/unit/sync/fake_register.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tizilim {
namespace {

/// A body as wide as a peer may send one.
store::RemoteDocument large_document(unsigned number) {
    platform::JsonArray values(20'000, platform::JsonValue(1));
    return {.id = entry_id(number),
            .revision = {1, "0123456789abcdef0123456789abcdef"},
            .ancestors = {},
            .body = {{"values", std::move(values)}}};
}

TEST(RemoteReplication, AppliesWhatFitsInNoFrameInSeveralOfWhichTheLastMovesTheCheckpoint) {
    FakeRegister entries;
    std::vector<store::Checkpoint> reached;
    store::RemoteReplication framed([&](const store::Call& call) {
        const std::string frame = store::frame_of(call);
        EXPECT_LE(frame.size(), store::kFrameBytesMax);
        const auto asked = store::read_frame_of_sync(frame);
        EXPECT_TRUE(asked) << call.name;
        const auto reply = store::reply_to(std::get<store::Call>(*asked), entries);
        EXPECT_TRUE(reply);
        if (call.name == "apply") reached.push_back(entries.checkpoint("peer"));
        return *reply;
    });
    std::vector<store::RemoteDocument> documents;
    for (unsigned i = 1; i <= 20; ++i) documents.push_back(large_document(i));
    store::Checkpoint last;
    last.pulled = "20";

    framed.apply("peer", documents, last);

    EXPECT_EQ(entries.pulled().size(), 20U);
    ASSERT_GT(reached.size(), 2U);
    EXPECT_EQ(reached[reached.size() - 2].pulled, "");
    EXPECT_EQ(reached.back(), last);
}

TEST(RemoteReplication, AsksForALongListInParts) {
    FakeRegister entries;
    store::RemoteReplication framed = support::framed(entries);
    std::vector<store::Leaf> offered;
    for (unsigned i = 0; i < 5'000; ++i)
        offered.push_back({entry_id(i), {1, "0123456789abcdef0123456789abcdef"}});
    EXPECT_EQ(framed.missing(offered), offered);
}

TEST(RemoteReplication, ThrowsTheStoreErrorOfTheOtherSide) {
    FakeRegister entries;
    store::RemoteReplication framed = support::framed(entries);
    entries.fail_write(0, false);
    EXPECT_THROW(framed.set_checkpoint("peer", {}), store::StoreError);
}

}  // namespace
}  // namespace tizilim
