#include "agent/documents/report/report_formats.h"

#include "agent/documents/csv/csv_guard.h"
#include "agent/documents/report/report.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::format_date;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;
using Tallies = std::map<std::string, Tally, std::less<>>;

/// The tallies that are not empty, in the order of the form.
template <class Code>
std::vector<std::pair<std::string, Tally>> in_order(const Tallies& tallies,
                                                    std::span<const Code> codes) {
    std::vector<std::pair<std::string, Tally>> rows;
    for (const Code code : codes) {
        const auto found = tallies.find(store::code_of(code));
        if (found != tallies.end()) rows.emplace_back(*found);
    }
    return rows;
}

/// "up to 60 min", "above 120 min".
Message step_label(std::size_t row) {
    if (row < kRoundingSteps.size())
        return {"report.step_up_to", {{"minutes", kRoundingSteps[row]}}};
    return {"report.step_above", {{"minutes", kRoundingSteps.back()}}};
}

/// The report as text, section by section.
class TextReport {
public:
    TextReport(const MonthReport& report, const Words& words) : report_(report), words_(words) {}

    std::string run() {
        line({"report.title",
              {{"month", as_json(month_message(report_.month))},
               {"today", format_date(report_.today)}}});
        totals();
        delivery();
        tallies("report.column_form", "form.", in_order(report_.by_form, store::all_forms()));
        tallies("report.column_basis", "basis.",
                in_order(report_.by_basis, store::all_basis_types()));
        rounding();
        late();
        waiting();
        claims();
        clock();
        out_ << '\n';
        deadline();
        return out_.str();
    }

private:
    void line(const Message& message) { out_ << words_(message) << '\n'; }

    void deadline() {
        const auto due = report_deadline(report_.month);
        const platform::JsonObject values{{"due", format_date(due)}};
        switch (due_state(due, report_.today)) {
            case DueState::later:
                return line({"report.due", values});
            case DueState::soon:
                return line({"report.due_soon", values});
            case DueState::past:
                return line({"report.due_past", values});
        }
    }

    void totals() {
        out_ << '\n';
        print_table(out_,
                    {{""},
                     {words_("report.column_entries"), Align::right},
                     {words_("report.column_minutes"), Align::right}},
                    {row(words_("report.recorded"), report_.recorded),
                     row(words_("report.of_them_void"), report_.voided),
                     row(words_("report.in_force"), report_.in_force())});
    }

    void delivery() {
        std::vector<std::vector<std::string>> rows;
        rows.reserve(kDeliveryStates.size());
        for (std::size_t i = 0; i < kDeliveryStates.size(); ++i)
            rows.push_back({words_("state." + std::string(kDeliveryStates[i])),
                            std::to_string(report_.by_delivery[i])});
        out_ << '\n';
        print_table(
            out_,
            {{words_("report.column_delivery")}, {words_("report.column_entries"), Align::right}},
            rows);
    }

    static std::vector<std::string> row(const std::string& name, const Tally& tally) {
        return {name, std::to_string(tally.entries), std::to_string(tally.minutes)};
    }

    void tallies(std::string_view title, const std::string& family,
                 const std::vector<std::pair<std::string, Tally>>& codes) {
        if (codes.empty()) return;
        std::vector<std::vector<std::string>> rows;
        rows.reserve(codes.size());
        for (const auto& [code, tally] : codes) rows.push_back(row(words_(family + code), tally));
        out_ << '\n';
        print_table(out_,
                    {{words_(title), Align::left, kCodeWidth},
                     {words_("report.column_entries"), Align::right},
                     {words_("report.column_minutes"), Align::right}},
                    rows);
    }

    void rounding() {
        std::vector<std::vector<std::string>> rows;
        for (std::size_t i = 0; i < report_.rounding.size(); ++i) {
            rows.push_back(row(words_(step_label(i)), report_.rounding[i].exact));
            rows.back().push_back(std::to_string(report_.rounding[i].rounded));
        }
        rows.push_back(row(words_("report.together"), report_.in_force()));
        rows.back().push_back(std::to_string(report_.rounded_total()));
        out_ << '\n';
        print_table(out_,
                    {{words_("report.column_rounded")},
                     {words_("report.column_entries"), Align::right},
                     {words_("report.column_minutes"), Align::right},
                     {words_("report.column_rounded"), Align::right}},
                    rows);
        constexpr std::uint64_t kHour = 60;
        line({"report.rounded_is",
              {{"hours", report_.rounded_total() / kHour},
               {"minutes", report_.rounded_total() % kHour}}});
    }

