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

/// A document's id on the wire, taken apart.
struct DocumentName {
    Table table = Table::revisions;  ///< or Table::unified
    EntryId id;

    /// "entry:<uuid>" or "unified:<uuid>"; nothing for any other.
    [[nodiscard]] static std::optional<DocumentName> parse(std::string_view document_id);
};

/// A revision's digest covers exactly so many of its nearest ancestors, where it has as many:
/// servers return lists that are shorter, longer, or completed from another branch.
inline constexpr std::size_t kAncestorsCovered = 100;

/// How many ancestors the digest of a revision of that generation covers.
[[nodiscard]] std::size_t ancestors_covered(std::uint32_t generation);

/// The revision that `record` is by its other fields: its digest is BLAKE2b-128, keyed with the
/// register key, of (id, deleted, generation, ancestors with their count, every byte sent except
/// `_id _rev _revisions by`). Only the lawyer's installations share the key: nobody can guess a
/// body from its digest, and nobody else can make one, nor another ancestry for it.
[[nodiscard]] Revision revision_of(std::string_view register_key, const std::string& document_id,
                                   const RevisionRecord& record);

/// `record`, which came from a peer, with the origin that it has and, where it is verified, just
/// the ancestors that its digest covers. A list that is too short is completed from `held`.
[[nodiscard]] RevisionRecord examined(std::string_view register_key, const std::string& document_id,
                                      RevisionRecord record,
                                      const std::vector<RevisionRecord>& held);

/// Bodies that left or arrived, by entry and revision.
[[nodiscard]] std::optional<RevisionRecord> find_revision(const VaultReader& vault,
                                                          const DocumentName& name,
                                                          const Revision& revision);
[[nodiscard]] bool has_revision(const VaultReader& vault, const DocumentName& name,
                                const Revision& revision);
[[nodiscard]] std::vector<RevisionRecord> revisions_of(const VaultReader& vault,
                                                       const DocumentName& name);
/// The first revision of a document, with that body.
[[nodiscard]] RevisionRecord first_of(std::string_view register_key, const std::string& document_id,
                                      std::string body);
/// The child of `parent` with that body, made here.
[[nodiscard]] RevisionRecord child_of(std::string_view register_key, const std::string& document_id,
                                      const RevisionRecord& parent, std::string body);
/// The tombstone that ends `leaf`, which went into the revision `into`; every installation makes
/// the same. One over a foreign leaf names nothing but that: what a peer shows as such may be
/// ours, and goes nowhere.
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
/// Whether it is a tombstone over what its maker took for foreign: then it names fewer
/// ancestors than there are.
[[nodiscard]] bool is_over_another(const RevisionRecord& record);
/// Whether `record` says, as one of ours, that the lawyer's installations went on from its
/// ancestors. A tombstone over a foreign revision says so of nothing.
[[nodiscard]] bool goes_on_from_ancestors(const RevisionRecord& record);
/// What a revision comes from directly; nothing for a first one.
[[nodiscard]] std::optional<Revision> parent_of(const RevisionRecord& record);
/// The leaves of an entry that the peer should have beside its head's, tombstones too.
[[nodiscard]] std::vector<Revision> others_of(const VaultReader& vault, const EntryId& id,
                                              const EntryHead& head);
/// What the peer has to show for `head`'s leaf: that, or the foreign tombstone by which it was
/// deleted: a peer that compacts keeps nothing else. Where a receipt is still due the tombstone
/// counts once the lawyer left the entry deleted: a foreign revision proves nothing by itself.
[[nodiscard]] Revision shown_for_leaf(const VaultReader& vault, const EntryId& id,
                                      const EntryHead& head);
/// Whether one that is held comes from `revision`.
[[nodiscard]] bool has_descendants(const VaultReader& vault, const DocumentName& name,
                                   const Revision& revision);
/// Those of `held`, which are of one document, that are on top of `leaf` and foreign, or a
/// tombstone over it that went into what is not held: the peer cannot have them any more when it
/// shows `leaf` as a leaf.
[[nodiscard]] std::vector<Revision> lost_with(const std::vector<RevisionRecord>& held,
                                              const Revision& leaf);
void put_revision(VaultWriter& vault, const DocumentName& name, const RevisionRecord& record);
void erase_revision(VaultWriter& vault, const DocumentName& name, const Revision& revision);

}  // namespace tizilim::store
