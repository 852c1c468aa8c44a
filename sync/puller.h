#pragma once

#include "platform/clock.h"
#include "platform/text/json.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/link_pace.h"
#include "sync/couch/wire.h"
#include "sync/right_register.h"
#include "sync/session.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::sync {

/// Fetches what the peer has and we don't: what the unified system says of entries, and entries of
/// the lawyer's other PCs.
///
/// The problem: the feed may be long and the link may cut it anywhere. A document in it may be
/// broken, too large, gone, or forged, and must not stop what is behind it. Nothing may be skipped
/// that could be had.
///
/// pull() does one batch, the first of these that is due:
///
///   1. A page that was begun goes on.
///   2. `unified:` documents of entries that came here are asked for by name: the feed may have
///      shown them before, and they are stored for entries that are here alone.
///   3. Leaves that came with too short a history are asked for again, once a session.
///   4. The next page of `_changes` is asked for, without our own echo where the server can leave
///      it out. What the store does not hold of it becomes the page.
///
/// A page is fetched by `_bulk_get`, or singly where the server has none or one document spoils the
/// answer. A peer may have one revision with several ancestries, and shows one: of an entry's leaf
/// that does not verify, or is named twice, all copies are asked for last, and the store takes the
/// one that verifies. A document of a wrong shape is skipped and counted; so is one whose answer
/// could not be read kUnreadableTimesMax times.
///
/// Documents and checkpoint are stored in one transaction, and the checkpoint moves with the last
/// batch of a page: a crash repeats a page, which changes nothing, and never skips one. What was
/// asked for by name is struck off behind what it brought: a crash between asks once more. Where
/// the peer's design documents changed, what they had quarantined is let go before the checkpoint
/// moves: a crash between does it twice.
class Puller {
public:
    Puller(CouchClient& client, store::Replication& store, RightRegister& right,
           const LinkPace& pace, const platform::Clock& clock)
        : client_(client), store_(store), right_(right), pace_(pace), clock_(clock) {}

    /// One batch of the feed.
    [[nodiscard]] Answer<Phase> pull(Session& session);

    /// Documents that were ours to pull and can't be: broken, too large, or more leaves than we
    /// take. Counted once each time they are met; the feed goes on behind them.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }
    /// Documents stored so far.
    [[nodiscard]] std::uint64_t stored() const { return stored_; }

private:
    using Documents = std::vector<store::RemoteDocument>;
    /// Nothing when there is nothing new.
    [[nodiscard]] Answer<std::optional<FeedPage>> next_page(Session& session);
    /// What the unified system says of entries that came here; nothing: all of it was asked for.
    [[nodiscard]] std::optional<FeedPage> unified_page(const Session& session) const;
    /// Leaves that came with too short a history: the server may show all of it by now.
    [[nodiscard]] std::optional<FeedPage> cut_histories_page(Session& session) const;
    void leave_out_withheld(FeedPage& page) const;
    [[nodiscard]] Answer<wire::ChangesPage> ask_for_page(Session& session, std::size_t rows_max);
    /// A failure if the page shows that this is another register.
    [[nodiscard]] Answer<Phase> check_register(const wire::ChangesPage& page);
    /// The next documents of `page`, which are then no longer in it.
    [[nodiscard]] Answer<Documents> fetch(Session& session, FeedPage& page);
    [[nodiscard]] Answer<Documents> fetch_together(Session& session, FeedPage& page);
    [[nodiscard]] Answer<Documents> fetch_singly(Session& session, FeedPage& page);
    [[nodiscard]] Answer<Documents> fetch_copies(FeedPage& page);
    [[nodiscard]] Documents set_unclear_apart(FeedPage& page, Documents documents) const;
    void take(FeedPage& page, const platform::JsonValue& json, const store::Leaf& asked,
              Documents& documents);
    [[nodiscard]] Answer<Phase> keep(Session& session, FeedPage page, const Documents& documents);
    /// `at_end`: nothing is behind what was read.
    [[nodiscard]] Answer<Phase> end_poll(Session& session, bool at_end);
    /// The peer's rules changed since quarantined entries were let go: `rules` says so until they
    /// are.
    void release_quarantined(std::string& rules);
    [[nodiscard]] bool may_release() const;
    /// True when the answer to this question could not be read too often.
    [[nodiscard]] bool count_unreadable(const std::string& question);

    CouchClient& client_;
    store::Replication& store_;
    RightRegister& right_;
    const LinkPace& pace_;
    const platform::Clock& clock_;
    unsigned releases_ = 0;  ///< one soon after the other
    platform::Instant released_at_{};
    std::uint64_t skipped_ = 0;
    std::uint64_t stored_ = 0;
    std::map<std::string, unsigned> times_unreadable_;
};

}  // namespace tizilim::sync
