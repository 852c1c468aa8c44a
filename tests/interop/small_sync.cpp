#include "tests/interop/small_sync.h"

#include "platform/clock.h"
#include "platform/curl/curl_transport.h"
#include "platform/files/key_store.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/replicator.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/express_pouchdb.h"
#include "tests/support/said.h"
#include "tests/support/sim_clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::interop {
namespace {

using platform::JsonValue;
using platform::Method;

constexpr int kStepsMax = 500;

store::RegisterSettings settings_in(const std::filesystem::path& folder) {
    store::RegisterSettings settings;
    settings.directory = folder;
    settings.require_signature = false;
    settings.recovery_cost = support::kCheapRecovery;
    return settings;
}

store::EntryTexts input_of(std::uint64_t i, const platform::Clock& clock) {
    const store::RegisterSettings settings;
    store::EntryTexts input;
    input.application_date =
        platform::format_date(platform::civil_day(clock.wall_now(), settings.utc_offset));
    input.basis_type = "court_resolution";
    input.basis_number = "Т-" + std::to_string(i);
    input.basis_date = input.application_date;
    input.basis_issuer = "Учебный суд";
    input.essence = "кража";
    input.form = "court";
    input.minutes = std::to_string(10 + i);
    return input;
}

void add(store::Register& reg, std::uint64_t i, const platform::Clock& clock) {
    if (!store::OwnerSession(reg).add(input_of(i, clock)))
        throw std::runtime_error("an entry was refused");
}

/// Of every document whose id begins with `prefix`: its leaves.
std::map<std::string, std::vector<std::string>> leaves(const JsonValue& changes,
                                                       const std::string& prefix) {
    std::map<std::string, std::vector<std::string>> found;
    for (const JsonValue& row : *changes.find("results")->array()) {
        const std::string& id = *row.find("id")->string();
        if (!id.starts_with(prefix)) continue;
        for (const JsonValue& leaf : *row.find("changes")->array()) {
            found[id].push_back(*leaf.find("rev")->string());
        }
    }
    return found;
}

/// The members that are no protocol's, as canonical JSON.
std::string body_of(const JsonValue& document) {
    platform::JsonObject body;
    for (const platform::JsonMember& member : *document.object()) {
        if (!member.name.starts_with('_') && member.name != "by") body.push_back(member);
    }
    return platform::canonical_json(body);
}

}  // namespace

void SmallSync::record(const std::filesystem::path& folder) {
    const support::SimClock clock;
    platform::SystemRandom random;
    const store::RegisterSettings settings = settings_in(folder);
    platform::FileKeyStore keys(folder / "keys");
    (void)store::Register::create(settings, keys, clock, random);
    store::Register reg(settings, keys, clock, random);
    for (std::uint64_t i = 0; i < kFirstEntries; ++i) add(reg, i, clock);
}

SmallSync::SmallSync(Place place, support::ExpressPouchDb& server)
    : place_(std::move(place)), server_(server), keys_(place_.folder / "keys") {
    std::filesystem::copy(place_.recorded, place_.folder, std::filesystem::copy_options::recursive);
    server_.make_register(place_.database, "identity of " + place_.database);
    open();
}

SmallSync::~SmallSync() {
    (void)server_.ask(Method::del, '/' + place_.database);
}

void SmallSync::open() {
    replicator_.reset();
    register_.reset();
    transport_ = std::make_unique<platform::CurlTransport>(
        platform::CurlOptions{.ca_file = {}, .client_certificate = {}, .proxy = ""},
        std::stop_token{});
    register_ =
        std::make_unique<store::Register>(settings_in(place_.folder), keys_, clock_, random_);
    const std::string url =
        "http://127.0.0.1:" + std::to_string(place_.port) + '/' + place_.database;
    replicator_ = std::make_unique<sync::Replicator>(
        sync::ReplicatorSettings{.database_url = url, .authorization = {}}, *transport_,
        register_->replication(), clock_, random_);
}

void SmallSync::run(bool restart) {
    for (const std::string name : {"a", "b", "c"}) write_unified(name, "", "accepted");
    bring_together(restart);
    expect_done(kFirstEntries);
    edit();
    bring_together(restart);
    expect_done(kEntries);
}

void SmallSync::edit() {
    auto owner = store::OwnerSession(*register_);
    if (!owner.amend("3", {{"minutes", "77"}}, "исправление")) {
        throw std::runtime_error("an amendment was refused");
    }
    (void)owner.classify("5", store::DisclosureClass::withdrawn, "по просьбе лица");
    (void)owner.void_entry("7", "ошибка");
    for (std::uint64_t i = 0; i < kSecondEntries; ++i) add(*register_, kFirstEntries + i, clock_);
    const std::string held = unified_.front().substr(unified_.front().find(' ') + 1);
    unified_.erase(unified_.begin());
    write_unified("a", held, "paid");
    write_unified("d", "", "accepted");
    replicator_->retry_now();
}

