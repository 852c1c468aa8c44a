#include "tests/fuzz/exchange.h"

#include "platform/check.h"
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::fuzz {
namespace {

using store::DeliveryState;
using sync::Outcome;

constexpr unsigned kEntries = 3;
constexpr int kRounds = 4;
/// Steps of a round, and requests of a step, are a few; what a stranger sends must not make more.
constexpr std::size_t kRequestsMax = 400;

struct Exchange : World {
    Exchange(support::PeerKind kind, std::string_view path, int answer_status,
             const std::string& answer)
        : World(kind), path_part(path), status(answer_status), body(answer) {
        for (unsigned i = 1; i <= kEntries; ++i) store.add(i, "text " + std::to_string(i));
        put(unified_id(1), R"({"type":"unified"})");
        network.record(false);
        network.on_request([this](const platform::HttpRequest& request) {
            if (request.url.find(path_part) == std::string::npos) return;
            network.answer_next(status, body);
            before = store.dump();
            was_asked = true;
        });
    }

    /// One step; a stranger's answer that is refused in it has changed nothing.
    Outcome checked_step() {
        was_asked = false;
        const Outcome outcome = replicator->step();
        const bool refused = outcome != Outcome::progress && outcome != Outcome::idle;
        if (was_asked && refused) CHECK(store.dump() == before);
        return outcome;
    }

    void check() const {
        const auto& there = *const_cast<support::CouchModel&>(model).database("register");
        for (const FakeRegister::Item& item : store.items) {
            if (item.state != DeliveryState::delivered) continue;
            const support::CouchDocument* document = there.find(item.entry.document_id());
            CHECK(document != nullptr && document->tree.find(item.entry.revision()) != nullptr);
        }
        for (const auto& [name, document] : store.pulled()) {
            CHECK(sync::wire::is_pulled(document.id));
            CHECK(platform::canonical_json(document.body).size() <= sync::kDocumentBytesMax);
            CHECK(std::ranges::none_of(document.body, [](const platform::JsonMember& member) {
                return member.name.starts_with('_');
            }));
        }
        CHECK(network.counters().requests <= kRequestsMax);
    }

    std::string_view path_part;
    int status;
    const std::string& body;
    std::string before;
    bool was_asked = false;
};

}  // namespace

void exchange(std::string_view path_part, unsigned char kind, const std::string& body) {
    constexpr std::array<int, 6> kStatuses = {200, 201, 202, 400, 413, 500};
    const auto peer = kind % 2 == 0 ? support::PeerKind::couchdb : support::PeerKind::pouchdb;
    Exchange world(peer, path_part, kStatuses.at(kind / 2 % kStatuses.size()), body);
    for (int round = 0; round < kRounds; ++round) {
        Outcome outcome = Outcome::progress;
        for (int i = 0; i < World::kStepsMax && outcome == Outcome::progress; ++i) {
            outcome = world.checked_step();
        }
        CHECK(outcome != Outcome::progress);
        world.check();
        // Who is not let in waits for a person.
        if (outcome == Outcome::unauthorized) world.replicator->retry_now();
        world.wait();
    }
    world.network.on_request({});
    world.store.release_quarantined();
    world.start();
    (void)world.run_through();
    CHECK(world.store.count(DeliveryState::delivered) == kEntries);
}

}  // namespace tizilim::fuzz
