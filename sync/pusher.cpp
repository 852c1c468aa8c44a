#include "sync/pusher.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/gzip.h"
#include "platform/text/message.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"
#include "sync/session.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

using platform::Message;
using platform::Unexpected;
using store::DisclosedEntry;
using store::Leaf;
using Entries = std::vector<DisclosedEntry>;

/// With fewer documents the ratio of gzip is not measured.
constexpr std::size_t kTellingEntriesMin = 20;

template <class Document>
Leaf leaf_of(const Document& entry) {
    return {entry.document_id(), entry.revision()};
}

/// A merged entry's leaf and tombstones are one document.
std::size_t documents_in(const Entries& entries) {
    std::size_t documents = 0;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const bool begins = at == 0 || entries[at].document_id() != entries[at - 1].document_id();
        documents += begins ? 1 : 0;
    }
    return documents;
}

/// Those documents of `entries` of which `names` has a revision: a document is set aside, or sent
/// alone, as a whole.
std::set<std::string> documents_named(const Entries& entries, const std::set<std::string>& names) {
    std::set<std::string> documents;
    for (const DisclosedEntry& entry : entries) {
        if (names.contains(name_of(leaf_of(entry)))) documents.insert(entry.document_id());
    }
    return documents;
}

/// The first `count` entries, and those of the last one's document.
void keep_first(Entries& entries, std::size_t count) {
    std::size_t end = std::max<std::size_t>(1, count);
    while (end < entries.size() && entries[end].document_id() == entries[end - 1].document_id()) {
        ++end;
    }
    if (end < entries.size()) {
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(end), entries.end());
    }
}

/// 48 bits: no other PC draws the same.
std::string new_tag(platform::Random& random) {
    constexpr std::size_t kCharacters = 8;
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string tag;
    while (tag.size() < kCharacters) tag += kAlphabet[random.below(kAlphabet.size())];
    return tag;
}

bool has_first_revision(const Entries& entries) {
    for (const DisclosedEntry& entry : entries) {
        if (entry.revision().generation == 1) return true;
    }
    return false;
}

void remember(std::set<std::string>& names, std::string name) {
    if (names.size() >= kNamesRememberedMax) names.clear();
    names.insert(std::move(name));
}

enum class RowMeaning { refused, unauthorized, later };

/// What `error` says of one document. All but these codes is a refusal, also an empty one: some
/// servers give none (sync/README.md, "Measured").
RowMeaning meaning_of(std::string_view error) {
    constexpr std::array<std::string_view, 5> kOfTheServer = {"internal_server_error",
                                                              "service_unavailable", "timeout",
                                                              "too_many_requests", "unknown_error"};
    if (error == "unauthorized") return RowMeaning::unauthorized;
    const bool later = std::ranges::find(kOfTheServer, error) != kOfTheServer.end();
    return later ? RowMeaning::later : RowMeaning::refused;
}

Message refusal_of(const wire::RefusedRow& row) {
    if (!row.reason.empty()) return platform::as_it_stands(row.reason);
    return {"delivery.refused_without_reason"};
}

Message fault_of(const wire::RefusedRow& row) {
    return {"delivery.not_stored", {{"error", excerpt(row.error)}}};
}

Failure unauthorized_rows() {
    return {.outcome = Outcome::unauthorized, .reason = {"peer.user_may_not_deliver"}};
}

bool asks_for_patience(int status) {
    return status == 202 || status == 408 || status == 429 || status == 503;
}

/// The whole batch was refused, and nothing of it stored.
bool is_refusal(const Failure& failure) {
    const bool by_status = failure.status >= 400 && failure.status < 500;
    return by_status && failure.outcome != Outcome::unauthorized && failure.status != 407 &&
           !failure.locked && !asks_for_patience(failure.status);
}

/// These are about the document; others may be about rights, or a proxy's rules.
bool is_of_the_document(const Failure& failure) {
    constexpr std::array<int, 4> kStatuses = {400, 412, 413, 422};
    return std::ranges::find(kStatuses, failure.status) != kStatuses.end();
}

