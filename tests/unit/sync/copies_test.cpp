// One revision with several ancestries at the peer, of which it shows one.
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "store/replication/revision.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace tizilim {
namespace {

using sync::Outcome;
using Names = std::vector<std::string>;

/// As it stands in a URL.
std::string encoded(std::string id) {
    return id.replace(id.find(':'), 1, "%3A");
}

/// A CouchDB with entries whose third revision came twice.
struct ForgedWorld : World {
    static constexpr const char* kRevision = "3-cc";

    void push(unsigned number, const std::string& parent) {
        const std::string document = R"({"_id":")" + entry_id(number) +
                                     R"(","_rev":"3-cc","_revisions":{"start":3,"ids":["cc",")" +
                                     parent + R"(","aa"]},"n":1})";
        const auto answer =
            model.handle({.method = platform::Method::post,
                          .url = "http://peer/register/_bulk_docs",
                          .headers = {{"Content-Type", "application/json"}},
                          .body = R"({"new_edits":false,"docs":[)" + document + "]}"});
        CHECK(answer.status == 201);
    }

    void expect_true_ancestors(unsigned number) {
        store.true_ancestors[name(number)] = {"bb", "aa"};
    }
    [[nodiscard]] Names pulled_ancestors(unsigned number) const {
        const auto found = store.pulled().find(name(number));
        return found == store.pulled().end() ? Names{} : found->second.ancestors;
    }
    static std::string name(unsigned number) { return entry_id(number) + ' ' + kRevision; }
    [[nodiscard]] std::size_t questions() const { return network.captured_count("open_revs=all"); }
};

TEST(Copies, TheOneThatVerifiesIsTakenWhicheverIsShown) {
    for (const bool forged_first : {false, true}) {
        ForgedWorld world;
        world.push(1, forged_first ? "ff" : "bb");
        world.push(1, forged_first ? "bb" : "ff");
        world.expect_true_ancestors(1);

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.pulled_ancestors(1), (Names{"bb", "aa"}));
        EXPECT_EQ(world.questions(), 1U);
        EXPECT_EQ(world.replicator->link().skipped, 0U);
    }
}

/// The feed is not known to name it twice: the forged copy came first and alone.
TEST(Copies, AreAskedForWhereWhatIsShownDoesNotVerify) {
    ForgedWorld world;
    world.push(1, "ff");
    world.push(1, "bb");
    world.expect_true_ancestors(1);
    const std::string row = R"({"last_seq":"9","results":[{"id":")" + entry_id(1) +
                            R"(","changes":[{"rev":"3-cc"}]}]})";
    world.model.fail_next({.status = 200, .body = row, .path_part = "_changes"});
    const std::string forged =
        R"({"results":[{"docs":[{"ok":{"_id":")" + entry_id(1) +
        R"(","_rev":"3-cc","_revisions":{"start":3,"ids":["cc","ff"]}}}]}]})";
    world.model.fail_next({.status = 200, .body = forged, .path_part = "_bulk_get"});

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.pulled_ancestors(1), (Names{"bb", "aa"}));
    EXPECT_EQ(world.questions(), 1U);
}

/// What others wrote is stored only beside what makes an entry, which may come with a later batch.
TEST(Copies, AreAskedForBehindAllThatThePageHas) {
    ForgedWorld world;
    world.push(1, "ff");
    world.expect_true_ancestors(1);
    world.put_unified(1, sync::kFetchLeavesMax + 1);

    EXPECT_EQ(world.run(), Outcome::idle);

    const Names asked = world.asked();
    const auto last_batch = std::find(asked.rbegin(), asked.rend(), "POST _bulk_get");
    const auto copies = std::find(asked.rbegin(), asked.rend(), "GET " + encoded(entry_id(1)));
    ASSERT_NE(last_batch, asked.rend());
    ASSERT_NE(copies, asked.rend()) << asked.back();
    EXPECT_LT(copies, last_batch);
}

TEST(Copies, AreNotAskedForWhereAllVerifies) {
    ForgedWorld world;
    world.push(1, "bb");
    world.expect_true_ancestors(1);
    world.push(2, "ff");
    world.put_unified(1, 2);

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.questions(), 0U);
    EXPECT_EQ(world.store.pulled().size(), 4U);
}

/// What is held of it may be the wrong one: a copy that verifies came later.
TEST(Copies, AreAskedForAgainWhenALaterRowNamesTheLeafTwice) {
    ForgedWorld world;
    world.push(1, "ff");
    world.expect_true_ancestors(1);
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(world.pulled_ancestors(1), (Names{"ff", "aa"}));

    world.push(1, "bb");
    world.wait();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.pulled_ancestors(1), (Names{"bb", "aa"}));
}

