#include "agent/documents/print_row.h"

#include "agent/texts/form_texts.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"
#include "store/owner/entry_view.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace tizilim::agent {
namespace {

using store::EntryField;
using store::EntryView;
using store::FieldChange;
using store::SignatureView;
using store::VersionView;

using History = std::vector<VersionView>;
using Wording = PrintRow::Wording;

constexpr std::string_view kVoidedAct = "voided";
constexpr std::string_view kVoidState = "void";
constexpr std::string_view kStateField = "state";
constexpr std::string_view kResolvedAct = "resolved";
constexpr std::string_view kLateReason = "late_reason";
constexpr std::string_view kBasisNumber = "basis_number";
/// Of the form, those that a lawyer fills in.
constexpr int kFirstColumn = 2;
constexpr int kLastColumn = 6;
/// Notes that would leave much of a page empty if they had to begin on the next.
constexpr std::size_t kLongNoteBytes = 3000;

/// What is said of a version that was made by an act.
struct ActNote {
    std::string_view act;
    std::string_view NoteTexts::* text;
    /// By the lawyer here, who gave a reason; else on another computer, where who and why are.
    bool made_here;
};
constexpr auto kActNotes = std::to_array<ActNote>({
    {"amended", &NoteTexts::amended, true},
    {kVoidedAct, &NoteTexts::voided, true},
    {kResolvedAct, &NoteTexts::resolved, true},
    {"merged", &NoteTexts::merged, false},
    {"pulled", &NoteTexts::pulled, false},
});
/// Of any other act that changed a column.
constexpr ActNote kAnyAct{"", &NoteTexts::amended, true};

std::string element(std::string_view tag, std::string_view text) {
    std::string html = "<";
    html.append(tag).append(">").append(text).append("</");
    return html.append(tag).append(">");
}

std::string marked(std::string_view kind, std::string_view html) {
    return "<div class=\"" + std::string(kind) + "\">" + std::string(html) + "</div>";
}

/// What stood in a field before each amendment, struck through, then what stands there now.
std::string with_earlier(const History& history, std::string_view field, std::string_view now,
                         const Wording& wording) {
    std::string html;
    for (const VersionView& version : history)
        for (const FieldChange& change : version.changes)
            if (change.field == field && !change.before.empty())
                html += element("del", html_text(wording(change.before))) + ' ';
    if (!now.empty()) html += "<span>" + html_text(wording(now)) + "</span>";
    return html;
}

std::string plain(std::string_view text) {
    return std::string(text);
}

std::string day(std::string_view text) {
    return shown_time(text, {});
}

/// "постановление следователя № Т-1 от 03.11.2025, issuer": a part that is empty takes its sign
/// with it.
void append_part(std::string& html, std::string_view before, const std::string& part) {
    if (part.empty()) return;
    if (!html.empty()) html += before;
    html += part;
}

/// Text that may go on in the next line within a long number.
std::string breakable(std::string_view text) {
    constexpr std::size_t kLongWord = 24;
    constexpr std::size_t kPiece = 8;
    const bool is_word = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
    if (!is_word || text.size() < kLongWord) return html_text(text);
    std::string html;
    for (; text.size() > kPiece; text.remove_prefix(kPiece))
        html.append(text.substr(0, kPiece)).append("<wbr>");
    return html.append(text);
}

/// Whether this version is void, and the one before was not.
bool becomes_void(const VersionView& version) {
    const auto to_void = [](const FieldChange& change) {
        return change.field == kStateField && change.after == kVoidState;
    };
    return version.act == kVoidedAct ||
           std::any_of(version.changes.begin(), version.changes.end(), to_void);
}

/// The act of a later version that the form tells of; null when nothing on the form changed.
const ActNote* note_of(const VersionView& version, const std::string& columns) {
    const auto* const known =
        std::find_if(kActNotes.begin(), kActNotes.end(),
                     [&](const ActNote& note) { return note.act == version.act; });
    const bool is_known = known != kActNotes.end();
    if (is_known && known->made_here) return known;
    if (columns.empty() && !becomes_void(version)) return nullptr;
    return is_known ? known : &kAnyAct;
}

/// A row that would leave much of a page empty if it had to begin on the next: it may break.
bool is_long(const EntryView& entry) {
    constexpr std::size_t kLongBytes = 1500;
    return entry.essence.size() > kLongBytes || entry.basis_issuer.size() > kLongBytes / 2;
}

std::string columns_of(const VersionView& version) {
    std::set<int> columns;
    for (const FieldChange& change : version.changes) {
        const EntryField* const field = store::find_field(change.field);
        if (field != nullptr && field->form_column > 0) columns.insert(field->form_column);
    }
    std::string numbers;
    for (const int column : columns)
        numbers.append(numbers.empty() ? "" : ", ").append(std::to_string(column));
    return numbers;
}

}  // namespace

