#include "sync/puller.h"

#include "platform/check.h"
#include "platform/expected.h"
#include "platform/text/json.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"
#include "sync/session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

using platform::JsonValue;
using platform::Unexpected;
using store::Leaf;

struct Offered {
    std::vector<Leaf> leaves;
    std::vector<Leaf> named_twice;  ///< those that one row names more than once
    std::uint64_t skipped = 0;
};

bool is_entry(std::string_view document_id) {
    return document_id.starts_with(store::kEntryPrefix);
}

Offered offered_by(const wire::ChangesPage& page) {
    Offered offered;
    for (const wire::ChangeRow& row : page.rows) {
        if (!wire::is_pulled(row.id)) continue;
        std::size_t taken = 0;
        std::set<std::string_view> seen;
        std::set<std::string_view> twice;
        for (const std::string& text : row.revisions) {
            auto revision = store::Revision::parse(text);
            const bool full = taken >= kRowLeavesMax || offered.leaves.size() >= kPageLeavesMax;
            if (revision && !seen.insert(text).second) {
                const bool counts = is_entry(row.id) && twice.insert(text).second;
                if (counts && offered.named_twice.size() < kCopyQuestionsMax)
                    offered.named_twice.push_back({row.id, *std::move(revision)});
                continue;
            }
            if (revision && !full) {
                offered.leaves.push_back({row.id, *std::move(revision)});
                ++taken;
            } else {
                ++offered.skipped;
            }
        }
    }
    return offered;
}

/// Answers by which a server may say that it takes no selector.
bool may_mean_no_selector(const Failure& failure) {
    constexpr std::array<int, 6> kStatuses = {400, 404, 405, 413, 500, 501};
    return std::ranges::find(kStatuses, failure.status) != kStatuses.end();
}

/// A first line of the rules that names no design document: they changed, and the release of
/// quarantined entries is due.
constexpr std::string_view kReleaseOwed = "owed\n";

bool is_owed(std::string_view rules) {
    return rules.starts_with(kReleaseOwed);
}

/// `known_rules`, a design document and its revisions a line, newest last, with those of `page`.
/// Where one changed, a release is owed.
std::string rules_after(const std::string& known_rules, const wire::ChangesPage& page) {
    const bool is_owed_already = is_owed(known_rules);
    std::string rules = known_rules.substr(is_owed_already ? kReleaseOwed.size() : 0);
    const std::string before = rules;
    for (const wire::ChangeRow& row : page.rows) {
        if (!row.id.starts_with("_design/")) continue;
        std::string line = platform::to_json(JsonValue(row.id));
        const std::size_t known = ('\n' + rules).find('\n' + line + ' ');
        for (const std::string& revision : row.revisions) {
            line += ' ' + platform::to_json(JsonValue(revision));
        }
        line += '\n';
        if (line.size() > kRulesBytesMax) continue;
        if (known != std::string::npos) rules.erase(known, rules.find('\n', known) + 1 - known);
        rules += line;
        while (rules.size() > kRulesBytesMax) rules.erase(0, rules.find('\n') + 1);
    }
    return std::string(is_owed_already || rules != before ? kReleaseOwed : "") + rules;
}

std::chrono::milliseconds wait_after(unsigned releases) {
    constexpr unsigned kWaitDoublingsMax = 12;
    if (releases == 0) return {};
    return std::min(kReleaseCap,
                    kReleaseBase * (std::int64_t{1} << std::min(releases - 1, kWaitDoublingsMax)));
}

/// The documents of a reply by their `_id` and `_rev`.
std::map<std::string, const JsonValue*> by_name(const JsonValue& reply) {
    std::map<std::string, const JsonValue*> found;
    const auto documents = wire::fetched_documents(reply);
    CHECK(documents.has_value());
    for (const JsonValue* document : *documents) {
        const JsonValue* id = document->find("_id");
        const JsonValue* revision = document->find("_rev");
        if (id == nullptr || id->string() == nullptr) continue;
        if (revision == nullptr || revision->string() == nullptr) continue;
        found.emplace(*id->string() + ' ' + *revision->string(), document);
    }
    return found;
}

