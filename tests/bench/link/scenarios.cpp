#include "tests/bench/link/scenarios.h"

#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "tests/bench/link/agent_run.h"
#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/bench/link/figures.h"
#include "tests/bench/link/pouchdb_run.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_http_server.h"
#include "tests/support/couch_model.h"
#include "tests/support/express_pouchdb.h"
#include "tests/support/link_emulator.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::LinkShape;

constexpr std::uint64_t kEntries = 1'000;
constexpr std::uint64_t kBacklog = 10'000;
constexpr std::uint64_t kImport = 100'000;
constexpr std::size_t kPoisoned = 617;  ///< near no end of a batch
constexpr std::uint64_t kResetBytes = 30'000;
/// What is waited for the agent and for PouchDB before they count as failed.
constexpr seconds kAgentLimit{120};
constexpr seconds kBacklogLimit{900};
constexpr seconds kPouchDbLimit{300};

const LinkShape kUnlimited{};
const LinkShape kFar{.round_trip = milliseconds(300)};
const LinkShape kGeo{.round_trip = milliseconds(600),
                     .up_bits_per_second = 512'000,
                     .down_bits_per_second = 512'000};
const LinkShape kNarrow{
    .round_trip = milliseconds(800), .up_bits_per_second = 64'000, .down_bits_per_second = 64'000};
const LinkShape kBreaking{.round_trip = milliseconds(300), .reset_every_bytes = kResetBytes};
const LinkShape kWorn{.round_trip = milliseconds(300), .connection_bytes_max = kResetBytes};

constexpr const char* kFarName = "300ms";
constexpr const char* kGeoName = "geo";
constexpr const char* kNarrowName = "64kbit";
constexpr const char* kCouchDbName = "couchdb";

std::optional<double> if_done(const Exchange& exchange, double value) {
    return exchange.trouble.empty() ? std::optional(value) : std::nullopt;
}

double bytes_each(const Exchange& of, std::uint64_t entries) {
    return static_cast<double>(of.bytes()) / static_cast<double>(entries);
}

/// Both ways, of all questions about the feed.
double feed_bytes(const Exchange& of) {
    double bytes = 0;
    for (const support::LinkRequest& request : of.requests) {
        if (request.path.find("/_changes") == std::string::npos) continue;
        bytes += static_cast<double>(request.bytes_up + request.bytes_down);
    }
    return bytes;
}

std::uint16_t port_of(const std::string& origin) {
    return static_cast<std::uint16_t>(std::stoul(origin.substr(origin.rfind(':') + 1)));
}

}  // namespace

struct LinkBench::Timed {
    const char* name = "";
    const char* link = "";
    LinkShape shape{};
    double limit = 0;
    bool pouchdb_is_quick = false;
};

LinkBench::LinkBench(LinkBenchOptions options)
    : options_(std::move(options)),
      thousand_(kEntries, folder_ / "thousand"),
      server_(NODE, PEER_SERVER, folder_ / "peer") {}

std::vector<std::string> LinkBench::scenarios() {
    return {"unlimited", kFarName, kGeoName,  kNarrowName, "resets",
            "worn",      "poison", "backlog", kCouchDbName};
}

void LinkBench::run() {
    const auto chosen = [this](const char* name) {
        return options_.only.empty() || options_.only.contains(name);
    };
    if (chosen(kCouchDbName)) as_couchdb();
    if (options_.only == std::set<std::string>{kCouchDbName}) return;
    server_.start();
    if (chosen("unlimited")) unlimited();
    if (chosen(kFarName) || chosen("resets") || chosen("worn")) {
        timed({kFarName, "300 ms round trip", kFar, 2.8, true});
    }
    if (chosen(kFarName)) over_frames();
    if (chosen(kGeoName)) timed({kGeoName, "GEO: 600 ms, 512 kbit/s", kGeo, 7.5, false});
    const bool narrow = chosen(kNarrowName) || chosen("backlog");
    if (narrow && !options_.quick) timed({kNarrowName, "800 ms, 64 kbit/s", kNarrow, 26, false});
    if (chosen("resets")) resets({"resets", "300 ms, a reset every 30 kB", kBreaking, 3, false});
    if (chosen("worn")) resets({"worn", "300 ms, 30 kB a connection", kWorn, 3, false});
    if (chosen("poison")) poisoned();
    if (chosen("backlog") && !options_.quick) backlog();
    server_.stop();
}