Message reason_of(const Failure& failure) {
    if (failure.status == 0) return {"delivery.unanswered_alone"};
    return {"delivery.refused_alone", {{"status", failure.status}}};
}

using Rows = std::multimap<std::string_view, const wire::RefusedRow*>;

/// The row that speaks of `leaf`, or null.
const wire::RefusedRow* row_of(const Rows& rows, const Leaf& leaf) {
    const auto [begin, end] = rows.equal_range(leaf.document_id);
    for (auto row = begin; row != end; ++row) {
        const std::string& revision = row->second->revision;
        if (revision.empty() || revision == leaf.revision.to_string()) return row->second;
    }
    return nullptr;
}

}  // namespace

Answer<Phase> Pusher::push(Session& session) {
    if (session.push_failure || session.set_aside.size() >= kSetAsideMax) {
        return Phase::nothing_to_do;
    }
    // Proved before the batch is made: what leaves must be current then, and a revision is minted
    // when its body goes out. What may have arrived is asked for first.
    if (!right_.is_proved() && unanswered_.empty() && something_waits()) return right_.prove();
    Batch batch = next_batch(session);
    if (batch.entries.empty()) return give_up(session);
    if (!batch.unknown.empty()) return ask(session, batch.unknown);
    if (!right_.is_proved()) return right_.prove();  // then the batch is made anew
    hold_back(session, batch);
    return send(session, std::move(batch));
}

bool Pusher::something_waits() {
    const store::Changes first = store_.changes_after({}, {.entries_max = 1, .bytes_max = 1});
    remember_handed_out(first);
    return !first.entries.empty();
}

void Pusher::forget_refusals() {
    suspects_.clear();
    stubborn_.clear();
    failing_.clear();
    times_failed_ = 0;
}

/// From the head of the outbox each time: a withdrawal goes first.
Pusher::Batch Pusher::next_batch(const Session& session) {
    const store::BatchBounds bounds{.entries_max = suspects_.documents_max(kPushEntriesMax),
                                    .bytes_max = pace_.batch_bytes() * body_percent_ / 100};
    Batch alone;
    store::OutboxPosition after{};
    for (;;) {
        store::Changes changes = store_.changes_after(after, bounds);
        if (changes.entries.empty()) return alone;
        after = changes.last;
        remember_handed_out(changes);
        Batch batch = sendable(session, std::move(changes), alone);
        if (!batch.entries.empty()) return batch;
    }
}

/// `alone` gets the first document that is to be sent alone.
Pusher::Batch Pusher::sendable(const Session& session, store::Changes changes, Batch& alone) {
    const std::set<std::string> lacking = lacking_there(session, changes);
    const std::set<std::string> aside = documents_named(changes.entries, session.set_aside);
    const std::set<std::string> stubborn = documents_named(changes.entries, stubborn_);
    Batch batch;
    for (DisclosedEntry& entry : changes.entries) {
        const std::string& document = entry.document_id();
        if (aside.contains(document)) continue;
        Batch* to = &batch;
        if (stubborn.contains(document)) {
            const bool is_next =
                alone.entries.empty() || alone.entries.front().document_id() == document;
            if (!is_next) continue;
            to = &alone;
        }
        if (!lacking.contains(document)) to->unknown.push_back(leaf_of(entry));
        to->entries.push_back(std::move(entry));
    }
    return batch;
}

