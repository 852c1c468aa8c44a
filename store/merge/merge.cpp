#include "store/merge/merge.h"

#include "platform/text/json.h"
#include "store/entry/class_tags.h"
#include "store/entry/disclosure.h"
#include "store/entry/fields.h"
#include "store/merge/disclosed_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonArray;
using platform::JsonMember;
using platform::JsonObject;
using platform::JsonValue;

constexpr std::string_view kEssence = "essence";
constexpr std::string_view kWithheld = "withheld";
constexpr std::string_view kCommitment = "commitment";

const JsonValue* member(const JsonObject& body, std::string_view name) {
    const auto found = std::ranges::find(
        body, name, [](const JsonMember& m) -> std::string_view { return m.name; });
    return found == body.end() ? nullptr : &found->value;
}

/// A member that exists stays where it is in the order, so that equal bodies compare equal.
void set(JsonObject& body, std::string_view name, const JsonValue* value) {
    const auto found = std::ranges::find(
        body, name, [](const JsonMember& m) -> std::string_view { return m.name; });
    if (value == nullptr) {
        if (found != body.end()) body.erase(found);
    } else if (found != body.end()) {
        found->value = *value;
    } else {
        body.push_back({std::string(name), *value});
    }
}

bool same(const JsonValue* a, const JsonValue* b) {
    if (a == nullptr || b == nullptr) return a == b;
    return *a == *b;
}

std::string text_of(const JsonValue* value) {
    if (value == nullptr) return {};
    if (value->string() != nullptr) return *value->string();
    return platform::canonical_json(*value);
}

std::string state_of(const JsonObject& body) {
    return text_of(member(body, "state"));
}

constexpr std::string_view kBasis = "basis.";

void put(JsonObject& body, std::string_view wire, const JsonValue* value) {
    if (!wire.starts_with(kBasis)) return set(body, wire, value);
    const JsonValue* basis = member(body, "basis");
    JsonObject changed =
        basis != nullptr && basis->object() != nullptr ? *basis->object() : JsonObject{};
    set(changed, wire.substr(kBasis.size()), value);
    const JsonValue whole(std::move(changed));
    set(body, "basis", &whole);
}

/// One merge, field by field, into a copy of the winner.
class Merge {
public:
    Merge(const std::optional<JsonObject>& base, const JsonObject& winner, const JsonObject& other)
        : base_(base), winner_(winner), other_(other), merged_{without_signature(winner), {}} {}

    Merged run() {
        merge_class();
        for (const EntryField& field : entry_fields()) {
            if (!field.wire.empty()) merge(field);
        }
        if (state_of(other_) == "void") set(merged_.body, "state", member(other_, "state"));
        // Nobody has to decide on the fields of a void entry.
        if (state_of(merged_.body) == "void") merged_.disagreements.clear();
        merge_commitment();
        return std::move(merged_);
    }

private:
    /// The tags of both sides decide, never the base.
    void merge_class() {
        ClassTags tags = tags_of(winner_);
        tags.unite(tags_of(other_));
        const bool shows_all = tags.lets_all_out();
        if (withholds_more(other_, winner_) && !shows_all) {
            merged_.body = narrowed(std::move(merged_.body), other_);
        } else if (withholds_more(winner_, other_) && shows_all) {
            for (const std::string_view name : {kWithheld, kEssence}) {
                set(merged_.body, name, member(other_, name));
            }
        }
        if (tags != tags_of(merged_.body)) set_tags(merged_.body, tags);
    }

    /// Not a field, so never a disagreement: the side that changed it, else the greater one.
    void merge_commitment() {
        const JsonValue* ours = member(winner_, kCommitment);
        const JsonValue* theirs = member(other_, kCommitment);
        const JsonValue* before = base_ ? member(*base_, kCommitment) : nullptr;
        bool is_theirs = text_of(theirs) > text_of(ours);
        if (base_ && same(ours, before)) is_theirs = true;
        if (base_ && same(theirs, before)) is_theirs = false;
        if (is_theirs && !same(ours, theirs)) set(merged_.body, kCommitment, theirs);
    }