    void late() {
        if (report_.late.empty()) return;
        std::vector<std::vector<std::string>> rows;
        rows.reserve(report_.late.size());
        for (const LateEntry& entry : report_.late)
            rows.push_back({name(entry.entry), day(entry.application_date),
                            day(entry.recorded_date), entry.reason});
        out_ << '\n';
        print_table(out_,
                    {{words_("report.column_late"), Align::right},
                     {words_("report.column_applied")},
                     {words_("report.column_recorded")},
                     {words_("report.column_reason"), Align::left, kNoteWidth}},
                    rows);
    }

    void waiting() {
        out_ << '\n';
        line({"report.unsigned", entries_value(report_.unsigned_entries)});
        line({"report.without_signature", entries_value(report_.without_signature)});
        line({"report.undelivered", entries_value(report_.undelivered)});
        std::vector<EntryRef> refs;
        refs.reserve(report_.quarantined.size());
        for (const NotedEntry& entry : report_.quarantined) refs.push_back(entry.entry);
        line({"report.quarantined", entries_value(refs)});
        notes(report_.quarantined);
    }

    /// How many, and which.
    [[nodiscard]] platform::JsonObject entries_value(const std::vector<EntryRef>& refs) const {
        if (refs.empty()) return {{"entries", 0}};
        return {
            {"entries", as_json(Message{"report.count_and_numbers",
                                        {{"count", refs.size()}, {"numbers", numbers(refs)}}})}};
    }

    void notes(const std::vector<NotedEntry>& entries) {
        for (const NotedEntry& entry : entries)
            out_ << "  " << name(entry.entry) << ": " << shown(words_(entry.note), kNoteWidth)
                 << '\n';
    }

    void claims() {
        if (report_.by_day.empty()) return;
        std::vector<std::vector<std::string>> rows;
        for (const auto& [applied, refs] : report_.by_day) {
            const auto due = claim_deadline(applied);
            const DueState state = due_state(due, report_.today);
            rows.push_back({day(format_date(applied)), day(format_date(due)),
                            state == DueState::later
                                ? std::string()
                                : words_("due_state." + std::string(code_of(state))),
                            numbers(refs)});
        }
        out_ << '\n';
        print_table(out_,
                    {{words_("report.column_applied")},
                     {words_("report.column_claim_due")},
                     {""},
                     {words_("report.column_entries"), Align::left, kNoteWidth}},
                    rows);
    }

    void clock() {
        if (report_.clock_in_doubt.empty()) return;
        out_ << '\n';
        line({"report.clock_in_doubt"});
        notes(report_.clock_in_doubt);
    }

    [[nodiscard]] std::string day(const std::string& date) const {
        return words_("report.day", {{"on", date}});
    }

    /// The number, or the numbers, of entries of a book; of a closed book with its label.
    [[nodiscard]] std::string in_book(const std::string& numbers, std::size_t book) const {
        if (book + 1 == report_.books.size()) return numbers;
        return words_("report.of_book", {{"numbers", numbers}, {"book", report_.books[book]}});
    }

    [[nodiscard]] std::string name(const EntryRef& entry) const {
        return in_book(std::to_string(entry.number), entry.book);
    }

    /// "1-5, 8": runs of numbers in one book are told by their ends.
    [[nodiscard]] std::string numbers(const std::vector<EntryRef>& refs) const {
        std::string text;
        for (std::size_t i = 0; i < refs.size();) {
            std::size_t last = i;
            while (last + 1 < refs.size() && refs[last + 1].book == refs[i].book &&
                   refs[last + 1].number == refs[last].number + 1)
                ++last;
            std::string run = std::to_string(refs[i].number);
            if (last != i) run += '-' + std::to_string(refs[last].number);
            (text += text.empty() ? "" : ", ") += in_book(run, refs[i].book);
            i = last + 1;
        }
        return text;
    }

    static constexpr std::size_t kCodeWidth = 100;
    static constexpr std::size_t kNoteWidth = 1000;

