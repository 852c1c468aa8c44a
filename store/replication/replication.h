#pragma once

#include "platform/clock.h"
#include "platform/json.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/revision.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// What the ids of documents begin with; the entry's UUID follows. What the unified system says of
/// an entry stands in a document of its own.
inline constexpr std::string_view kEntryPrefix = "entry:";
inline constexpr std::string_view kUnifiedPrefix = "unified:";

enum class OutboxPosition : std::uint64_t {};  ///< the order of leaving; 0 is before the first

/// A revision of a document that is, or should be, a leaf of its tree.
struct Leaf {
    std::string document_id;
    Revision revision;

    bool operator==(const Leaf&) const = default;
};

/// At most this many entries, and no further entry once this many body bytes are in.
struct BatchBounds {
    std::size_t entries_max;
    std::size_t bytes_max;
};

struct Changes {
    /// Minted; current leaves only. An entry whose conflict was merged brings, behind its leaf, the
    /// tombstones of the leaves that lost: all of them in one batch.
    std::vector<DisclosedEntry> entries;
    /// Those of `entries` that were handed out before: a reply may have been lost, so it is cheaper
    /// to ask for them than to send them.
    std::vector<Leaf> handed_out_before;
    OutboxPosition last{};  ///< resume after this one
};

/// Leaves with a receipt, in the order of leaving.
struct AuditSlice {
    std::vector<Leaf> leaves;
    OutboxPosition last{};  ///< resume after this one; 0: that was the end
};

/// What the peer is known to have done with a leaf.
enum class Verdict {
    sent,         ///< its reply accepted it
    delivered,    ///< asked afterwards, it has it: a receipt is written
    missing,      ///< asked afterwards, it does not have it: it goes out again
    quarantined,  ///< it refuses this one document
    deferred,     ///< it could not take this one document, for a fault of its own: counted
    forgotten     ///< of a superseded revision of a withdrawn entry: it is readable no more
};

struct Mark {
    Leaf leaf;
    Verdict verdict;
    /// Of a refusal or a fault, for the lawyer: what was tried and what the peer said ("413 after
    /// splitting to 1 document"); bounded.
    std::string reason{};
};

/// A document as a peer sent it.
struct RemoteDocument {
    std::string id;
    Revision revision;
    std::vector<std::string> ancestors;  ///< digests, newest first
    bool deleted = false;
    platform::JsonObject body;  ///< without names that begin with `_`
};

/// How far replication with one peer has come.
struct Checkpoint {
    std::string pulled;         ///< opaque to us: the peer's `since`; empty: from the beginning
    std::uint64_t epoch = 0;    ///< the last one the peer acknowledged; 0: none yet
    std::string nonce;          ///< written with that epoch
    std::string peer_instance;  ///< uuids of its servers, newest first, one a line
    /// The rolling audit: how far this round has come, and when it began; zero: none is under way.
    OutboxPosition audited{};
    platform::WallTime audit_began{};
    /// Opaque: the peer's design documents as they were when it last refused an entry.
    std::string rules{};

    bool operator==(const Checkpoint&) const = default;
};

/// The store as the sync layer sees it. Everything that leaves is disclosed; everything that
/// arrives is kept where confidential fields are known. Few, coarse calls that pass plain values,
/// so that the sync side can live in a process of its own. `peer` is the identity of the peer's
/// register. Each call that changes something is one durable transaction. \throws StoreError
class Replication {
public:
    virtual ~Replication() = default;

    /// The name of our `_local` document at every peer: random, the same for the register's life.
    [[nodiscard]] virtual std::string installation_id() const = 0;

    /// What waits in the outbox after `after`, in order of leaving. A body that goes out for the
    /// first time gets its revision here, so that whatever may have left is known to have.
    [[nodiscard]] virtual Changes changes_after(OutboxPosition after,
                                                const BatchBounds& bounds) = 0;