    void merge(const EntryField& field) {
        const bool is_of_one_side = withholds_essence(winner_) || withholds_essence(other_);
        if (field.wire == kEssence && is_of_one_side) return;
        const JsonValue* ours = member_at(winner_, field.wire);
        const JsonValue* theirs = member_at(other_, field.wire);
        if (same(ours, theirs)) return;
        if (base_ && same(theirs, member_at(*base_, field.wire))) return;
        if (base_ && same(ours, member_at(*base_, field.wire))) return take(field, theirs);
        merged_.disagreements.push_back({std::string(field.name), text_of(ours), text_of(theirs)});
    }

    void take(const EntryField& field, const JsonValue* value) {
        put(merged_.body, field.wire, value);
        // `late` depends on the day of application.
        if (field.name == "application_date") set(merged_.body, "late", member(other_, "late"));
    }

    const std::optional<JsonObject>& base_;
    const JsonObject& winner_;
    const JsonObject& other_;
    Merged merged_;
};

/// Empty for a name that is no field in the document.
std::string_view wire_of(std::string_view name) {
    const EntryField* const field = find_field(name);
    return field == nullptr ? std::string_view() : field->wire;
}

}  // namespace

const JsonValue* member_at(const JsonObject& body, std::string_view wire) {
    if (!wire.starts_with(kBasis)) return member(body, wire);
    const JsonValue* basis = member(body, "basis");
    return basis == nullptr ? nullptr : basis->find(wire.substr(kBasis.size()));
}

JsonObject without_signature(JsonObject body) {
    set(body, "eds", nullptr);
    return body;
}

bool is_withdrawal(const JsonObject& body) {
    return state_of(body) == "withdrawn";
}

bool withholds_more(const JsonObject& body, const JsonObject& than) {
    return withholds_essence(body) && !withholds_essence(than);
}

bool withholds_essence(const JsonObject& body) {
    const JsonValue* names = member(body, kWithheld);
    if (names == nullptr || names->array() == nullptr) return true;
    return std::ranges::any_of(*names->array(), [](const JsonValue& name) {
        return name.string() != nullptr && *name.string() == kEssence;
    });
}

JsonObject narrowed(JsonObject body, const JsonObject& stricter) {
    set(body, kWithheld, member(stricter, kWithheld));
    set(body, kEssence, nullptr);
    return body;
}

ClassTags tags_of(const JsonObject& body) {
    return class_tags_of(JsonValue(body));
}

void set_tags(JsonObject& body, const ClassTags& tags) {
    for (const std::string_view name : {kNarrowed, kRaised}) set(body, name, nullptr);
    for (JsonMember& one : members_of(tags)) body.push_back(std::move(one));
}

void put_field(JsonObject& body, const std::string& field, const JsonObject& from) {
    const std::string_view wire = wire_of(field);
    if (!wire.empty()) put(body, wire, member_at(from, wire));
}

void mark_unknown(JsonObject& base, const std::string& field) {
    // No field's value is a list.
    const JsonValue unknown{JsonArray{}};
    if (const std::string_view wire = wire_of(field); !wire.empty()) put(base, wire, &unknown);
}

void take_commitment(JsonObject& body, const JsonObject& from) {
    set(body, kCommitment, member(from, kCommitment));
}

std::string field_text(const JsonObject& body, const std::string& field) {
    const std::string_view wire = wire_of(field);
    return text_of(wire.empty() ? member(body, field) : member_at(body, wire));
}

Merged merge(const std::optional<JsonObject>& base, const JsonObject& winner,
             const JsonObject& other) {
    if (is_withdrawal(winner)) return {winner, {}};
    if (is_withdrawal(other)) return {other, {}};
    return Merge(base, winner, other).run();
}

}  // namespace tizilim::store