std::string html_text(std::string_view text) {
    std::string html;
    html.reserve(text.size());
    for (const char c : text) {
        const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        if (c == '&') {
            html += "&amp;";
        } else if (c == '<') {
            html += "&lt;";
        } else if (c == '>') {
            html += "&gt;";
        } else if (c == '"') {
            html += "&quot;";
        } else if (c == '\'') {
            html += "&#39;";
        } else if (c != '\r') {
            html += control ? ' ' : c;
        }
    }
    return html;
}

std::string shown_time(std::string_view time, std::string_view usual_offset) {
    constexpr std::size_t kDay = 10;
    constexpr std::size_t kMinute = 16;
    constexpr std::size_t kSecond = 19;
    const auto date = platform::parse_date(time.substr(0, kDay));
    if (!date) return std::string(time);
    const std::string_view iso = time;
    std::string text;
    text.append(iso.substr(8, 2)).append(".").append(iso.substr(5, 2)).append(".");
    text.append(iso.substr(0, 4));
    if (time.size() < kSecond) return text;
    text.append(" ").append(time.substr(kDay + 1, kMinute - kDay - 1));
    const std::string_view offset = time.substr(kSecond);
    if (offset != usual_offset) text.append(" ").append(offset == "Z" ? "UTC" : offset);
    return text;
}

std::string PrintRow::time(std::string_view text) const {
    return html_text(shown_time(text, usual_offset_));
}

std::string PrintRow::html(const EntryView& entry, const History& history) const {
    const bool is_void = entry.state == kVoidState;
    std::string html = is_void ? "<tbody class=\"void\">" : "<tbody>";
    html += is_long(entry) ? "<tr class=\"long\">" : "<tr>";
    html += element("th", std::to_string(static_cast<std::uint64_t>(entry.number)));
    for (int column = kFirstColumn; column <= kLastColumn; ++column)
        html += element("td", cell(column, entry, history));
    const bool is_blank = blank_signature_ && entry.signature.status.empty();
    html += is_blank ? "<td class=\"ink\"></td>" : element("td", signature(entry.signature));
    html += "</tr>";
    if (const std::string made = recording(entry, history) + notes(entry, history); !made.empty()) {
        html += made.size() > kLongNoteBytes ? "<tr class=\"notes long\">" : "<tr class=\"notes\">";
        html += "<td></td><td colspan=\"6\">" + made + "</td></tr>";
    }
    return html += "</tbody>\n";
}

/// What is to be said of the entry beside its changes.
std::string PrintRow::recording(const EntryView& entry, const History& history) const {
    std::string html;
    if (entry.late) {
        std::string late = std::string(texts_.notes.late) + ", ";
        late += time(entry.recorded_at.substr(0, 10)) + "; ";
        late += std::string(texts_.notes.reason) + ": ";
        html += marked("note", late + with_earlier(history, kLateReason, entry.late_reason, plain));
    }
    if (entry.clock_warning) html += marked("note", texts_.notes.clock_in_doubt);
    if (entry.in_conflict) html += marked("note", texts_.notes.in_conflict);
    return html;
}

/// The fields of one column. Why an entry is late stands below the row.
std::string PrintRow::cell(int column, const EntryView& entry, const History& history) const {
    std::string html;
    for (const EntryField& field : store::entry_fields()) {
        if (field.form_column != column || field.name == kLateReason) continue;
        const bool is_number = field.name == kBasisNumber;
        const std::string_view before = is_number        ? " "
                                        : is_date(field) ? std::string_view(texts_.dated)
                                                         : ", ";
        append_part(html, before,
                    with_earlier(history, field.name, entry.*(field.text), wording_of(field)));
    }
    return html;
}

Wording PrintRow::wording_of(const EntryField& field) const {
    if (is_date(field)) return day;
    if (is_whole_number(field)) return [this](std::string_view text) { return duration(text); };
    if (field.name == kBasisNumber)
        return [](std::string_view text) { return "№\xc2\xa0" + std::string(text); };
    if (std::holds_alternative<store::BasisType store::EntryContent::*>(field.place))
        return [this](std::string_view code) {
            const auto known = store::basis_type_of(code);
            return std::string(known ? basis_text(*known, language_) : code);
        };
    if (std::holds_alternative<store::Form store::EntryContent::*>(field.place))
        return [this](std::string_view code) {
            const auto known = store::form_of(code);
            return std::string(known ? assistance_text(*known, language_) : code);
        };
    return plain;
}

