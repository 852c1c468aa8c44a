#pragma once

#include "store/entry.h"
#include "store/records.h"
#include "store/revision.h"
#include "store/tables.h"
#include "store/vault.h"

#include <cstddef>
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

/// The digest of a revision: BLAKE2b-128, keyed with the register key, of (id, deleted, parent
/// revision, every byte sent except `_id`, `_rev`, `_revisions`). Only the lawyer's installations
/// share the key: nobody can guess a body from its digest, and nobody else can make one.
[[nodiscard]] Revision next_revision(std::string_view register_key, const std::string& document_id,
                                     const std::optional<Revision>& parent, bool deleted,
                                     std::string_view body);

/// Whether a revision that came from a peer was made with `register_key`.
[[nodiscard]] bool verifies(std::string_view register_key, const std::string& document_id,
                            const RevisionRecord& record);

/// Bodies that left or arrived, by entry and revision.
[[nodiscard]] std::optional<RevisionRecord> find_revision(const VaultReader& vault,
                                                          const DocumentName& name,
                                                          const Revision& revision);
[[nodiscard]] bool has_revision(const VaultReader& vault, const DocumentName& name,
                                const Revision& revision);
[[nodiscard]] std::vector<RevisionRecord> revisions_of(const VaultReader& vault,
                                                       const DocumentName& name);
/// What an end of the branch of `leaf` looks like; every installation makes the same.
[[nodiscard]] RevisionRecord tombstone_of(std::string_view register_key,
                                          const std::string& document_id,
                                          const RevisionRecord& leaf);
/// The child of `parent` with that body, made here.
[[nodiscard]] RevisionRecord child_of(std::string_view register_key, const std::string& document_id,
                                      const RevisionRecord& parent, std::string body);
/// The tombstones among them that this lawyer's installations made.
[[nodiscard]] std::vector<Revision> graves_of(const VaultReader& vault, const DocumentName& name);
/// Whether one that is held comes from `revision`.
[[nodiscard]] bool has_descendants(const VaultReader& vault, const DocumentName& name,
                                   const Revision& revision);
/// What somebody else put on top of `leaf` and the peer cannot have any more, when it shows `leaf`
/// as a leaf.
[[nodiscard]] std::vector<Revision> lost_with(const VaultReader& vault, const DocumentName& name,
                                              const Revision& leaf);
void put_revision(VaultWriter& vault, const DocumentName& name, const RevisionRecord& record);
void erase_revision(VaultWriter& vault, const DocumentName& name, const Revision& revision);

}  // namespace tizilim::store
