// What whoever may write at the server writes there, and how much of it is stored here.
#include "store/merge/foreign_documents.h"

#include "platform/text/json_reader.h"
#include "store/backup/backup.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/entry/codes.h"
#include "store/merge/revision_rows.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/paired_registers.h"
#include "tests/unit/store/raw_register.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::ForeignScope;
using store::Leaf;
using store::RemoteDocument;

constexpr auto kUnknown = "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001";

std::string unified(const std::string& id) {
    return "unified:" + id;
}

/// As a stranger writes it: no digest that anybody vouches for.
RemoteDocument written(const std::string& document_id, const std::string& revision,
                       std::vector<std::string> ancestors = {}, std::size_t bytes = 1) {
    return {document_id,
            *store::Revision::parse(revision),
            std::move(ancestors),
            false,
            {{"text", std::string(bytes, 'x')}}};
}

class ForeignDocuments : public PairedRegisters {
protected:
    void open_with(const store::ForeignBounds& bounds) {
        settings_.foreign = bounds;
        open();
    }
    void apply(const std::vector<RemoteDocument>& documents, const std::string& place = "9") {
        register_->replication().apply("peer", documents, {place, 0, "", ""});
    }
    /// As many that nobody knows over an entry of this register.
    std::vector<RemoteDocument> flood(const std::string& document_id, int count,
                                      std::size_t bytes = 1) {
        std::vector<RemoteDocument> documents;
        for (int i = 0; i < count; ++i) {
            documents.push_back(written(document_id, "2-" + std::to_string(i), {"x"}, bytes));
        }
        return documents;
    }
    /// An entry with its history, from an export.
    void bring(const std::string& id, const std::string& disclosure) {
        store::ImportRow row{1, good_input()};
        row.id = id;
        row.brought.emplace();
        row.brought->recorded_at = "2026-11-02T09:00:00+05:00";
        store::BroughtVersion version;
        version.input = good_input();
        version.input.recorded_date = "2026-11-02";
        version.input.disclosure = disclosure;
        version.act = "recorded";
        version.at = row.brought->recorded_at;
        version.salt = std::string(64, 'a');
        row.brought->versions.push_back(version);
        ASSERT_EQ(store::OwnerSession(*register_).import({row}, {}, {}).recorded, 1U);
    }
    store::ForeignFigures figures() { return register_->foreign_figures(); }
    /// The first revision of an entry that the other PC recorded, as the peer shows it.
    RemoteDocument of_other_pc() {
        const auto recorded = store::OwnerSession(*other_).add(good_input());
        const store::DisclosedEntry entry =
            other_->replication().changes_after({}, {1, 1 << 20}).entries.front();
        RemoteDocument document{entry.document_id(), entry.revision(), {}, false, {}};
        document.body = *platform::read_json(entry.body())->object();
        EXPECT_EQ(document.id, "entry:" + recorded->id);
        return document;
    }
    /// Puts in the closed register what an earlier version of this program would have stored.
    void store_as_before(const std::vector<RemoteDocument>& documents) {
        register_.reset();
        RawRegister raw(settings_, keys_, random_);
        raw.write([&](store::VaultWriter& vault) {
            for (const RemoteDocument& document : documents) {
                const store::RevisionRecord record{document.revision, document.ancestors, false,
                                                   store::Origin::foreign, R"({"text":"x"})"};
                store::put_revision(vault, *store::DocumentName::parse(document.id), record);
            }
            vault.erase(store::Table::meta, vault.index("meta", "foreign_documents"));
        });
    }
};

TEST_F(ForeignDocuments, OfAnEntryThatIsNotHereAreNotStored) {
    apply({written(document(kUnknown), "1-a")}, "5");

    EXPECT_EQ(figures().documents, 0U);
    EXPECT_EQ(figures().left_out, 0U);
    EXPECT_EQ(register_->replication().checkpoint("peer").pulled, "5");
    EXPECT_EQ(register_->replication().missing({{document(kUnknown), {1, "a"}}}).size(), 1U);
}

TEST_F(ForeignDocuments, DoNotKeepTheEntryOutThatComesLater) {
    const RemoteDocument entry = of_other_pc();
    apply({written(entry.id, "1-a")});

    apply({entry});

    EXPECT_EQ(register_->balance().recorded, 1U);
    EXPECT_EQ(register_->balance().conflicts, 0U);
    expect_sound();
}

