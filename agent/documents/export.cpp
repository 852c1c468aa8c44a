#include "agent/documents/export.h"

#include "agent/documents/csv/csv_guard.h"
#include "agent/documents/entry_source.h"
#include "agent/documents/field_json.h"
#include "agent/documents/sink.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/fields.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/salvage_report.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using store::EntryView;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kLineEnd = "\r\n";

std::string number_of(const EntryView& entry) {
    // One of another PC has none here.
    return entry.pulled ? "" : std::to_string(static_cast<std::uint64_t>(entry.number));
}

/// "unsigned" where there is none, so that the column is never empty.
std::string signature_status(const EntryView& entry) {
    return entry.signature.status.empty() ? "unsigned" : entry.signature.status;
}

std::string delivery_reason(const EntryView& entry) {
    return entry.delivery_reason ? platform::in_english(*entry.delivery_reason) : std::string();
}

char separator_of(ExportFormat format) {
    return format == ExportFormat::excel_csv ? ';' : ',';
}

std::string csv_header(char separator) {
    std::string line = "number";
    const auto add = [&](std::string_view name) { (line += separator).append(name); };
    add("book");
    add("id");
    for (const store::EntryField& field : store::entry_fields()) add(field.name);
    for (const std::string_view name : {"recorded_at", "delivery", "signature_status", "pulled"})
        add(name);
    return line.append(kLineEnd);
}

std::string csv_row(const EntryView& entry, char separator) {
    std::string line = number_of(entry);
    const auto add = [&](const std::string& field) { (line += separator) += csv_field(field); };
    add(entry.book);
    add(entry.id);
    for (const store::EntryField& field : store::entry_fields()) add(entry.*(field.text));
    add(entry.recorded_at);
    add(entry.delivery);
    add(signature_status(entry));
    add(entry.pulled ? "yes" : "no");
    return line.append(kLineEnd);
}

std::string said(const std::optional<platform::Message>& message) {
    return message ? platform::in_english(*message) : std::string();
}

JsonArray history_json(const std::vector<store::VersionView>& history) {
    JsonArray versions;
    for (const store::VersionView& version : history) {
        versions.emplace_back(JsonObject{{"version", version.version},
                                         {"act", version.act},
                                         {"at", version.at},
                                         {"by", version.by},
                                         {"reason", version.reason},
                                         {"clock_warning", said(version.clock_warning)},
                                         {"clock_marks", version.clock_marks},
                                         {"brought_over", version.brought_over},
                                         {"changes", changes_json(version)},
                                         {"commitment", version.commitment},
                                         {"salt", version.salt},
                                         {"signature", json_of(version.signature)}});
    }
    return versions;
}

using Visit = std::function<void(const std::vector<EntryView>&)>;

/// Calls `visit` with the entries of a book by day of application, then number. Of each only the
/// day and the number are kept; entries that come meanwhile are left out.
void for_each_day(const EntrySource& source, store::ListQuery query, const Visit& visit) {
    std::vector<std::pair<std::chrono::sys_days, std::uint64_t>> order;
    for_each_page(source, query, [&](const std::vector<EntryView>& entries) {
        for (const EntryView& entry : entries) {
            const auto day = platform::parse_date(entry.application_date);
            order.emplace_back(day ? std::chrono::sys_days(*day) : std::chrono::sys_days(),
                               static_cast<std::uint64_t>(entry.number));
        }
    });
    std::sort(order.begin(), order.end());
    for (std::size_t at = 0; at < order.size();) {
        query.first = order[at].second;
        std::size_t count = 1;
        while (at + count < order.size() && count < kDocumentPageEntries &&
               order[at + count].second == query.first + count)
            ++count;
        query.count_max = count;
        visit(source.list(query).entries);
        at += count;
    }
}

}  // namespace

std::optional<ExportFormat> export_format_of(std::string_view name, std::string_view separator) {
    if (name == "jsonl" && separator.empty()) return ExportFormat::jsonl;
    if (name != "csv") return {};
    if (separator.empty() || separator == "comma") return ExportFormat::csv;
    if (separator == "semicolon") return ExportFormat::excel_csv;
    return {};
}

JsonObject exported_json(const EntryView& entry, const std::vector<store::VersionView>& history) {
    JsonObject json{{"number", static_cast<std::uint64_t>(entry.number)},
                    {"book", entry.book},
                    {"id", entry.id}};
    for (const store::EntryField& field : store::entry_fields())
        json.push_back({std::string(field.name), entry.*(field.text)});
    const JsonObject informational{{"recorded_at", entry.recorded_at},
                                   {"late", entry.late},
                                   {"imported", entry.imported},
                                   {"delivery", entry.delivery},
                                   {"delivery_reason", delivery_reason(entry)},
                                   {"revision", entry.revision},
                                   {"versions", entry.versions},
                                   {"clock_warning", said(entry.clock_warning)},
                                   {"pulled", entry.pulled},
                                   {"signature_status", signature_status(entry)},
                                   {"signature", json_of(entry.signature)},
                                   {"history", history_json(history)}};
    json.insert(json.end(), informational.begin(), informational.end());
    return json;
}

JsonObject salvaged_json(const store::Salvaged& salvaged) {
    JsonObject json = exported_json(salvaged.entry, salvaged.history);
    JsonArray missing;
    for (const std::uint32_t version : salvaged.missing) missing.emplace_back(version);
    json.push_back({"uncertain", salvaged.uncertain});
    json.push_back({"missing_versions", std::move(missing)});
    return json;
}

std::uint64_t export_entries(ExportFormat format, const EntrySource& source,
                             const std::vector<std::string>& books, const Sink& sink) {
    std::uint64_t exported = 0;
    const auto write = [&](const std::vector<EntryView>& entries) {
        std::string text;
        for (const EntryView& entry : entries) {
            if (text.size() >= kPartBytes) {
                sink(text);
                text.clear();
            }
            text += format != ExportFormat::jsonl
                        ? csv_row(entry, separator_of(format))
                        : platform::to_json(exported_json(entry, source.history(entry.id))) + '\n';
        }
        exported += entries.size();
        if (!text.empty()) sink(text);
    };
    if (format != ExportFormat::jsonl)
        sink(std::string(kByteOrderMark) + csv_header(separator_of(format)));
    for (const std::string& book : books) {
        store::ListQuery query;
        query.book = book;
        if (format == ExportFormat::excel_csv) {
            for_each_day(source, query, write);
        } else {
            for_each_page(source, query, write);
        }
    }
    store::ListQuery pulled;
    pulled.pulled = true;
    for_each_page(source, pulled, write);
    return exported;
}

std::string export_failure(ExportFormat format, const platform::Message& why) {
    if (format != ExportFormat::jsonl) {
        const platform::Message said{"export.failed_because", {{"why", platform::as_json(why)}}};
        return csv_field(platform::in_english(said)) + std::string(kLineEnd);
    }
    return platform::to_json(JsonObject{{"error", platform::in_english({"export.failed"})},
                                        {"message", platform::in_english(why)}}) +
           '\n';
}

}  // namespace tizilim::agent