    const MonthReport& report_;
    const Words& words_;
    std::ostringstream out_;
};

JsonObject tally_json(const Tally& tally) {
    return {{"entries", tally.entries}, {"minutes", tally.minutes}};
}

JsonArray tallies_json(const std::vector<std::pair<std::string, Tally>>& codes) {
    JsonArray json;
    for (const auto& [code, tally] : codes)
        json.emplace_back(
            JsonObject{{"code", code}, {"entries", tally.entries}, {"minutes", tally.minutes}});
    return json;
}

/// As in the status.
JsonObject entries_json(const MonthReport& report) {
    JsonObject json{{"recorded", report.recorded.entries}};
    for (std::size_t i = 0; i < kDeliveryStates.size(); ++i)
        json.push_back({std::string(kDeliveryStates[i]), report.by_delivery[i]});
    return json;
}

JsonObject ref_json(const MonthReport& report, const EntryRef& entry) {
    return {{"number", entry.number}, {"book", report.books[entry.book]}};
}

JsonArray refs_json(const MonthReport& report, const std::vector<EntryRef>& entries) {
    JsonArray json;
    for (const EntryRef& entry : entries) json.emplace_back(ref_json(report, entry));
    return json;
}

JsonArray noted_json(const MonthReport& report, const std::vector<NotedEntry>& entries) {
    JsonArray json;
    for (const NotedEntry& entry : entries) {
        JsonObject object = ref_json(report, entry.entry);
        object.push_back({"reason", platform::in_english(entry.note)});
        if (!entry.note.code.empty()) {
            object.push_back({"code", entry.note.code});
            object.push_back({"values", entry.note.values});
        }
        json.emplace_back(std::move(object));
    }
    return json;
}

JsonArray rounding_json(const MonthReport& report) {
    JsonArray json;
    for (std::size_t i = 0; i < report.rounding.size(); ++i) {
        const RoundingRow& row = report.rounding[i];
        const bool is_step = i < kRoundingSteps.size();
        json.emplace_back(
            JsonObject{{"up_to_minutes", is_step ? JsonValue(kRoundingSteps[i]) : JsonValue()},
                       {"entries", row.exact.entries},
                       {"minutes", row.exact.minutes},
                       {"rounded_minutes", row.rounded}});
    }
    return json;
}

JsonArray late_json(const MonthReport& report) {
    JsonArray json;
    for (const LateEntry& entry : report.late) {
        JsonObject object = ref_json(report, entry.entry);
        object.push_back({"application_date", entry.application_date});
        object.push_back({"recorded_date", entry.recorded_date});
        object.push_back({"reason", entry.reason});
        json.emplace_back(std::move(object));
    }
    return json;
}

JsonArray claims_json(const MonthReport& report) {
    JsonArray json;
    for (const auto& [day, entries] : report.by_day) {
        const auto due = claim_deadline(day);
        json.emplace_back(JsonObject{{"application_date", format_date(day)},
                                     {"due", format_date(due)},
                                     {"state", code_of(due_state(due, report.today))},
                                     {"entries", refs_json(report, entries)}});
    }
    return json;
}

/// A row of the CSV: what does not apply stays empty.
struct CsvRow {
    std::string_view section;
    std::string code{};
    std::string date{};
    std::string due{};
    std::string entries{};
    std::string minutes{};
    std::string rounded_minutes{};
    std::string number{};
    std::string book{};
    std::string note{};
};

class CsvReport {
public:
    explicit CsvReport(const MonthReport& report) : report_(report) {}