/// A leaf goes out before the tombstones of the leaves that were merged into it: should the peer
/// refuse it, it keeps those.
void Pusher::hold_back(const Session& session, Batch& batch) {
    Entries going;
    going.reserve(batch.entries.size());
    std::string document;
    for (std::size_t at = 0; at < batch.entries.size(); ++at) {
        DisclosedEntry& entry = batch.entries[at];
        const bool has_more = at + 1 < batch.entries.size() &&
                              batch.entries[at + 1].document_id() == entry.document_id();
        const bool is_leaf = entry.document_id() != document;
        document = entry.document_id();
        if (is_leaf && has_more && session.taken.contains(name_of(leaf_of(entry)))) {
            batch.taken.emplace(document, leaf_of(entry));
        } else if (is_leaf || batch.taken.contains(document)) {
            going.push_back(std::move(entry));
        } else {
            batch.not_all.insert(document);
        }
    }
    batch.entries = std::move(going);
}

/// The documents of which the peer surely lacks a revision: they go out as a whole; asked for the
/// others, the peer would show them and the document would be marked as sent.
std::set<std::string> Pusher::lacking_there(const Session& session,
                                            const store::Changes& changes) const {
    std::set<std::string> handed_out;
    for (const Leaf& leaf : changes.handed_out_before) handed_out.insert(name_of(leaf));
    std::set<std::string> lacking;
    for (const DisclosedEntry& entry : changes.entries) {
        const std::string name = name_of(leaf_of(entry));
        const bool may_be_there = handed_out.contains(name) && !unsent_.contains(name) &&
                                  !session.absent_there.contains(name);
        if (!may_be_there) lacking.insert(entry.document_id());
    }
    return lacking;
}

void Pusher::remember_handed_out(const store::Changes& changes) {
    std::set<std::string> before;
    for (const Leaf& leaf : changes.handed_out_before) before.insert(name_of(leaf));
    for (const DisclosedEntry& entry : changes.entries) {
        std::string name = name_of(leaf_of(entry));
        if (!before.contains(name)) remember(unsent_, std::move(name));
    }
}

Answer<Phase> Pusher::ask(Session& session, const std::vector<Leaf>& unknown) {
    const bool probes =
        unknown.size() >= kProbeLeavesMin && std::ranges::all_of(unknown, [this](const Leaf& leaf) {
            return unanswered_.contains(name_of(leaf));
        });
    const std::vector<Leaf> asked =
        probes ? std::vector<Leaf>{unknown.front(), unknown.back()} : unknown;
    const auto absent = presence_.absent(asked);
    if (!absent) return Unexpected{absent.error()};
    if (!probes) return mark_known(session, asked, *absent);
    if (absent->size() == asked.size()) {
        session.absent_there.merge(unanswered_);
        return Phase::prepared;
    }
    unanswered_.clear();  // it arrived, at least in part: all are asked for
    return Phase::prepared;
}

Phase Pusher::mark_known(Session& session, const std::vector<Leaf>& asked,
                         const std::vector<Leaf>& absent) {
    // A document is there when all of it is: its leaf goes out again with a tombstone that is not.
    std::set<std::string> incomplete;
    for (const Leaf& leaf : absent) incomplete.insert(leaf.document_id);
    std::set<std::string> missing;
    std::vector<store::Mark> marks;
    for (const Leaf& leaf : asked) {
        if (incomplete.contains(leaf.document_id)) {
            missing.insert(name_of(leaf));
            continue;
        }
        marks.push_back({leaf, store::Verdict::sent});
        session.mark_sent();
    }
    session.absent_there.merge(missing);
    if (marks.empty()) return Phase::prepared;
    store_.mark(session.peer, marks);
    return Phase::moved;
}

/// The body to be sent, gzipped. Entries that make it much larger than intended are taken out.
std::string Pusher::pack(Entries& entries, std::string_view tag) {
    for (;;) {
        const std::string body = wire::bulk_docs_body(entries, tag);
        const std::string packed = platform::gzip(body);
        const std::size_t bytes = client_.sends_plain() ? body.size() : packed.size();
        const std::size_t wanted = pace_.batch_bytes();
        if (entries.size() >= kTellingEntriesMin) {
            std::size_t bodies = 0;
            for (const DisclosedEntry& entry : entries) bodies += entry.body().size();
            body_percent_ = std::max<std::size_t>(1, 100 * bodies / bytes);
        }
        const bool fits = bytes * 100 <= wanted * kBatchOvershootPercent;
        if (fits || documents_in(entries) == 1) return packed;
        keep_first(entries, entries.size() * wanted / bytes);
    }
}

