#include "platform/text/json.h"
#include "tests/process/canned_server.h"
#include "tests/process/local_api.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/child_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <signal.h>
#include <string>

namespace tizilim::process {
namespace {

/// SIGTERM ends the agent within this time (the root's README.md, "Operate").
constexpr std::chrono::seconds kStopTime{5};

std::string url_of(const CannedServer& server) {
    return "http://127.0.0.1:" + std::to_string(server.port()) + "/register";
}

struct NotThePeer {
    const char* name;
    const char* status;
    const char* type;
    const char* body;
    const char* headers;
};

/// The test's name in a report, in place of the bytes of its strings.
void PrintTo(const NotThePeer& peer, std::ostream* out) {  // NOLINT(readability-identifier-naming)
    *out << peer.name;
}

class StrangeAnswer : public testing::TestWithParam<NotThePeer> {};

TEST_P(StrangeAnswer, IsACaptivePortalAndChangesNothing) {
    const NotThePeer& strange = GetParam();
    const CannedServer portal(
        CannedServer::answer(strange.status, strange.type, strange.body, strange.headers));
    Office office(url_of(portal));
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);

    ASSERT_TRUE(office.reaches("captive_portal")) << office.state() << office.log();

    const platform::JsonValue status = office.status();
    EXPECT_FALSE(at(status, {"reason"})->string()->empty());
    EXPECT_EQ(office.entries("pending"), 1);
    EXPECT_EQ(office.entries("delivered"), 0);
    EXPECT_TRUE(office.daemon().running());
}

INSTANTIATE_TEST_SUITE_P(
    Peers, StrangeAnswer,
    testing::Values(NotThePeer{"Html", "200 OK", "text/html", "<html>Sign in</html>", ""},
                    NotThePeer{"EmptyObject", "200 OK", "application/json", "{}", ""},
                    NotThePeer{"Redirect", "302 Found", "text/html", "",
                               "Location: http://127.0.0.1:9/login\r\n"}),
    [](const testing::TestParamInfo<NotThePeer>& one) { return one.param.name; });

TEST(WrongPassword, IsTriedOnceUntilAPersonAsks) {
    const CannedServer server(CannedServer::answer(
        "401 Unauthorized", "application/json",
        R"({"error":"unauthorized","reason":"Name or password is incorrect."})"));
    Office office(url_of(server));
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    ASSERT_TRUE(office.reaches("unauthorized")) << office.log();
    ASSERT_EQ(server.requests(), 1U);

    // Longer than a poll interval (5 s), with something new waiting.
    ASSERT_EQ(office.tizilim(office.add_arguments(2)).code, 0);
    EXPECT_FALSE(
        support::eventually(std::chrono::seconds(7), [&server] { return server.requests() > 1; }));

    ASSERT_EQ(office.tizilim({"sync"}).code, 0);
    EXPECT_TRUE(support::eventually(kDeliveryTime, [&server] { return server.requests() == 2; }));
    EXPECT_EQ(office.state(), "unauthorized");
}

TEST(Sync, ReadsAgainWhatAPersonMended) {
    const CannedServer server(CannedServer::answer(
        "401 Unauthorized", "application/json",
        R"({"error":"unauthorized","reason":"Name or password is incorrect."})"));
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(url_of(server));
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    ASSERT_TRUE(office.reaches("unauthorized")) << office.log();
    office.configure("no address");

    const support::Finished refused = office.tizilim({"sync"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("[unified] url: "), std::string::npos) << refused.err;
    EXPECT_EQ(server.requests(), 1U);

    office.configure(unified.url());
    EXPECT_EQ(office.tizilim({"sync"}).code, 0);
    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(unified.entries().size(), 1U);
}

/// What answers after all was delivered; the next look at the server is half an hour away.
struct Outage {
    const char* name;
    std::string (*url)(const UnifiedSystem&, const CannedServer&);
    const char* state;
    const char* reason;  ///< a part of it
};

void PrintTo(const Outage& outage, std::ostream* out) {  // NOLINT(readability-identifier-naming)
    *out << outage.name;
}

class AfterAllWasDelivered : public testing::TestWithParam<Outage> {};

TEST_P(AfterAllWasDelivered, AFailureEndsSyncedAtOnceAndIsNamed) {
    const Outage& outage = GetParam();
    const std::string more_sync = "poll_seconds = 1800\n";
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office("");
    office.configure(unified.url(), more_sync);
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    ASSERT_TRUE(office.reaches("synced")) << office.log();
    const CannedServer strict(CannedServer::answer(
        "401 Unauthorized", "application/json",
        R"({"error":"unauthorized","reason":"Name or password is incorrect."})"));
    office.configure(outage.url(unified, strict), more_sync);

    ASSERT_EQ(office.tizilim({"sync"}).code, 0);

    ASSERT_TRUE(office.reaches(outage.state)) << office.state() << office.log();
    const std::string reason = text_at(office.status(), {"reason"});
    EXPECT_NE(reason.find(outage.reason), std::string::npos) << reason;
    EXPECT_NE(reason.find(" since "), std::string::npos) << reason;
    EXPECT_EQ(office.entries("delivered"), 1);

    office.configure(unified.url(), more_sync);
    ASSERT_EQ(office.tizilim({"sync"}).code, 0);
    EXPECT_TRUE(office.reaches("synced")) << office.log();
}

INSTANTIATE_TEST_SUITE_P(
    Peers, AfterAllWasDelivered,
    testing::Values(
        Outage{"NoServer",
               [](const UnifiedSystem&, const CannedServer&) {
                   return "http://127.0.0.1:" + std::to_string(free_port()) + "/register";
               },
               "offline", "connect"},
        Outage{
            "NoDatabase",
            [](const UnifiedSystem& unified, const CannedServer&) { return unified.url() + "-2"; },
            "refused", "register"},
        Outage{"WrongPassword",
               [](const UnifiedSystem&, const CannedServer& strict) { return url_of(strict); },
               "unauthorized", "password"}),
    [](const testing::TestParamInfo<Outage>& one) { return one.param.name; });

TEST(Termination, EndsWellWhileARequestHangs) {
    const CannedServer hanging("");
    Office office(url_of(hanging));
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_TRUE(support::eventually(kDeliveryTime, [&hanging] { return hanging.requests() > 0; }));

    office.daemon().signal(SIGTERM);

    EXPECT_EQ(office.daemon().wait(kStopTime), 0) << office.log();
}

TEST(Termination, EndsWellWhenIdle) {
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();

    office.daemon().signal(SIGTERM);

    EXPECT_EQ(office.daemon().wait(kStopTime), 0) << office.log();
}

TEST(Reload, TakesANewAddressWithoutARestart) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office("");
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    office.configure(unified.url());

    office.daemon().signal(SIGHUP);

    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(unified.entries().size(), 1U);
}

TEST(Reload, KeepsTheOldConfigurationWhenTheNewOneHasAFault) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(unified.url());
    ASSERT_TRUE(office.start()) << office.log();
    office.configure(unified.url(), "poll_minutes = 1\n");

    office.daemon().signal(SIGHUP);

    EXPECT_TRUE(support::eventually(kCommandTime, [&office] {
        return office.log().find("configuration_refused") != std::string::npos;
    })) << office.log();
    EXPECT_NE(office.log().find("poll_minutes"), std::string::npos);
    office.configure(unified.url());
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    EXPECT_TRUE(office.reaches("synced")) << office.log();
}

TEST(Pause, HoldsDeliveryUntilResume) {
    UnifiedSystem unified;
    ASSERT_TRUE(unified.start());
    Office office(unified.url());
    ASSERT_TRUE(office.start()) << office.log();
    ASSERT_EQ(office.tizilim({"pause"}).code, 0);
    ASSERT_EQ(office.tizilim(office.add_arguments(1)).code, 0);
    ASSERT_TRUE(office.reaches("paused")) << office.log();
    EXPECT_TRUE(unified.entries().empty());

    ASSERT_EQ(office.tizilim({"resume"}).code, 0);

    EXPECT_TRUE(office.reaches("synced")) << office.log();
    EXPECT_EQ(unified.entries().size(), 1U);
}

}  // namespace
}  // namespace tizilim::process