/// The server does not answer this question, or no longer has the document.
bool are_not_to_be_had(int status) {
    return status == 400 || status == 404 || status == 405 || status == 500;
}

/// `asked`; of generation 0 by the revision that `json`, which was shown for it, says it is.
Leaf as_shown(const Leaf& asked, const JsonValue& json) {
    if (asked.revision.generation > 0) return asked;
    const JsonValue* revision = json.find("_rev");
    const bool is_text = revision != nullptr && revision->string() != nullptr;
    const auto parsed = is_text ? store::Revision::parse(*revision->string()) : std::nullopt;
    return {asked.document_id, parsed.value_or(store::Revision{})};
}

/// Takes the first leaves out of `leaves`.
std::vector<Leaf> cut(std::vector<Leaf>& leaves, std::size_t count_max) {
    const auto end =
        leaves.begin() + static_cast<std::ptrdiff_t>(std::min(leaves.size(), count_max));
    std::vector<Leaf> first(std::move_iterator(leaves.begin()), std::move_iterator(end));
    leaves.erase(leaves.begin(), end);
    return first;
}

void put_back(std::vector<Leaf>& leaves, std::vector<Leaf> first) {
    leaves.insert(leaves.begin(), std::move_iterator(first.begin()),
                  std::move_iterator(first.end()));
}

void append(std::vector<Leaf>& leaves, std::vector<Leaf> more) {
    std::ranges::move(more, std::back_inserter(leaves));
}

}  // namespace

bool Puller::may_release() const {
    return releases_ == 0 || clock_.now() - released_at_ >= wait_after(releases_);
}

void Puller::release_quarantined(std::string& rules) {
    if (!is_owed(rules) || !may_release()) return;
    store_.release_quarantined();
    rules.erase(0, kReleaseOwed.size());
    const bool was_quiet = clock_.now() - released_at_ > 2 * kReleaseCap;
    releases_ = was_quiet ? 1 : releases_ + 1;
    released_at_ = clock_.now();
}

Answer<Phase> Puller::pull(Session& session) {
    if (is_owed(session.checkpoint.rules) && may_release()) {
        release_quarantined(session.checkpoint.rules);
        store_.apply(session.peer, {}, session.checkpoint);
        return Phase::prepared;  // they go out first
    }
    // Put back once its documents are stored: a page that fails is asked for again.
    std::optional<FeedPage> page = std::exchange(session.page, std::nullopt);
    if (page) leave_out_withheld(*page);
    if (!page) page = unified_page(session);
    if (!page) page = cut_histories_page(session);
    if (!page) {
        auto next = next_page(session);
        if (!next) return Unexpected{next.error()};
        page = *std::move(next);
    }
    if (!page) return Phase::nothing_to_do;
    const auto documents = fetch(session, *page);
    if (!documents) {
        if (page->is_of_cut_histories) session.cut_histories_asked = false;
        if (is_put_off(documents.error())) session.page = std::move(page);
        return Unexpected{documents.error()};
    }
    return keep(session, *std::move(page), *documents);
}

namespace {

/// A page that is not of the feed: the checkpoint stays where it is.
FeedPage page_of(const Session& session, std::vector<Leaf> leaves) {
    FeedPage page{.reached = session.checkpoint.pulled,
                  .together = {},
                  .singly = {},
                  .rules = session.checkpoint.rules};
    (session.bulk_get_is_absent ? page.singly : page.together) = std::move(leaves);
    return page;
}

}  // namespace

std::optional<FeedPage> Puller::unified_page(const Session& session) const {
    const std::size_t count = pace_.batch_count(kFetchedBytes, kFetchLeavesMin, kFetchLeavesMax);
    std::vector<Leaf> leaves = store_.unified_to_ask(count);
    if (leaves.empty()) return {};
    FeedPage page = page_of(session, leaves);
    page.unified_asked = std::move(leaves);
    return page;
}

