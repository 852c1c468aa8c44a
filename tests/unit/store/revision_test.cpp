#include "store/replication/revision.h"

#include "platform/hex.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/merge/revision_rows.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::Origin;
using store::Revision;
using store::RevisionRecord;

TEST(Revision, ReadsBackWhatItWrites) {
    EXPECT_EQ(Revision::parse("12-abc")->to_string(), "12-abc");
    EXPECT_EQ(Revision::parse("3-9f-x"), (Revision{3, "9f-x"}));
}

TEST(Revision, RefusesWhatNoPeerMaySend) {
    for (const std::string text :
         {"", "-", "1-", "0-a", "-1-a", "01-a", "a-1", "1", "4294967296-a", "1 -a", "+1-a"}) {
        EXPECT_FALSE(Revision::parse(text).has_value()) << text;
    }
    EXPECT_FALSE(Revision::parse("1-" + std::string(257, 'a')).has_value());
}

TEST(Revision, OrdersByGenerationThenDigest) {
    EXPECT_LT((Revision{2, "f"}), (Revision{10, "a"}));
    EXPECT_LT((Revision{2, "a"}), (Revision{2, "b"}));
}

const std::string kKey(32, 'k');
constexpr auto kDocument = "entry:1";

/// A line of descent: the n-th has generation n + 1.
std::vector<RevisionRecord> line_of(std::size_t length) {
    std::vector<RevisionRecord> line{store::first_of(kKey, kDocument, "{}")};
    while (line.size() < length) {
        line.push_back(store::child_of(kKey, kDocument, line.back(), "{}"));
    }
    return line;
}

RevisionRecord examined(RevisionRecord record, const std::vector<RevisionRecord>& held = {}) {
    record.origin = Origin::foreign;
    return store::examined(kKey, kDocument, std::move(record), held);
}

TEST(RevisionDigest, CoversKeyIdDeletionGenerationAncestorsAndBody) {
    RevisionRecord record = line_of(3).back();
    EXPECT_EQ(record.revision.generation, 3U);
    EXPECT_EQ(record.revision.digest.size(), 32U);
    EXPECT_EQ(record.revision, store::revision_of(kKey, kDocument, record));

    EXPECT_NE(record.revision, store::revision_of(std::string(32, 'x'), kDocument, record));
    EXPECT_NE(record.revision, store::revision_of(kKey, "entry:2", record));
    const auto differs = [&](const auto& change) {
        RevisionRecord other = record;
        change(other);
        return store::revision_of(kKey, kDocument, other).digest != record.revision.digest;
    };
    EXPECT_TRUE(differs([](RevisionRecord& other) { other.deleted = true; }));
    EXPECT_TRUE(differs([](RevisionRecord& other) { other.body = "{ }"; }));
    EXPECT_TRUE(differs([](RevisionRecord& other) { ++other.revision.generation; }));
    EXPECT_TRUE(differs([](RevisionRecord& other) { other.ancestors.pop_back(); }));
    EXPECT_TRUE(differs([](RevisionRecord& other) { other.ancestors[1] = "a"; }));
}

TEST(Ancestry, IsVouchedForAsFarAsTheDigestCoversIt) {
    RevisionRecord record = line_of(5).back();
    EXPECT_EQ(examined(record).origin, Origin::pulled);
    for (std::size_t i = 0; i < record.ancestors.size(); ++i) {
        RevisionRecord forged = record;
        forged.ancestors[i] = std::string(32, 'a');
        EXPECT_EQ(examined(forged).origin, Origin::foreign) << i;
    }
}

TEST(Ancestry, OfALongLineIsCutBeforeItIsVerified) {
    const std::vector<RevisionRecord> line = line_of(150);
    RevisionRecord served = line.back();
    ASSERT_EQ(served.ancestors.size(), store::kAncestorsCovered);
    served.ancestors.emplace_back("a server says more");
    const RevisionRecord kept = examined(served);
    EXPECT_EQ(kept.origin, Origin::pulled);
    EXPECT_EQ(kept.ancestors, line.back().ancestors);
}

