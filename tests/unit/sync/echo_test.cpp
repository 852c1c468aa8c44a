// What a CouchDB is asked to leave out of its feed: our own first revisions, by a tag, and nothing
// else.
#include "platform/network/http_transport.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/entry/codes.h"
#include "sync/couch/tuning.h"
#include "sync/replicator.h"
#include "tests/support/couch_database.h"
#include "tests/unit/sync/fake_register.h"
#include "tests/unit/sync/world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using store::DeliveryState;
using support::PeerKind;
using sync::Outcome;

struct EchoWorld : World {
    using World::World;

    void add(unsigned first, unsigned count) {
        for (unsigned i = first; i < first + count; ++i) store.add(i, "text " + std::to_string(i));
        replicator->pending_added();
    }

    /// `by` of each document that was sent, in order; empty: it had none.
    [[nodiscard]] std::vector<std::string> tags() const {
        std::vector<std::string> tags;
        for (const auto& captured : network.captured()) {
            if (!captured.request.url.ends_with("_bulk_docs")) continue;
            const auto body = platform::read_json(plain_body(captured.request));
            for (const auto& document : *body->find("docs")->array()) {
                const platform::JsonValue* tag = document.find("by");
                tags.push_back(tag == nullptr ? "" : *tag->string());
            }
        }
        return tags;
    }
    [[nodiscard]] std::string last_tag() const {
        const auto all = tags();
        return all.empty() ? "" : all.back();
    }

    /// Each question about the feed since the requests were last forgotten.
    [[nodiscard]] std::vector<platform::HttpRequest> questions() const {
        std::vector<platform::HttpRequest> questions;
        for (const auto& captured : network.captured()) {
            const bool of_feed = captured.request.url.find("_changes") != std::string::npos;
            if (of_feed) questions.push_back(captured.request);
        }
        return questions;
    }

    /// Somebody else writes revisions as they are, when the feed is next asked for.
    void others_write(const std::function<std::string()>& documents) {
        network.on_request([this, documents, done = false](const auto& request) mutable {
            if (done || request.url.find("_changes") == std::string::npos) return;
            done = true;
            push(documents());
        });
    }
    void push(const std::string& documents) {
        const auto answer =
            model.handle({.method = platform::Method::post,
                          .url = "http://peer/register/_bulk_docs",
                          .headers = {{"Content-Type", "application/json"}},
                          .body = R"({"new_edits":false,"docs":[)" + documents + "]}"});
        ASSERT_EQ(answer.status, 201);
        ASSERT_EQ(answer.body, "[]\n");
    }
};

std::string document(const std::string& id, const std::string& revision, const std::string& tag) {
    return R"({"_id":")" + id + R"(","_rev":")" + revision + R"(","by":")" + tag +
           R"(","type":"entry"})";
}

TEST(Echo, MarksFirstRevisionsOfOnePassAlike) {
    EchoWorld world;
    world.add(1, 3);
    world.run();
    world.network.forget_captured();
    world.store.amend(2, "amended");
    world.add(4, 2);

    world.run();
    world.add(6, 1);  // the feed was not asked for since
    world.run();

    const auto tags = world.tags();
    ASSERT_EQ(tags.size(), 4U);
    EXPECT_EQ(tags[0], "");
    EXPECT_EQ(tags[1].size(), 8U);
    EXPECT_EQ(tags[2], tags[1]);
    EXPECT_EQ(tags[3], tags[1]);
}

TEST(Echo, IsLeftOutOfTheFeedOfACouchDbByItsTag) {
    EchoWorld world;
    world.add(1, 100);

    EXPECT_EQ(world.run(), Outcome::idle);

    ASSERT_EQ(world.questions().size(), 1U);
    EXPECT_NE(world.questions()[0].url.find("&filter=_selector"), std::string::npos);
    EXPECT_EQ(plain_body(world.questions()[0]),
              R"({"selector":{"$nor":[{"by":")" + world.last_tag() +
                  R"(","_rev":{"$regex":"^1-"},"_id":{"$regex":"^entry:"}}]}})");
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 100U);
}