Answer<Phase> Pusher::send(Session& session, Batch batch) {
    const bool marks = has_first_revision(batch.entries);
    if (marks && session.echo_tag.empty()) session.echo_tag = new_tag(random_);
    std::string packed = pack(batch.entries, session.echo_tag);
    session.epoch_covers_sent = false;
    std::vector<Leaf> leaving;
    for (const DisclosedEntry& entry : batch.entries) {
        leaving.push_back(leaf_of(entry));
        unsent_.erase(name_of(leaving.back()));
    }
    sent_bytes_ = packed.size();
    right_.remember_leaving(std::move(leaving));
    const auto rows = client_.bulk_docs(batch.entries, std::move(packed));
    return rows ? accept(session, batch, *rows) : fail(session, batch, rows.error());
}

/// An entry is marked as sent once all of its document was accepted.
void Pusher::Batch::mark_accepted(Session& session, const Leaf& leaf,
                                  std::vector<store::Mark>& marks) const {
    if (not_all.contains(leaf.document_id)) {
        session.taken.insert(name_of(leaf));
        return;
    }
    marks.push_back({leaf, store::Verdict::sent});
    const auto before = taken.find(leaf.document_id);
    if (before != taken.end()) marks.push_back({before->second, store::Verdict::sent});
}

Answer<Phase> Pusher::accept(Session& session, const Batch& batch,
                             const std::vector<wire::RefusedRow>& refused) {
    Rows rows;
    for (const wire::RefusedRow& row : refused) {
        if (meaning_of(row.error) == RowMeaning::unauthorized) {
            return Unexpected{unauthorized_rows()};
        }
        rows.emplace(row.id, &row);
    }
    std::vector<store::Mark> marks;
    bool is_progress = false;
    for (const DisclosedEntry& entry : batch.entries) {
        const Leaf leaf = leaf_of(entry);
        const std::string name = name_of(leaf);
        const wire::RefusedRow* row = row_of(rows, leaf);
        if (row == nullptr) {
            batch.mark_accepted(session, leaf, marks);
            session.mark_sent();
            stubborn_.erase(name);
            is_progress = is_progress || !verifier_.was_lost(name);
        } else if (meaning_of(row->error) == RowMeaning::refused) {
            marks.push_back({leaf, store::Verdict::quarantined, refusal_of(*row)});
        } else {
            marks.push_back({leaf, store::Verdict::deferred, fault_of(*row)});
            session.set_aside.insert(name);
            ++session.not_stored;
        }
    }
    store_.mark(session.peer, marks);
    times_failed_ = 0;
    session.a_push_was_accepted = true;
    if (!session.refused_alone.empty()) {
        conclude(session);
        suspects_.clear();
    }
    const bool was_size = suspects_.accepted(documents_in(batch.entries));
    if (was_size && refused_bytes_ > 0) pace_.too_large(refused_bytes_);
    if (!suspects_.any()) refused_bytes_ = 0;
    return is_progress ? Phase::moved : Phase::prepared;
}

