#include "agent/documents/report/report.h"

#include "agent/documents/entry_source.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::CivilDate;
using store::EntryView;

constexpr std::chrono::day kReportDay{5};

std::uint32_t minutes_of(const EntryView& entry) {
    std::uint32_t minutes = 0;
    const std::string& text = entry.minutes;
    (void)std::from_chars(text.data(), text.data() + text.size(), minutes);
    return minutes;
}

void count(Tally& tally, const EntryView& entry) {
    ++tally.entries;
    tally.minutes += minutes_of(entry);
}

void count_rounded(MonthReport& report, const EntryView& entry) {
    const std::uint32_t minutes = minutes_of(entry);
    const auto* const step =
        std::lower_bound(kRoundingSteps.begin(), kRoundingSteps.end(), minutes);
    RoundingRow& row = report.rounding[static_cast<std::size_t>(step - kRoundingSteps.begin())];
    count(row.exact, entry);
    row.rounded += rounded_minutes(minutes);
}

/// What still has to be done about it, by somebody.
void count_open(MonthReport& report, const EntryView& entry, EntryRef ref) {
    if (entry.delivery == "unsigned") report.unsigned_entries.push_back(ref);
    if (entry.signature.status.empty()) report.without_signature.push_back(ref);
    if (entry.delivery == "pending" || entry.delivery == "sent") report.undelivered.push_back(ref);
    if (entry.delivery == "quarantined")
        report.quarantined.push_back(
            {.entry = ref, .note = entry.delivery_reason.value_or(platform::Message{})});
    if (entry.clock_warning)
        report.clock_in_doubt.push_back({.entry = ref, .note = *entry.clock_warning});
}

void add(MonthReport& report, const EntryView& entry, std::size_t book) {
    constexpr std::size_t kDay = 10;
    const EntryRef ref{.book = book, .number = static_cast<std::uint64_t>(entry.number)};
    count(report.recorded, entry);
    for (std::size_t i = 0; i < kDeliveryStates.size(); ++i)
        if (entry.delivery == kDeliveryStates[i]) ++report.by_delivery[i];
    count_open(report, entry, ref);
    if (entry.state == "void") {
        count(report.voided, entry);
        return;
    }
    count(report.by_form[entry.form], entry);
    count(report.by_basis[entry.basis_type], entry);
    count_rounded(report, entry);
    if (entry.late)
        report.late.push_back({.entry = ref,
                               .application_date = entry.application_date,
                               .recorded_date = entry.recorded_at.substr(0, kDay),
                               .reason = entry.late_reason});
    if (const auto applied = platform::parse_date(entry.application_date))
        report.by_day[*applied].push_back(ref);
}

}  // namespace

std::string format_month(Month month) {
    constexpr std::size_t kMonth = 7;
    return platform::format_date(month / std::chrono::day(1)).substr(0, kMonth);
}

platform::Message month_message(Month month) {
    constexpr auto kMonths = std::to_array<std::string_view>(
        {"month.january", "month.february", "month.march", "month.april", "month.may", "month.june",
         "month.july", "month.august", "month.september", "month.october", "month.november",
         "month.december"});
    const auto place = static_cast<unsigned>(month.month()) - 1;
    return {std::string(kMonths.at(place)),
            {{"year", std::to_string(static_cast<int>(month.year()))}}};
}

DueState due_state(CivilDate deadline, CivilDate today) {
    const auto left = std::chrono::sys_days(deadline) - std::chrono::sys_days(today);
    if (left < std::chrono::days(0)) return DueState::past;
    return left <= kDueSoon ? DueState::soon : DueState::later;
}

std::string_view code_of(DueState state) {
    switch (state) {
        case DueState::later:
            return "later";
        case DueState::soon:
            return "soon";
        case DueState::past:
            return "past";
    }
    return "";
}

CivilDate claim_deadline(CivilDate application) {
    const CivilDate same_day = application + std::chrono::months(1);
    if (same_day.ok()) return same_day;
    return same_day.year() / same_day.month() / std::chrono::last;
}

CivilDate report_deadline(Month month) {
    return (month + std::chrono::months(1)) / kReportDay;
}

std::uint32_t rounded_minutes(std::uint32_t minutes) {
    const auto* const step =
        std::lower_bound(kRoundingSteps.begin(), kRoundingSteps.end(), minutes);
    return step == kRoundingSteps.end() ? minutes : *step;
}

std::uint64_t MonthReport::rounded_total() const {
    std::uint64_t total = 0;
    for (const RoundingRow& row : rounding) total += row.rounded;
    return total;
}

Tally MonthReport::in_force() const {
    return {.entries = recorded.entries - voided.entries,
            .minutes = recorded.minutes - voided.minutes};
}

MonthReport month_report(const EntrySource& source, const std::vector<std::string>& books,
                         Month month, CivilDate today) {
    MonthReport report;
    report.month = month;
    report.today = today;
    report.books = books;
    for (std::size_t book = 0; book < books.size(); ++book) {
        store::ListQuery query;
        query.book = books[book];
        query.month = month / std::chrono::day(1);
        for_each_page(source, query, [&](const std::vector<EntryView>& entries) {
            for (const EntryView& entry : entries) add(report, entry, book);
        });
    }
    return report;
}

}  // namespace tizilim::agent
