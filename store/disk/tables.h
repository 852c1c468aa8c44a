#pragma once

#include <cstddef>
#include <cstdint>

namespace tizilim::store {

/// The tables of the register file. Keys are clear: random ids, sequence numbers (8 bytes, big
/// endian) or keyed BLAKE2b; values are sealed. store/README.md has the format.
enum class Table : std::uint8_t {
    meta,       ///< keyed hash of a setting's name -> setting
    entries,    ///< entry id -> head: number, delivery, leaf
    versions,   ///< entry id, version (4 bytes) -> one version of the entry, never changed
    numbers,    ///< number -> entry id
    journal,    ///< sequence -> record, hashed with the one before
    revisions,  ///< entry id, keyed hash of the revision -> body that left or was pulled
    unified,    ///< the same for the unified system's own documents
    conflicts,  ///< entry id -> the open conflict (ConflictRecord)
    months,     ///< keyed hash of the month of application, number -> entry id
    imports,    ///< keyed hash of a row -> entry id
    peers,      ///< keyed hash of a peer's identity -> checkpoint
    // One table a delivery state: position in the order of leaving -> entry id.
    local,
    awaiting_signature,
    pending,
    sent,
    delivered,
    quarantined,
    signatures,   ///< entry id, version (4 bytes) -> the signature of that version
    to_sign,      ///< number -> entry id; its current version has no signature
    to_forget,    ///< entry id -> superseded revisions of a withdrawal, perhaps readable there
    attached,     ///< keyed hash of a signature's message digest -> entry id, version (4 bytes)
    at_feed_end,  ///< entry id -> nothing; to be reconciled at the feed's end
    drafts        ///< keyed hash of a draft's name -> what a person began to write
};

inline constexpr std::size_t kTableCount = 23;

/// As stored in the file and bound into each seal. Never rename.
inline constexpr const char* kTableNames[kTableCount] = {
    "meta",     "entries",   "versions", "numbers",     "journal",     "revisions",
    "unified",  "conflicts", "months",   "imports",     "peers",       "local",
    "unsigned", "pending",   "sent",     "delivered",   "quarantined", "signatures",
    "to_sign",  "to_forget", "attached", "at_feed_end", "drafts"};

[[nodiscard]] constexpr const char* name_of(Table table) {
    return kTableNames[static_cast<std::size_t>(table)];
}

}  // namespace tizilim::store