TEST(Echo, CostsAsMuchForManyEntriesAsForOne) {
    std::vector<std::uint64_t> bytes;
    for (const unsigned entries : {1U, 2'000U}) {
        EchoWorld world;
        world.run();
        world.add(1, entries);
        world.run();
        const auto before = world.network.counters();
        world.wait();

        world.run();  // the feed, and the note of how far it was read

        const auto after = world.network.counters();
        bytes.push_back(after.bytes_up + after.bytes_down - before.bytes_up - before.bytes_down);
    }

    EXPECT_LE(bytes[1], bytes[0] + 20);
}

TEST(Echo, IsMarkedAnewOnceTheFeedsEndWasReached) {
    EchoWorld world;
    world.add(1, 3);
    world.run();
    const std::string first = world.last_tag();
    world.network.forget_captured();
    world.wait();
    world.run();
    ASSERT_EQ(world.questions().size(), 1U);
    EXPECT_EQ(world.questions()[0].url.find("_selector"), std::string::npos);

    world.add(4, 1);
    world.run();

    EXPECT_EQ(world.last_tag().size(), 8U);
    EXPECT_NE(world.last_tag(), first);
}

TEST(Echo, IsForgottenWhereWhatWasReadIsInDoubt) {
    using Doubt = std::function<void(EchoWorld&)>;
    const std::vector<std::pair<std::string, Doubt>> doubts = {
        {"a restart", [](EchoWorld& world) { world.start(); }},
        {"a new session", [](EchoWorld& world) { world.replicator->retry_now(); }},
        {"a failure",
         [](EchoWorld& world) {
             world.model.fail_next({.status = 503, .body = "{}", .path_part = "_changes"});
             EXPECT_EQ(world.run(), Outcome::offline);
         }},
        {"another server", [](EchoWorld& world) {
             world.model.change_uuid();
             world.replicator->retry_now();
         }}};
    for (const auto& [name, doubt] : doubts) {
        EchoWorld world;
        world.run();
        world.add(1, 3);
        world.run();
        const std::string first = world.last_tag();
        ASSERT_EQ(first.size(), 8U);
        world.wait();
        doubt(world);
        world.network.forget_captured();
        world.wait();

        EXPECT_EQ(world.run_through(), Outcome::idle) << name;
        ASSERT_FALSE(world.questions().empty()) << name;
        for (const auto& question : world.questions()) {
            EXPECT_EQ(question.url.find("_selector"), std::string::npos) << name;
        }
        world.add(4, 1);
        world.run_through();
        EXPECT_NE(world.last_tag(), first) << name;
        EXPECT_EQ(world.store.count(DeliveryState::delivered), 4U) << name;
        EXPECT_EQ(world.network.captured_count("_bulk_get"), 0U) << name;
    }
}

/// The peer may have come from a backup meanwhile.
TEST(Echo, IsForgottenWhenAPageIsReadAgainAfterASilence) {
    EchoWorld world;
    world.add(1, 3);
    world.put_unified(1, 300);
    ASSERT_TRUE(world.step_until([&] { return !world.store.pulled().empty(); }));
    ASSERT_LT(world.store.pulled().size(), 300U);
    world.clock.advance(sync::kSilenceMax + std::chrono::seconds(1));

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.pulled().size(), 300U);
    ASSERT_GE(world.questions().size(), 2U);
    EXPECT_NE(world.questions().front().url.find("_selector"), std::string::npos);
    EXPECT_EQ(world.questions().back().url.find("_selector"), std::string::npos);
}

/// A peer that came from a backup is told apart by its note: the feed is read from its beginning.
TEST(Echo, IsForgottenWhenThePeerWasRolledBack) {
    EchoWorld world;
    world.run();
    const auto backup = world.model.snapshot();
    world.add(1, 3);
    world.run();
    const std::string first = world.last_tag();
    world.model.restore(backup);
    world.network.forget_captured();

    world.add(4, 1);
    EXPECT_EQ(world.run_through(), Outcome::idle);
    world.wait();
    EXPECT_EQ(world.run_through(), Outcome::idle);

    const auto tags = world.tags();
    ASSERT_GE(tags.size(), 4U);
    EXPECT_EQ(tags.front(), first);  // nothing was in doubt yet
    for (std::size_t i = 1; i < tags.size(); ++i) EXPECT_NE(tags[i], first);
    EXPECT_EQ(world.store.count(DeliveryState::delivered), 4U);
}

TEST(Echo, IsPassedInTheFeedAfterEachEpoch) {
    EchoWorld world;
    const unsigned entries = sync::kEntriesPerEpoch + sync::kPushEntriesMax;
    world.add(1, entries);
    std::size_t at_question = 0;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.find("_changes") == std::string::npos || at_question > 0) return;
        at_question = world.store.count(DeliveryState::delivered);
        EXPECT_EQ(world.store.count(DeliveryState::sent), 0U);
    });

    EXPECT_EQ(world.run(), Outcome::idle);
    ASSERT_EQ(world.store.count(DeliveryState::delivered), entries);
    world.wait();
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_GE(at_question, sync::kEntriesPerEpoch);
    EXPECT_LT(at_question, entries);
    EXPECT_EQ(world.network.captured_count("_selector"), 2U);
    EXPECT_EQ(world.questions().size(), 2U);
    const auto tags = world.tags();
    EXPECT_NE(tags.front(), tags.back());
}

TEST(Echo, DoesNotHoldUpTheRestWhereTheFeedStandsStill) {
    EchoWorld world;
    world.network.on_request([&](const platform::HttpRequest& request) {
        if (request.url.find("_changes") == std::string::npos) return;
        world.model.fail_next(
            {.status = 200, .body = R"({"results":[],"last_seq":"0"})", .path_part = "_changes"});
    });
    world.add(1, 1);
    ASSERT_EQ(world.run(), Outcome::idle);
    const unsigned entries = sync::kEntriesPerEpoch + sync::kPushEntriesMax;

    world.add(2, entries);
    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), entries + 1);
}

