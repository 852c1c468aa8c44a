// A database that is deleted and made anew for somebody else, between any two requests.
#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "store/replication/replication.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "sync/session.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;
using Names = std::vector<std::string>;

constexpr const char* kBulkDocs = "_bulk_docs";
constexpr const char* kIdentityUrl = "http://peer/register/register";

const std::string* header_of(const platform::HttpRequest& request, const std::string& name) {
    for (const auto& header : request.headers)
        if (header.name == name) return &header.value;
    return nullptr;
}

/// Thirty entries in several bodies, behind some that were delivered before.
struct SwappedWorld : World {
    static constexpr unsigned kEntries = 30;

    SwappedWorld(PeerKind peer, unsigned before) : World(peer), kind(peer), earlier(before) {
        for (unsigned i = 1; i <= earlier; ++i) store.add(i, "text " + std::to_string(i));
        if (earlier > 0) run();
        for (unsigned i = 1; i <= kEntries; ++i) store.add(earlier + i, random.hex(400));
        network.lose_next_answer();  // what is sent after a cut is small
        start();
        run();
        wait();
        network.forget_captured();
    }

    /// Another database gets its name. Without an identity it has no document `register`.
    void swap(const std::string& identity) {
        right = model.snapshot();
        delivered_then = store.count(DeliveryState::delivered);
        (void)model.handle({.method = platform::Method::del,
                            .url = "http://peer/register",
                            .headers = {},
                            .body = {}});
        model.create_database("register");
        if (identity.empty()) return;
        put("register", R"({"type":"register","identity":")" + identity + "\"}");
    }

    void swap_at(std::size_t place, const std::string& identity) {
        network.on_request([this, place, identity](const platform::HttpRequest& request) {
            if (requests++ == place) swap(identity);
            if (right && request.url.ends_with(kBulkDocs)) ++bodies_astray;
        });
    }

    /// It is tried again for a while, and claims nothing meanwhile.
    void go_on() {
        for (unsigned waits = 0; waits < 5;) {
            if (replicator->step() != Outcome::progress) {
                ++waits;
                wait();
            }
            if (right) {
                EXPECT_LE(store.count(DeliveryState::delivered), delivered_then);
            }
        }
    }

    [[nodiscard]] std::set<std::string> leaves_at_peer() {
        std::set<std::string> names;
        for (const support::CouchDocument* document : model.database("register")->by_id()) {
            if (!document->id.starts_with("entry:")) continue;
            for (const auto& revision : model.database("register")->leaves(document->id))
                names.insert(sync::name_of({document->id, revision}));
        }
        return names;
    }
    [[nodiscard]] std::set<std::string> named() const {
        std::set<std::string> names;
        for (const store::Leaf& leaf : store.astray) names.insert(sync::name_of(leaf));
        return names;
    }
    void expect_all_there() {
        model.restore(*right);
        network.on_request(nullptr);
        EXPECT_EQ(run_through(), Outcome::idle);
        EXPECT_EQ(store.count(DeliveryState::delivered), kEntries + earlier);
        EXPECT_EQ(model.database("register")->count("entry:"), kEntries + earlier);
    }

    PeerKind kind;
    unsigned earlier;
    std::size_t requests = 0;
    std::size_t bodies_astray = 0;
    std::size_t delivered_then = 0;
    std::optional<support::CouchSnapshot> right;
};

TEST(RightRegister, LosesOneBodyAtMostToADatabaseMadeAnewAtAnyRequest) {
    for (const auto kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        for (const unsigned earlier : {0U, 5U}) {
            SwappedWorld undisturbed(kind, earlier);
            EXPECT_EQ(undisturbed.run(), Outcome::idle);
            ASSERT_GE(undisturbed.network.captured_count(kBulkDocs), 3U);
            const std::size_t places = undisturbed.network.captured().size();
            std::size_t most_astray = 0;
            // Before a first greeting nothing says which register is meant.
            for (std::size_t place = earlier == 0 ? 2 : 0; place < places; ++place) {
                SwappedWorld world(kind, earlier);
                world.swap_at(place, "R2");

                world.go_on();

                EXPECT_LE(world.bodies_astray, 1U) << place;
                EXPECT_TRUE(std::ranges::includes(world.named(), world.leaves_at_peer())) << place;
                EXPECT_EQ(world.store.count(DeliveryState::quarantined), 0U) << place;
                most_astray = std::max(most_astray, world.bodies_astray);
                world.expect_all_there();
            }
            EXPECT_EQ(most_astray, 1U);
        }
    }
}