    std::string run() {
        text_ =
            "\xef\xbb\xbfsection,code,date,due,entries,minutes,rounded_minutes,number,book,"
            "note\r\n";
        add({.section = "month", .date = format_month(report_.month)});
        tally("recorded", "", report_.recorded);
        tally("voided", "", report_.voided);
        tally("in_force", "", report_.in_force());
        for (std::size_t i = 0; i < kDeliveryStates.size(); ++i)
            add({.section = "delivery",
                 .code = std::string(kDeliveryStates[i]),
                 .entries = std::to_string(report_.by_delivery[i])});
        for (const auto& [code, sum] : in_order(report_.by_form, store::all_forms()))
            tally("form", code, sum);
        for (const auto& [code, sum] : in_order(report_.by_basis, store::all_basis_types()))
            tally("basis", code, sum);
        for (std::size_t i = 0; i < report_.rounding.size(); ++i)
            add({.section = "rounding",
                 .code = platform::in_english(step_label(i)),
                 .entries = std::to_string(report_.rounding[i].exact.entries),
                 .minutes = std::to_string(report_.rounding[i].exact.minutes),
                 .rounded_minutes = std::to_string(report_.rounding[i].rounded)});
        entries();
        const auto due = report_deadline(report_.month);
        add({.section = "report",
             .code = std::string(code_of(due_state(due, report_.today))),
             .due = format_date(due)});
        return std::move(text_);
    }

private:
    void entries() {
        for (const LateEntry& late : report_.late)
            of_entry({.section = "late", .date = late.application_date, .note = late.reason},
                     late.entry);
        for (const EntryRef& entry : report_.unsigned_entries)
            of_entry({.section = "waiting", .code = "unsigned"}, entry);
        for (const EntryRef& entry : report_.without_signature)
            of_entry({.section = "waiting", .code = "without_signature"}, entry);
        for (const EntryRef& entry : report_.undelivered)
            of_entry({.section = "waiting", .code = "delivery"}, entry);
        for (const NotedEntry& entry : report_.quarantined)
            of_entry({.section = "waiting",
                      .code = "quarantine",
                      .note = platform::in_english(entry.note)},
                     entry.entry);
        for (const auto& [day, refs] : report_.by_day) {
            const auto due = claim_deadline(day);
            for (const EntryRef& entry : refs)
                of_entry({.section = "claim",
                          .code = std::string(code_of(due_state(due, report_.today))),
                          .date = format_date(day),
                          .due = format_date(due)},
                         entry);
        }
        for (const NotedEntry& entry : report_.clock_in_doubt)
            of_entry({.section = "clock", .note = platform::in_english(entry.note)}, entry.entry);
    }

    void tally(std::string_view section, std::string_view code, const Tally& sum) {
        add({.section = section,
             .code = std::string(code),
             .entries = std::to_string(sum.entries),
             .minutes = std::to_string(sum.minutes)});
    }

    void of_entry(CsvRow row, const EntryRef& entry) {
        row.number = std::to_string(entry.number);
        row.book = report_.books[entry.book];
        add(row);
    }

    void add(const CsvRow& row) {
        text_ += row.section;
        for (const std::string* const field :
             {&row.code, &row.date, &row.due, &row.entries, &row.minutes, &row.rounded_minutes,
              &row.number, &row.book, &row.note})
            text_ += ',' + csv_field(*field);
        text_ += "\r\n";
    }

    const MonthReport& report_;
    std::string text_;
};

}  // namespace

std::string report_text(const MonthReport& report, const Words& words) {
    return TextReport(report, words).run();
}

JsonObject report_json(const MonthReport& report) {
    JsonArray books;
    for (const std::string& book : report.books) books.emplace_back(book);
    const auto due = report_deadline(report.month);
    return {{"month", format_month(report.month)},
            {"today", format_date(report.today)},
            {"books", std::move(books)},
            {"recorded", tally_json(report.recorded)},
            {"voided", tally_json(report.voided)},
            {"in_force", tally_json(report.in_force())},
            {"entries", entries_json(report)},
            {"by_form", tallies_json(in_order(report.by_form, store::all_forms()))},
            {"by_basis", tallies_json(in_order(report.by_basis, store::all_basis_types()))},
            {"rounding", rounding_json(report)},
            {"rounded_minutes", report.rounded_total()},
            {"late", late_json(report)},
            {"without_signature", refs_json(report, report.without_signature)},
            {"waiting", JsonObject{{"unsigned", refs_json(report, report.unsigned_entries)},
                                   {"delivery", refs_json(report, report.undelivered)},
                                   {"quarantine", noted_json(report, report.quarantined)}}},
            {"claims", claims_json(report)},
            {"report_due", JsonObject{{"date", format_date(due)},
                                      {"state", code_of(due_state(due, report.today))}}},
            {"clock_in_doubt", noted_json(report, report.clock_in_doubt)}};
}

std::string report_csv(const MonthReport& report) {
    return CsvReport(report).run();
}

}  // namespace tizilim::agent