std::string PrintRow::duration(std::string_view minutes) const {
    constexpr std::uint32_t kHour = 60;
    std::uint32_t count = 0;
    const auto [stop, failed] =
        std::from_chars(minutes.data(), minutes.data() + minutes.size(), count);
    if (failed != std::errc{} || stop != minutes.data() + minutes.size())
        return std::string(minutes);
    std::string text;
    if (count >= kHour) text.append(std::to_string(count / kHour)).append(" ").append(texts_.hours);
    if (count % kHour == 0 && count != 0) return text;
    if (!text.empty()) text += ' ';
    return text.append(std::to_string(count % kHour)).append(" ").append(texts_.minutes);
}

std::string PrintRow::signature(const SignatureView& signature) const {
    if (signature.status.empty()) return marked("unsigned", texts_.not_signed);
    std::string html =
        std::string(texts_.eds) + ": <span>" + html_text(signature.signer) + "</span>";
    const auto add = [&html](std::string_view before, std::string_view label,
                             const std::string& text) {
        if (text.empty()) return;
        html.append(before).append(label).append(" ").append(breakable(text));
    };
    add(", ", texts_.iin, signature.iin);
    add("; ", texts_.issuer, signature.issuer);
    if (!signature.issuer_checked) html.append(", ").append(texts_.issuer_not_checked);
    add("; ", texts_.serial, signature.serial);
    if (!signature.valid_from.empty())
        add(", ", texts_.valid,
            day(signature.valid_from.substr(0, 10)) + " – " +
                day(signature.valid_to.substr(0, 10)));
    add("; ", texts_.algorithm, signature.algorithm);
    add("; ", texts_.signed_at, shown_time(signature.signed_at, usual_offset_));
    return marked("eds", html + "; " + signature_status(signature));
}

/// Only a status that says so may be printed as verified.
std::string PrintRow::signature_status(const SignatureView& signature) const {
    // That an issuer was not checked is printed beside the issuer.
    if (signature.status == "verified" || signature.status == "verified_unchecked_issuer")
        return std::string(texts_.verified);
    if (signature.status == "parsed_not_verified") return std::string(texts_.parsed_not_verified);
    return std::string(texts_.not_valid);
}

std::string PrintRow::notes(const EntryView& entry, const History& history) const {
    std::string html;
    bool void_shown = false;
    for (std::size_t i = 0; i < history.size(); ++i) {
        const VersionView& version = history[i];
        if (const std::string made = i > 0 ? note(version) : std::string(); !made.empty()) {
            html += marked("note", made);
            void_shown = void_shown || becomes_void(version);
        }
        const bool superseded = i + 1 < history.size();
        if (superseded && !version.signature.status.empty())
            html += marked("note", std::string(texts_.notes.earlier_signature) + ": " +
                                       html_text(version.signature.signer) + ", " +
                                       time(version.signature.signed_at) + "; " +
                                       signature_status(version.signature));
    }
    // An imported entry was voided elsewhere: there is a reason, but no act here.
    if (entry.state == kVoidState && !void_shown)
        html += marked("note", std::string(texts_.notes.voided) + "; " +
                                   std::string(texts_.notes.reason) + ": <span>" +
                                   html_text(entry.void_reason) + "</span>");
    return html;
}

/// Who, when and why; empty: nothing on the form changed.
std::string PrintRow::note(const VersionView& version) const {
    const std::string columns = columns_of(version);
    const ActNote* const act = note_of(version, columns);
    if (act == nullptr) return {};
    std::string html(texts_.notes.*(act->text));
    if (act->text != &NoteTexts::voided && becomes_void(version))
        html += ": " + std::string(texts_.notes.voided);
    if (!columns.empty())
        html += " (" + std::string(texts_.notes.amended_columns) + ' ' + columns + ')';
    if (!act->made_here) html += ", " + std::string(texts_.notes.received);
    html += ' ' + time(version.at);
    if (!version.by.empty()) html += ", <span>" + html_text(version.by) + "</span>";
    html += "; " + why(version, act->made_here);
    if (version.clock_warning) html += " (" + std::string(texts_.notes.clock_in_doubt) + ')';
    return html;
}

std::string PrintRow::why(const VersionView& version, bool made_here) const {
    const std::string reason = std::string(texts_.notes.reason) + ": ";
    if (version.act == kResolvedAct) return reason + std::string(texts_.notes.changed_differently);
    if (version.reason.empty() && !made_here) return std::string(texts_.notes.reason_elsewhere);
    const Words words(parse_user_language(texts_.code).value_or(UserLanguage::ru), {});
    return reason + "<span>" + html_text(words(platform::unpacked(version.reason))) + "</span>";
}

}  // namespace tizilim::agent
