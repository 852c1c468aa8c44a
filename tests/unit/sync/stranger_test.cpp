// What answers in place of the peer, or as a peer gone wrong, at every place of an exchange.
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "store/entry/codes.h"
#include "sync/replicator.h"
#include "tests/support/said.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using sync::Outcome;

/// An exchange of 10 requests, each kind among them.
struct FullExchange : World {
    static constexpr std::size_t kRequests = 10;
    FullExchange() {
        store.add(1, "a");
        store.add(2, "b");
        put(unified_id(1), R"({"type":"unified"})");
    }

    /// At its `place`-th request, something else answers, and the register is as it was then.
    template <class Interfere>
    void interfere_at(std::size_t place, const Interfere& interfere) {
        network.on_request([this, place, interfere](const platform::HttpRequest& request) {
            if (requests++ != place) return;
            url = request.url;
            before = store.dump();
            interfere();
        });
    }

    /// The request that somebody else answered was for this.
    [[nodiscard]] bool was_for(const std::string& name) const {
        return url.find(name) != std::string::npos;
    }

    std::size_t requests = 0;
    std::string before;
    std::string url;
};

TEST(Stranger, HasTheExpectedNumberOfPlaces) {
    FullExchange world;

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.network.counters().requests, FullExchange::kRequests);
}

