#include "tests/simulation/ledger.h"

#include "platform/text/json.h"
#include "store/entry/rules.h"
#include "store/owner/entry_view.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

constexpr std::array<std::string_view, 7> kByAuthority{
    "investigator_resolution", "inquirer_resolution", "investigating_judge_resolution",
    "court_resolution",        "court_ruling_civil",  "administrative_offence_resolution",
    "administrative_court_act"};

/// Fields that may change by what others write.
constexpr std::array<std::string_view, 8> kDisclosedFields{
    "application_date", "basis_type", "basis_date", "form",
    "minutes",          "language",   "state",      "disclosure"};

std::string text_at(const platform::JsonValue& json, std::string_view name) {
    const platform::JsonValue* value = json.find(name);
    return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

bool is_open(std::string_view disclosure) {
    return disclosure == "partial" || disclosure == "full";
}

/// The essence of a `full` entry is no secret, so others may have changed it.
bool others_may_change(const LedgerEntry& entry, std::string_view name) {
    if (!entry.others_too) return false;
    if (entry.pulled()) return true;
    if (name == "essence") return entry.releasable;
    return std::ranges::find(kDisclosedFields, name) != kDisclosedFields.end();
}

std::string difference(const LedgerEntry& entry, const LedgerVersion& wanted, const Fields& found) {
    std::string text;
    for (const auto& [name, value] : wanted.fields) {
        const auto at = found.find(name);
        if (at != found.end() && at->second == value) continue;
        if (others_may_change(entry, name) && !wanted.given.contains(name)) continue;
        text += " " + name + " is \"" + (at == found.end() ? "absent" : at->second) + "\", not \"" +
                value + "\";";
    }
    return text;
}

}  // namespace

const std::string& LedgerEntry::field(const char* name) const {
    return fields().find(name)->second;
}

Fields LedgerEntry::now(const store::EntryView& view) const {
    Fields fields = fields_of(view);
    if (pulled()) return fields;
    for (const auto& [name, value] : versions.back().fields) {
        if (!others_may_change(*this, name)) fields[name] = value;
    }
    return fields;
}

const std::vector<std::string>& canaries() {
    static const std::vector<std::string> all{kNumberCanary, kIssuerCanary, kEssenceCanary,
                                              kReasonCanary};
    return all;
}

std::string usual_class(const Fields& fields) {
    const bool authority =
        std::ranges::find(kByAuthority, fields.at("basis_type")) != kByAuthority.end();
    return authority && fields.at("minor") == "no" ? "partial" : "local";
}

std::string class_after(const Fields& before, const Fields& after, bool has_left) {
    const std::string& now = before.at("disclosure");
    const bool stricter = usual_class(before) != "local" && usual_class(after) == "local";
    if (!is_open(now) || !(stricter || after.at("minor") == "yes")) return now;
    return has_left ? "withdrawn" : "local";
}

Fields fields_of(const store::EntryTexts& input, bool imported) {
    Fields fields{{"application_date", input.application_date},
                  {"late_reason", input.late_reason},
                  {"basis_type", input.basis_type},
                  {"basis_number", input.basis_number},
                  {"basis_date", input.basis_date},
                  {"basis_issuer", input.basis_issuer},
                  {"essence", input.essence},
                  {"form", input.form},
                  {"minutes", input.minutes},
                  {"minor", input.minor.empty() ? "no" : input.minor},
                  {"language", input.language},
                  {"state", imported && !input.state.empty() ? input.state : "recorded"}};
    fields["disclosure"] = input.disclosure.empty() ? usual_class(fields) : input.disclosure;
    return fields;
}

Fields fields_of(const store::EntryView& view) {
    return {{"application_date", view.application_date},
            {"late_reason", view.late_reason},
            {"basis_type", view.basis_type},
            {"basis_number", view.basis_number},
            {"basis_date", view.basis_date},
            {"basis_issuer", view.basis_issuer},
            {"essence", view.essence},
            {"form", view.form},
            {"minutes", view.minutes},
            {"minor", view.minor},
            {"language", view.language},
            {"state", view.state},
            {"disclosure", view.disclosure}};
}