TEST_F(ForeignDocuments, BesideAnEntryThatComesWithThemAreKeptAndTold) {
    const RemoteDocument entry = of_other_pc();

    apply({written(entry.id, "2-a", {"x"}), entry});

    EXPECT_EQ(register_->balance().recorded, 1U);
    EXPECT_EQ(register_->balance().conflicts, 1U);
    EXPECT_EQ(figures().documents, 1U);
    expect_sound();
}

TEST_F(ForeignDocuments, BesideAnEntryThatCameBeforeThemAreKeptAndTold) {
    const RemoteDocument entry = of_other_pc();
    apply({entry});

    apply({written(entry.id, "2-a", {"x"})});

    EXPECT_EQ(register_->balance().conflicts, 1U);
    EXPECT_EQ(figures().documents, 1U);
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemAreNotMissingWithoutTheirEntry) {
    const Leaf leaf{unified(kUnknown), {1, "a"}};
    EXPECT_TRUE(register_->replication().missing({leaf}).empty());

    const Leaf of_entry{unified(add(good_input())), {1, "a"}};
    EXPECT_EQ(register_->replication().missing({of_entry}).size(), 1U);
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemAreStoredWithTheirEntryAlone) {
    const RemoteDocument entry = of_other_pc();
    const std::string id = entry.id.substr(entry.id.find(':') + 1);

    apply({written(unified(kUnknown), "1-a"), written(unified(id), "1-a"), entry});

    EXPECT_EQ(figures().documents, 1U);
    EXPECT_TRUE(register_->replication().missing({{unified(id), {1, "a"}}}).empty());
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemAreAskedForOnceTheirEntryCame) {
    const RemoteDocument entry = of_other_pc();
    const Leaf asked{unified(entry.id.substr(entry.id.find(':') + 1)), {}};
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());

    apply({entry});
    open();

    EXPECT_EQ(register_->replication().unified_to_ask(10), std::vector<Leaf>{asked});
    register_->replication().unified_asked({asked});
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());
    apply({entry});
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());
    add(good_input());
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemAreAskedForInOrderAndABatchAtATime) {
    std::vector<Leaf> leaves;
    for (int i = 0; i < 3; ++i) {
        const RemoteDocument entry = of_other_pc();
        leaves.push_back({unified(entry.id.substr(entry.id.find(':') + 1)), {}});
        apply({entry});
        other_->replication().mark("peer", {{{entry.id, entry.revision}, store::Verdict::sent}});
    }

    EXPECT_EQ(register_->replication().unified_to_ask(2),
              (std::vector<Leaf>{leaves[0], leaves[1]}));
    register_->replication().unified_asked({leaves[0], leaves[1]});
    EXPECT_EQ(register_->replication().unified_to_ask(2), std::vector<Leaf>{leaves[2]});
}

/// Who asks for it names the entry.
TEST_F(ForeignDocuments, OfTheUnifiedSystemAreNotAskedForOfALocalEntry) {
    constexpr auto kAnother = "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be002";
    bring(kUnknown, "local");
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());
    bring(kAnother, "partial");
    (void)store::OwnerSession(*register_)
        .classify(kAnother, store::DisclosureClass::local, "no longer");
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());
    const RemoteDocument entry = of_other_pc();
    const Leaf asked{unified(entry.id.substr(entry.id.find(':') + 1)), {}};
    apply({entry});

    EXPECT_EQ(register_->replication().unified_to_ask(1), std::vector<Leaf>{asked});
    register_->replication().unified_asked({asked});
    EXPECT_TRUE(register_->replication().unified_to_ask(10).empty());
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemAreAskedForWhereAnEntryCameFromAFile) {
    bring(kUnknown, "partial");

    EXPECT_EQ(register_->replication().unified_to_ask(10),
              (std::vector<Leaf>{{unified(kUnknown), {}}}));
}

TEST_F(ForeignDocuments, AreBoundedInCountAndThePullGoesOn) {
    open_with({.documents_max = 3, .documents_an_entry = 0});
    const std::string id = add(good_input());

    apply(flood(document(id), 5), "7");

    EXPECT_EQ(figures().documents, 3U);
    EXPECT_EQ(figures().documents_max, 3U);
    EXPECT_EQ(figures().left_out, 2U);
    EXPECT_EQ(register_->replication().checkpoint("peer").pulled, "7");
    add(good_input());
    expect_sound();
}