TEST(Ancestry, ThatIsTooShortIsCompletedFromWhatIsHeldAndVerified) {
    const std::vector<RevisionRecord> line = line_of(6);
    RevisionRecord served = line[5];
    served.ancestors.resize(2);
    EXPECT_EQ(examined(served, line).origin, Origin::pulled);
    EXPECT_EQ(examined(served, line).ancestors, line[5].ancestors);

    std::vector<RevisionRecord> held = line;
    held[3].origin = Origin::foreign;
    EXPECT_EQ(examined(served, held).origin, Origin::unverifiable);
    EXPECT_EQ(examined(served).origin, Origin::unverifiable);
}

TEST(Ancestry, OfAnEarlierVersionVouchesForTheParentAlone) {
    // As registers before schema 6 made them.
    RevisionRecord parent = line_of(3).back();
    RevisionRecord record;
    record.revision.generation = 4;
    record.ancestors = {parent.revision.digest, "b", "a"};
    record.body = "{}";
    record.revision.digest = platform::to_hex(store::Hasher(store::Hasher::Size::bytes16, kKey)
                                                  .add(kDocument)
                                                  .add(std::uint64_t{0})
                                                  .add(parent.revision.to_string())
                                                  .add(record.body)
                                                  .digest16());
    const RevisionRecord alone = examined(record);
    EXPECT_EQ(alone.origin, Origin::pulled);
    EXPECT_EQ(alone.ancestors, std::vector<std::string>{parent.revision.digest});
    std::vector<std::string> whole = parent.ancestors;
    whole.insert(whole.begin(), parent.revision.digest);
    EXPECT_EQ(examined(record, {parent}).ancestors, whole);
}

TEST(Tombstone, OverSomebodyElsesRevisionVouchesForNothingThatHeSays) {
    RevisionRecord theirs = line_of(4).back();
    theirs.revision.digest = "somebody";
    theirs.origin = Origin::foreign;
    RevisionRecord end = store::tombstone_of(kKey, kDocument, theirs, {5, "ours"});
    EXPECT_EQ(end.ancestors, std::vector<std::string>{"somebody"});
    EXPECT_EQ(store::into_of(end), (Revision{5, "ours"}));
    EXPECT_FALSE(store::goes_on_from_ancestors(end));
    // The server completes the list from that branch.
    end.ancestors.insert(end.ancestors.end(), theirs.ancestors.begin(), theirs.ancestors.end());
    const RevisionRecord kept = examined(end);
    EXPECT_EQ(kept.origin, Origin::pulled);
    EXPECT_EQ(kept.ancestors, std::vector<std::string>{"somebody"});
}

TEST(EntryId, ReadsOnlyTheCanonicalForm) {
    const std::string text = "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001";
    EXPECT_EQ(store::EntryId::parse(text)->to_string(), text);
    for (const std::string bad :
         {"", "0192f0c17c3e7b6a9d550f4c2a9be001", "0192F0C1-7c3e-7b6a-9d55-0f4c2a9be001",
          "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be00g", "0192f0c1-7c3e-7b6a-9d550-f4c2a9be001",
          "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be0011"}) {
        EXPECT_FALSE(store::EntryId::parse(bad).has_value()) << bad;
    }
}

TEST(DocumentName, TellsEntriesFromTheUnifiedSystemsDocuments) {
    const std::string id = "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001";
    EXPECT_EQ(store::DocumentName::parse("entry:" + id)->table, store::Table::revisions);
    EXPECT_EQ(store::DocumentName::parse("unified:" + id)->table, store::Table::unified);
    EXPECT_FALSE(store::DocumentName::parse("_design/" + id).has_value());
    EXPECT_FALSE(store::DocumentName::parse("entry:").has_value());
}

}  // namespace
}  // namespace tizilim
