#include "store/disclosure.h"

#include "platform/civil_time.h"
#include "platform/json.h"
#include "store/codes.h"
#include "store/disclosed_entry.h"
#include "store/entry.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// The version of the document's shape that the unified system is told. Part of what is signed.
constexpr int kDocumentSchema = 1;

platform::JsonObject basis_of(const Basis& basis) {
    platform::JsonObject object{{"type", code_of(basis.type)}};
    if (basis.date) object.push_back({"date", platform::format_date(*basis.date)});
    return object;
}

/// What is known: the second for what was recorded here, the day for what was brought over.
std::string recorded_at_of(const Entry& entry) {
    if (!entry.imported) return platform::format_time(entry.recorded_at, entry.recorded_offset);
    return platform::format_date(platform::civil_day(entry.recorded_at, entry.recorded_offset));
}

platform::JsonArray withheld_of(const DisclosurePolicy& policy, DisclosureClass disclosure) {
    platform::JsonArray names;
    for (const std::string_view name : policy.withheld(disclosure)) names.emplace_back(name);
    return names;
}

}  // namespace

DisclosurePolicy::DisclosurePolicy() {
    // FACTS.md: where a body or court appointed the lawyer, the state knows the fact.
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

std::optional<DisclosedEntry> disclose(const Entry& entry, const DisclosurePolicy& policy) {
    if (entry.disclosure == DisclosureClass::local) return {};
    platform::JsonObject body{
        {"type", "entry"}, {"schema", kDocumentSchema}, {"state", code_of(entry.state)}};
    if (entry.state != EntryState::withdrawn) {
        const EntryContent& content = entry.content;
        body.push_back({"language", code_of(content.language)});
        body.push_back({"applicationDate", platform::format_date(content.application_date)});
        body.push_back({"recordedAt", recorded_at_of(entry)});
        body.push_back({"late", entry.late});
        body.push_back({"basis", basis_of(content.basis)});
        body.push_back({"form", code_of(content.form)});
        body.push_back({"minutes", content.minutes});
        body.push_back({"withheld", withheld_of(policy, entry.disclosure)});
        body.push_back({"commitment", entry.commitment});
        if (entry.disclosure == DisclosureClass::full && content.released_essence) {
            body.push_back({"essence", *content.released_essence});
        }
    }
    return DisclosedEntry("entry:" + entry.id.to_string(), body);
}

}  // namespace tizilim::store
