#include "tests/bench/link/figures.h"

#include "platform/text/json.h"
#include "tests/bench/link/exchange.h"
#include "tests/support/request_log.h"

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::bench {
namespace {

std::string text_of(std::optional<double> value, const std::string& unit) {
    if (!value) return "—";
    std::ostringstream text;
    const bool whole = std::abs(*value - std::round(*value)) < 1e-9;
    text << std::fixed << std::setprecision(whole ? 0 : *value < 100 ? 2 : 1) << *value;
    return unit.empty() ? text.str() : text.str() + ' ' + unit;
}

/// JSON of the wire has integers alone: thousandths.
platform::JsonValue thousandths(std::optional<double> value) {
    if (!value) return nullptr;
    return static_cast<std::int64_t>(std::llround(*value * 1000));
}

platform::JsonValue number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

platform::JsonValue of_run(const Run& run) {
    const Exchange& exchange = run.exchange;
    return platform::JsonObject{{"name", run.name},
                                {"milliseconds", thousandths(exchange.seconds)},
                                {"bytesUp", number(exchange.totals.bytes_up)},
                                {"bytesDown", number(exchange.totals.bytes_down)},
                                {"connections", number(exchange.totals.connections)},
                                {"reset", number(exchange.totals.ended)},
                                {"requests", number(exchange.totals.requests)},
                                {"delivered", number(exchange.delivered)},
                                {"quarantined", number(exchange.quarantined)},
                                {"trouble", exchange.trouble}};
}

}  // namespace

std::string table(const std::vector<Figure>& figures) {
    std::ostringstream text;
    text << "| link, 1,000 entries | at most | tizilim | PouchDB 9 |\n|---|---|---|---|\n";
    for (const Figure& figure : figures) {
        text << "| " << figure.name << " | " << text_of(figure.limit, figure.unit) << " | "
             << (figure.is_met() ? "" : "**") << text_of(figure.agent, figure.unit)
             << (figure.is_met() ? "" : "**")
             << (figure.remark.empty() ? "" : " (" + figure.remark + ')') << " | "
             << text_of(figure.pouchdb, figure.unit) << " |\n";
    }
    return text.str();
}

std::string requests_of(const Run& run) {
    const Exchange& exchange = run.exchange;
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << "== " << run.name << ": " << exchange.seconds
         << " s, " << exchange.totals.requests << " requests, " << exchange.totals.bytes_up
         << " B up, " << exchange.totals.bytes_down << " B down, " << exchange.totals.connections
         << " connections, " << exchange.totals.ended << " reset, delivered " << exchange.delivered
         << ", quarantined " << exchange.quarantined
         << (exchange.trouble.empty() ? "" : "; " + exchange.trouble) << '\n';
    for (const support::LinkRequest& request : exchange.requests) {
        const double from = seconds_between(*exchange.totals.from, request.from);
        const double took = seconds_between(request.from, request.to);
        text << std::setw(9) << from << ' ' << std::setw(8) << (took < 0 ? 0 : took) << ' '
             << std::setw(8) << request.bytes_up << ' ' << std::setw(8) << request.bytes_down << ' '
             << request.method << ' ' << request.path.substr(0, 90)
             << (took < 0 ? "   (no answer)" : "") << '\n';
    }
    return text.str();
}

std::string json(const std::vector<Figure>& figures, const std::vector<Run>& runs) {
    platform::JsonArray of_figures;
    for (const Figure& figure : figures) {
        of_figures.emplace_back(
            platform::JsonObject{{"name", figure.name},
                                 {"unit", figure.unit},
                                 {"limitThousandths", thousandths(figure.limit)},
                                 {"tizilimThousandths", thousandths(figure.agent)},
                                 {"pouchdbThousandths", thousandths(figure.pouchdb)},
                                 {"met", figure.is_met()},
                                 {"remark", figure.remark}});
    }
    platform::JsonArray of_runs;
    for (const Run& run : runs) of_runs.push_back(of_run(run));
    return platform::to_json(platform::JsonObject{{"figures", of_figures}, {"runs", of_runs}}) +
           '\n';
}

}  // namespace tizilim::bench