void SmallSync::write_unified(const std::string& name, const std::string& revision,
                              const std::string& status) {
    const std::string id = "unified:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be00" + name;
    platform::JsonObject document{{"type", "unified"}, {"status", status}};
    if (!revision.empty()) document.push_back({"_rev", revision});
    const auto answer =
        server_.ask(Method::put, '/' + place_.database + '/' + id, platform::to_json(document));
    if (!answer) throw std::runtime_error("the server does not take " + id);
    unified_.push_back(id + ' ' + *answer->find("rev")->string());
}

void SmallSync::bring_together(bool restart) {
    for (int i = 0; i < kStepsMax; ++i) {
        const auto left = replicator_->link().next.at - clock_.now();
        if (left > left.zero()) {
            clock_.advance(std::chrono::ceil<std::chrono::milliseconds>(left));
        }
        const sync::Outcome outcome = replicator_->step();
        expect_honest();
        if (outcome == sync::Outcome::idle) return;
        if (outcome == sync::Outcome::progress) continue;
        if (outcome != sync::Outcome::offline && outcome != sync::Outcome::captive_portal) {
            problems_.push_back("a cut is taken for a refusal: " +
                                support::said(replicator_->link().reason));
        }
        if (std::exchange(restart, false)) open();
    }
    throw std::runtime_error("it never ends: " + support::said(replicator_->link().reason));
}

/// A receipt says that the server has the leaf: each time there are more, it is asked.
void SmallSync::expect_honest() {
    const store::Balance balance = register_->balance();
    if (balance.error() != 0) problems_.emplace_back("the balance does not hold");
    const bool more = balance.delivered > delivered_;
    delivered_ = balance.delivered;
    if (!more) return;
    const auto changes =
        server_.ask(Method::get, '/' + place_.database + "/_changes?style=all_docs");
    const auto there = leaves(*changes, "entry:");
    store::ListQuery query;
    query.state = store::DeliveryState::delivered;
    for (const store::EntryView& entry : store::OwnerSession(*register_).list(query).entries) {
        const auto found = there.find("entry:" + entry.id);
        const bool has_it = found != there.end() &&
                            std::ranges::find(found->second, entry.revision) != found->second.end();
        if (!has_it) problems_.push_back("a receipt for what is not there: " + entry.id);
    }
}

void SmallSync::expect_done(std::uint64_t entries) {
    const store::Balance balance = register_->balance();
    if (balance.recorded != entries || balance.delivered != entries || balance.conflicts != 0) {
        problems_.push_back("idle with " + std::to_string(balance.delivered) + " delivered, " +
                            std::to_string(balance.pending) + " pending, " +
                            std::to_string(balance.sent) + " sent, " +
                            std::to_string(balance.quarantined) + " quarantined, " +
                            std::to_string(balance.conflicts) + " conflicts");
    }
    if (replicator_->link().reason) {
        problems_.push_back("idle for a reason: " + support::said(replicator_->link().reason));
    }
    for (const std::string& unified : unified_) {
        const std::size_t space = unified.find(' ');
        const auto revision = store::Revision::parse(unified.substr(space + 1));
        if (!register_->replication().missing({{unified.substr(0, space), *revision}}).empty()) {
            problems_.push_back("not pulled: " + unified);
        }
    }
    const store::VerifyReport verified = register_->verify({});
    if (verified.first_bad) problems_.emplace_back("the register does not verify");
}

SmallSync::Held SmallSync::held() const {
    Held held;
    const auto changes =
        server_.ask(Method::get, '/' + place_.database + "/_changes?style=all_docs");
    auto there = leaves(*changes, "entry:");
    for (const store::EntryView& entry : store::OwnerSession(*register_).list({}).entries) {
        const std::string id = "entry:" + entry.id;
        const std::vector<std::string> revisions =
            there.contains(id) ? there[id] : std::vector<std::string>();
        there.erase(id);
        const bool is_there = std::ranges::find(revisions, entry.revision) != revisions.end();
        const auto document = server_.ask(Method::get, '/' + place_.database + '/' + id);
        const auto wanted = platform::read_json(entry.would_leave);
        const bool is_same = document && wanted && body_of(*document) == body_of(*wanted);
        if (!is_there || !is_same) ++held.lost;
        if (revisions.size() > 1) held.twice += revisions.size() - 1;
    }
    held.twice += there.size();
    return held;
}

}  // namespace tizilim::interop
