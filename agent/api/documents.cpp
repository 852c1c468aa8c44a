#include "agent/api/answers.h"
#include "agent/api/entry_json.h"
#include "agent/api/route.h"
#include "agent/api/services.h"
#include "agent/documents/csv/csv.h"
#include "agent/documents/entry_source.h"
#include "agent/documents/export.h"
#include "agent/documents/import_jsonl.h"
#include "agent/documents/print_form.h"
#include "agent/documents/report/outage_formats.h"
#include "agent/documents/report/report.h"
#include "agent/documents/report/report_formats.h"
#include "agent/documents/sink.h"
#include "agent/documents/xlsx/xlsx.h"
#include "agent/texts/words.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/owner/import_rows.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::CivilDate;
using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;

/// Writes a document part by part; what it returns is the result of the framed answer.
using Write = std::function<JsonValue(const Sink& sink)>;

struct Document {
    std::string content_type;
    Write write;
    /// What to put at the end of one that could not be finished.
    std::function<std::string(const platform::Message& why)> failure;
};

/// The document itself; with `frames=1` as NDJSON: {"text": part} lines, then the result or the
/// error, so that a client knows whether it has all of it.
ApiResponse answer_with(const ApiRequest& request, Document document) {
    if (text_parameter(request, "frames") == "1")
        return ndjson([write = std::move(document.write)](const StreamedAnswer& to) {
            return write([&to](std::string_view part) { to.line(JsonObject{{"text", part}}); });
        });
    ApiResponse response{.content_type = document.content_type};
    response.stream = [document = std::move(document)](const Sink& sink) {
        try {
            document.write(sink);
        } catch (const platform::MessageError& thrown) {
            sink(document.failure(thrown.message()));
        }
    };
    return response;
}

ApiResponse bad_report_format() {
    return bad_parameter(
        {"request.report_format", {{"formats", JsonArray{"json", "csv", "text"}}}});
}

bool is_report_format(const std::string& format) {
    return format.empty() || format == "json" || format == "csv" || format == "text";
}

/// Of a text for a person: in the language that is asked for, else in English.
std::optional<Words> words_of(const Services& with, const ApiRequest& request) {
    const std::string code = text_parameter(request, "language");
    const std::optional<UserLanguage> language =
        code.empty() ? UserLanguage::en : parse_user_language(code);
    if (!language) return {};
    return Words(*language, with.utc_offset);
}

ApiResponse bad_language(JsonArray languages) {
    return bad_parameter({"request.language", {{"languages", std::move(languages)}}});
}

ApiResponse import(const Services& with, const ApiRequest& request) {
    std::shared_ptr<store::RowSource> rows;
    if (request.content_type == "text/csv") {
        rows = std::make_shared<CsvRows>(request.body);
    } else if (request.content_type == kXlsx) {
        rows = std::make_shared<XlsxRows>(request.body, text_parameter(request, "sheet"));
    } else {
        rows = std::make_shared<JsonlRows>(request.body);
    }
    const auto check = std::make_shared<store::ImportCheck>(
        store::OwnerSession(with.registry)
            .check_import(*rows, {.keep_going = text_parameter(request, "keep_going") == "1",
                                  .refuse_repeated = text_parameter(request, "once") == "1",
                                  .brought_only = text_parameter(request, "brought_over") == "1"}));
    if (check->refused())
        return field_errors(json_of(check->report.errors), {"request.not_imported"});
    return ndjson([&with, rows, check](const StreamedAnswer& to) {
        // Not the last report: it comes after the commit, and a client that went must not keep the
        // loop from hearing of what was imported.
        const store::Progress until_commit = [&to](std::uint64_t done, std::uint64_t total) {
            if (done == total) return;
            to.sink({});  // nothing, but the end of the daemon comes out of it
            to.progress(done, total);
        };
        const store::ImportReport report =
            store::OwnerSession(with.registry).import(*rows, std::move(*check), until_commit);
        if (report.became_pending) with.delivery.pending_added();
        return json_of(report);
    });
}

ApiResponse export_all(const Services& with, const ApiRequest& request) {
    const std::string name = text_parameter(request, "format");
    if (!export_format_of(name))
        return bad_parameter({"request.export_format", {{"formats", JsonArray{"csv", "jsonl"}}}});
    const auto format = export_format_of(name, text_parameter(request, "separator"));
    if (!format)
        return bad_parameter(
            {"request.export_separator", {{"separators", JsonArray{"comma", "semicolon"}}}});
    return answer_with(
        request,
        {.content_type = *format == ExportFormat::jsonl ? "application/x-ndjson"
                                                        : "text/csv; charset=utf-8; header=present",
         .write =
             [&with, format](const Sink& sink) {
                 const std::uint64_t entries = export_entries(*format, entries_of(with.registry),
                                                              with.registry.books(), sink);
                 return JsonObject{{"entries", entries}};
             },
         .failure =
             [format](const platform::Message& why) { return export_failure(*format, why); }});
}