TEST(RightRegister, ClaimsNothingOfADatabaseWithoutAnIdentity) {
    for (const auto kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        for (std::size_t place = 0; place < 10; ++place) {
            SwappedWorld world(kind, 5);
            world.swap_at(place, "");

            world.go_on();

            ASSERT_TRUE(world.right);
            EXPECT_LE(world.bodies_astray, 1U) << place;
            EXPECT_TRUE(std::ranges::includes(world.named(), world.leaves_at_peer())) << place;
            world.expect_all_there();
        }
    }
}

TEST(RightRegister, TakesNoOtherRegistersFeedForItsOwn) {
    for (const auto kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        for (std::size_t place = 0; place < 6; ++place) {
            SwappedWorld world(kind, 5);
            world.store.reads_first = true;
            world.start();
            bool read_first_then = true;
            world.network.on_request([&](const platform::HttpRequest&) {
                if (world.requests++ != place) return;
                read_first_then = world.store.reads_first;
                world.swap("R2");
            });

            world.go_on();

            ASSERT_TRUE(world.right);
            EXPECT_EQ(world.store.reads_first, read_first_then) << place;
            world.expect_all_there();
        }
    }
}

/// The answer to the body is lost, and the next greeting shows who got it.
TEST(RightRegister, NamesABodyWhoseAnswerWasLost) {
    SwappedWorld world(PeerKind::couchdb, 0);
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (world.right || !request.url.ends_with(kBulkDocs)) return;
        world.swap("R2");
        world.network.lose_next_answer();
        world.clock.advance(std::chrono::minutes(3));
    });

    world.go_on();

    EXPECT_FALSE(world.named().empty());
    EXPECT_TRUE(std::ranges::includes(world.named(), world.leaves_at_peer()));
    world.expect_all_there();
}

TEST(RightRegister, IsProvedBeforeEachBodyAndNotTwiceForOne) {
    SwappedWorld world(PeerKind::couchdb, 0);

    EXPECT_EQ(world.run(), Outcome::idle);

    const Names asked = world.asked();
    const auto is_body = [](const std::string& name) { return name == "POST _bulk_docs"; };
    EXPECT_GE(std::ranges::count_if(asked, is_body), 3);
    for (auto body = std::ranges::find_if(asked, is_body); body != asked.end();
         body = std::find_if(body + 1, asked.end(), is_body)) {
        EXPECT_EQ(*(body - 1), "GET register");
        EXPECT_NE(*(body - 2), "GET register");
    }
}

/// What is amended while the proof is under way leaves as it is then, and leaves no trace of what
/// it was.
TEST(RightRegister, IsProvedBeforeAnythingIsTakenOutOfTheOutbox) {
    World world;
    world.run();
    world.clock.advance(std::chrono::minutes(1));
    world.store.add(1, "first");
    world.store.add(2, "second");
    bool is_first = true;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url != kIdentityUrl || !std::exchange(is_first, false)) return;
        EXPECT_FALSE(world.store.item(2).handed_out);
        world.store.amend(1, "changed meanwhile");
    });
    world.network.forget_captured();

    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_FALSE(is_first);
    EXPECT_EQ(world.network.captured_count(kBulkDocs), 1U);
    const std::string body = plain_body(world.network.captured().at(1).request);
    EXPECT_NE(body.find("changed meanwhile"), std::string::npos);
    EXPECT_EQ(body.find("first"), std::string::npos);
}

TEST(RightRegister, IsProvedAgainAfterAWhile) {
    for (const auto after : {sync::kProofAge - std::chrono::seconds(1), sync::kProofAge}) {
        World world;
        world.run();
        world.store.add(1);
        world.network.forget_captured();

        world.clock.advance(after);
        world.replicator->pending_added();
        EXPECT_EQ(world.run(), Outcome::idle);

        const bool is_old = after >= sync::kProofAge;
        EXPECT_EQ(world.asked().front(), is_old ? "GET register" : "POST _bulk_docs");
    }
}

TEST(RightRegister, IsProvedByOurOwnNote) {
    World world;
    world.store.add(1);
    world.run();
    world.store.add(2);
    world.network.on_request([&](const platform::HttpRequest& request) {
        const bool is_identity = request.url == kIdentityUrl;
        if (is_identity) world.clock.advance(sync::kProofAge);  // before it is answered
    });
    world.network.forget_captured();

    world.start();
    EXPECT_EQ(world.run(), Outcome::idle);

    Names asked = world.asked();
    asked.resize(4);
    EXPECT_EQ(asked, (Names{"GET ", "GET register", "GET _local", "POST _bulk_docs"}));
}

