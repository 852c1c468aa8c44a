#include "agent/delivery/delivery_note.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/observation.h"
#include "platform/text/message.h"
#include "store/entry/entry.h"
#include "store/owner/owner_session.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

std::string name_of(const store::EntryView& entry) {
    if (entry.number == store::EntryNumber{}) return entry.id;
    return std::to_string(static_cast<std::uint64_t>(entry.number));
}

/// "third attempt"
std::string attempt(std::uint32_t count) {
    constexpr auto kOrdinals = std::to_array<std::string_view>(
        {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"});
    if (count <= kOrdinals.size()) return std::string(kOrdinals.at(count - 1)) + " attempt";
    return "attempt " + std::to_string(count);
}

std::string reason_of(const store::EntryView& entry) {
    return entry.delivery_reason ? platform::in_english(*entry.delivery_reason) : std::string();
}

/// The last answer to this very entry; empty while there was none.
std::string last_answer(const store::EntryView& entry) {
    std::string answer = reason_of(entry);
    if (entry.attempts == 0) return answer;
    return answer += (answer.empty() ? "" : ", ") + attempt(entry.attempts);
}

/// "next try 14:32", or why there is none.
std::string next_try(const Observation& observed) {
    const AgentFacts& facts = observed.facts;
    if (!facts.pause_reason.empty()) return "delivery is paused: " + facts.pause_reason;
    if (!facts.store_problem.empty()) return "delivery stands still: " + facts.store_problem;
    if (!observed.sync.due_at) return "delivery has not begun";
    if (*observed.sync.due_at <= facts.now) return "it is being tried now";
    if (!is_scheduled(*observed.sync.due_at, facts.now)) return "no next try before `tizilim sync`";
    return "next try " +
           time_of_day(wall_time_at(*observed.sync.due_at, facts.now, facts.wall_now), facts);
}

/// What keeps everything from going on; empty: nothing does.
std::string link_trouble(const AgentFacts& facts) {
    if (!facts.link || !facts.link->failing_since) return {};
    return facts.link->reason ? platform::in_english(*facts.link->reason) : std::string();
}

std::string waiting_note(const store::EntryView& entry, const Observation& observed) {
    const std::string trouble = link_trouble(observed.facts);
    std::string why = last_answer(entry);
    if (!trouble.empty() && trouble != reason_of(entry))
        why = why.empty() ? trouble : trouble + "; of this entry: " + why;
    const std::string next = next_try(observed);
    return why.empty() ? next : next + ": " + why;
}

std::string state_note(const store::EntryView& entry, const Observation& observed) {
    if (entry.delivery == "local" && !entry.revision.empty())
        return "stays on this computer, but had left before a backup was restored: tizilim "
               "classify " +
               name_of(entry) + " withdrawn asks for it back";
    if (entry.delivery == "local") return "stays on this computer: nothing of it leaves";
    if (entry.delivery == "unsigned")
        return "waits for the lawyer's signature: tizilim sign " + name_of(entry);
    if (entry.delivery == "pending") return waiting_note(entry, observed);
    if (entry.delivery == "sent")
        return "accepted by the unified system, which is yet to show that it has it; " +
               waiting_note(entry, observed);
    if (entry.delivery == "quarantined")
        return last_answer(entry) +
               "; tried again when the rules of the unified system change, or by tizilim retry " +
               name_of(entry);
    if (entry.delivery_reason) return reason_of(entry);
    return "the unified system was asked, and has it";
}

}  // namespace

std::string delivery_note(const store::EntryView& entry, const Observation& observed) {
    std::string note = state_note(entry, observed);
    if (entry.in_conflict) note += "; in conflict: tizilim conflicts";
    return note;
}

}  // namespace tizilim::agent
