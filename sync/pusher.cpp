#include "sync/pusher.h"

#include "platform/expected.h"
#include "store/disclosed_entry.h"
#include "store/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/replicator.h"
#include "sync/session.h"
#include "sync/tuning.h"
#include "sync/wire.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

enum class RowMeaning { refused, unauthorized, later };

/// What a server says of one document when the fault is its own. All else is a refusal, also no
/// word at all: some servers say no more (REPLICATION.md, "Measured").
RowMeaning meaning_of(std::string_view error) {
    constexpr std::array<std::string_view, 5> kOfTheServer = {"internal_server_error",
                                                              "service_unavailable", "timeout",
                                                              "too_many_requests", "unknown_error"};
    if (error == "unauthorized") return RowMeaning::unauthorized;
    const bool later = std::ranges::find(kOfTheServer, error) != kOfTheServer.end();
    return later ? RowMeaning::later : RowMeaning::refused;
}

std::string refusal_of(const wire::RefusedRow& row) {
    if (!row.reason.empty()) return row.reason;
    return "the unified system refused it and gave no reason";
}

Failure unauthorized_rows() {
    return {.outcome = Outcome::unauthorized,
            .reason =
                "the server does not let this user write to the register: check user and "
                "password, or ask the administrator"};
}

}  // namespace

Answer<Phase> Pusher::push(Session& session) {
    if (session.set_aside.size() >= kSetAsideMax) return Phase::nothing_to_do;
    store::Changes changes = store_.changes_after(
        session.pushed_to, {.entries_max = kPushEntriesMax, .bytes_max = kPushBytesMax});
    if (changes.entries.empty()) return Phase::nothing_to_do;
    const auto set_aside = std::erase_if(changes.entries, [&](const auto& entry) {
        return session.set_aside.contains(name_of({entry.document_id(), entry.revision()}));
    });
    if (set_aside > 0) session.pushed_to = changes.last;
    if (changes.entries.empty()) return Phase::prepared;
    session.epoch_covers_sent = false;
    const auto refused = client_.bulk_docs(changes.entries);
    if (!refused) return platform::Unexpected{refused.error()};

    std::map<std::string_view, const wire::RefusedRow*> rows;
    for (const wire::RefusedRow& row : *refused) {
        const RowMeaning meaning = meaning_of(row.error);
        if (meaning == RowMeaning::unauthorized) return platform::Unexpected{unauthorized_rows()};
        rows.emplace(row.id, meaning == RowMeaning::later ? nullptr : &row);
    }
    std::vector<store::Mark> marks;
    for (const store::DisclosedEntry& entry : changes.entries) {
        const store::Leaf leaf{entry.document_id(), entry.revision()};
        const auto row = rows.find(entry.document_id());
        if (row == rows.end()) {
            marks.push_back({leaf, store::Verdict::sent});
        } else if (row->second != nullptr) {
            marks.push_back({leaf, store::Verdict::quarantined, refusal_of(*row->second)});
        } else {
            session.set_aside.insert(name_of(leaf));
            ++session.not_stored;
        }
    }
    if (marks.empty()) return Phase::prepared;
    store_.mark(session.peer, marks);
    session.sent_since_epoch += marks.size();
    return Phase::moved;
}

}  // namespace tizilim::sync
