#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/json.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tizilim::process {

/// In what is withheld of every entry, and in essences that never leave.
inline constexpr auto kSecretIssuer = "Құпия-Сот №7 Учебного района";
inline constexpr auto kSecretEssence = "құпия-мән тайная суть";

/// An entry as the lawyer's own notes have it: what was written, and what has become of it.
struct NotedEntry {
    std::int64_t number = 0;
    std::string id;
    platform::CivilDate recorded{};
    std::string application_date;
    std::string late_reason;  ///< empty: recorded on the day
    std::string basis_type;
    std::string form;
    std::string language;
    std::string essence;
    std::string asked_class;  ///< empty: the policy's
    bool minor = false;
    std::int64_t minutes = 0;

    std::string disclosure;  ///< now
    std::uint32_t versions = 1;
    bool clock_in_doubt = false;
    bool is_void = false;
    bool is_signed = false;     ///< the current version
    bool is_delivered = false;  ///< the current version, as far as it leaves

    [[nodiscard]] bool leaves() const { return disclosure != "local"; }
    [[nodiscard]] bool is_withdrawn() const { return disclosure == "withdrawn"; }
    /// Its current version must reach the peer and hasn't yet, whatever it waits for.
    [[nodiscard]] bool is_due() const { return leaves() && !is_delivered; }
    [[nodiscard]] std::string delivery() const;
    /// As POST /api/v1/entries takes it.
    [[nodiscard]] platform::JsonObject input() const;
};

/// The `index`th of the year, recorded on `day`. All bases, forms, classes and both languages take
/// their turns; minutes differ.
[[nodiscard]] NotedEntry note(std::size_t index, platform::CivilDate day);
/// The same, but the person had come so many days before.
[[nodiscard]] NotedEntry note_late(std::size_t index, platform::CivilDate day, int days);

struct Count {
    std::int64_t entries = 0;
    std::int64_t minutes = 0;
    bool operator==(const Count&) const = default;
};

/// What a month's report says, as far as it can be counted by hand.
struct MonthFigures {
    Count recorded;
    Count voided;
    std::map<std::string, Count> by_form;
    std::map<std::string, Count> by_basis;
    std::set<std::int64_t> late;
    std::set<std::int64_t> unsigned_numbers;
    std::set<std::int64_t> clock_in_doubt;
    std::set<std::int64_t> undelivered;  ///< signed, if need be, and on their way
    bool operator==(const MonthFigures&) const = default;
};

/// `month` as "2026-11".
[[nodiscard]] MonthFigures counted(const std::vector<NotedEntry>& entries,
                                   const std::string& month);
/// Of `tizilim report --format json`.
[[nodiscard]] MonthFigures reported(const platform::JsonValue& report);

}  // namespace tizilim::process
