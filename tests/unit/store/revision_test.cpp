#include "store/revision.h"

#include "store/entry.h"
#include "store/records.h"
#include "store/revisions.h"
#include "store/tables.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace tizilim {
namespace {

using store::Revision;

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

TEST(RevisionDigest, CoversIdDeletionParentBodyAndKey) {
    const std::string key(32, 'k');
    const Revision parent{1, std::string(32, 'a')};
    const Revision made = store::next_revision(key, "entry:1", parent, false, "{}");

    EXPECT_EQ(made.generation, 2U);
    EXPECT_EQ(made.digest.size(), 32U);
    EXPECT_EQ(made, store::next_revision(key, "entry:1", parent, false, "{}"));
    EXPECT_NE(made, store::next_revision(std::string(32, 'x'), "entry:1", parent, false, "{}"));
    EXPECT_NE(made, store::next_revision(key, "entry:2", parent, false, "{}"));
    EXPECT_NE(made, store::next_revision(key, "entry:1", parent, true, "{}"));
    EXPECT_NE(made, store::next_revision(key, "entry:1", parent, false, "{ }"));
    EXPECT_NE(made,
              store::next_revision(key, "entry:1", Revision{1, std::string(32, 'b')}, false, "{}"));
}

TEST(RevisionDigest, VerifiesOnlyForTheParentItNames) {
    const std::string key(32, 'k');
    const Revision parent{1, "a"};
    store::RevisionRecord record;
    record.body = "{}";
    record.ancestors = {"a"};
    record.revision = store::next_revision(key, "entry:1", parent, false, "{}");

    EXPECT_TRUE(store::verifies(key, "entry:1", record));
    record.ancestors = {"b"};
    EXPECT_FALSE(store::verifies(key, "entry:1", record));
    record.ancestors.clear();
    EXPECT_FALSE(store::verifies(key, "entry:1", record));
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
