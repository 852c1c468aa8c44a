#include "store/merge/disclosed_reader.h"

#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/merge/merge.h"
#include "store/replication/disclosed_entry.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// Reads the members in turn; any malformed one makes the document unreadable.
class Reader {
public:
    Reader(Entry& entry, const JsonValue& body, platform::UtcOffset offset)
        : entry_(entry), body_(body), offset_(offset) {}

    [[nodiscard]] bool withdrawn() const { return text(body_, "state") == "withdrawn"; }

    bool run() {
        if (withdrawn()) {
            entry_.disclosure = DisclosureClass::withdrawn;
            return true;
        }
        return fields() && times() && disclosure() && signature();
    }

private:
    [[nodiscard]] static std::string text(const JsonValue& json, std::string_view name) {
        const JsonValue* value = json.find(name);
        return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
    }

    /// The essence is confidential, and read by disclosure().
    bool fields() {
        for (const EntryField& field : entry_fields()) {
            if (field.wire.empty() || is_confidential(field)) continue;
            const JsonValue* value = member_at(*body_.object(), field.wire);
            std::string text;
            if (value != nullptr && is_whole_number(field)) {
                if (value->integer() == nullptr) return false;
                text = std::to_string(*value->integer());
            } else if (value != nullptr) {
                if (value->string() == nullptr || value->string()->empty()) return false;
                text = *value->string();
            }
            if (read_field(field, text, entry_.content)) return false;
        }
        const auto state = entry_state_of(text(body_, "state"));
        if (state) entry_.state = *state;
        return state.has_value();
    }

    bool times() {
        const JsonValue* late = body_.find("late");
        if (late == nullptr || late->boolean() == nullptr) return false;
        entry_.late = *late->boolean();
        const std::string recorded = text(body_, "recordedAt");
        // A day without a time: imported from an older register (disclosure.cpp).
        const auto day = platform::parse_date(recorded);
        entry_.imported = day.has_value();
        if (day) {
            entry_.recorded_offset = offset_;
            entry_.recorded_at = std::chrono::sys_days(*day) - offset_;
            return true;
        }
        const auto time = platform::parse_time(recorded);
        if (!time) return false;
        entry_.recorded_at = time->time;
        entry_.recorded_offset = time->offset;
        return true;
    }

    bool disclosure() {
        constexpr std::size_t kCommitmentBytes = 64;
        entry_.commitment = text(body_, "commitment");
        const bool is_hex = std::ranges::all_of(entry_.commitment, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
        const bool is_absent = body_.find("commitment") == nullptr;
        if (!is_absent && (entry_.commitment.size() != kCommitmentBytes || !is_hex)) return false;
        entry_.disclosure = DisclosureClass::partial;
        const JsonValue* essence = body_.find("essence");
        if (essence == nullptr) return tags();
        const auto checked = check_text(text(body_, "essence"), kEssenceBytesMax);
        if (!checked) return false;
        entry_.disclosure = DisclosureClass::full;
        entry_.content.released_essence = *checked;
        entry_.content.essence = Confidential(std::string(*checked));
        return tags();
    }

    /// None of our programs makes a document that shows more than its tags let out.
    bool tags() {
        entry_.tags = class_tags_of(body_);
        const bool shows_all = entry_.disclosure == DisclosureClass::full;
        return entry_.tags.are_in_order() && (!shows_all || entry_.tags.lets_all_out());
    }

    bool signature() {
        const JsonValue* eds = body_.find("eds");
        if (eds == nullptr) return true;
        Eds read{text(*eds, "algorithm"), {}, text(*eds, "cms")};
        if (eds->find("signedAt") != nullptr) {
            const auto time = platform::parse_time(text(*eds, "signedAt"));
            if (!time) return false;
            read.signed_at = time->time;
        }
        entry_.eds = std::move(read);
        return true;
    }

    Entry& entry_;
    const JsonValue& body_;
    const platform::UtcOffset offset_;
};

}  // namespace

ClassTags class_tags_of(const JsonValue& body) {
    const auto texts = [&](std::string_view name) {
        std::vector<std::string> found;
        const JsonValue* list = body.find(name);
        if (list == nullptr || list->array() == nullptr) return found;
        for (const JsonValue& text : *list->array()) {
            if (text.string() != nullptr) found.push_back(*text.string());
        }
        return found;
    };
    if (body.find(kNarrowed) == nullptr) {
        const bool shows_all = body.find("essence") != nullptr;
        return ClassTags::of(shows_all ? DisclosureClass::full : DisclosureClass::partial);
    }
    return {texts(kNarrowed), texts(kRaised)};
}

std::optional<Entry> read_disclosed(const EntryId& id, const JsonObject& body,
                                    const DisclosurePolicy& policy, platform::UtcOffset offset) {
    Entry entry;
    entry.id = id;
    const JsonValue json(body);
    if (!Reader(entry, json, offset).run()) return {};
    const auto disclosed = disclose(entry, policy);
    if (!disclosed || disclosed->body() != platform::canonical_json(json)) return {};
    return entry;
}

}  // namespace tizilim::store
