#include "agent/documents/signing_document.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/merge/disclosed_reader.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::agent {

std::optional<platform::Message> signing_problem(const std::string& id, const std::string& bytes) {
    constexpr platform::JsonBounds kBounds{.depth_max = 4, .values_max = 100};
    const auto json = platform::read_json(bytes, kBounds);
    if (!json || json->object() == nullptr) return platform::Message{"sign.bytes_no_document"};
    const platform::JsonValue* const named = json->find("_id");
    const auto entry_id = store::EntryId::parse(id);
    if (!entry_id || named == nullptr || named->string() == nullptr ||
        *named->string() != store::document_id(*entry_id))
        return platform::Message{"sign.bytes_of_another", {{"id", id}}};
    platform::JsonObject body = *json->object();
    std::erase_if(body, [](const platform::JsonMember& member) { return member.name == "_id"; });
    const store::DisclosurePolicy policy;
    // The offset counts where the time of recording is known to the day, and leaves no trace there.
    constexpr platform::UtcOffset kOffset = std::chrono::hours(5);
    const std::optional<store::Entry> entry =
        store::read_disclosed(*entry_id, body, policy, kOffset);
    if (!entry || store::signing_bytes(*entry, policy) != bytes)
        return platform::Message{"sign.bytes_not_as_written"};
    return {};
}

}  // namespace tizilim::agent
