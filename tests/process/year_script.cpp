#include "tests/process/year_script.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "tests/process/local_api.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::process {
namespace {

constexpr auto kBases = std::to_array<std::string_view>(
    {"investigator_resolution", "inquirer_resolution", "investigating_judge_resolution",
     "court_resolution", "court_ruling_civil", "administrative_offence_resolution",
     "administrative_court_act", "application", "victim_representative_resolution"});
constexpr std::size_t kAppointedBases = 7;  ///< the first of them: a body or court appointed
constexpr auto kForms = std::to_array<std::string_view>(
    {"court", "criminal_prosecution_bodies", "other_state_bodies", "non_state_organisations",
     "legal_information", "other_legal_acts"});

/// The defaults of the policy (store/entry/README.md, "Codes"), written down once more by hand.
std::string usual_class(std::size_t basis, bool minor) {
    return basis < kAppointedBases && !minor ? "partial" : "local";
}

std::string essence_of(std::size_t index, bool open) {
    const std::string nth = std::to_string(index + 1);
    if (open) return index % 2 == 0 ? "ұрлық туралы іс, " + nth : "дело о краже, " + nth;
    return std::string(kSecretEssence) + " " + nth;
}

void add(Count& to, const NotedEntry& entry) {
    ++to.entries;
    to.minutes += entry.minutes;
}

Count count_of(const platform::JsonValue& json) {
    return {.entries = number_at(json, {"entries"}), .minutes = number_at(json, {"minutes"})};
}

std::map<std::string, Count> counts_of(const platform::JsonArray& rows) {
    std::map<std::string, Count> counts;
    for (const platform::JsonValue& row : rows) {
        const Count count = count_of(row);
        if (count.entries != 0) counts[text_at(row, {"code"})] = count;
    }
    return counts;
}

std::set<std::int64_t> numbers_of(const platform::JsonArray& rows) {
    std::set<std::int64_t> numbers;
    for (const platform::JsonValue& row : rows) numbers.insert(number_at(row, {"number"}));
    return numbers;
}

}  // namespace

std::string NotedEntry::delivery() const {
    if (!leaves()) return "local";
    if (is_delivered) return "delivered";
    return is_signed || is_withdrawn() ? "pending" : "unsigned";
}

platform::JsonObject NotedEntry::input() const {
    platform::JsonObject json{{"application_date", application_date},
                              {"basis_type", basis_type},
                              {"basis_number", "Іс-" + std::to_string(minutes) + "/26"},
                              {"basis_date", application_date},
                              {"basis_issuer", kSecretIssuer},
                              {"essence", essence},
                              {"form", form},
                              {"minutes", minutes},
                              {"minor", minor},
                              {"language", language}};
    if (!late_reason.empty()) json.push_back({"late_reason", late_reason});
    if (!asked_class.empty()) json.push_back({"disclosure", asked_class});
    return json;
}

NotedEntry note(std::size_t index, platform::CivilDate day) {
    const std::size_t basis = index % kBases.size();
    NotedEntry entry;
    entry.recorded = day;
    entry.application_date = platform::format_date(day);
    entry.basis_type = kBases[basis];
    entry.form = kForms[(index + index / kBases.size()) % kForms.size()];
    entry.language = index % 2 == 0 ? "kk" : "ru";
    entry.minor = index % 19 == 7;
    if (index % 17 == 3) entry.asked_class = "local";
    if (index % 11 == 5 && !entry.minor) entry.asked_class = "full";
    // Those after a `full` one may be made `full` later.
    entry.essence = essence_of(index, index % 11 == 5 || index % 11 == 6);
    entry.minutes = static_cast<std::int64_t>(15 + index * 37 % 400);
    entry.disclosure =
        entry.asked_class.empty() ? usual_class(basis, entry.minor) : entry.asked_class;
    return entry;
}

NotedEntry note_late(std::size_t index, platform::CivilDate day, int days) {
    NotedEntry entry = note(index, day);
    entry.application_date =
        platform::format_date(std::chrono::sys_days(day) - std::chrono::days(days));
    entry.late_reason = entry.language == "kk" ? "байланыс болмады" : "был в командировке";
    return entry;
}

MonthFigures counted(const std::vector<NotedEntry>& entries, const std::string& month) {
    MonthFigures figures;
    for (const NotedEntry& entry : entries) {
        if (!entry.application_date.starts_with(month)) continue;
        if (!entry.is_signed) figures.unsigned_numbers.insert(entry.number);
        if (entry.clock_in_doubt) figures.clock_in_doubt.insert(entry.number);
        if (entry.delivery() == "pending") figures.undelivered.insert(entry.number);
        add(figures.recorded, entry);
        if (entry.is_void) {
            add(figures.voided, entry);
            continue;
        }
        add(figures.by_form[entry.form], entry);
        add(figures.by_basis[entry.basis_type], entry);
        if (!entry.late_reason.empty()) figures.late.insert(entry.number);
    }
    return figures;
}

MonthFigures reported(const platform::JsonValue& report) {
    return {.recorded = count_of(*at(report, {"recorded"})),
            .voided = count_of(*at(report, {"voided"})),
            .by_form = counts_of(array_at(report, {"by_form"})),
            .by_basis = counts_of(array_at(report, {"by_basis"})),
            .late = numbers_of(array_at(report, {"late"})),
            .unsigned_numbers = numbers_of(array_at(report, {"without_signature"})),
            .clock_in_doubt = numbers_of(array_at(report, {"clock_in_doubt"})),
            .undelivered = numbers_of(array_at(report, {"waiting", "delivery"}))};
}

}  // namespace tizilim::process