void LinkBench::unlimited() {
    support::LinkEmulator link(server_.port(), kUnlimited);
    const std::string database = new_database(server_);
    AgentRun run(thousand_, folder_ / database, link, database);
    const Exchange delivered = run.deliver(kAgentLimit);
    const Exchange settled = run.run_until_idle(kAgentLimit);
    const Exchange polled = run.poll();
    const Exchange day = run.day();
    expect_entries(server_, database, kEntries);
    keep("unlimited, delivered", delivered);
    keep("unlimited, until nothing is left to do", settled);
    keep("unlimited, one poll", polled);
    keep("unlimited, idle day", day);
    const auto beside = pouchdb("unlimited", kUnlimited);
    Figure bytes{"TCP payload an entry, both directions", "B", 155,
                 if_done(delivered, bytes_each(delivered, kEntries))};
    Figure requests{"requests for the first 1,000, unlimited link", "", 8,
                    if_done(delivered, static_cast<double>(delivered.totals.requests))};
    if (beside) {
        bytes.pouchdb = if_done(*beside, bytes_each(*beside, kEntries));
        requests.pouchdb = if_done(*beside, static_cast<double>(beside->totals.requests));
    }
    requests.remark = std::to_string(settled.totals.requests) + " with the first look at the feed";
    figures_.push_back(std::move(bytes));
    figures_.push_back(std::move(requests));
    figures_.push_back({"nothing to do, one poll: requests", "", 1,
                        if_done(polled, static_cast<double>(polled.totals.requests))});
    figures_.push_back({"nothing to do, one poll", "B", 1'000,
                        if_done(polled, static_cast<double>(polled.bytes()))});
    figures_.push_back({"idle day at defaults",
                        "kB",
                        100,
                        if_done(day, static_cast<double>(day.bytes()) / 1000),
                        {},
                        std::to_string(day.totals.requests) + " requests"});
}

void LinkBench::timed(const Timed& of) {
    const Exchange own = agent(of.name, thousand_, of.shape);
    Figure figure{of.link, "s", of.limit, if_done(own, own.seconds)};
    if (of.pouchdb_is_quick || !options_.quick) {
        const auto beside = pouchdb(of.name, of.shape);
        if (beside) figure.pouchdb = if_done(*beside, beside->seconds);
    }
    figures_.push_back(std::move(figure));
}

/// Against the same link without resets, in the same run.
void LinkBench::resets(const Timed& of) {
    const Exchange own = agent(of.name, thousand_, of.shape);
    const auto without = seconds_of(std::string("tizilim, ") + kFarName);
    Figure figure{std::string(of.link) + ": times that without", "", of.limit, {}};
    if (without) figure.agent = if_done(own, own.seconds / *without);
    figure.remark = std::to_string(own.totals.ended) + " resets";
    if (!options_.quick) {
        const auto beside = pouchdb(of.name, of.shape);
        const auto its_own = seconds_of(std::string("PouchDB, ") + kFarName);
        if (beside && its_own) figure.pouchdb = if_done(*beside, beside->seconds / *its_own);
    }
    figures_.push_back(std::move(figure));
}

/// Frames between the register and the replicator, as two programs have them, beside none.
void LinkBench::over_frames() {
    const Exchange apart =
        agent("over frames, 300ms", thousand_, kFar, AgentRun::Reach::over_frames);
    const auto found = std::ranges::find(runs_, std::string("tizilim, ") + kFarName, &Run::name);
    if (found == runs_.end()) return;
    const Exchange& alone = found->exchange;
    const bool is_done = apart.trouble.empty() && alone.trouble.empty();
    const auto more = [&](const char* of, const char* unit, double limit, double value) {
        figures_.push_back({std::string("over frames between two programs, 300 ms: ") + of, unit,
                            limit, is_done ? std::optional(value) : std::nullopt});
    };
    more("times the time without", "", 1.03, apart.seconds / alone.seconds);
    more("requests more", "", 0,
         static_cast<double>(apart.totals.requests) - static_cast<double>(alone.totals.requests));
    more("bytes more an entry", "B", 0.5,
         bytes_each(apart, kEntries) - bytes_each(alone, kEntries));
}