Answer<Phase> Pusher::fail(Session& session, const Batch& batch, const Failure& failure) {
    if (failure.again_plain) {
        right_.forget_leaving();
        mark_absent(session, batch);
        return Phase::prepared;
    }
    if (is_refusal(failure)) {
        right_.forget_leaving();
        mark_absent(session, batch);
        if (failure.status == 413) {
            refused_bytes_ = sent_bytes_;
        } else if (!suspects_.any()) {
            // It may also be another server or a proxy that refuses, or the database that is gone.
            const auto proved = right_.prove();
            if (!proved) return Unexpected{proved.error()};
        }
        return split(session, batch, failure);
    }
    if (is_put_off(failure) && session.put_offs < kPutOffsMax) {
        // The same body goes again, and need not be asked for.
        right_.forget_leaving();
        mark_absent(session, batch);
        return Unexpected{failure};
    }
    unanswered_.clear();
    for (const DisclosedEntry& entry : batch.entries) {
        const std::string name = name_of(leaf_of(entry));
        unanswered_.insert(name);
        // Should it have arrived all the same, it is sent twice, which does no harm.
        if (failure.hardly_left) {
            session.absent_there.insert(name);
        } else {
            session.absent_there.erase(name);
        }
    }
    if (failure.outcome == Outcome::unauthorized) return Unexpected{failure};
    if (!keeps_failing(session, batch, failure)) return Unexpected{failure};
    mark_absent(session, batch);
    const Phase phase = split(session, batch, failure);
    // The time that the peer names is waited for all the same.
    if (failure.retry_after) return Unexpected{failure};
    return phase;
}

void Pusher::mark_absent(Session& session, const Batch& batch) {
    for (const DisclosedEntry& entry : batch.entries) {
        session.absent_there.insert(name_of(leaf_of(entry)));
    }
}

/// Counted once a session: the peer was greeted between, so it is the peer that fails.
bool Pusher::keeps_failing(Session& session, const Batch& batch, const Failure& failure) {
    const std::string first = name_of(leaf_of(batch.entries.front()));
    if (failing_ != first) times_failed_ = 0;
    if (!std::exchange(session.a_push_failed, true)) ++times_failed_;
    failing_ = first;
    if (suspects_.any()) return true;
    if (failure.status == 0) return times_failed_ >= kTroublesOfSilence;
    if (asks_for_patience(failure.status)) return times_failed_ >= kTroublesOfADelay;
    return times_failed_ >= kTroublesOfAnError;
}

Phase Pusher::split(Session& session, const Batch& batch, const Failure& failure) {
    const std::size_t documents = documents_in(batch.entries);
    suspects_.refused(documents);
    if (documents > 1) return Phase::prepared;
    Refused refused{{}, failure};
    for (const DisclosedEntry& entry : batch.entries) {
        refused.leaves.push_back(leaf_of(entry));
        const std::string name = name_of(refused.leaves.back());
        session.set_aside.insert(name);
        remember(stubborn_, name);
    }
    session.refused_alone.push_back(std::move(refused));
    if (session.a_push_was_accepted) {
        conclude(session);
        suspects_.clear();
    } else if (session.refused_alone.size() >= kRefusedAloneMax) {
        session.push_failure = failure;
    }
    return Phase::prepared;
}

/// The peer accepts others, so it is these documents that it refuses or fails at: marks them.
void Pusher::conclude(Session& session) {
    std::vector<store::Mark> marks;
    for (const Refused& refused : std::exchange(session.refused_alone, {})) {
        const bool is_final = is_refusal(refused.failure);
        if (!is_final) ++session.not_stored;
        for (const Leaf& leaf : refused.leaves) {
            if (is_final) session.set_aside.erase(name_of(leaf));  // it left the outbox
            marks.push_back({leaf,
                             is_final ? store::Verdict::quarantined : store::Verdict::deferred,
                             reason_of(refused.failure)});
        }
    }
    if (!marks.empty()) store_.mark(session.peer, marks);
}

/// Nothing is left to send, and nothing was accepted that would show whose fault it is.
Phase Pusher::give_up(Session& session) {
    if (session.refused_alone.empty()) return Phase::nothing_to_do;
    suspects_.clear();
    const bool of_documents = std::ranges::all_of(
        session.refused_alone,
        [](const Refused& refused) { return is_of_the_document(refused.failure); });
    if (of_documents) {
        conclude(session);
        return Phase::prepared;
    }
    session.push_failure = session.refused_alone.back().failure;
    session.refused_alone.clear();
    return Phase::nothing_to_do;
}

}  // namespace tizilim::sync