TEST(RightRegister, IsProvedInFewBytesByTheRevisionThatIsKnown) {
    World world;
    world.run();
    world.clock.advance(std::chrono::minutes(1));
    world.store.add(1);
    world.network.forget_captured();

    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    const platform::HttpRequest& proof = world.network.captured().front().request;
    const auto revision = world.model.database("register")->leaves("register").front().to_string();
    ASSERT_EQ(proof.url, kIdentityUrl);
    ASSERT_NE(header_of(proof, "If-None-Match"), nullptr);
    EXPECT_EQ(*header_of(proof, "If-None-Match"), '"' + revision + '"');
    EXPECT_EQ(world.model.handle(proof).status, 304);
}

/// A proxy that keeps answers, as it may, unless it is told not to.
TEST(RightRegister, IsNotProvedByWhatAProxyRemembers) {
    for (const auto kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        SwappedWorld world(kind, 5);
        std::map<std::string, platform::HttpResponse> remembered;
        world.network.on_request([&](const platform::HttpRequest& request) {
            const bool is_first_body = !world.right &&
                                       world.network.captured_count(kBulkDocs) == 1 &&
                                       request.url == kIdentityUrl;
            if (is_first_body) world.swap("R2");
            if (request.method != platform::Method::get) return;
            if (header_of(request, "Cache-Control") != nullptr) return;
            const auto known = remembered.find(request.url);
            if (known == remembered.end()) {
                remembered.emplace(request.url, world.model.handle(request));
            } else {
                world.network.answer_next(known->second);
            }
        });

        world.go_on();

        ASSERT_TRUE(world.right);
        EXPECT_TRUE(world.leaves_at_peer().empty());
        EXPECT_EQ(world.network.captured_count(kBulkDocs), 1U);
        world.expect_all_there();
    }
}

/// An administrator adds something to the document with the identity.
void rewrite_identity(World& world, const std::string& identity) {
    const auto revision = world.model.database("register")->leaves("register").front().to_string();
    world.put("register", R"({"_rev":")" + revision + R"(","type":"register","identity":")" +
                              identity + R"(","office":"7"})");
}

TEST(RightRegister, IsReadAgainWhereTheFeedShowsAnotherRevisionOfIt) {
    for (const auto kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        for (const std::string identity : {"R1", "R2"}) {
            World world(kind);
            world.run();
            world.put_unified(1, 1);
            rewrite_identity(world, identity);
            world.network.forget_captured();

            world.wait();
            const Outcome outcome = world.run();

            EXPECT_EQ(world.asked()[1], "GET register");
            const bool is_same = identity == "R1";
            EXPECT_EQ(outcome, is_same ? Outcome::idle : Outcome::captive_portal);
            EXPECT_EQ(world.store.pulled().size(), is_same ? 1U : 0U);
            if (!is_same) continue;
            world.network.forget_captured();
            world.wait();
            EXPECT_EQ(world.run(), Outcome::idle);
            EXPECT_EQ(world.asked(), Names{"GET _changes"});
        }
    }
}

TEST(RightRegister, IsReadAgainWhereThePeerMissesItsRevision) {
    World world(PeerKind::pouchdb);
    world.run();
    world.store.add(1);
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (!request.url.ends_with(kBulkDocs)) return;
        rewrite_identity(world, "R1");
        world.model.database("register")->compact();
    });
    world.network.forget_captured();

    world.replicator->pending_added();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.network.captured_count("_revs_diff"), 2U);
    EXPECT_EQ(world.store.state(1), DeliveryState::delivered);
    EXPECT_TRUE(world.store.astray.empty());
}

TEST(RightRegister, GivesNoReceiptWhereItsOwnRevisionIsAlwaysMissing) {
    World world;
    world.store.add(1);
    const auto revision = world.model.database("register")->leaves("register").front().to_string();
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (!request.url.ends_with("_revs_diff")) return;
        auto answer = world.model.handle(request);
        answer.body.insert(1, R"("register":{"missing":[")" + revision + R"("]},)");
        world.network.answer_next(answer);
    });

    EXPECT_EQ(world.run(), Outcome::captive_portal);

    EXPECT_EQ(world.network.captured_count("_revs_diff"), 2U);
    EXPECT_EQ(world.store.state(1), DeliveryState::sent);
    EXPECT_TRUE(world.store.astray.empty());
}

}  // namespace
}  // namespace tizilim