std::optional<FeedPage> Puller::cut_histories_page(Session& session) const {
    if (std::exchange(session.cut_histories_asked, true)) return {};
    std::vector<Leaf> leaves = store_.cut_histories(kCutHistoriesMax);
    if (leaves.empty()) return {};
    FeedPage page = page_of(session, std::move(leaves));
    page.is_of_cut_histories = true;
    return page;
}

/// A question names its entry, which may have become local since the page was begun.
void Puller::leave_out_withheld(FeedPage& page) const {
    if (page.unified_asked.empty()) return;
    const std::vector<Leaf> may_ask = store_.unified_to_ask(page.unified_asked.size());
    for (std::vector<Leaf>* const leaves : {&page.together, &page.singly}) {
        std::erase_if(*leaves, [&](const Leaf& leaf) {
            return std::ranges::find(may_ask, leaf) == may_ask.end();
        });
    }
}

/// Our own echo is left out where the server can do so: first revisions with the tag of this pass,
/// so that every edit of an entry comes all the same.
Answer<wire::ChangesPage> Puller::ask_for_page(Session& session, std::size_t rows_max) {
    const std::string& since = session.checkpoint.pulled;
    const bool leaves_out = client_.kind() == PeerKind::couchdb && !session.selector_is_absent &&
                            !session.echo_tag.empty();
    if (!leaves_out) return client_.changes(since, rows_max);
    auto page = client_.changes_without(session.echo_tag, since, rows_max);
    session.selector_is_absent = !page && may_mean_no_selector(page.error());
    return session.selector_is_absent ? client_.changes(since, rows_max) : page;
}

Answer<std::optional<FeedPage>> Puller::next_page(Session& session) {
    // A page and documents of it are to pass between two cuts.
    const std::size_t row_bytes = session.notes_each_page ? 2 * kRowBytes : kRowBytes;
    const std::size_t rows_max = pace_.batch_count(row_bytes, kPullRowsMin, kPullRowsMax);
    const auto page = ask_for_page(session, rows_max);
    if (!page) return Unexpected{page.error()};
    const auto checked = check_register(*page);
    if (!checked) return Unexpected{checked.error()};
    const bool full = page->rows.size() + page->skipped_rows >= rows_max;
    const bool last = ++session.pages_of_poll >= kPullPagesMax || !full;
    if (!last && page->reached == session.checkpoint.pulled) {
        return Unexpected{not_the_peer({"not_peer.changes_stand_still"})};
    }
    skipped_ += page->skipped_rows + page->skipped_revisions;
    if (page->rows.empty() && page->skipped_rows == 0) {
        // Rows may have been filtered out: then the checkpoint moves all the same.
        const bool moved = !session.echo_tag.empty() && page->reached != session.checkpoint.pulled;
        if (!moved) {
            const auto ended = end_poll(session, !full);
            if (!ended) return Unexpected{ended.error()};
            return std::optional<FeedPage>();
        }
    }
    const Offered offered = offered_by(*page);
    skipped_ += offered.skipped;
    std::vector<Leaf> missing = store_.missing(offered.leaves);
    FeedPage next{.reached = page->reached,
                  .together = {},
                  .singly = {},
                  .is_last = last,
                  .rules = rules_after(session.checkpoint.rules, *page),
                  .ends_feed = !full};
    for (const Leaf& leaf : offered.named_twice) {
        next.named_twice.insert(name_of(leaf));
        // The copy that is held may be the wrong one.
        if (std::ranges::find(missing, leaf) == missing.end()) missing.push_back(leaf);
    }
    (session.bulk_get_is_absent ? next.singly : next.together) = std::move(missing);
    return std::optional(std::move(next));
}

Answer<Phase> Puller::check_register(const wire::ChangesPage& page) {
    const auto row = std::ranges::find(page.rows, kRegisterDocument, &wire::ChangeRow::id);
    if (row == page.rows.end() || right_.is_current(row->revisions)) return Phase::nothing_to_do;
    return right_.prove();
}

