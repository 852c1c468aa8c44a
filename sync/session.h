#pragma once

#include "platform/clock.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::sync {

/// A leaf as the key of a set or map.
[[nodiscard]] inline std::string name_of(const store::Leaf& leaf) {
    return leaf.document_id + ' ' + leaf.revision.to_string();
}

/// A page of the feed, fetched batch by batch. The checkpoint moves with its last batch.
struct FeedPage {
    std::string reached;                ///< the checkpoint's `pulled` when all of it is stored
    std::vector<store::Leaf> together;  ///< to be asked for in batches
    std::vector<store::Leaf> singly;    ///< to be asked for one by one
    bool is_last = false;               ///< of this poll
    std::string rules;                  ///< of the peer, when all of it is stored
    bool ends_feed = false;             ///< there was nothing behind it
    bool is_incomplete = false;         ///< a leaf of it was not to be had
    /// Leaves, by name_of(), of which the peer has several copies, with other ancestors each.
    std::set<std::string> named_twice{};
    /// Fetched, and not stored before all copies of them were asked for.
    std::vector<store::RemoteDocument> unclear{};
    std::size_t copy_questions = 0;    ///< asked, or still to be
    bool is_of_cut_histories = false;  ///< not of the feed: leaves that are asked for anew
    /// Not of the feed: documents of the unified system that are asked for by name.
    std::vector<store::Leaf> unified_asked{};

    [[nodiscard]] bool is_whole() const {
        return together.empty() && singly.empty() && unclear.empty();
    }
};

/// Leaves of one document that the peer refused alone, and how.
struct Refused {
    std::vector<store::Leaf> leaves;
    Failure failure;
};

/// What is known since the peer was last greeted.
///
/// The problem: a poll is many steps, each of one batch. Between two of them the link may be cut,
/// the program may end, or another server may answer. What one step learns should spare the next
/// one requests, and nothing may rest on it.
///
/// So the truth is in the store (outbox, receipts, Checkpoint) and at the peer, and a session is a
/// memory of questions that were answered. Replicator makes one when it has greeted the peer. It
/// drops it after a failure, but for a cut and a request that a limiter put off; when the round
/// ended with a failure that was postponed; after kPollsPerSession polls; when a person asks. Each
/// part begins with the value that costs requests and risks nothing:
///
///   is_compared, epoch_covers_sent  false: the remote checkpoint is read before the peer is
///                                   believed, and an epoch is written before a receipt is given
///   saved_checkpoint                absent: it is read, and the feed from there
///   pull_is_due                     true: the feed is read
///   page                            absent: a page that was begun is asked for again
///   absent_there, taken             empty: what may have arrived is asked for before it is sent
///   echo_tag                        empty: the feed shows our own entries as well
///   set_aside, refused_alone        empty: what failed alone is tried again
///
/// A crash leaves nothing of it. The next one greets, looks, writes an epoch and asks anew: some
/// requests, and never an entry.
struct Session {
    std::string peer;      ///< identity of the peer's register
    std::string instance;  ///< uuid of the server
    store::Checkpoint checkpoint{};
    /// Nothing of an earlier visit is known here: no remote checkpoint could tell that this
    /// register is an older copy.
    bool is_first_visit = false;
    /// The remote checkpoint was compared with ours: whether the peer was rolled back is known.
    bool is_compared = false;
    /// Revision of the remote checkpoint, as read or written last; empty text: there is none.
    std::optional<std::string> remote_checkpoint_revision{};
    platform::Instant remote_checkpoint_read_at{};  ///< as far as it was read, not written
    bool write_was_put_off = false;                 ///< of the remote checkpoint, by a limiter
    unsigned put_offs = 0;                          ///< requests, one after the other
    bool is_limited = false;  ///< some were put off: no step asks for many things singly
    /// Every leaf that awaits a receipt was accepted before the last epoch was acknowledged.
    bool epoch_covers_sent = false;
    /// The saved checkpoint: how far the pull had come, by the remote checkpoint; empty text where
    /// that is not known to be ours. Absent before it was read.
    std::optional<std::string> saved_checkpoint{};
    /// The saved checkpoint is another than ours, or there is none.
    bool epoch_is_due = false;
    /// The link cuts connections, or the feed is read again from the saved checkpoint: until the
    /// poll ends the remote checkpoint is written with each page, so that no feed is read for ever.
    bool notes_each_page = false;
    bool pull_is_due = true;
    /// The feed was read because nothing may be sent before; once a poll, whatever comes of it.
    bool feed_first_was_tried = false;
    bool bulk_get_is_absent = false;
    bool cut_histories_asked = false;  ///< leaves that came with too short a history, anew
    bool a_push_was_accepted = false;
    bool a_push_failed = false;
    /// `by` of the first revisions that were sent since the feed's end was last reached, for the
    /// feed to leave them out; empty: there are none, or the feed is read again since.
    std::string echo_tag{};
    bool selector_is_absent = false;
    /// Nothing is sent before the feed's end is reached: what a tag hides stays bounded.
    bool epoch_awaits_feed = false;
    std::uint64_t sent_since_epoch = 0;
    unsigned pages_of_poll = 0;
    std::optional<FeedPage> page{};
    /// One entry's fault stops neither the others nor the pull: it is told at the end of the round.
    /// Until then these leaves are not sent again.
    std::set<std::string> set_aside{};
    std::set<std::string> absent_there{};   ///< leaves that the peer surely does not have
    std::set<std::string> taken{};          ///< leaves whose tombstones are to follow
    std::vector<Refused> refused_alone{};   ///< while none was accepted
    std::optional<Failure> push_failure{};  ///< it takes nothing at all
    std::vector<store::Leaf> readable{};    ///< superseded, of withdrawn entries: to be asked for
    std::vector<store::Mark> forgotten{};   ///< those of them that are not there any more
    std::size_t not_stored = 0;  ///< entries that the server could not store, for its own fault
    std::size_t not_kept = 0;    ///< entries that the server took and did not have, too often
    unsigned polls = 0;

    /// What was read beyond the saved checkpoint is believed only as long as we keep talking: a
    /// peer that comes from a backup may have the same remote checkpoint and another feed.
    void rewind_to_saved_checkpoint() {
        const bool is_ahead = saved_checkpoint && !checkpoint.pulled.empty() &&
                              checkpoint.pulled != *saved_checkpoint;
        if (!is_ahead && !page) return;
        if (is_ahead) checkpoint.pulled = *saved_checkpoint;
        page.reset();
        echo_tag.clear();
        pull_is_due = true;
        notes_each_page = true;
    }

    void mark_sent() {
        ++sent_since_epoch;
        epoch_covers_sent = false;
    }
};

/// What a phase of replication did.
enum class Phase {
    nothing_to_do,
    prepared,   ///< an exchange that moved no document
    exchanged,  ///< the same, complete in itself: the peer is well
    moved       ///< something was sent, received or verified
};

}  // namespace tizilim::sync
