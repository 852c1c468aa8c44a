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
#include <cstddef>
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

Failure rows_for_later(std::size_t count) {
    return {.outcome = Outcome::offline,
            .reason = "the server could not store " + std::to_string(count) +
                      " of the entries now, for a fault of its own"};
}

}  // namespace

Answer<Phase> Pusher::push(Session& session) {
    const store::Changes changes = store_.changes_after(
        store::OutboxPosition{}, {.entries_max = kPushEntriesMax, .bytes_max = kPushBytesMax});
    if (changes.entries.empty()) return Phase::nothing_to_do;
    session.epoch_covers_sent = false;
    const auto refused = client_.bulk_docs(changes.entries);
    if (!refused) return platform::Unexpected{refused.error()};

    std::map<std::string_view, const wire::RefusedRow*> rows;
    std::size_t later = 0;
    for (const wire::RefusedRow& row : *refused) {
        const RowMeaning meaning = meaning_of(row.error);
        if (meaning == RowMeaning::unauthorized) return platform::Unexpected{unauthorized_rows()};
        if (meaning == RowMeaning::later) ++later;
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
        }
    }
    store_.mark(session.peer, marks);
    session.sent_since_epoch += marks.size();
    if (later > 0) return platform::Unexpected{rows_for_later(later)};
    return Phase::moved;
}

}  // namespace tizilim::sync