TEST_F(ForeignDocuments, AreBoundedInBytes) {
    open_with({.bytes_max = 2'500, .bytes_an_entry = 0});
    const std::string id = add(good_input());

    apply(flood(document(id), 5, 1'000));

    EXPECT_EQ(figures().documents, 2U);
    EXPECT_LE(figures().bytes, 2'500U);
    EXPECT_GT(figures().bytes, 2'000U);
    EXPECT_EQ(figures().left_out, 3U);
}

TEST_F(ForeignDocuments, OfOneEntryAreBoundedInBytes) {
    open_with({.leaves_bytes_max = 2'500});
    const std::string id = add(good_input());

    apply(flood(document(id), 5, 1'000));

    EXPECT_EQ(figures().documents, 2U);
    EXPECT_EQ(figures().left_out, 3U);
}

TEST_F(ForeignDocuments, HaveTheirAncestorsCounted) {
    open_with({.bytes_max = 2'500, .bytes_an_entry = 0});
    const std::string id = add(good_input());

    apply({written(document(id), "200-a", std::vector<std::string>(150, std::string(32, 'a')))});

    EXPECT_EQ(figures().documents, 0U);
    EXPECT_EQ(figures().left_out, 1U);
}

TEST_F(ForeignDocuments, HaveRoomForWhatTheUnifiedSystemSaysOfEachEntry) {
    open_with({.documents_max = 0, .bytes_max = 0});

    for (int i = 0; i < 3; ++i) apply({written(unified(add(good_input())), "1-a")});

    EXPECT_EQ(figures().documents, 3U);
    EXPECT_EQ(figures().documents_max, 3U);
    EXPECT_EQ(figures().bytes_max, 3U * 4096U);
    EXPECT_EQ(figures().left_out, 0U);
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemAreReplacedByNewerOnesAtTheBound) {
    open_with({.documents_max = 1, .documents_an_entry = 0});
    const std::string id = add(good_input());
    apply({written(unified(id), "1-a")});
    const std::uint64_t bytes = figures().bytes;

    apply({written(unified(id), "2-b", {"a"})});

    EXPECT_TRUE(register_->replication().missing({{unified(id), {2, "b"}}}).empty());
    EXPECT_EQ(figures().documents, 1U);
    EXPECT_EQ(figures().left_out, 0U);
    EXPECT_GT(figures().bytes, bytes);
}

TEST_F(ForeignDocuments, OfTheUnifiedSystemStayWhereTheNewerOneHasNoRoom) {
    open_with({.bytes_max = 1'000, .bytes_an_entry = 0});
    const std::string id = add(good_input());
    apply({written(unified(id), "1-a")});

    apply({written(unified(id), "2-b", {"a"}, 2'000)});

    EXPECT_TRUE(register_->replication().missing({{unified(id), {1, "a"}}}).empty());
    EXPECT_EQ(figures().documents, 1U);
    EXPECT_EQ(figures().left_out, 1U);
}

TEST_F(ForeignDocuments, NeverTakeTheRoomOfWhatVerifies) {
    open_with({.documents_max = 0, .bytes_max = 0, .documents_an_entry = 0, .bytes_an_entry = 0});

    apply({of_other_pc()});

    EXPECT_EQ(register_->balance().recorded, 1U);
    EXPECT_EQ(figures().left_out, 0U);
}

TEST_F(ForeignDocuments, AreCountedOutWhereACopyVerifies) {
    const RemoteDocument entry = of_other_pc();
    apply({entry});
    amend(*other_, entry.id.substr(entry.id.find(':') + 1), {{"minutes", "60"}});
    const store::DisclosedEntry changed =
        other_->replication().changes_after({}, {1, 1 << 20}).entries.front();
    RemoteDocument second{changed.document_id(), changed.revision(), {"forged"}, false, {}};
    second.body = *platform::read_json(changed.body())->object();
    apply({second});
    ASSERT_EQ(figures().documents, 1U);

    second.ancestors = changed.ancestors();
    apply({second});

    EXPECT_EQ(figures().documents, 0U);
    EXPECT_EQ(figures().bytes, 0U);
}

TEST_F(ForeignDocuments, AreCountedThroughARestart) {
    const std::string id = add(good_input());
    apply(flood(document(id), 3));
    const store::ForeignFigures before = figures();

    open();

    EXPECT_EQ(figures().documents, 3U);
    EXPECT_EQ(figures().bytes, before.bytes);
}

TEST_F(ForeignDocuments, AreCountedOnceWhereAnEarlierVersionStoredThem) {
    const std::string id = add(good_input());
    store_as_before({written(document(id), "2-a"), written(document(kUnknown), "1-a"),
                     written(unified(kUnknown), "1-a")});

    open();

    EXPECT_EQ(figures().documents, 3U);
    EXPECT_GT(figures().bytes, 3U);
}

TEST_F(ForeignDocuments, AreCountedInARegisterThatIsRestored) {
    const std::string id = add(good_input());
    apply(flood(document(id), 3));
    std::filesystem::create_directory(directory_ / "backups");
    const auto made = store::back_up(*register_, {.directory = directory_ / "backups"}, {});
    store::RegisterSettings elsewhere = settings_;
    elsewhere.directory = directory_ / "elsewhere";
    support::MemoryKeyStore keys;

    (void)store::restore(elsewhere, {.file = made.file, .recovery_code = recovery_code_}, keys,
                         clock_, random_);

    const store::Register restored(elsewhere, keys, clock_, random_);
    EXPECT_EQ(restored.foreign_figures().documents, 3U);
    EXPECT_EQ(restored.foreign_figures().bytes, figures().bytes);
}

TEST_F(ForeignDocuments, OfNoEntryAreDroppedAndThoseOfEntriesStay) {
    const std::string id = add(good_input());
    deliver_all();
    apply({written(document(id), "2-a", {"x"}), written(unified(id), "1-a")});
    store_as_before({written(document(kUnknown), "1-a"), written(unified(kUnknown), "1-a")});
    open();
    ASSERT_EQ(figures().documents, 4U);

    const store::DroppedForeign dropped =
        store::OwnerSession(*register_).drop_foreign(ForeignScope::of_no_entry);

    EXPECT_EQ(dropped.documents, 2U);
    EXPECT_GT(dropped.bytes, 0U);
    EXPECT_EQ(figures().documents, 2U);
    EXPECT_EQ(register_->balance().conflicts, 1U);
    EXPECT_TRUE(register_->replication().missing({{unified(id), {1, "a"}}}).empty());
    expect_sound();
}

TEST_F(ForeignDocuments, OfEntriesAreDroppedWithTheConflictsWhereThatIsAskedFor) {
    const std::string id = add(good_input());
    deliver_all();
    const std::string leaf = view(*register_, id).revision;
    apply({written(document(id), "2-a", {"x"}), written(unified(id), "1-a")});
    ASSERT_EQ(register_->balance().conflicts, 1U);

    EXPECT_EQ(store::OwnerSession(*register_).drop_foreign(ForeignScope::of_entries_too).documents,
              2U);

    EXPECT_EQ(figures().documents, 0U);
    EXPECT_EQ(figures().bytes, 0U);
    EXPECT_EQ(register_->balance().conflicts, 0U);
    EXPECT_EQ(view(*register_, id).revision, leaf);
    EXPECT_TRUE(
        register_->replication().missing({{document(id), *store::Revision::parse(leaf)}}).empty());
    expect_sound();
    apply({written(document(id), "2-a", {"x"})});
    EXPECT_EQ(register_->balance().conflicts, 1U);
}

TEST_F(ForeignDocuments, AreDroppedByAnActThatTheJournalKeeps) {
    store_as_before({written(document(kUnknown), "1-a")});
    open();
    EXPECT_EQ(store::OwnerSession(*register_).drop_foreign(ForeignScope::of_no_entry).documents,
              1U);
    register_.reset();

    RawRegister raw(settings_, keys_, random_);
    const store::JournalRecord last = raw.last_act();
    EXPECT_EQ(store::code_of(last.act), "foreign_dropped");
    EXPECT_EQ(last.detail.find("documents=1 "), 0U) << last.detail;
}

TEST_F(ForeignDocuments, AreDroppedHoweverManyThereAre) {
    std::vector<RemoteDocument> many;
    for (int i = 0; i < 4'500; ++i) {
        many.push_back(written(document(kUnknown), "1-" + std::to_string(i)));
    }
    store_as_before(many);
    open();

    EXPECT_EQ(store::OwnerSession(*register_).drop_foreign(ForeignScope::of_no_entry).documents,
              4'500U);

    EXPECT_EQ(figures().documents, 0U);
    expect_sound();
}

TEST_F(ForeignDocuments, AreStoredAgainAfterSomeWereDropped) {
    open_with({.documents_max = 1, .documents_an_entry = 0});
    const std::string id = add(good_input());
    apply(flood(document(id), 2));
    ASSERT_EQ(figures().left_out, 1U);

    (void)store::OwnerSession(*register_).drop_foreign(ForeignScope::of_entries_too);

    EXPECT_EQ(figures().left_out, 0U);
    apply(flood(document(id), 1));
    EXPECT_EQ(figures().documents, 1U);
}

}  // namespace
}  // namespace tizilim