ApiResponse print(const Services& with, const ApiRequest& request) {
    PrintJob job{.language = with.form.language,
                 .bar_association = with.form.bar_association,
                 .lawyer = with.form.lawyer,
                 .book = text_parameter(request, "book"),
                 .from = {},
                 .to = {},
                 .blank_signature = text_parameter(request, "blank_signature") == "1",
                 .printed_at = platform::format_time(with.clock.wall_now(), with.utc_offset),
                 .chain_head = [&with] { return with.registry.chain_head(); }};
    if (const auto stamp = with.registry.head_timestamp())
        job.timestamp = timestamp_sentences(*stamp, with.utc_offset);
    if (const std::string code = text_parameter(request, "language"); !code.empty()) {
        const auto language = store::language_of(code);
        if (!language) return bad_language({"kk", "ru"});
        job.language = *language;
    }
    if (job.language == store::Language::kk && !with.form.bar_association_kk.empty())
        job.bar_association = with.form.bar_association_kk;
    const auto from = day_parameter(request, "from", today_of(with));
    if (!from) return from.error();
    const auto to = day_parameter(request, "to", today_of(with));
    if (!to) return to.error();
    job.from = *from;
    job.to = *to;
    if (job.from && job.to && *job.from > *job.to) return bad_parameter({"request.days_reversed"});
    const std::vector<std::string> books = with.registry.books();
    if (job.book.empty()) job.book = books.back();
    if (std::find(books.begin(), books.end(), job.book) == books.end())
        return bad_parameter(
            {"request.no_such_book", {{"books", JsonArray(books.begin(), books.end())}}});
    const store::Language language = job.language;
    return answer_with(request,
                       {.content_type = "text/html; charset=utf-8",
                        .write =
                            [&with, job = std::move(job)](const Sink& sink) {
                                const std::uint64_t entries =
                                    print_form(job, entries_of(with.registry), sink);
                                return JsonObject{{"entries", entries}};
                            },
                        .failure =
                            [language, offset = with.utc_offset](const platform::Message& why) {
                                return print_failure(language, offset, why);
                            }});
}

ApiResponse outages(const Services& with, const ApiRequest& request) {
    OutageReport made{.utc_offset = with.utc_offset, .now = with.clock.wall_now(), .outages = {}};
    const CivilDate today = platform::civil_day(made.now, with.utc_offset);
    const auto month = month_parameter(request, today);
    if (!month) return month.error();
    made.month = month->value_or(today.year() / today.month());
    const std::string format = text_parameter(request, "format");
    if (!is_report_format(format)) return bad_report_format();
    const std::optional<Words> words = words_of(with, request);
    if (!words) return bad_language({"kk", "ru", "en"});
    made.outages = with.watch.outages().between(made.begins(), made.ends(), made.now);
    if (format == "csv")
        return {.content_type = "text/csv; charset=utf-8; header=present",
                .body = outages_csv(made)};
    if (format == "text")
        return {.content_type = "text/plain; charset=utf-8", .body = outages_text(made, *words)};
    return json_response(200, outages_json(made));
}

ApiResponse report(const Services& with, const ApiRequest& request) {
    const CivilDate today = today_of(with);
    const auto month = month_parameter(request, today);
    if (!month) return month.error();
    const std::optional<Month> asked = *month;
    if (!asked) return bad_parameter({"request.month_missing"});
    const std::string format = text_parameter(request, "format");
    if (!is_report_format(format)) return bad_report_format();
    const std::optional<Words> words = words_of(with, request);
    if (!words) return bad_language({"kk", "ru", "en"});
    const MonthReport made =
        month_report(entries_of(with.registry), with.registry.books(), *asked, today);
    if (format == "csv")
        return {.content_type = "text/csv; charset=utf-8; header=present",
                .body = report_csv(made)};
    if (format == "text")
        return {.content_type = "text/plain; charset=utf-8", .body = report_text(made, *words)};
    return json_response(200, report_json(made));
}

}  // namespace

std::vector<Route> document_routes() {
    return {
        {"POST", {"api", "v1", "import"}, Body::rows, import},
        {"GET", {"api", "v1", "export"}, Body::none, export_all},
        {"GET", {"api", "v1", "print"}, Body::none, print},
        {"GET", {"api", "v1", "outages"}, Body::none, outages},
        {"GET", {"api", "v1", "report"}, Body::none, report},
    };
}

}  // namespace tizilim::agent