TEST(Stranger, ChangesNoStateByAnswersOfAnotherShape) {
    const std::vector<std::string> bodies = {"",
                                             "<html>log in</html>",
                                             "{}",
                                             "null",
                                             "0",
                                             "true",
                                             "\"x\"",
                                             "[[]]",
                                             "[{}]",
                                             R"({"results":{}})",
                                             R"({"a":1,"a":2})",
                                             "\xff\xfe",
                                             "[",
                                             std::string(100'000, '['),
                                             R"({"ok":true})"};
    for (std::size_t place = 0; place < FullExchange::kRequests; ++place) {
        for (const std::string& body : bodies) {
            FullExchange world;
            world.interfere_at(place, [&] { world.network.answer_next(200, body); });

            EXPECT_EQ(world.run(), Outcome::captive_portal) << place << ' ' << body;
            EXPECT_EQ(world.store.dump(), world.before) << place << ' ' << body;
            EXPECT_TRUE(world.replicator->link().reason);
        }
    }
}

/// A refusal of what was sent, not of who sent it or when.
bool is_of_the_batch(int status) {
    return status >= 400 && status < 500 && status != 401 && status != 407 && status != 408 &&
           status != 429;
}

TEST(Stranger, ChangesNoStateByRefusals) {
    struct Refusal {
        int status;
        std::string body;
        Outcome outcome;
    };
    const std::string error = R"({"error":"some_error","reason":"prose"})";
    const std::vector<Refusal> refusals = {{301, "", Outcome::captive_portal},
                                           {302, "<html>", Outcome::captive_portal},
                                           {307, error, Outcome::captive_portal},
                                           {204, "", Outcome::captive_portal},
                                           {401, error, Outcome::unauthorized},
                                           {403, "<html>blocked</html>", Outcome::captive_portal},
                                           {402, "<html>pay</html>", Outcome::captive_portal},
                                           {407, "", Outcome::offline},
                                           {408, "", Outcome::offline},
                                           {412, error, Outcome::refused},
                                           {413, "<html>too large</html>", Outcome::refused},
                                           {429, error, Outcome::offline},
                                           {500, error, Outcome::offline},
                                           {502, "<html>bad gateway</html>", Outcome::offline},
                                           {503, "", Outcome::offline},
                                           {511, "<html>log in</html>", Outcome::captive_portal}};
    for (std::size_t place = 0; place < FullExchange::kRequests; ++place) {
        for (const Refusal& refusal : refusals) {
            FullExchange world;
            world.interfere_at(place,
                               [&] { world.network.answer_next(refusal.status, refusal.body); });

            const Outcome outcome = world.run();
            // It is given the same in parts, which it takes; if need be it is asked first who it
            // is.
            const bool is_question = world.was_for("_revs_diff") || world.was_for("_bulk_get") ||
                                     world.was_for("_selector");
            const bool is_repeated =
                (world.was_for("_bulk_docs") && is_of_the_batch(refusal.status)) ||
                (is_question && refusal.status == 413) ||
                (world.was_for("_selector") && refusal.status == 500);
            if (is_repeated) {
                EXPECT_EQ(outcome, Outcome::idle) << refusal.status;
                EXPECT_EQ(world.store.count(store::DeliveryState::delivered), 2U);
                continue;
            }
            EXPECT_EQ(outcome, refusal.outcome) << place << ' ' << refusal.status;
            EXPECT_EQ(world.store.dump(), world.before) << place << ' ' << refusal.status;
            EXPECT_EQ(support::said(world.replicator->link().reason).find("prose"),
                      std::string::npos);
        }
    }
}

TEST(Stranger, PutsNoLineEndIntoAHeader) {
    for (const std::string& bad : {std::string("Bearer a\r\nHost: b"), std::string("Bearer a\n"),
                                   std::string("Bearer a\0b", 10), std::string("Bearer \x7f")}) {
        FullExchange world;
        world.authorization = bad;
        world.start();

        EXPECT_EQ(world.run(), Outcome::unauthorized);

        EXPECT_EQ(world.network.counters().requests, 0U);
        EXPECT_NE(support::said(world.replicator->link().reason).find("configuration"),
                  std::string::npos);
    }
}

TEST(Stranger, IsAServerOrRegisterWhoseNameIsNoLine) {
    for (const char* answer :
         {R"({"couchdb":"Welcome","uuid":"a\nb"})", R"({"couchdb":"Welcome","uuid":"a\u0001"})"}) {
        FullExchange world;
        world.interfere_at(0, [&] { world.network.answer_next(200, answer); });

        EXPECT_EQ(world.run(), Outcome::captive_portal) << answer;
        EXPECT_EQ(world.store.dump(), world.before);
    }
}

TEST(Stranger, CannotStopTheExchangeForLong) {
    std::mt19937 engine(11);
    for (std::size_t place = 0; place < FullExchange::kRequests; ++place) {
        for (int round = 0; round < 20; ++round) {
            FullExchange world;
            world.interfere_at(place, [&] { world.network.truncate_next_answer(engine() % 200); });

            (void)world.run();
            EXPECT_EQ(world.run_through(), Outcome::idle) << place;

            EXPECT_EQ(world.store.count(store::DeliveryState::delivered), 2U) << place;
            EXPECT_EQ(world.store.pulled().size(), 1U) << place;
        }
    }
}

/// The peer's own answer with bytes exchanged: may be of the right shape and lie.
class Noise final : public platform::HttpTransport {
public:
    Noise(platform::HttpTransport& under, std::uint32_t seed) : under_(under), engine_(seed) {}

    [[nodiscard]] platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override {
        auto answer = under_.send(request, bounds);
        if (!answer || answer->body.empty() || quiet || engine_() % 4 != 0) return answer;
        platform::HttpResponse noisy = *answer;
        for (unsigned i = 0; i < 1 + engine_() % 3; ++i) {
            noisy.body[engine_() % noisy.body.size()] = static_cast<char>(engine_() % 128);
        }
        return noisy;
    }
    [[nodiscard]] platform::LinkCounters counters() const override { return under_.counters(); }

    bool quiet = false;

private:
    platform::HttpTransport& under_;
    std::mt19937 engine_;
};

TEST(Stranger, SurvivesNoiseInEveryAnswer) {
    for (std::uint32_t seed = 1; seed <= 150; ++seed) {
        FullExchange world;
        Noise noise(world.network, seed);
        sync::ReplicatorSettings settings;
        settings.database_url = "http://peer/register";
        sync::Replicator replicator(settings, noise, world.store, world.clock, world.random);
        for (int i = 0; i < 40; ++i) {
            (void)replicator.step();
            world.clock.advance(std::chrono::minutes(10));
        }
        noise.quiet = true;

        world.start();
        EXPECT_EQ(world.run_through(), Outcome::idle) << seed;
        EXPECT_EQ(world.store.count(store::DeliveryState::pending), 0U) << seed;
        EXPECT_EQ(world.store.count(store::DeliveryState::sent), 0U) << seed;
    }
}

}  // namespace
}  // namespace tizilim
