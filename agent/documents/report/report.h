#pragma once

#include "agent/documents/entry_source.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

using Month = std::chrono::year_month;

/// "2026-11".
[[nodiscard]] std::string format_month(Month month);
/// "November 2026", in the language of the words.
[[nodiscard]] platform::Message month_message(Month month);

/// An entry, by its number in one of MonthReport::books.
struct EntryRef {
    std::size_t book = 0;
    std::uint64_t number = 0;

    bool operator==(const EntryRef&) const = default;
};

struct Tally {
    std::uint64_t entries = 0;
    std::uint64_t minutes = 0;

    bool operator==(const Tally&) const = default;
};

struct LateEntry {
    EntryRef entry;
    std::string application_date;
    std::string recorded_date;
    std::string reason;
};

struct NotedEntry {
    EntryRef entry;
    platform::Message note;
};

/// `soon`: within kDueSoon.
enum class DueState : std::uint8_t { later, soon, past };
inline constexpr std::chrono::days kDueSoon{7};
[[nodiscard]] DueState due_state(platform::CivilDate deadline, platform::CivilDate today);
[[nodiscard]] std::string_view code_of(DueState state);  ///< "later", "soon", "past"

/// A claim for payment is due within one month of application: the same day of the next month, or
/// its last.
[[nodiscard]] platform::CivilDate claim_deadline(platform::CivilDate application);
/// The 5th of the month after.
[[nodiscard]] platform::CivilDate report_deadline(Month month);

/// How the minutes of one entry are paid: up to 1 h as 1 h, up to 1.5 h, up to 2 h, then exactly.
/// The register keeps the exact ones.
[[nodiscard]] std::uint32_t rounded_minutes(std::uint32_t minutes);
/// The steps, in minutes; what is above the last is exact.
inline constexpr std::array<std::uint32_t, 3> kRoundingSteps{60, 90, 120};

struct RoundingRow {
    Tally exact;
    std::uint64_t rounded = 0;
};

/// The delivery states, in the order in which status names them.
inline constexpr std::array<std::string_view, 6> kDeliveryStates{
    "local", "unsigned", "pending", "sent", "delivered", "quarantined"};

/// Entries by month of application. As in status, `recorded` counts every entry, void or not, and
/// each is in one delivery state. Forms, bases, minutes to be paid and deadlines are of those that
/// are not void.
struct MonthReport {
    Month month{};
    platform::CivilDate today{};
    std::vector<std::string> books;
    Tally recorded;
    Tally voided;  ///< of the recorded
    std::array<std::uint64_t, kDeliveryStates.size()> by_delivery{};
    std::map<std::string, Tally, std::less<>> by_form;   ///< by code
    std::map<std::string, Tally, std::less<>> by_basis;  ///< by code
    std::array<RoundingRow, kRoundingSteps.size() + 1> rounding{};
    std::vector<LateEntry> late;
    std::vector<EntryRef> unsigned_entries;   ///< leave when they are signed
    std::vector<EntryRef> without_signature;  ///< of every class: column 7 covers all
    std::vector<EntryRef> undelivered;        ///< pending or sent
    std::vector<NotedEntry> quarantined;      ///< with the peer's reason
    std::map<platform::CivilDate, std::vector<EntryRef>> by_day;  ///< of application
    std::vector<NotedEntry> clock_in_doubt;

    [[nodiscard]] std::uint64_t rounded_total() const;
    [[nodiscard]] Tally in_force() const;  ///< recorded and not void
};

/// Of the entries in `books`, a page at a time.
[[nodiscard]] MonthReport month_report(const EntrySource& source,
                                       const std::vector<std::string>& books, Month month,
                                       platform::CivilDate today);

}  // namespace tizilim::agent