Answer<Phase> Puller::keep(Session& session, FeedPage page, const Documents& documents) {
    const Phase done = documents.empty() ? Phase::exchanged : Phase::moved;
    const bool whole = page.is_whole();
    store::Checkpoint reached = session.checkpoint;
    if (whole) {
        // Before the checkpoint moves past the change: a crash between releases them twice.
        release_quarantined(page.rules);
        reached.pulled = page.reached;
        reached.rules = page.rules;
    }
    if (whole || !documents.empty()) store_.apply(session.peer, documents, reached);
    stored_ += documents.size();
    if (!whole) {
        session.page = std::move(page);
        return done;
    }
    // After they were stored: a crash between asks once more.
    if (!page.unified_asked.empty()) store_.unified_asked(page.unified_asked);
    const bool moved = reached.pulled != session.checkpoint.pulled;
    session.checkpoint = std::move(reached);
    times_unreadable_.clear();
    if (session.checkpoint.pulled != session.saved_checkpoint) session.epoch_is_due = true;
    // A leaf that is gone was superseded after this page was read: the feed is asked once more.
    const bool has_more =
        page.ends_feed && page.is_incomplete && moved && session.pages_of_poll < kPullPagesMax;
    // Entries came with it: their `unified:` documents are fetched before the poll ends.
    if (!page.is_last || has_more || !store_.unified_to_ask(1).empty()) return done;
    auto ended = end_poll(session, page.ends_feed && !page.is_incomplete);
    if (!ended) return ended;
    return done;
}

Answer<Phase> Puller::end_poll(Session& session, bool at_end) {
    if (at_end && store_.reads_feed_first()) {
        // Entries that wait for this are sent now: it must not have been another register's feed.
        auto proved = right_.prove();
        if (!proved) return proved;
    }
    if (at_end) store_.feed_ended(session.peer);
    session.pull_is_due = false;
    session.pages_of_poll = 0;
    session.notes_each_page = false;
    session.echo_tag.clear();
    session.epoch_awaits_feed = false;
    return Phase::nothing_to_do;
}

Answer<Puller::Documents> Puller::fetch(Session& session, FeedPage& page) {
    // Last: foreign documents are stored only for entries that are here, which may be in this page.
    const bool is_fetched = page.together.empty() && page.singly.empty();
    if (is_fetched && !page.unclear.empty()) return fetch_copies(page);
    auto documents =
        page.singly.empty() ? fetch_together(session, page) : fetch_singly(session, page);
    if (!documents) return documents;
    return set_unclear_apart(page, *std::move(documents));
}

/// Moves documents of entries that do not verify to page.unclear, within bounds; returns the
/// others.
Puller::Documents Puller::set_unclear_apart(FeedPage& page, Documents documents) const {
    const auto is_of_entry = [](const store::RemoteDocument& document) {
        return is_entry(document.id);
    };
    if (std::ranges::none_of(documents, is_of_entry)) return documents;
    std::set<std::string> unclear = page.named_twice;
    for (const Leaf& leaf : store_.unverified(documents)) unclear.insert(name_of(leaf));
    if (unclear.empty()) return documents;
    Documents sound;
    for (store::RemoteDocument& document : documents) {
        const bool is_unclear =
            is_of_entry(document) && unclear.contains(name_of({document.id, document.revision}));
        const bool may_ask = is_unclear && page.copy_questions < kCopyQuestionsMax;
        if (may_ask) ++page.copy_questions;
        (may_ask ? page.unclear : sound).push_back(std::move(document));
    }
    return sound;
}

/// The copy that was fetched, and the others that the peer has: one question a step.
Answer<Puller::Documents> Puller::fetch_copies(FeedPage& page) {
    Documents documents;
    documents.push_back(std::move(page.unclear.back()));
    page.unclear.pop_back();
    const Leaf leaf{documents.front().id, documents.front().revision};
    auto copies = client_.copies(leaf);
    if (copies) {
        std::ranges::move(*copies, std::back_inserter(documents));
        return documents;
    }
    const Failure& failure = copies.error();
    // One refusal may be of the moment: without the copy that verifies an entry that is not here
    // would never come, since the feed does not show it again.
    const bool is_final =
        failure.too_large || failure.unreadable || are_not_to_be_had(failure.status);
    if (is_final && count_unreadable("copies of " + name_of(leaf))) {
        ++skipped_;
        return documents;
    }
    page.unclear.push_back(std::move(documents.front()));
    return Unexpected{failure};
}

