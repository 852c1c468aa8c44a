#pragma once

#include "agent/documents/entry_source.h"
#include "agent/documents/sink.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/owner/entry_view.h"
#include "store/owner/salvage_report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::agent {

enum class ExportFormat : std::uint8_t {
    /// RFC 4180 for spreadsheet programs: current versions only; CRLF, csv_field(), and a byte
    /// order mark, without which they take UTF-8 for Windows-1251.
    csv,
    /// The same with semicolons, which Excel of this country opens by itself, and in each book by
    /// day of application, then number.
    excel_csv,
    /// A JSON object a line: everything, with the history and the signatures.
    jsonl
};

/// "csv" or "jsonl"; of csv, `separator` may be "comma" or "semicolon".
[[nodiscard]] std::optional<ExportFormat> export_format_of(std::string_view name,
                                                           std::string_view separator = {});

/// Writes all entries of `books` to `sink` a page at a time. Returns how many.
std::uint64_t export_entries(ExportFormat format, const EntrySource& source,
                             const std::vector<std::string>& books, const Sink& sink);

/// A line that no import takes, for the end of an export that failed.
[[nodiscard]] std::string export_failure(ExportFormat format, const platform::Message& why);

/// The JSON line of an entry with its history; without one: of one version.
[[nodiscard]] platform::JsonObject exported_json(const store::EntryView& entry,
                                                 const std::vector<store::VersionView>& history);

/// The same for a salvaged entry, with what of it could not be read.
[[nodiscard]] platform::JsonObject salvaged_json(const store::Salvaged& salvaged);

}  // namespace tizilim::agent
