#pragma once

#include "platform/civil_time.h"
#include "platform/json.h"
#include "store/book.h"
#include "store/disclosure.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/leaves.h"
#include "store/merge.h"
#include "store/records.h"
#include "store/revision.h"
#include "store/vault.h"

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

/// Brings an entry and its leaves together after new ones were pulled (DESIGN, "Conflicts"):
///
///   1. All live leaves of the lawyer's installations are merged, field by field, into the one that
///      the protocol shows. If that changes it, the result is a child of it; the leaves that were
///      merged get tombstones. Both are a function of the leaves alone, so that several agents,
///      merging alone, make the same revisions.
///   2. What was changed here and has not left yet is put on top of that.
///   3. What two sides changed otherwise is left to the lawyer: the entry shows the protocol's
///      winner, all values are kept, the leaf that disagrees stays a leaf.
///
/// What somebody else wrote or deleted is noted for the lawyer, and touches nothing. A field that
/// is withheld here is never touched either.
class Reconciler {
public:
    Reconciler(VaultWriter& vault, JournalWriter& journal, BookWriter& book,
               const MergeRules& rules)
        : vault_(vault), journal_(journal), book_(book), rules_(rules) {}

    /// `peer` is where the new leaves came from.
    void reconcile(const EntryId& id, const std::string& peer);

    /// Ends the branch of `leaf` by a tombstone, which goes out with the entry's own leaf.
    void bury(const EntryId& id, EntryHead& head, const RevisionRecord& leaf);

    /// The current version with the disclosed fields of `shown` in it.
    [[nodiscard]] static EntryVersion with_disclosed(const EntryVersion& current,
                                                     const Entry& shown);

private:
    struct Tip;
    struct Edit;
    [[nodiscard]] std::optional<platform::JsonObject> readable(const EntryId& id,
                                                               const RevisionRecord& leaf) const;
    [[nodiscard]] std::optional<SignatureRecord> signature_of(const Entry& shown,
                                                              const Entry& entry) const;
    [[nodiscard]] std::optional<Tip> fold(const EntryId& id, const RevisionSet& set) const;
    [[nodiscard]] Tip settled(const EntryId& id, Tip tip);
    [[nodiscard]] std::optional<Edit> edit_of(const EntryId& id, const EntryHead& head,
                                              const RevisionSet& set) const;
    [[nodiscard]] std::optional<ConflictRecord> follow(const EntryId& id, EntryHead head,
                                                       const RevisionSet& set, const Tip& tip,
                                                       const std::string& peer);
    void rebase(EntryHead& head, const EntryVersion& current, const Tip& tip,
                const platform::JsonObject& merged);
    [[nodiscard]] bool shows_the_same(const EntryVersion& a, const EntryVersion& b) const;
    void adopt(const EntryId& id, const std::optional<EntryHead>& head, const Tip& tip,
               const std::string& peer);
    void go_on(const EntryId& id);
    [[nodiscard]] bool stays_here(const EntryId& id) const;
    [[nodiscard]] bool is_kept_minor(const EntryId& id, const EntryHead& head) const;
    void note_left(const EntryId& id, EntryHead head, const std::optional<Tip>& shown);
    void note_conflict(const EntryId& id, const std::optional<ConflictRecord>& found);
    void note_others(const EntryId& id, const RevisionSet& set);
    [[nodiscard]] std::optional<ConflictRecord> outside(const EntryId& id,
                                                        const RevisionSet& set) const;

    VaultWriter& vault_;
    JournalWriter& journal_;
    BookWriter& book_;
    const MergeRules rules_;
};

}  // namespace tizilim::store
