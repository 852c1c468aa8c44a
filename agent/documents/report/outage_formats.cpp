#include "agent/documents/report/outage_formats.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/outage.h"
#include "agent/documents/csv/csv_guard.h"
#include "agent/documents/report/report.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

platform::WallTime beginning_of(Month month, platform::UtcOffset offset) {
    return platform::WallTime(std::chrono::sys_days(month / 1)) - offset;
}

/// "2 h 05 min"; below a minute "12 s".
Message duration(std::chrono::milliseconds time) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(time).count();
    if (minutes == 0) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(time).count();
        return {"outage.seconds", {{"seconds", seconds}}};
    }
    if (minutes < 60) return {"outage.minutes", {{"minutes", minutes}}};
    const std::string rest = std::to_string(minutes % 60);
    return {"outage.hours",
            {{"hours", minutes / 60}, {"minutes", (rest.size() == 1 ? "0" : "") + rest}}};
}

/// What each error was, and how often: "name lookup failed (12); timeout (1)".
std::string errors_text(const Outage& outage, const Words& words) {
    std::string text;
    for (const OutageError& error : outage.errors) {
        (text += text.empty() ? "" : "; ") += words(
            "outage.error", {{"why", platform::as_json(error.reason)}, {"count", error.count}});
    }
    if (outage.other_errors > 0)
        (text += "; ") += words("outage.other_errors", {{"count", outage.other_errors}});
    return text;
}

std::string_view end_code(OutageEnd end) {
    switch (end) {
        case OutageEnd::under_way:
            return "outage_end.under_way";
        case OutageEnd::over:
            return "outage_end.over";
        case OutageEnd::changed:
            return "outage_end.changed";
        case OutageEnd::paused:
            return "outage_end.paused";
        case OutageEnd::unknown:
            return "outage_end.unknown";
    }
    return "";
}

}  // namespace

platform::WallTime OutageReport::begins() const {
    return beginning_of(month, utc_offset);
}

platform::WallTime OutageReport::ends() const {
    return beginning_of(month + std::chrono::months(1), utc_offset);
}

std::chrono::milliseconds OutageReport::share_of(const Outage& outage) const {
    const auto from = std::max(outage.from, begins());
    const auto to = std::min(outage.to.value_or(now), ends());
    return std::max(to - from, std::chrono::milliseconds::zero());
}

std::string outages_text(const OutageReport& report, const Words& words) {
    constexpr std::size_t kLineMax = 80;
    constexpr std::size_t kErrorsIndent = 2;
    constexpr std::size_t kErrorsMax = 4000;
    std::chrono::milliseconds sum{0};
    std::vector<std::vector<std::string>> rows;
    const auto time = [&](platform::WallTime at) {
        return words("outage.time", {{"at", platform::format_time(at, report.utc_offset)}});
    };
    for (const Outage& outage : report.outages) {
        sum += report.share_of(outage);
        rows.push_back({time(outage.from), outage.to ? time(*outage.to) : "",
                        words("outage_cause." + std::string(state_name(outage.cause))),
                        words(end_code(outage.end)), std::to_string(outage.attempts)});
    }
    std::ostringstream out;
    const std::string title =
        words("outage.title", {{"month", platform::as_json(month_message(report.month))}});
    out << in_lines(title, 0, kLineMax) << "\n\n";
    if (!rows.empty()) {
        std::stringstream table;
        print_table(table,
                    {{words("outage.column_from")},
                     {words("outage.column_to")},
                     {words("outage.column_cause")},
                     {words("outage.column_end")},
                     {words("outage.column_attempts"), Align::right}},
                    rows);
        std::string line;
        std::getline(table, line);
        out << line << '\n';
        for (const Outage& outage : report.outages) {
            std::getline(table, line);
            out << line << '\n';
            const std::string errors = shown(errors_text(outage, words), kErrorsMax);
            if (!errors.empty())
                out << std::string(kErrorsIndent, ' ') << in_lines(errors, kErrorsIndent, kLineMax)
                    << '\n';
        }
        out << '\n';
    }
    out << words("outage.sum",
                 {{"count", report.outages.size()}, {"time", platform::as_json(duration(sum))}})
        << '\n';
    return out.str();
}

std::string outages_csv(const OutageReport& report) {
    const Words english(UserLanguage::en, report.utc_offset);
    std::string text =
        "\xef\xbb\xbf"
        "from,to,cause,end,seconds_of_month,attempts,errors\r\n";
    for (const Outage& outage : report.outages) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(report.share_of(outage));
        std::string row;
        for (const std::string& field :
             {platform::format_time(outage.from, report.utc_offset),
              outage.to ? platform::format_time(*outage.to, report.utc_offset) : std::string(),
              std::string(state_name(outage.cause)), std::string(outage_end_name(outage.end)),
              std::to_string(seconds.count()), std::to_string(outage.attempts),
              errors_text(outage, english)}) {
            if (!row.empty()) row += ',';
            row += csv_field(field);
        }
        text += row + "\r\n";
    }
    return text;
}

JsonObject outages_json(const OutageReport& report) {
    JsonArray outages;
    for (const Outage& outage : report.outages) {
        JsonArray errors;
        for (const OutageError& error : outage.errors) {
            JsonObject json;
            platform::append_message(json, "reason", error.reason);
            json.push_back({"count", error.count});
            errors.emplace_back(std::move(json));
        }
        const auto seconds = std::chrono::floor<std::chrono::seconds>(report.share_of(outage));
        outages.emplace_back(JsonObject{
            {"from", platform::format_time(outage.from, report.utc_offset)},
            {"to", outage.to ? JsonValue(platform::format_time(*outage.to, report.utc_offset))
                             : JsonValue()},
            {"cause", state_name(outage.cause)},
            {"end", outage.to ? JsonValue(outage_end_name(outage.end)) : JsonValue()},
            {"secondsOfMonth", static_cast<std::int64_t>(seconds.count())},
            {"attempts", outage.attempts},
            {"errors", std::move(errors)},
            {"otherErrors", outage.other_errors}});
    }
    return {{"month", format_month(report.month)},
            {"now", platform::format_time(report.now, report.utc_offset)},
            {"outages", std::move(outages)}};
}

}  // namespace tizilim::agent