/// A server that refuses each batch whole that has one certain entry in it.
void LinkBench::poisoned() {
    support::ExpressPouchDb refusing(NODE, PEER_SERVER, folder_ / "refusing",
                                     {"--poison", thousand_.id(kPoisoned)});
    refusing.start();
    const auto delivery = [&](support::ExpressPouchDb& server, const std::string& name,
                              std::uint64_t entries) {
        support::LinkEmulator link(server.port(), kUnlimited);
        const std::string database = new_database(server);
        AgentRun run(thousand_, folder_ / (name + database), link, database);
        const Exchange made = run.deliver(kAgentLimit);
        keep("tizilim, " + name, made);
        if (made.trouble.empty()) expect_entries(server, database, entries);
        return made;
    };
    const Exchange without = delivery(server_, "no poison", kEntries);
    const Exchange with = delivery(refusing, "poison", kEntries - 1);
    refusing.stop();
    Figure figure{"one poisoned in 1,000: requests more", "", 25, {}};
    if (with.trouble.empty() && without.trouble.empty()) {
        figure.agent = static_cast<double>(with.totals.requests) -
                       static_cast<double>(without.totals.requests);
    }
    figure.remark = std::to_string(with.delivered) + " delivered, " +
                    std::to_string(with.quarantined) + " listed";
    const bool as_wanted = with.delivered == kEntries - 1 && with.quarantined == 1;
    if (!as_wanted) figure.agent.reset();
    figures_.push_back(std::move(figure));
}

void LinkBench::backlog() {
    const FieldRegister many(kBacklog, folder_ / "backlog");
    const Exchange own = agent("backlog", many, kNarrow);
    const auto thousand = seconds_of(std::string("tizilim, ") + kNarrowName);
    Figure figure{"10,000 entries at 64 kbit/s: times that of 1,000", "", 11, {}};
    if (thousand) figure.agent = if_done(own, own.seconds / *thousand);
    figures_.push_back(std::move(figure));
}

