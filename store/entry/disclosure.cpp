#include "store/entry/disclosure.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "store/entry/class_tags.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/replication/disclosed_entry.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonArray;

/// The version of the document's shape that the unified system is told. Part of what is signed.
constexpr int kDocumentSchema = 1;

platform::JsonObject basis_of(const EntryContent& content) {
    platform::JsonObject object{{"type", code_of(content.basis_type)}};
    if (content.basis_date) object.push_back({"date", platform::format_date(*content.basis_date)});
    return object;
}

/// What is known: the second for what was recorded here, the day for what was brought over.
std::string recorded_at_of(const Entry& entry) {
    if (!entry.imported) return platform::format_time(entry.recorded_at, entry.recorded_offset);
    return platform::format_date(platform::civil_day(entry.recorded_at, entry.recorded_offset));
}

JsonArray withheld_of(const DisclosurePolicy& policy, DisclosureClass disclosure) {
    JsonArray names;
    for (const std::string_view name : policy.withheld(disclosure)) names.emplace_back(name);
    return names;
}

JsonArray array_of(const std::vector<std::string>& texts) {
    return JsonArray(texts.begin(), texts.end());
}

}  // namespace

platform::JsonObject members_of(const ClassTags& tags) {
    if (tags.are_usual()) return {};
    platform::JsonObject members;
    members.push_back({std::string(kNarrowed), array_of(tags.narrowed)});
    members.push_back({std::string(kRaised), array_of(tags.raised)});
    return members;
}

namespace {

/// All that is signed but the id.
platform::JsonObject body_of(const Entry& entry, const DisclosurePolicy& policy) {
    const EntryContent& content = entry.content;
    platform::JsonObject body{{"type", "entry"},
                              {"schema", kDocumentSchema},
                              {"state", code_of(entry.state)},
                              {"language", code_of(content.language)},
                              {"applicationDate", platform::format_date(content.application_date)},
                              {"recordedAt", recorded_at_of(entry)},
                              {"late", entry.late},
                              {"basis", basis_of(content)},
                              {"form", code_of(content.form)},
                              {"minutes", content.minutes},
                              {"withheld", withheld_of(policy, entry.disclosure)}};
    if (!entry.commitment.empty()) body.push_back({"commitment", entry.commitment});
    for (platform::JsonMember& tags : members_of(entry.tags)) body.push_back(std::move(tags));
    if (entry.disclosure == DisclosureClass::full && content.released_essence) {
        body.push_back({"essence", *content.released_essence});
    }
    return body;
}

platform::JsonObject json_of(const Eds& signature, platform::UtcOffset offset) {
    platform::JsonObject eds{{"algorithm", signature.algorithm}, {"cms", signature.cms}};
    if (signature.signed_at) {
        eds.push_back({"signedAt", platform::format_time(*signature.signed_at, offset)});
    }
    return eds;
}

}  // namespace

DisclosurePolicy::DisclosurePolicy() {
    // Where a body or court appointed the lawyer, the state knows the fact (store/entry/README.md,
    // "Codes").
    for (const BasisType basis :
         {BasisType::investigator_resolution, BasisType::inquirer_resolution,
          BasisType::investigating_judge_resolution, BasisType::court_resolution,
          BasisType::court_ruling_civil, BasisType::administrative_offence_resolution,
          BasisType::administrative_court_act}) {
        set(basis, DisclosureClass::partial);
    }
}

DisclosureClass DisclosurePolicy::default_for(BasisType basis, bool minor) const {
    const auto found = by_basis_.find(basis);
    if (minor || found == by_basis_.end()) return DisclosureClass::local;
    return found->second;
}

std::vector<std::string_view> DisclosurePolicy::withheld(DisclosureClass disclosure) const {
    std::vector<std::string_view> names{"basis.number", "basis.issuer"};
    if (disclosure != DisclosureClass::full) names.emplace_back("essence");
    return names;
}

bool may_leave(const Entry& entry) {
    if (entry.disclosure == DisclosureClass::withdrawn) return true;
    return entry.disclosure != DisclosureClass::local && !entry.content.minor;
}

std::string signing_bytes(const Entry& entry, const DisclosurePolicy& policy) {
    platform::JsonObject body = body_of(entry, policy);
    body.push_back({"_id", document_id(entry.id)});
    return platform::canonical_json(body);
}

std::optional<DisclosedEntry> disclose(const Entry& entry, const DisclosurePolicy& policy) {
    if (!may_leave(entry)) return {};
    if (entry.disclosure == DisclosureClass::withdrawn) {
        return DisclosedEntry(
            document_id(entry.id),
            {{"type", "entry"}, {"schema", kDocumentSchema}, {"state", "withdrawn"}});
    }
    platform::JsonObject body = body_of(entry, policy);
    if (entry.eds) body.push_back({"eds", json_of(*entry.eds, entry.recorded_offset)});
    return DisclosedEntry(document_id(entry.id), body);
}

}  // namespace tizilim::store
