#pragma once

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/couch_tree.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {

/// What the unified system holds, as trees of revisions, and how two registers reach it.
class SharedDatabase {
public:
    /// Sends and confirms all that waits in `from`. How many documents that was.
    std::size_t push(store::Register& from) {
        store::Replication& source = from.replication();
        const store::Changes changes = source.changes_after({}, {1000, 1 << 20});
        std::vector<store::Mark> marks;
        for (const store::DisclosedEntry& entry : changes.entries) {
            support::RevisionPath path{entry.revision().generation, entry.ancestors()};
            path.ids.insert(path.ids.begin(), entry.revision().digest);
            write(entry.document_id(), path, entry.deleted(), entry.body());
            marks.push_back({{entry.document_id(), entry.revision()}, store::Verdict::sent});
        }
        source.mark("peer", marks);
        for (store::Mark& mark : marks) mark.verdict = store::Verdict::delivered;
        source.mark("peer", marks);
        return changes.entries.size();
    }

    /// A leaf as the peer sends it.
    [[nodiscard]] store::RemoteDocument document(const std::string& id,
                                                 const support::RevisionNode& leaf) const {
        store::RemoteDocument document{id, leaf.revision, {}, leaf.deleted, {}};
        const support::RevisionPath path = tree(id).path_of(leaf);
        document.ancestors.assign(path.ids.begin() + 1, path.ids.end());
        document.body = *platform::read_json(*leaf.body)->object();
        return document;
    }
    [[nodiscard]] store::RemoteDocument document(const std::string& id) const {
        return document(id, *tree(id).leaves().front());
    }

    /// Brings all leaves to `to`.
    void pull(store::Register& to) const {
        store::Replication& target = to.replication();
        std::vector<store::RemoteDocument> documents;
        for (const auto& [id, tree] : trees_) {
            for (const support::RevisionNode* leaf : tree.leaves()) {
                const store::Leaf offered{id, leaf->revision};
                if (target.missing({offered}).empty()) continue;
                documents.push_back(document(id, *leaf));
            }
        }
        target.apply("peer", documents, target.checkpoint("peer"));
        target.feed_ended("peer");
    }

    void write(const std::string& id, const support::RevisionPath& path, bool deleted,
               const std::string& body) {
        trees_[id].insert(path, deleted, body, support::KnownRevision::keep);
    }

    [[nodiscard]] const support::RevisionTree& tree(const std::string& id) const {
        return trees_.at(id);
    }
    [[nodiscard]] std::size_t live_leaves(const std::string& id) const {
        std::size_t count = 0;
        for (const support::RevisionNode* leaf : tree(id).leaves()) count += leaf->deleted ? 0 : 1;
        return count;
    }
    [[nodiscard]] bool has(const std::string& id) const { return trees_.contains(id); }

private:
    std::map<std::string, support::RevisionTree> trees_;
};

/// Two PCs of one lawyer, and the unified system between them.
class PairedRegisters : public RegisterTest {
protected:
    PairedRegisters() {
        other_settings_ = settings_;
        other_settings_.directory = directory_ / "other";
        (void)store::Register::join(other_settings_, other_keys_, register_->pairing_code(), clock_,
                                    random_);
        other_ = std::make_unique<store::Register>(other_settings_, other_keys_, clock_, random_);
    }

    /// Until neither has anything for the other.
    void meet() {
        for (int round = 0; round < kRoundsMax; ++round) {
            std::size_t sent = database_.push(*register_) + database_.push(*other_);
            database_.pull(*register_);
            database_.pull(*other_);
            sent += all_changes().entries.size();
            if (sent == 0 && round > 0) return;
        }
        ADD_FAILURE() << "the two go on for ever";
    }

    static void amend(store::Register& by, const std::string& id,
                      const store::GivenFields& fields) {
        const auto revised = store::OwnerSession(by).amend(id, fields, "a mistake");
        ASSERT_TRUE(revised.has_value()) << revised.error().front().field << ": "
                                         << platform::in_english(revised.error().front().message);
    }
    static store::EntryView view(store::Register& of, const std::string& id) {
        return store::OwnerSession(of).show(id);
    }
    void expect_sound() {
        for (store::Register* reg : {register_.get(), other_.get()}) {
            EXPECT_EQ(reg->verify({}).first_bad, std::nullopt);
            EXPECT_EQ(reg->balance().error(), 0);
        }
    }
    static std::string document(const std::string& id) { return "entry:" + id; }

    static constexpr int kRoundsMax = 6;
    support::MemoryKeyStore other_keys_;
    store::RegisterSettings other_settings_;
    std::unique_ptr<store::Register> other_;
    SharedDatabase database_;
};

}  // namespace tizilim