void LinkBench::as_couchdb() {
    using Origin = FieldRegister::Origin;
    const FieldRegister imported(kEntries, folder_ / "imported", Origin::imported);
    bytes_of("imported at once", to_couchdb("1,000 imported", imported), 110, 113);
    const Delivered thousand = to_couchdb("1,000", thousand_);
    bytes_of("recorded in 30 days", thousand, 127, 130);
    const Exchange& delivered = thousand.delivered;
    figures_.push_back(
        {"as CouchDB answers: requests for the first 1,000",
         "",
         8,
         if_done(delivered, static_cast<double>(delivered.totals.requests)),
         {},
         std::to_string(thousand.settled.totals.requests) + " with the first look at the feed"});
    echo(kEntries, thousand, 1'500);
    const FieldRegister many(kBacklog, folder_ / "couchdb");
    echo(kBacklog, to_couchdb("10,000", many), 1'500);
    if (options_.quick) return;
    const FieldRegister most(kImport, folder_ / "most", Origin::imported);
    echo(kImport, to_couchdb("100,000 imported", most), 15'000);
}

void LinkBench::bytes_of(const std::string& entries, const Delivered& taken, double limit,
                         double limit_to_end) {
    const std::string name = "as CouchDB answers, " + entries + ": ";
    figures_.push_back({name + "TCP payload an entry, both directions", "B", limit,
                        if_done(taken.delivered, bytes_each(taken.delivered, kEntries))});
    figures_.push_back({name + "the same to the feed's end", "B", limit_to_end,
                        if_done(taken.settled, bytes_each(taken.settled, kEntries))});
}

LinkBench::Delivered LinkBench::to_couchdb(const std::string& name, const FieldRegister& made) {
    support::CouchModel model(support::PeerKind::couchdb);
    const std::string database = "link" + std::to_string(++databases_);
    model.create_database(database);
    (void)model.handle(
        {.method = platform::Method::put,
         .url = "http://model/" + database + "/register",
         .headers = {},
         .body = R"({"type":"register","identity":"identity of )" + database + "\"}"});
    support::CouchHttpServer server(model, {});
    support::LinkEmulator link(port_of(server.origin()), kUnlimited);
    AgentRun run(made, folder_ / database, link, database);
    Delivered taken{run.deliver(kBacklogLimit)};
    taken.settled = run.run_until_idle(kBacklogLimit);
    taken.feed_bytes = feed_bytes(taken.settled);
    // What follows the last full epoch is passed in the feed with the next look at the server.
    if (made.count() > kBacklog) taken.feed_bytes += feed_bytes(run.poll());
    server.stop();
    keep("couchdb, " + name + ", delivered", taken.delivered);
    keep("couchdb, " + name + ", until nothing is left to do", taken.settled);
    if (model.database(database)->count("entry:") != made.count()) {
        throw std::runtime_error("the server does not hold " + name + " entries");
    }
    return taken;
}

void LinkBench::echo(std::uint64_t entries, const Delivered& taken, double limit) {
    figures_.push_back({"as CouchDB answers: own echo of " + std::to_string(entries), "B", limit,
                        if_done(taken.settled, taken.feed_bytes)});
}

Exchange LinkBench::agent(const std::string& name, const FieldRegister& made,
                          const LinkShape& shape, AgentRun::Reach reach) {
    support::LinkEmulator link(server_.port(), shape);
    const std::string database = new_database(server_);
    AgentRun run(made, folder_ / database, link, database, reach);
    Exchange exchange = run.deliver(made.count() > kEntries ? kBacklogLimit : kAgentLimit);
    if (exchange.trouble.empty()) expect_entries(server_, database, made.count());
    keep("tizilim, " + name, exchange);
    return exchange;
}

std::optional<Exchange> LinkBench::pouchdb(const std::string& name, const LinkShape& shape) {
    if (!options_.pouchdb) return {};
    support::LinkEmulator link(server_.port(), shape);
    const std::string database = new_database(server_);
    Exchange exchange = push_with_pouchdb(
        {thousand_, PEER_PUSH, folder_ / database, database, kPouchDbLimit}, link);
    if (exchange.trouble.empty()) expect_entries(server_, database, kEntries);
    keep("PouchDB, " + name, exchange);
    return exchange;
}

std::string LinkBench::new_database(support::ExpressPouchDb& server) {
    std::string name = "link" + std::to_string(++databases_);
    server.make_register(name, "identity of " + name);
    return name;
}

/// Every one that is believed to be there is there, whoever sent it.
void LinkBench::expect_entries(const support::ExpressPouchDb& server, const std::string& database,
                               std::uint64_t count) const {
    const auto answer = server.ask(platform::Method::get, '/' + database);
    const platform::JsonValue* const held = answer ? answer->find("doc_count") : nullptr;
    const auto wanted = static_cast<std::int64_t>(count + 1);  // and the register's identity
    if (held == nullptr || held->integer() == nullptr || *held->integer() != wanted) {
        throw std::runtime_error("the server does not hold " + std::to_string(count) + " entries");
    }
}

std::optional<double> LinkBench::seconds_of(const std::string& run) const {
    const auto found = std::ranges::find(runs_, run, &Run::name);
    if (found == runs_.end() || !found->exchange.trouble.empty()) return {};
    return found->exchange.seconds;
}

void LinkBench::keep(const std::string& name, const Exchange& exchange) {
    std::cerr << name << ": " << exchange.seconds << " s, " << exchange.totals.requests
              << " requests, " << exchange.bytes() << " B"
              << (exchange.trouble.empty() ? "" : "; " + exchange.trouble) << '\n';
    runs_.push_back({name, exchange});
}

}  // namespace tizilim::bench
