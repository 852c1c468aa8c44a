#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/merge/reconciler.h"
#include "store/merge/revision_rows.h"
#include "store/merge/tuning.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {

/// What a push, a pull and the peer's answers write, in one transaction.
class ReplicationWriter {
public:
    ReplicationWriter(VaultWriter& vault, const platform::Clock& clock, platform::Random& random,
                      const MergeRules& rules, const ForeignBounds& bounds)
        : vault_(vault),
          random_(random),
          journal_(vault, clock, random),
          book_(vault, journal_),
          rules_(rules),
          bounds_(bounds) {}

    /// Adds a pending entry's current leaf to `changes`, minted if its body goes out for the first
    /// time, then what goes out with it. Returns the bytes of bodies; 0: it was quarantined
    /// instead.
    std::size_t hand_out(const EntryId& id, Changes& changes);

    /// Stores pulled documents and reconciles their entries; foreign ones last, only of entries
    /// that are here then, within bounds.
    void take(const std::string& peer, const std::vector<RemoteDocument>& documents);

    /// All marks of one call: an entry is delivered when its leaf and all that goes with it are.
    void mark(const std::string& peer, const std::vector<Mark>& marks);

    /// Decides what waits for the feed's end.
    void end_feed(const std::string& peer);

    /// Moves one delivered entry back to `sent`. False when there is none left.
    bool distrust_next() { return move_first(DeliveryState::delivered, DeliveryState::sent); }
    /// Moves one quarantined entry to `pending`. False when there is none left.
    bool release_next() { return move_first(DeliveryState::quarantined, DeliveryState::pending); }
    /// The journal's end, this transaction's records included.
    [[nodiscard]] ChainHead reached() const {
        return {journal_.next() - 1, journal_.head(), journal_.latest()};
    }
    void journal(Act act, std::string detail, const EntryId& id = {}) {
        journal_.append(act, id, {}, std::move(detail));
    }

private:
    struct Verdicts;
    /// The leaf to send, minted and stored if it is not yet.
    RevisionRecord outgoing(const EntryId& id, EntryHead& head, const DisclosedEntry& disclosed);
    [[nodiscard]] std::vector<Revision> sendable_others(const EntryId& id,
                                                        const EntryHead& head) const;
    [[nodiscard]] bool is_lost_under_another(const EntryId& id, const EntryHead& head,
                                             const Verdicts& verdicts) const;
    void mark_entry(const std::string& peer, const EntryId& id, const std::vector<Mark>& marks);
    void end_leaves(const EntryId& id, EntryHead& head);
    [[nodiscard]] std::optional<DisclosedEntry> beside_leaf(const EntryId& id,
                                                            const RevisionRecord& record,
                                                            const Entry& current) const;
    void receive(const std::string& peer, const EntryId& id, EntryHead& head);
    void refuse(const EntryId& id, EntryHead& head, const Mark& mark);
    void keep_here(const EntryId& id, EntryHead& head, const Entry& entry);
    void hold_back(const EntryId& id, EntryHead& head, const std::string& reason);
    [[nodiscard]] bool may_be_kept_back(const EntryId& id, const EntryHead& head,
                                        const DisclosedEntry& disclosed) const;
    void record_attempt(EntryHead& head, const platform::Message& reason) const;
    void begin_to_forget(const EntryId& id, const EntryHead& head);
    void record_forgotten(const EntryId& id, const std::vector<Mark>& marks);
    bool move_first(DeliveryState from, DeliveryState to);
    using Received = std::vector<std::pair<DocumentName, RevisionRecord>>;
    void take_foreign(const std::string& peer, const Received& documents);
    void undo_ending(const DocumentName& name, const Revision& revision);
    bool keep(const DocumentName& name, const RevisionRecord& record);
    void reconcile(const std::set<EntryId>& ids, const std::string& peer);
    void look_again(const EntryId& id, const std::string& peer);
    bool drop_lost(const DocumentName& name, const Revision& leaf);
    void drop_superseded(const DocumentName& name, const RevisionRecord& record);

    VaultWriter& vault_;
    platform::Random& random_;
    JournalWriter journal_;
    BookWriter book_;
    const MergeRules rules_;
    const ForeignBounds bounds_;
    std::uint64_t left_out_ = 0;  ///< since a bound was reached
    /// What the lawyer decided over while it seemed foreign, and just now proved to be his own.
    std::map<EntryId, Revisions> decided_over_{};
};

}  // namespace tizilim::store
