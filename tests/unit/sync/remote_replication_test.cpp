#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/replication/messages.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "sync/couch/tuning.h"
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
        EXPECT_LE(frame.size(), store::kCallBytesMax);
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

TEST(RemoteReplication, BringsTheLongestDocumentAndTheLongestReasonsInFramesOfACall) {
    FakeRegister entries;
    std::size_t longest = 0;
    store::RemoteReplication framed([&](const store::Call& call) {
        const std::string frame = store::frame_of(call);
        longest = std::max(longest, frame.size());
        EXPECT_TRUE(store::read_frame_of_sync(frame)) << call.name;
        return *store::reply_to(call, entries);
    });
    store::RemoteDocument document = large_document(1);
    document.body = {{"text", std::string(sync::kDocumentBytesMax, 'x')}};
    constexpr std::size_t kDigestBytes = sync::kAncestorsBytesMax / sync::kAncestorsMax;
    document.ancestors.assign(sync::kAncestorsMax, std::string(kDigestBytes, 'a'));
    const std::vector<store::Mark> marks(1'000,
                                         {{entry_id(1), {1, "0123456789abcdef0123456789abcdef"}},
                                          store::Verdict::quarantined,
                                          platform::as_it_stands(std::string(3'000, 'x'))});

    framed.apply("peer", {document, document}, {});
    framed.mark("peer", marks);

    EXPECT_GT(longest, sync::kDocumentBytesMax);
    EXPECT_LE(longest, store::kCallBytesMax);
}

TEST(RemoteReplication, CountsAheadInSlicesThatFitIntoFrames) {
    constexpr std::uint64_t kRows = 60'000;
    std::size_t longest = 0;
    store::RemoteReplication remote([&](const store::Call& call) {
        const std::uint64_t after = std::stoull(*call.with.at(0).string());
        const std::uint64_t wanted = std::stoull(*call.with.at(1).string());
        platform::JsonArray leaves;
        std::uint64_t at = after;
        while (at < kRows && leaves.size() < wanted)
            leaves.emplace_back(
                platform::JsonObject{{"id", entry_id(static_cast<unsigned>(++at))},
                                     {"rev", "1-0123456789abcdef0123456789abcdef"}});
        const bool is_end = leaves.size() < wanted;
        store::Reply reply{platform::JsonObject{{"leaves", std::move(leaves)},
                                                {"last", is_end ? "0" : std::to_string(at)}}};
        longest = std::max(longest, store::frame_of(reply).size());
        return reply;
    });

    const auto all = remote.delivered_after({}, kRows + 5);
    const auto some = remote.delivered_after(store::OutboxPosition{10}, 2'500);

    EXPECT_EQ(all.leaves.size(), kRows);
    EXPECT_EQ(all.last, store::OutboxPosition{});
    EXPECT_EQ(some.leaves.size(), 2'500U);
    EXPECT_EQ(some.last, store::OutboxPosition{2'510});
    EXPECT_LT(longest, store::kFrameBytesMax / 8);
}

TEST(RemoteReplication, MarksALongListInParts) {
    FakeRegister entries;
    std::size_t calls = 0;
    store::RemoteReplication framed([&](const store::Call& call) {
        ++calls;
        const auto reply = store::reply_to(call, entries);
        EXPECT_TRUE(reply) << "more than one call may bring";
        return *reply;
    });
    std::vector<store::Mark> marks;
    std::vector<store::Leaf> leaves;
    for (unsigned i = 0; i < 2'500; ++i) {
        leaves.push_back({entry_id(i), {1, "0123456789abcdef0123456789abcdef"}});
        marks.push_back({leaves.back(), store::Verdict::sent});
    }

    framed.mark("peer", marks);
    framed.record_astray("peer", leaves);
    framed.unified_asked(leaves);

    EXPECT_EQ(calls, 9U);
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
