#pragma once

#include "platform/clock.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/revision.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
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
    /// Minted; current leaves only. After an entry's leaf come, in the same batch, its other leaves
    /// and the tombstones of leaves that were merged into it.
    std::vector<DisclosedEntry> entries;
    /// Those of `entries` that were handed out before: the peer may have them, and a question is
    /// cheaper than a body.
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
    missing,      ///< asked afterwards, it does not have it: it is sent again
    quarantined,  ///< it refuses this one document
    deferred,     ///< it could not store this one document, for a fault of its own: counted
    forgotten     ///< this revision is gone there: an old one of a withdrawn entry, or unverified
};

struct Mark {
    Leaf leaf;
    Verdict verdict{};
    /// Of quarantined and deferred, for the lawyer: what was tried and what the peer said ("413
    /// after splitting to 1 document"); bounded.
    platform::Message reason{};
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
    /// The rolling audit: how far this round has come, and when it began or is to begin.
    OutboxPosition audited{};
    platform::WallTime audit_began{};
    /// Opaque: the peer's design documents as they were when it last refused an entry.
    std::string rules{};

    bool operator==(const Checkpoint&) const = default;
};

/// A question for a time-stamp authority (RFC 3161), or what answered to it: base64 of DER.
struct TimestampBytes {
    std::string base64;
};
/// Of an answer, before base64.
inline constexpr std::size_t kTimestampAnswerMax = std::size_t{64} * 1024;

/// How this PC is, for who watches over many (`health:<installation id>`). Nothing of what stays
/// here is in it, nor of what is not signed and so may yet be told to stay.
struct PcHealth {
    std::string version;
    std::string state;               ///< a code: "well", "pending", "stuck"…
    std::chrono::seconds waiting{};  ///< the oldest that is to leave; 0: nothing waits
    std::optional<std::chrono::seconds> backup_age{};  ///< nothing: there is none
    std::uint64_t balance_error = 0;

    bool operator==(const PcHealth&) const = default;
};

/// The store as `sync` sees it: only disclosed entries leave, and what is pulled is merged inside
/// the store. Few, coarse calls that pass plain values, so that `sync` can be a process of its own.
/// `peer` is the identity of the peer's register. Each call that changes something is one durable
/// transaction. \throws StoreError
class Replication {
public:
    virtual ~Replication() = default;

    /// The name of our `_local` document at every peer: random, the same for the register's life.
    [[nodiscard]] virtual std::string installation_id() const = 0;

    /// The outbox after `after`, in order of leaving. A body that leaves for the first time gets
    /// its revision here, so that whatever may have left is recorded before.
    [[nodiscard]] virtual Changes changes_after(OutboxPosition after,
                                                const BatchBounds& bounds) = 0;

    /// Which of `offered` are to be fetched, in the order offered: not held here, or unverified. A
    /// `unified:` document whose entry is not here is not fetched.
    [[nodiscard]] virtual std::vector<Leaf> missing(const std::vector<Leaf>& offered) const = 0;

    /// Stores what was pulled and moves the checkpoint, in one transaction: a crash repeats a batch
    /// but never skips one. Idempotent. Foreign documents are left out if their entry is not here,
    /// or beyond a bound.
    virtual void apply(const std::string& peer, const std::vector<RemoteDocument>& documents,
                       const Checkpoint& reached) = 0;

    /// Records what the peer did with leaves. A mark on a leaf that is no longer the current one of
    /// its entry changes no delivery state: what superseded it still waits.
    virtual void mark(const std::string& peer, const std::vector<Mark>& marks) = 0;

    /// Leaves of entries in state `sent`, in order of leaving, each with its tombstones. Those of
    /// one entry stay together: there may be a few more than `count_max`.
    [[nodiscard]] virtual std::vector<Leaf> awaiting_receipt(std::size_t count_max) const = 0;

    /// Leaves that the peer should have, for the audit; pulled ones, too, and their tombstones. A
    /// Mark with Verdict::missing sends a lost one again.
    [[nodiscard]] virtual AuditSlice delivered_after(OutboxPosition after,
                                                     std::size_t count_max) const = 0;

    /// Superseded revisions of entries whose withdrawal was delivered, not yet marked as forgotten.
    /// In order of document id, after `after`; limit as in awaiting_receipt().
    [[nodiscard]] virtual std::vector<Leaf> still_readable(const std::string& after,
                                                           std::size_t count_max) const = 0;

    /// Those of `documents`, of entries, that do not verify with the ancestors that are given:
    /// another copy may.
    [[nodiscard]] virtual std::vector<Leaf> unverified(
        const std::vector<RemoteDocument>& documents) const = 0;

    /// Leaves that make a conflict because a peer gave too short a history: nothing is taken from
    /// them before they come with all of it.
    [[nodiscard]] virtual std::vector<Leaf> cut_histories(std::size_t count_max) const = 0;

    /// Whether nothing may be sent before the feed was read to its end: this register came from a
    /// backup, or is a copy, and what waits may have been withdrawn since.
    [[nodiscard]] virtual bool reads_feed_first() const = 0;
    /// The feed was read to its end: what needs all leaves of `peer` is decided now.
    virtual void feed_ended(const std::string& peer) = 0;

    /// `unified:` documents to fetch by name, since the feed may have shown them before their entry
    /// came here (missing() skips those). Generation 0: whatever the peer has.
    [[nodiscard]] virtual std::vector<Leaf> unified_to_ask(std::size_t count_max) const = 0;
    /// The first of these were asked for, and applied if the peer has them.
    virtual void unified_asked(const std::vector<Leaf>& asked) = 0;

    /// All quarantined entries become pending: the peer's rules changed.
    virtual void release_quarantined() = 0;

    /// Takes all receipts back: what was delivered is `sent` again until the peer shows anew that
    /// it has it. For a peer that was rolled back or replaced. `restart`: the new checkpoint.
    virtual void distrust(const std::string& peer, const Checkpoint& restart) = 0;

    /// The remote checkpoint is later than this register, which so seems to be an older copy: it
    /// reads the feed first, and BookState::warning says so.
    virtual void record_own_rollback(const std::string& peer) = 0;

    /// These bodies may have gone to another register than `peer`: the journal names them.
    virtual void record_astray(const std::string& peer, const std::vector<Leaf>& leaves) = 0;

    [[nodiscard]] virtual Checkpoint checkpoint(const std::string& peer) const = 0;
    virtual void set_checkpoint(const std::string& peer, const Checkpoint& reached) = 0;

    /// Nothing: nobody is told.
    [[nodiscard]] virtual std::optional<PcHealth> health() const { return {}; }

    // Time-stamps over the journal's head. A question has nothing of the head in it, and two over
    // the same head have nothing in common.

    /// When the last one was stored; nothing: there is none.
    [[nodiscard]] virtual std::optional<platform::WallTime> timestamped_at() const { return {}; }
    /// A new question; one that is open is given up. Empty: none is wanted now.
    [[nodiscard]] virtual TimestampBytes timestamp_request() { return {}; }
    /// What the authority said to it, untrusted. Why it is refused; nothing: it is stored.
    [[nodiscard]] virtual std::optional<platform::Message> timestamp_answered(
        const TimestampBytes& /*answer*/) {
        return platform::Message{"timestamp.not_asked"};
    }
    /// Why it did not answer.
    virtual void timestamp_failed(const platform::Message& /*why*/) {}
};

}  // namespace tizilim::store