Answer<Puller::Documents> Puller::fetch_together(Session& session, FeedPage& page) {
    std::vector<Leaf> leaves =
        cut(page.together, pace_.batch_count(kFetchedBytes, kFetchLeavesMin, kFetchLeavesMax));
    Documents documents;
    if (leaves.empty()) return documents;
    const auto reply = client_.bulk_get(leaves);
    if (!reply && (reply.error().status == 404 || reply.error().status == 405)) {
        // It may also be the database that is gone.
        const auto proved = right_.prove();
        if (!proved) {
            put_back(page.together, std::move(leaves));
            return Unexpected{proved.error()};
        }
        session.bulk_get_is_absent = true;
        append(leaves, std::exchange(page.together, {}));
        page.singly = std::move(leaves);
        return documents;
    }
    const bool one_spoils_it =
        !reply &&
        (reply.error().too_large ||
         (reply.error().unreadable && count_unreadable("with " + name_of(leaves.front()))));
    if (one_spoils_it) {
        page.singly = std::move(leaves);
        return documents;
    }
    if (!reply) {
        put_back(page.together, std::move(leaves));
        return Unexpected{reply.error()};
    }
    const auto found = by_name(*reply);
    for (Leaf& leaf : leaves) {
        const bool is_named = leaf.revision.generation > 0;
        const auto at =
            is_named ? found.find(name_of(leaf)) : found.lower_bound(leaf.document_id + ' ');
        if (!is_named) {
            // Most entries have no `unified:` document yet.
            const bool is_there =
                at != found.end() && at->first.starts_with(leaf.document_id + ' ');
            if (is_there) take(page, *at->second, leaf, documents);
        } else if (at == found.end()) {
            // Servers differ in how they say that they can't find one: a GET says whether it is
            // gone.
            page.singly.push_back(std::move(leaf));
        } else {
            take(page, *at->second, leaf, documents);
        }
    }
    return documents;
}

/// A revision that is gone was superseded meanwhile: its successor comes later in the feed.
Answer<Puller::Documents> Puller::fetch_singly(Session& session, FeedPage& page) {
    Documents documents;
    std::vector<Leaf> leaves = cut(page.singly, session.is_limited ? 1 : kSingleGetsMax);
    for (const Leaf& leaf : leaves) {
        const auto answer = client_.revision(leaf);
        if (!answer) {
            const Failure& failure = answer.error();
            const bool spoilt =
                (failure.too_large || failure.unreadable) && count_unreadable(name_of(leaf));
            if (!spoilt) {
                put_back(page.singly, std::move(leaves));
                return Unexpected{failure};
            }
            ++skipped_;
            page.is_incomplete = true;
            continue;
        }
        const std::optional<JsonValue>& document = *answer;
        if (document) {
            take(page, *document, leaf, documents);
        } else if (page.is_of_cut_histories) {
            // No other copy of it will come.
            session.forgotten.push_back({leaf, store::Verdict::forgotten});
        } else {
            page.is_incomplete = true;
        }
    }
    return documents;
}

void Puller::take(FeedPage& page, const JsonValue& json, const Leaf& asked, Documents& documents) {
    auto document = wire::decode(json, as_shown(asked, json));
    if (document) {
        documents.push_back(*std::move(document));
    } else {
        ++skipped_;
        page.is_incomplete = true;
    }
}

/// After something unreadable, or a refusal, the peer is greeted anew: something else may have
/// answered. If it still sends the same after that, the fault is in the document.
bool Puller::count_unreadable(const std::string& question) {
    if (times_unreadable_.size() >= kPageLeavesMax) times_unreadable_.clear();
    return ++times_unreadable_[question] >= kUnreadableTimesMax;
}

}  // namespace tizilim::sync
