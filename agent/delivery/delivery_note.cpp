#include "agent/delivery/delivery_note.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_view.h"
#include "store/replication/link_state.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tizilim::agent {
namespace {

using platform::as_json;
using platform::Message;

std::string name_of(const store::EntryView& entry) {
    if (entry.number == store::EntryNumber{}) return entry.id;
    return std::to_string(static_cast<std::uint64_t>(entry.number));
}

/// The last answer to this very entry; nothing while there was none.
std::optional<Message> last_answer(const store::EntryView& entry) {
    const auto& answer = entry.delivery_reason;
    if (entry.attempts == 0) return answer;
    if (!answer) return Message{"delivery.attempt", {{"count", entry.attempts}}};
    return Message{"delivery.answer_and_attempt",
                   {{"answer", as_json(*answer)}, {"count", entry.attempts}}};
}

/// "next try 14:32", or why there is none.
Message next_try(const Observation& observed) {
    const AgentFacts& facts = observed.facts;
    if (facts.sync.pause_reason)
        return {"delivery.paused", {{"why", as_json(*facts.sync.pause_reason)}}};
    if (facts.sync.store_problem)
        return {"delivery.stands_still", {{"why", as_json(*facts.sync.store_problem)}}};
    if (!observed.facts.sync.due_at) return {"delivery.not_begun"};
    if (*observed.facts.sync.due_at <= facts.now) return {"delivery.being_tried"};
    if (!store::is_scheduled(*observed.facts.sync.due_at, facts.now))
        return {"delivery.no_next_try"};
    const auto at = wall_time_at(*observed.facts.sync.due_at, facts.now, facts.wall_now);
    return {"delivery.next_try", {{"at", platform::format_time(at, facts.utc_offset)}}};
}

/// What keeps everything from going on; nothing: nothing does.
std::optional<Message> link_trouble(const AgentFacts& facts) {
    if (!facts.sync.link || !facts.sync.link->failing_since) return {};
    return facts.sync.link->reason;
}

Message waiting_note(const store::EntryView& entry, const Observation& observed) {
    const auto trouble = link_trouble(observed.facts);
    auto why = last_answer(entry);
    if (trouble && trouble != entry.delivery_reason)
        why = why ? Message{"delivery.trouble_and_answer",
                            {{"trouble", as_json(*trouble)}, {"answer", as_json(*why)}}}
                  : *trouble;
    Message next = next_try(observed);
    if (!why) return next;
    return {"delivery.next_and_why", {{"next", as_json(next)}, {"why", as_json(*why)}}};
}

Message quarantine_note(const store::EntryView& entry) {
    const auto answer = last_answer(entry);
    if (!answer) return {"delivery.quarantined", {{"entry", name_of(entry)}}};
    return {"delivery.quarantined_why", {{"answer", as_json(*answer)}, {"entry", name_of(entry)}}};
}

Message state_note(const store::EntryView& entry, const Observation& observed) {
    if (entry.delivery == "local" && !entry.revision.empty())
        return {"delivery.local_had_left", {{"entry", name_of(entry)}}};
    if (entry.delivery == "local") return {"delivery.local"};
    if (entry.delivery == "unsigned") return {"delivery.unsigned", {{"entry", name_of(entry)}}};
    if (entry.delivery == "pending") return waiting_note(entry, observed);
    if (entry.delivery == "sent")
        return {"delivery.sent", {{"next", as_json(waiting_note(entry, observed))}}};
    if (entry.delivery == "quarantined") return quarantine_note(entry);
    return entry.delivery_reason.value_or(Message{"delivery.delivered"});
}

/// Of an entry that may leave.
Message leaving_note(const AgentFacts& facts) {
    if (facts.sync.pause_reason)
        return {"recorded.paused", {{"why", as_json(*facts.sync.pause_reason)}}};
    if (facts.sync.store_problem)
        return {"recorded.stands_still", {{"why", as_json(*facts.sync.store_problem)}}};
    const auto why = link_trouble(facts);
    if (!why) return {"recorded.goes_out"};
    if (trouble(facts) == State::unauthorized)
        return {"recorded.only_when_asked", {{"why", as_json(*why)}}};
    const platform::WallTime since =
        facts.sync.link ? facts.sync.link->failing_since.value_or(facts.wall_now) : facts.wall_now;
    return {"recorded.no_exchange",
            {{"since", platform::format_time(since, facts.utc_offset)}, {"why", as_json(*why)}}};
}

}  // namespace

Message recorded_note(const store::Recorded& recorded, const Observation& observed) {
    if (recorded.delivery == store::DeliveryState::local) return {"recorded.local"};
    if (recorded.delivery == store::DeliveryState::awaiting_signature)
        return {"recorded.unsigned",
                {{"entry", std::to_string(static_cast<std::uint64_t>(recorded.number))}}};
    return leaving_note(observed.facts);
}

Message delivery_note(const store::EntryView& entry, const Observation& observed) {
    Message note = state_note(entry, observed);
    if (!entry.in_conflict) return note;
    return {"delivery.in_conflict", {{"note", as_json(note)}}};
}

}  // namespace tizilim::agent