TEST(Copies, AreDoneWithoutWhereTheyAreNotToBeHad) {
    for (const int status : {400, 404, 405, 500}) {
        ForgedWorld world;
        world.push(1, "ff");
        world.expect_true_ancestors(1);
        const auto refuse = [&] {
            world.model.fail_next({.status = status,
                                   .body = R"({"error":"some_error","reason":"prose"})",
                                   .path_part = "open_revs"});
        };
        for (unsigned i = 1; i < sync::kUnreadableTimesMax; ++i) {
            refuse();
            EXPECT_NE(world.run(), Outcome::idle) << status;
            EXPECT_TRUE(world.store.pulled().empty()) << status;
            world.wait();
        }
        refuse();
        EXPECT_EQ(world.run(), Outcome::idle) << status;

        EXPECT_EQ(world.pulled_ancestors(1), (Names{"ff", "aa"})) << status;
        EXPECT_EQ(world.replicator->link().skipped, 1U) << status;
        EXPECT_EQ(world.store.feed_ends, 1U) << status;
    }
}

/// The copy that is shown is the forged one. Of an entry that is not here the store keeps no such
/// copy, and the feed does not show it again (seed 2011749977).
TEST(Copies, AreAskedForAgainAfterOneRefusal) {
    for (const int status : {400, 404, 405, 500}) {
        ForgedWorld world;
        world.push(1, "bb");
        world.push(1, "ff");
        world.expect_true_ancestors(1);
        world.model.fail_next({.status = status,
                               .body = R"({"error":"some_error","reason":"prose"})",
                               .path_part = "open_revs"});

        EXPECT_NE(world.run(), Outcome::idle) << status;
        EXPECT_TRUE(world.store.pulled().empty()) << status;
        EXPECT_EQ(world.store.checkpoint("R1").pulled, "") << status;

        EXPECT_EQ(world.run_through(), Outcome::idle) << status;
        EXPECT_EQ(world.pulled_ancestors(1), (Names{"bb", "aa"})) << status;
        EXPECT_EQ(world.replicator->link().skipped, 0U) << status;
    }
}

TEST(Copies, AreAskedForAgainAfterAnyOtherFailure) {
    ForgedWorld world;
    world.push(1, "ff");
    world.push(1, "bb");
    world.expect_true_ancestors(1);
    world.model.fail_next({.status = 503, .body = R"({"error":"busy"})", .path_part = "open_revs"});

    EXPECT_EQ(world.run(), Outcome::offline);
    EXPECT_TRUE(world.store.pulled().empty());
    EXPECT_EQ(world.store.checkpoint("R1").pulled, "");

    EXPECT_EQ(world.run_through(), Outcome::idle);
    EXPECT_EQ(world.pulled_ancestors(1), (Names{"bb", "aa"}));
}

TEST(Copies, AreDoneWithoutWhenTheyCanNeverBeRead) {
    for (const std::string& body : {std::string("[{\"ok\":"), std::string(5'000'000, ' ')}) {
        ForgedWorld world;
        world.push(1, "ff");
        world.expect_true_ancestors(1);
        world.network.on_request([&](const platform::HttpRequest& request) {
            if (request.url.find("open_revs") != std::string::npos)
                world.network.answer_next(200, body);
        });

        for (unsigned i = 1; i < sync::kUnreadableTimesMax; ++i) {
            EXPECT_EQ(world.run(), Outcome::captive_portal);
            EXPECT_TRUE(world.store.pulled().empty());
            world.wait();
        }
        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.pulled_ancestors(1), (Names{"ff", "aa"}));
    }
}

TEST(Copies, OfAnotherShapeAreNotThePeers) {
    for (const char* body : {"{}", "[1]", R"({"ok":[]})"}) {
        ForgedWorld world;
        world.push(1, "ff");
        world.expect_true_ancestors(1);
        world.model.fail_next({.status = 200, .body = body, .path_part = "open_revs"});

        EXPECT_EQ(world.run(), Outcome::captive_portal) << body;

        EXPECT_TRUE(world.store.pulled().empty());
    }
}

TEST(Copies, AreAskedForOfABoundedNumberOfLeavesOfAPageOneAStep) {
    ForgedWorld world;
    const auto entries = static_cast<unsigned>(sync::kCopyQuestionsMax) + 30;
    for (unsigned i = 1; i <= entries; ++i) {
        world.push(i, "ff");
        world.expect_true_ancestors(i);
    }

    Outcome outcome = Outcome::progress;
    while (outcome == Outcome::progress) {
        const std::size_t before = world.questions();
        outcome = world.replicator->step();
        EXPECT_LE(world.questions(), before + 1);
    }

    EXPECT_EQ(outcome, Outcome::idle);
    EXPECT_EQ(world.questions(), sync::kCopyQuestionsMax);
    EXPECT_EQ(world.store.pulled().size(), entries);
}

/// The server's administrator may have mended it meanwhile, and nobody changes the entry.
TEST(CutHistories, AreAskedForOnceASession) {
    ForgedWorld world;
    world.push(1, "bb");
    ASSERT_EQ(world.run(), Outcome::idle);
    world.store.cut = {{entry_id(1), *store::Revision::parse(ForgedWorld::kRevision)}};
    const auto fetches = [&] { return world.network.captured_count("_bulk_get"); };
    world.replicator->retry_now();
    world.network.forget_captured();

    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(fetches(), 1U);
    world.wait();
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(fetches(), 1U);

    world.replicator->retry_now();
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_EQ(fetches(), 2U);
}

}  // namespace
}  // namespace tizilim
