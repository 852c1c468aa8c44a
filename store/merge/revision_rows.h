#pragma once

#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/replication/revision.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// A document's id on the wire, parsed.
struct DocumentName {
    Table table = Table::revisions;  ///< or Table::unified
    EntryId id;

    /// "entry:<uuid>" or "unified:<uuid>"; nothing for any other.
    [[nodiscard]] static std::optional<DocumentName> parse(std::string_view document_id);
};

/// A revision's digest covers so many of its nearest ancestors, or all if it has fewer: servers
/// return lists that are shorter, longer, or completed from another branch.
inline constexpr std::size_t kAncestorsCovered = 100;

/// How many ancestors the digest of a revision of that generation covers.
[[nodiscard]] std::size_t ancestors_covered(std::uint32_t generation);

/// The revision of `record`, computed from its other fields. The digest is BLAKE2b-128, keyed with
/// the register key, of (id, deleted, generation, ancestors with their count, every byte sent
/// except `_id _rev _revisions by`). Only the lawyer's installations have the key: nobody else can
/// guess a body from its digest, make a digest, or make another ancestry for one.
[[nodiscard]] Revision revision_of(std::string_view register_key, const std::string& document_id,
                                   const RevisionRecord& record);

/// `record`, as it came, with its origin: pulled (it verifies), foreign or unverifiable. A verified
/// one has just the ancestors that its digest covers; a short list is completed from `held`.
[[nodiscard]] RevisionRecord examined(std::string_view register_key, const std::string& document_id,
                                      RevisionRecord record,
                                      const std::vector<RevisionRecord>& held);

/// Stored revisions of any origin.
[[nodiscard]] std::optional<RevisionRecord> find_revision(const VaultReader& vault,
                                                          const DocumentName& name,
                                                          const Revision& revision);
[[nodiscard]] bool has_revision(const VaultReader& vault, const DocumentName& name,
                                const Revision& revision);
[[nodiscard]] std::vector<RevisionRecord> revisions_of(const VaultReader& vault,
                                                       const DocumentName& name);
/// Mints a document's first revision; `body` is canonical JSON. This and the next two store
/// nothing.
[[nodiscard]] RevisionRecord first_of(std::string_view register_key, const std::string& document_id,
                                      std::string body);
/// Mints the child of `parent` with that body.
[[nodiscard]] RevisionRecord child_of(std::string_view register_key, const std::string& document_id,
                                      const RevisionRecord& parent, std::string body);
/// Mints the tombstone that ends `leaf`, which was merged into `into`; the same on every PC. Of an
/// unverified leaf it names no ancestors but the leaf.
[[nodiscard]] RevisionRecord tombstone_of(std::string_view register_key,
                                          const std::string& document_id,
                                          const RevisionRecord& leaf, const Revision& into);
/// The tombstones on top of which what they ended was made again, so that a peer shows them to
/// nobody: each is known by its digest, once what it went into is among `held`.
[[nodiscard]] std::vector<RevisionRecord> hidden_tombstones(
    std::string_view register_key, const std::string& document_id,
    const std::vector<RevisionRecord>& held);
/// Where a tombstone says that its leaf went. Nothing for what an earlier version of this program
/// ended.
[[nodiscard]] std::optional<Revision> into_of(const RevisionRecord& tombstone);
/// Whether it is a tombstone over what its maker took for foreign (it names fewer ancestors than
/// its digest should cover), or one that names no target.
[[nodiscard]] bool ends_a_foreign_leaf(const RevisionRecord& record);
/// Whether `record` supersedes its ancestors: it is verified and no ends_a_foreign_leaf().
[[nodiscard]] bool goes_on_from_ancestors(const RevisionRecord& record);
/// Nothing for a first revision, or without ancestors.
[[nodiscard]] std::optional<Revision> parent_of(const RevisionRecord& record);
/// The verified leaves of an entry but `head.leaf`, tombstones too: the peer should have them.
[[nodiscard]] std::vector<Revision> others_of(const VaultReader& vault, const EntryId& id,
                                              const EntryHead& head);
/// What to ask the peer for: `head.leaf`, or the foreign tombstone that deleted it, as a peer that
/// compacts keeps nothing else. While a receipt is due the tombstone counts only without an open
/// conflict (the lawyer left it deleted): a foreign revision proves nothing by itself.
[[nodiscard]] Revision shown_for_leaf(const VaultReader& vault, const EntryId& id,
                                      const EntryHead& head);
/// Whether a stored revision that goes_on_from_ancestors() descends from `revision`.
[[nodiscard]] bool has_descendants(const VaultReader& vault, const DocumentName& name,
                                   const Revision& revision);
/// Descendants of `leaf` in `held` (one document) that a peer that shows `leaf` as a leaf has lost:
/// unverified ones, and tombstones over a foreign revision whose target is not held.
[[nodiscard]] std::vector<Revision> lost_with(const std::vector<RevisionRecord>& held,
                                              const Revision& leaf);
/// Both count foreign ones.
void put_revision(VaultWriter& vault, const DocumentName& name, const RevisionRecord& record);
void erase_revision(VaultWriter& vault, const DocumentName& name, const Revision& revision);

}  // namespace tizilim::store