std::vector<Fields> contents_of(const store::EntryView& view,
                                const std::vector<store::VersionView>& history) {
    Fields current = fields_of(view);
    std::vector<Fields> contents(history.size());
    for (std::size_t i = history.size(); i-- > 0;) {
        contents[i] = current;
        for (const store::FieldChange& change : history[i].changes) {
            current[change.field] = change.before;
        }
    }
    return contents;
}

std::optional<std::string> fault_of(const Fields& fields, const platform::JsonObject& body) {
    const platform::JsonValue document{body};
    const std::string& disclosure = fields.at("disclosure");
    if (!is_open(disclosure)) {
        const bool bare = disclosure == "withdrawn" && body.size() == 3 &&
                          text_at(document, "state") == "withdrawn";
        return bare ? std::nullopt : std::optional<std::string>("its class is " + disclosure);
    }
    const std::array<std::pair<const char*, const char*>, 4> texts{
        {{"state", "state"},
         {"language", "language"},
         {"applicationDate", "application_date"},
         {"form", "form"}}};
    for (const auto& [member, field] : texts) {
        if (text_at(document, member) != fields.at(field)) return "another " + std::string(field);
    }
    const platform::JsonValue* basis = document.find("basis");
    if (basis == nullptr || text_at(*basis, "type") != fields.at("basis_type") ||
        text_at(*basis, "date") != fields.at("basis_date") || basis->object()->size() != 2) {
        return "another basis";
    }
    const platform::JsonValue* minutes = document.find("minutes");
    if (minutes == nullptr || platform::to_json(*minutes) != fields.at("minutes")) {
        return "another time";
    }
    const bool full = disclosure == "full";
    const platform::JsonArray withheld =
        full ? platform::JsonArray{"basis.number", "basis.issuer"}
             : platform::JsonArray{"basis.number", "basis.issuer", "essence"};
    if (document.find("withheld") == nullptr ||
        *document.find("withheld") != platform::JsonValue(withheld)) {
        return "another list of what is withheld";
    }
    if (full ? text_at(document, "essence") != fields.at("essence")
             : document.find("essence") != nullptr) {
        return "another essence";
    }
    return {};
}

std::optional<std::string> fault_of(const LedgerEntry& entry, const store::EntryView& view,
                                    const std::vector<store::VersionView>& history) {
    if (view.id != entry.id) return "is shown as " + view.id;
    if (!entry.pulled() &&
        (static_cast<std::uint64_t>(view.number) != entry.number || view.book != entry.book)) {
        return "lost its number";
    }
    if (view.versions != history.size()) return "shows another number of versions than it has";
    if (!entry.others_too && !entry.pulled() && history.size() != entry.versions.size()) {
        return "has " + std::to_string(history.size()) + " versions, not " +
               std::to_string(entry.versions.size());
    }
    const std::vector<Fields> contents = contents_of(view, history);
    std::size_t at = 0;
    for (std::size_t i = 0; i < entry.versions.size(); ++i) {
        const LedgerVersion& wanted = entry.versions[i];
        const bool first = i == 0 && !entry.pulled();
        while (!first && at < history.size() && history[at].reason != wanted.reason) ++at;
        if (at == history.size()) return "lost an act: " + wanted.act + " " + wanted.reason;
        if (history[at].act != wanted.act) {
            return "says " + history[at].act + " where it was " + wanted.act;
        }
        const std::string differs = difference(entry, wanted, contents[at]);
        if (!differs.empty()) {
            return "version " + std::to_string(at + 1) + ":" + differs;
        }
        ++at;
    }
    if (entry.pulled()) return {};
    const std::string differs =
        difference(entry, {.act = {}, .reason = {}, .fields = entry.fields()}, contents.back());
    if (!differs.empty()) return "now:" + differs;
    return {};
}

}  // namespace tizilim::simulation
