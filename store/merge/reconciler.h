#pragma once

#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/merge/fold.h"
#include "store/merge/merge.h"
#include "store/merge/revision_tree.h"
#include "store/replication/revision.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// What a merge is decided by beside the revisions themselves.
struct MergeRules {
    const DisclosurePolicy& policy;
    std::string_view register_key;
    platform::UtcOffset offset;  ///< of entries whose time of recording is known to the day only
    bool require_signature = true;
};

/// Brings an entry and its leaves together after new ones were pulled (store/merge/README.md,
/// "Conflicts").
///
/// The problem: PCs of one lawyer work apart, so an entry may have several live leaves, and changes
/// made here that have not left. All PCs must come to the same leaf without talking to each other.
/// No word may be lost, and nothing let out that one of them keeps back.
///
/// reconcile() does this, within the transaction that stored the leaves:
///
///   1. All live leaves of the lawyer's installations are merged, field by field, into the one that
///      the protocol shows (fold.h). If that changes it, the result is a child of it. The leaves
///      that were merged are to be ended by tombstones, which name where they went and are made
///      when the result goes out.
///   2. What was changed here and has not left yet is put on top of that. Where the two disagree it
///      becomes a leaf of its own, unless it waits for a signature, or was to stay here: then it is
///      put aside, and looked at again each time.
///   3. What two sides changed differently is left to the lawyer: the entry shows the protocol's
///      winner, all values are kept, the leaf that disagrees stays a leaf. Of such leaves none
///      shows more than what was done to the class on all of them lets out.
///   4. The result becomes a version of the entry, if it says something new, and is queued, if the
///      peer has not all of it. The conflict is noted, and so is what waits for the feed's end.
///
/// What others wrote or deleted is noted for the lawyer, and touches nothing. A field that is
/// withheld here is never touched either, nor an entry of a minor that stays here.
///
/// A crash leaves nothing of it, or all: it is one transaction with the leaves and the checkpoint.
/// It is decided by the stored revisions and what was changed here, so leaves that are pulled again
/// change nothing.
class Reconciler {
public:
    Reconciler(VaultWriter& vault, JournalWriter& journal, BookWriter& book,
               const MergeRules& rules)
        : vault_(vault), journal_(journal), book_(book), rules_(rules) {}

    /// `peer` is where the new leaves came from. `decided_over` are those of them over which the
    /// lawyer decided here while they seemed foreign, where nothing of that has left: his decision
    /// stands beside them.
    void reconcile(const EntryId& id, const std::string& peer, const Revisions& decided_over = {});

    /// All that the peer has of the entry is here: leaves that went into what nobody has are made
    /// again.
    void reconcile_at_feed_end(const EntryId& id, const std::string& peer,
                               platform::Random& random);

    /// The current version with the disclosed fields of `shown` in it.
    [[nodiscard]] static EntryVersion with_disclosed(const EntryVersion& current,
                                                     const Entry& shown);

private:
    struct Tip;
    /// What was changed here and has not left yet.
    struct Edit {
        EntryVersion current;
        RevisionRecord record;      ///< as it would leave now
        platform::JsonObject body;  ///< of `record`, without its signature
    };
    [[nodiscard]] bool reconcile_once(const EntryId& id, const std::string& peer);
    [[nodiscard]] std::optional<platform::JsonObject> readable(const EntryId& id,
                                                               const RevisionRecord& leaf) const;
    [[nodiscard]] std::optional<SignatureRecord> signature_of(const Entry& shown,
                                                              const Entry& entry) const;
    [[nodiscard]] RevisionSet set_of(const EntryId& id, const std::optional<EntryHead>& head) const;
    [[nodiscard]] std::optional<Fold> fold_of(const EntryId& id, const RevisionSet& set) const;
    [[nodiscard]] std::optional<Edit> edit_of(const EntryId& id, const EntryHead& head) const;
    [[nodiscard]] std::optional<platform::JsonObject> let_out(
        EntryVersion version, const platform::JsonObject& shown) const;
    [[nodiscard]] std::uint32_t last_version_elsewhere(const EntryId& id,
                                                       const EntryHead& head) const;
    [[nodiscard]] std::optional<Edit> kept_here(const EntryId& id, const EntryHead& head,
                                                const Fold& fold) const;
    [[nodiscard]] std::optional<Entry> news_of(const RevisionRecord& leaf,
                                               const EntryVersion& current, const EntryHead& head,
                                               const RevisionSet& set) const;
    void take_over_pulled(const EntryId& id, EntryHead& head, const Fold& fold,
                          const RevisionSet& set);
    [[nodiscard]] Tip committed(const EntryId& id, Fold fold, EntryHead& head);
    [[nodiscard]] std::optional<ConflictRecord> follow(const EntryId& id, EntryHead head, Fold fold,
                                                       const std::string& peer);
    [[nodiscard]] std::optional<ConflictRecord> follow_with(const EntryId& id, EntryHead head,
                                                            Fold fold, const Edit& edit,
                                                            const std::string& peer);
    [[nodiscard]] std::optional<ConflictRecord> dispute_edit(const EntryId& id, EntryHead head,
                                                             Fold fold, const Edit& edit,
                                                             const std::string& peer);
    [[nodiscard]] std::optional<ConflictRecord> set_aside_for_decision(const EntryId& id,
                                                                       EntryHead head, Fold fold,
                                                                       const Edit& edit,
                                                                       const std::string& peer);
    [[nodiscard]] bool has_put_aside(const EntryId& id) const;
    [[nodiscard]] static platform::JsonObject on_top(EntryHead& head, Fold& fold,
                                                     const RevisionSet& set, Revisions contained,
                                                     platform::JsonObject body);
    void rebase(EntryHead& head, const EntryVersion& current, const Revision& leaf,
                const platform::JsonObject& merged);
    void keep_narrowed(const EntryId& id, const EntryHead& head, Fold& fold) const;
    [[nodiscard]] bool shows_the_same(const EntryVersion& a, const EntryVersion& b) const;
    [[nodiscard]] bool has_signature(const EntryId& id, const EntryHead& head,
                                     const Eds& shown) const;
    /// `beginning` is what a new entry's head has already.
    void adopt(const EntryId& id, const std::optional<EntryHead>& head, const Tip& tip,
               const std::string& peer, const EntryHead& beginning = {});
    void go_on(const EntryId& id);
    [[nodiscard]] bool stays_here(const EntryId& id) const;
    [[nodiscard]] bool is_kept_minor(const EntryId& id, const EntryHead& head) const;
    void remember_what_left(const EntryId& id, EntryHead head, const std::optional<Fold>& shown);
    [[nodiscard]] bool take_up_aside(const EntryId& id);
    void release(const EntryId& id);
    [[nodiscard]] static ConflictRecord conflict_with(const RevisionRecord& leaf,
                                                      ConflictKind kind);
    void store_conflict(const EntryId& id, const std::optional<ConflictRecord>& found);
    void remember_other_leaves(const EntryId& id);
    [[nodiscard]] static bool has_no_leaf(const RevisionSet& set);
    [[nodiscard]] bool lacks_commitment(const EntryId& id, const EntryHead& head) const;
    void commit_again(const EntryId& id, platform::Random& random);
    [[nodiscard]] std::optional<ConflictRecord> outside(const EntryId& id,
                                                        const RevisionSet& set) const;

    VaultWriter& vault_;
    JournalWriter& journal_;
    BookWriter& book_;
    const MergeRules rules_;
    Revisions decided_over_{};
};

}  // namespace tizilim::store