/// Who edits a document as it came copies its `by`, too.
TEST(Echo, HidesNoEditThatCopiedTheTag) {
    EchoWorld world;
    world.add(1, 3);
    world.others_write([&] {
        const std::string parent = world.store.item(2).entry.revision().digest;
        return R"({"_id":")" + entry_id(2) + R"(","_rev":"2-bb","_revisions":{"start":2,"ids":)" +
               R"(["bb",")" + parent + R"("]},"by":")" + world.last_tag() + R"(","type":"entry"})";
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    ASSERT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.store.pulled().begin()->second.id, entry_id(2));
    EXPECT_EQ(platform::to_json(world.store.pulled().begin()->second.body), R"({"type":"entry"})");
}

TEST(Echo, HidesNoWordOfTheUnifiedSystemThatCopiedTheTag) {
    EchoWorld world;
    world.add(1, 3);
    world.others_write([&] { return document(unified_id(1), "1-aa", world.last_tag()); });

    EXPECT_EQ(world.run(), Outcome::idle);

    ASSERT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.store.pulled().begin()->second.id, unified_id(1));
}

TEST(Echo, HidesNoFirstRevisionOfAnotherPc) {
    EchoWorld world;
    world.add(1, 3);
    world.others_write([&] {
        return document(entry_id(2), "1-bb", "another1") + ',' + R"({"_id":")" + entry_id(9) +
               R"(","_rev":"1-aa","type":"entry"})";
    });

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.pulled().size(), 2U);
}

/// All that a copied tag hides: a first revision beside one of ours, which can only be foreign. It
/// shows with the next change of its document.
TEST(Echo, HidesAFirstRevisionThatCopiedTheTagUntilItsDocumentChanges) {
    EchoWorld world;
    world.add(1, 3);
    world.others_write([&] { return document(entry_id(2), "1-ff", world.last_tag()); });
    EXPECT_EQ(world.run(), Outcome::idle);
    EXPECT_TRUE(world.store.pulled().empty());

    world.store.amend(2, "amended");
    world.replicator->pending_added();
    world.run();
    world.wait();
    world.run();

    ASSERT_EQ(world.store.pulled().size(), 1U);
    EXPECT_EQ(world.store.pulled().begin()->second.revision.to_string(), "1-ff");
}

TEST(Echo, IsReadWhereASelectorFailsUntilTheNextSession) {
    for (const int status : {400, 404, 405, 413, 500, 501}) {
        EchoWorld world;
        world.add(1, 2);
        world.put(unified_id(1), R"({"type":"unified"})");
        world.model.fail_next(
            {.status = status, .body = R"({"error":"x","reason":"y"})", .path_part = "_selector"});

        EXPECT_EQ(world.run(), Outcome::idle) << status;

        EXPECT_EQ(world.store.pulled().size(), 1U) << status;
        ASSERT_EQ(world.questions().size(), 2U) << status;
        EXPECT_NE(world.questions()[1].url.find("&seq_interval="), std::string::npos) << status;
        world.add(3, 2);
        world.run();
        world.wait();
        world.run();
        EXPECT_EQ(world.network.captured_count("_selector"), 1U) << status;
        world.start();
        world.add(5, 2);
        world.run();
        EXPECT_EQ(world.network.captured_count("_selector"), 2U) << status;
    }
}

/// A page of 500 rows is half as long so; PouchDB knows no such thing.
TEST(Echo, IsReadInRowsWithoutTheirPlaceInTheFeed) {
    for (const PeerKind kind : {PeerKind::couchdb, PeerKind::pouchdb}) {
        EchoWorld world(kind);
        world.put_unified(1, 600);

        EXPECT_EQ(world.run(), Outcome::idle);

        EXPECT_EQ(world.store.pulled().size(), 600U);
        const bool asks =
            world.questions()[0].url.find("&limit=253&seq_interval=253") != std::string::npos;
        EXPECT_EQ(asks, kind == PeerKind::couchdb) << world.questions()[0].url;
    }
}

/// The peer has it with another tag, or none: the same `_rev` is the same revision.
TEST(Echo, IsNoDifferenceBetweenTwoThatSentTheSame) {
    EchoWorld world;
    world.add(1, 2);
    world.push(document(entry_id(1), world.store.item(1).entry.revision().to_string(), "another1"));

    EXPECT_EQ(world.run(), Outcome::idle);

    EXPECT_EQ(world.store.count(DeliveryState::delivered), 2U);
    EXPECT_TRUE(world.store.pulled().empty());
    EXPECT_EQ(world.model.database("register")->leaves(entry_id(1)).size(), 1U);
}

}  // namespace
}  // namespace tizilim
