#include "agent/print_row.h"

#include "agent/form_texts.h"
#include "platform/civil_time.h"
#include "store/codes.h"
#include "store/owner_session.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tizilim::agent {
namespace {

using store::EntryView;
using store::FieldChange;
using store::SignatureView;
using store::VersionView;

using History = std::vector<VersionView>;
/// How a field's text is worded in its column.
using Wording = std::function<std::string(std::string_view)>;

constexpr std::string_view kVoidedAct = "voided";
constexpr std::string_view kAmendedAct = "amended";
constexpr std::string_view kVoidState = "void";

struct FieldColumn {
    std::string_view field;
    int column;
};
/// Where on the form a field is; others are on no column.
constexpr auto kFieldColumns = std::to_array<FieldColumn>({
    {"application_date", 2},
    {"late_reason", 2},
    {"basis_type", 3},
    {"basis_number", 3},
    {"basis_date", 3},
    {"basis_issuer", 3},
    {"essence", 4},
    {"form", 5},
    {"minutes", 6},
});

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

/// A row that would leave much of a page empty if it had to begin on the next: it may break.
bool is_long(const EntryView& entry) {
    constexpr std::size_t kLongBytes = 1500;
    return entry.essence.size() > kLongBytes || entry.basis_issuer.size() > kLongBytes / 2 ||
           entry.late_reason.size() > kLongBytes / 4;
}

std::string columns_of(const VersionView& version) {
    std::set<int> columns;
    for (const FieldChange& change : version.changes) {
        const auto* const found =
            std::find_if(kFieldColumns.begin(), kFieldColumns.end(),
                         [&](const FieldColumn& known) { return known.field == change.field; });
        if (found != kFieldColumns.end()) columns.insert(found->column);
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
    const auto form = [this](std::string_view code) {
        const auto known = store::form_of(code);
        return std::string(known ? assistance_text(*known, language_) : code);
    };
    const auto time_spent = [this](std::string_view minutes) { return duration(minutes); };
    std::string html = is_void ? "<tbody class=\"void\">" : "<tbody>";
    html += is_long(entry) ? "<tr class=\"long\">" : "<tr>";
    html += element("th", std::to_string(static_cast<std::uint64_t>(entry.number)));
    html += element("td", application(entry, history));
    html += element("td", basis(entry, history));
    html += element("td", with_earlier(history, "essence", entry.essence, plain));
    html += element("td", with_earlier(history, "form", entry.form, form));
    html +=
        element("td", with_earlier(history, "minutes", std::to_string(entry.minutes), time_spent));
    html += element("td", signature(entry.signature)) + "</tr>";
    if (const std::string made = notes(entry, history); !made.empty())
        html += "<tr class=\"notes\"><td></td><td colspan=\"6\">" + made + "</td></tr>";
    return html += "</tbody>\n";
}

std::string PrintRow::application(const EntryView& entry, const History& history) const {
    std::string html = with_earlier(history, "application_date", entry.application_date, day);
    if (entry.late) {
        std::string mark = std::string(texts_.late) + ", ";
        mark += time(entry.recorded_at.substr(0, 10)) + "; ";
        mark += std::string(texts_.reason) + ": ";
        html +=
            marked("mark", mark + with_earlier(history, "late_reason", entry.late_reason, plain));
    }
    if (!entry.clock_warning.empty()) html += marked("mark", texts_.clock_in_doubt);
    return html;
}

std::string PrintRow::basis(const EntryView& entry, const History& history) const {
    const auto document = [this](std::string_view code) {
        const auto known = store::basis_type_of(code);
        return std::string(known ? basis_text(*known, language_) : code);
    };
    const auto number = [](std::string_view text) { return "№\xc2\xa0" + std::string(text); };
    std::string html = with_earlier(history, "basis_type", entry.basis_type, document);
    append_part(html, " ", with_earlier(history, "basis_number", entry.basis_number, number));
    append_part(html, texts_.dated, with_earlier(history, "basis_date", entry.basis_date, day));
    append_part(html, ", ", with_earlier(history, "basis_issuer", entry.basis_issuer, plain));
    return html;
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
    if (signature.status.empty()) return std::string(texts_.not_signed);
    std::string html =
        std::string(texts_.eds) + ": <span>" + html_text(signature.signer) + "</span>";
    const auto add = [&html](std::string_view before, std::string_view label,
                             const std::string& text) {
        if (text.empty()) return;
        html.append(before).append(label).append(" ").append(html_text(text));
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

/// Kazakh GOST can't be computed here: only a status that says so may be printed as verified.
std::string PrintRow::signature_status(const SignatureView& signature) const {
    if (signature.status == "verified") return std::string(texts_.verified);
    if (signature.status == "parsed_not_verified") return std::string(texts_.parsed_not_verified);
    return std::string(texts_.not_valid);
}

std::string PrintRow::notes(const EntryView& entry, const History& history) const {
    std::string html;
    bool void_noted = false;
    for (std::size_t i = 0; i < history.size(); ++i) {
        const VersionView& version = history[i];
        void_noted = void_noted || version.act == kVoidedAct;
        if (version.act == kVoidedAct || version.act == kAmendedAct)
            html += marked("note", note(version));
        const bool superseded = i + 1 < history.size();
        if (superseded && !version.signature.status.empty())
            html += marked("note", std::string(texts_.earlier_signature) + ": " +
                                       html_text(version.signature.signer) + ", " +
                                       time(version.signature.signed_at) + "; " +
                                       signature_status(version.signature));
    }
    // An imported entry was voided elsewhere: there is a reason, but no act here.
    if (entry.state == kVoidState && !void_noted)
        html += marked("note", std::string(texts_.voided) + "; " + std::string(texts_.reason) +
                                   ": <span>" + html_text(entry.void_reason) + "</span>");
    return html;
}

std::string PrintRow::note(const VersionView& version) const {
    std::string html(version.act == kVoidedAct ? texts_.voided : texts_.amended);
    if (const std::string columns = columns_of(version); !columns.empty())
        html += " (" + std::string(texts_.amended_columns) + ' ' + columns + ')';
    html += ' ' + time(version.at);
    if (!version.by.empty()) html += ", <span>" + html_text(version.by) + "</span>";
    html += "; " + std::string(texts_.reason) + ": <span>" + html_text(version.reason) + "</span>";
    if (!version.clock_warning.empty()) html += " (" + std::string(texts_.clock_in_doubt) + ')';
    return html;
}

}  // namespace tizilim::agent