    /// Which of `offered` are not held here, in the order offered. What the unified system says of
    /// an entry that is not here is nothing to this register, and not missing.
    [[nodiscard]] virtual std::vector<Leaf> missing(const std::vector<Leaf>& offered) const = 0;

    /// Stores what was pulled and moves the checkpoint, in one transaction: a crash repeats a batch
    /// but never skips one. Idempotent. What others wrote is left out where it is of no entry here,
    /// or beyond a bound.
    virtual void apply(const std::string& peer, const std::vector<RemoteDocument>& documents,
                       const Checkpoint& reached) = 0;

    /// Notes what the peer did with leaves. A leaf that is no longer the current one of its entry
    /// changes no delivery state: what superseded it still waits.
    virtual void mark(const std::string& peer, const std::vector<Mark>& marks) = 0;

    /// Leaves in state `sent`, oldest first, each with its tombstones. An entry's are never parted:
    /// there may be a few more than `count_max`.
    [[nodiscard]] virtual std::vector<Leaf> awaiting_receipt(std::size_t count_max) const = 0;

    /// Leaves that the peer should have, for the audit; pulled ones, too, and their tombstones. A
    /// Mark of Verdict::missing sends what is lost out again.
    [[nodiscard]] virtual AuditSlice delivered_after(OutboxPosition after,
                                                     std::size_t count_max) const = 0;

    /// Superseded revisions of entries whose withdrawal was delivered, not yet known to be
    /// forgotten by the peer. Order and limit as awaiting_receipt(), `after` an entry's document
    /// id.
    [[nodiscard]] virtual std::vector<Leaf> still_readable(const std::string& after,
                                                           std::size_t count_max) const = 0;

    /// Those of `documents` whose revision was not made by one of the lawyer's installations, or
    /// not with the ancestors that are given: another copy of it may be.
    [[nodiscard]] virtual std::vector<Leaf> unverified(
        const std::vector<RemoteDocument>& documents) const = 0;

    /// Leaves of entries in conflict of which a peer gave too short a history: nothing is taken
    /// from them before they come with all of it. Of more than `count_max` the next call gives the
    /// next ones.
    [[nodiscard]] virtual std::vector<Leaf> cut_histories(std::size_t count_max) const = 0;

    /// This register came from a backup, or is a copy: what waits may have been withdrawn since, so
    /// nothing is sent before the feed was read to its end.
    [[nodiscard]] virtual bool reads_feed_first() const = 0;
    /// All that `peer` has was pulled: what needs all leaves to be decided is decided now.
    virtual void feed_ended(const std::string& peer) = 0;

    /// What the feed may have shown before its entry came here: `unified:` documents, of which
    /// missing() names none as long as their entry is not here. Generation 0: as the peer has it.
    [[nodiscard]] virtual std::vector<Leaf> unified_to_ask(std::size_t count_max) const = 0;
    /// These, the first of them, were asked for, and stored if they are there.
    virtual void unified_asked(const std::vector<Leaf>& asked) = 0;

    /// What was quarantined waits in the outbox again: the peer's rules are others now.
    virtual void release_quarantined() = 0;

    /// Takes every receipt of `peer` back: what was delivered is `sent` again until the peer, asked
    /// afresh, shows that it has it. For a peer that was rolled back or replaced.
    virtual void distrust(const std::string& peer, const Checkpoint& restart) = 0;

    /// The remote checkpoint is of a later time than this register: it is an older copy, as far as
    /// the peer can show it. The owner is told, and the feed is read first.
    virtual void note_own_rollback(const std::string& peer) = 0;

    /// These bodies may have gone to another register than `peer`: the journal names them.
    virtual void note_astray(const std::string& peer, const std::vector<Leaf>& leaves) = 0;

    [[nodiscard]] virtual Checkpoint checkpoint(const std::string& peer) const = 0;
    virtual void set_checkpoint(const std::string& peer, const Checkpoint& reached) = 0;
};

}  // namespace tizilim::store
