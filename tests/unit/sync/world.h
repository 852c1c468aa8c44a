#pragma once

#include "platform/check.h"
#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/json.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"
#include "tests/unit/sync/fake_register.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tizilim {

/// What a request says, gzipped or not.
[[nodiscard]] inline std::string plain_body(const platform::HttpRequest& request) {
    for (const platform::HttpHeader& header : request.headers)
        if (header.name == "Content-Encoding")
            return platform::gunzip(request.body, 100'000'000).value_or("");
    return request.body;
}

/// One register, one peer, and all that can happen between them.
struct World {
    static constexpr int kStepsMax = 200;

    explicit World(support::PeerKind kind = support::PeerKind::couchdb) : model(kind) {
        model.create_database("register");
        put("register", R"({"type":"register","identity":"R1"})");
        start();
    }

    /// A document that somebody writes at the server.
    void put(const std::string& id, const std::string& body) {
        const auto answer = model.handle({.method = platform::Method::put,
                                          .url = "http://peer/register/" + id,
                                          .headers = {{"Content-Type", "application/json"}},
                                          .body = body});
        CHECK(answer.status == 201);
    }

    /// Documents of the unified system from the number `first` on.
    void put_unified(unsigned first, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            put(unified_id(first + static_cast<unsigned>(i)), R"({"type":"unified"})");
        }
    }

    /// The program starts, with the register as it is on disk.
    void start() {
        sync::ReplicatorSettings settings{.database_url = "http://peer/register",
                                          .authorization = authorization};
        replicator = std::make_unique<sync::Replicator>(settings, network, store, clock, random);
    }

    /// Until there is nothing to do now.
    sync::Outcome run() {
        sync::Outcome outcome = sync::Outcome::progress;
        for (int i = 0; i < kStepsMax && outcome == sync::Outcome::progress; ++i) {
            outcome = replicator->step();
        }
        return outcome;
    }

    /// False: it did not come so far in as many steps as make a whole run.
    template <class Condition>
    bool step_until(const Condition& condition) {
        for (int i = 0; i < kStepsMax && !condition(); ++i) (void)replicator->step();
        return condition();
    }

    /// Time passes until the replicator wants to go on.
    void wait() {
        const auto left = replicator->link().next.at - clock.now();
        if (left > left.zero()) {
            clock.advance(std::chrono::ceil<std::chrono::milliseconds>(left));
        }
    }

    /// Through failures, until idle.
    sync::Outcome run_through() {
        sync::Outcome outcome = run();
        for (int i = 0; i < 20 && outcome != sync::Outcome::idle; ++i) {
            wait();
            outcome = run();
        }
        return outcome;
    }

    /// What was asked, as "POST _bulk_docs".
    [[nodiscard]] std::vector<std::string> asked() const {
        std::vector<std::string> names;
        for (const auto& captured : network.captured()) {
            std::string path = captured.request.url.substr(std::string("http://peer/").size());
            path = path.substr(0, path.find('?'));
            if (path.starts_with("register/")) path = path.substr(9);
            path = path.substr(0, path.find("/installation-1"));
            names.push_back(std::string(platform::method_name(captured.request.method)) + ' ' +
                            path);
        }
        return names;
    }

    std::string authorization;
    support::SimClock clock;
    support::SeededRandom random;
    support::CouchModel model;
    support::ModelTransport network{model};
    FakeRegister store;
    std::unique_ptr<sync::Replicator> replicator;
};

}  // namespace tizilim
