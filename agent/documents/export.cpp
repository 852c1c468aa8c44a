#include "agent/documents/export.h"

#include "agent/documents/csv.h"
#include "agent/documents/csv_guard.h"
#include "agent/documents/entry_source.h"
#include "agent/documents/sink.h"
#include "platform/json.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"

#include <cstddef>
#include <cstdint>
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

/// The entry as an import would be given it.
store::EntryInput input_of(const EntryView& entry) {
    constexpr std::size_t kDay = 10;
    return {.application_date = entry.application_date,
            .recorded_date = entry.recorded_at.substr(0, kDay),
            .late_reason = entry.late_reason,
            .basis_type = entry.basis_type,
            .basis_number = entry.basis_number,
            .basis_date = entry.basis_date,
            .basis_issuer = entry.basis_issuer,
            .essence = entry.essence,
            .form = entry.form,
            .minutes = std::to_string(entry.minutes),
            .minor = entry.minor ? "yes" : "no",
            .disclosure = entry.disclosure,
            .language = entry.language,
            .state = entry.state,
            .void_reason = entry.void_reason};
}

std::string number_of(const EntryView& entry) {
    // One of another PC has none here.
    return entry.pulled ? "" : std::to_string(static_cast<std::uint64_t>(entry.number));
}

/// "unsigned" where there is none, so that the column is never empty.
std::string signature_status(const EntryView& entry) {
    return entry.signature.status.empty() ? "unsigned" : entry.signature.status;
}

std::string csv_header() {
    std::string line = "number,book,id";
    for (const FileColumn& column : file_columns()) line.append(",").append(column.name);
    return line.append(",recorded_at,delivery,signature_status,pulled").append(kLineEnd);
}

std::string csv_row(const EntryView& entry) {
    const store::EntryInput input = input_of(entry);
    std::string line = number_of(entry);
    const auto add = [&line](const std::string& field) { line += ',' + csv_field(field); };
    add(entry.book);
    add(entry.id);
    for (const FileColumn& column : file_columns()) add(input.*(column.field));
    add(entry.recorded_at);
    add(entry.delivery);
    add(signature_status(entry));
    add(entry.pulled ? "yes" : "no");
    return line.append(kLineEnd);
}

JsonValue signature_json(const store::SignatureView& signature) {
    if (signature.status.empty()) return {};
    return JsonObject{{"status", signature.status},
                      {"issuer_checked", signature.issuer_checked},
                      {"signer", signature.signer},
                      {"iin", signature.iin},
                      {"issuer", signature.issuer},
                      {"serial", signature.serial},
                      {"valid_from", signature.valid_from},
                      {"valid_to", signature.valid_to},
                      {"algorithm", signature.algorithm},
                      {"signed_at", signature.signed_at},
                      {"cms", signature.cms}};
}

JsonArray history_json(const std::vector<store::VersionView>& history) {
    JsonArray versions;
    for (const store::VersionView& version : history) {
        JsonArray changes;
        for (const store::FieldChange& change : version.changes)
            changes.emplace_back(JsonObject{
                {"field", change.field}, {"before", change.before}, {"after", change.after}});
        versions.emplace_back(JsonObject{{"version", version.version},
                                         {"act", version.act},
                                         {"at", version.at},
                                         {"by", version.by},
                                         {"reason", version.reason},
                                         {"clock_warning", version.clock_warning},
                                         {"clock_marks", version.clock_marks},
                                         {"brought_over", version.brought_over},
                                         {"changes", std::move(changes)},
                                         {"commitment", version.commitment},
                                         {"salt", version.salt},
                                         {"signature", signature_json(version.signature)}});
    }
    return versions;
}

}  // namespace

std::optional<ExportFormat> export_format_of(std::string_view name) {
    if (name == "csv") return ExportFormat::csv;
    if (name == "jsonl") return ExportFormat::jsonl;
    return {};
}

JsonObject exported_json(const EntryView& entry, const std::vector<store::VersionView>& history) {
    const store::EntryInput input = input_of(entry);
    JsonObject json{{"number", static_cast<std::uint64_t>(entry.number)},
                    {"book", entry.book},
                    {"id", entry.id}};
    for (const FileColumn& column : file_columns())
        json.push_back({std::string(column.name), input.*(column.field)});
    const JsonObject informational{{"recorded_at", entry.recorded_at},
                                   {"late", entry.late},
                                   {"imported", entry.imported},
                                   {"delivery", entry.delivery},
                                   {"delivery_reason", entry.delivery_reason},
                                   {"revision", entry.revision},
                                   {"versions", entry.versions},
                                   {"clock_warning", entry.clock_warning},
                                   {"pulled", entry.pulled},
                                   {"signature_status", signature_status(entry)},
                                   {"signature", signature_json(entry.signature)},
                                   {"history", history_json(history)}};
    json.insert(json.end(), informational.begin(), informational.end());
    return json;
}

JsonObject salvaged_json(const store::OwnerSession::Salvaged& salvaged) {
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
            text += format == ExportFormat::csv
                        ? csv_row(entry)
                        : platform::to_json(exported_json(entry, source.history(entry.id))) + '\n';
        }
        exported += entries.size();
        if (!text.empty()) sink(text);
    };
    if (format == ExportFormat::csv) sink(std::string(kByteOrderMark) + csv_header());
    for (const std::string& book : books) {
        store::ListQuery query;
        query.book = book;
        for_each_page(source, query, write);
    }
    store::ListQuery pulled;
    pulled.pulled = true;
    for_each_page(source, pulled, write);
    return exported;
}

std::string export_failure(ExportFormat format, const std::string& message) {
    if (format == ExportFormat::csv)
        return csv_field("export failed, this file is not whole: " + message) +
               std::string(kLineEnd);
    return platform::to_json(JsonObject{{"error", "export failed, this file is not whole"},
                                        {"message", message}}) +
           '\n';
}

}  // namespace tizilim::agent
