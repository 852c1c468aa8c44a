#include "tests/support/link_emulator.h"

#include "platform/curl/curl_transport.h"
#include "platform/network/http_transport.h"
#include "tests/process/canned_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

namespace tizilim::process {
namespace {

using std::chrono::milliseconds;
using support::LinkCut;
using support::LinkEmulator;
using support::LinkShape;

constexpr std::size_t kBodyBytes = 4000;

std::string canned() {
    return CannedServer::answer("200 OK", "text/plain", std::string(kBodyBytes, 'x'));
}

/// What a link measures others by has to be right itself.
class Link : public testing::Test {
protected:
    bool ask(const LinkEmulator& link, const std::string& body) {
        platform::CurlTransport transport({.ca_file = {}, .client_certificate = {}, .proxy = ""},
                                          std::stop_token{});
        const platform::HttpRequest request{
            .method = platform::Method::post,
            .url = "http://127.0.0.1:" + std::to_string(link.port()) + "/a/b?c=1",
            .headers = {},
            .body = body};
        const auto answer = transport.send(request, {std::chrono::seconds(20), 100'000});
        return answer && answer->body.size() == kBodyBytes;
    }

    CannedServer server_{canned()};
};

milliseconds taken(const support::LinkTotals& totals) {
    return std::chrono::duration_cast<milliseconds>(*totals.to - *totals.from);
}

TEST_F(Link, TakesARoundTripToConnectAndOneToAsk) {
    const LinkEmulator link(server_.port(), {.round_trip = milliseconds(100)});

    ASSERT_TRUE(ask(link, "?"));

    EXPECT_GE(taken(link.totals()), milliseconds(200));
    EXPECT_LT(taken(link.totals()), milliseconds(2000));  // a busy machine
}

TEST_F(Link, IsAsWideAsItsRateEachWay) {
    const LinkEmulator link(server_.port(),
                            {.up_bits_per_second = 160'000, .down_bits_per_second = 80'000});

    ASSERT_TRUE(ask(link, std::string(4000, 'a')));

    // 0.2 s and a head up, 0.4 s and a head down.
    EXPECT_GE(taken(link.totals()), milliseconds(600));
    EXPECT_LT(taken(link.totals()), milliseconds(5000));
}

TEST_F(Link, CountsWhatPasses) {
    const LinkEmulator link(server_.port());

    ASSERT_TRUE(ask(link, std::string(500, 'a')));
    ASSERT_TRUE(ask(link, std::string(500, 'a')));

    const support::LinkTotals totals = link.totals();
    EXPECT_EQ(totals.connections, 2U);
    EXPECT_EQ(totals.requests, 2U);
    EXPECT_EQ(totals.bytes_down, 2 * canned().size());
    const auto requests = link.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].path, "/a/b?c=1");
    EXPECT_EQ(requests[0].bytes_up + requests[1].bytes_up, totals.bytes_up);
    EXPECT_GT(requests[0].bytes_up, 500U);
    EXPECT_EQ(requests[1].bytes_down, canned().size());
}

TEST_F(Link, EndsAConnectionAfterSoManyBytes) {
    LinkEmulator link(server_.port());
    for (const auto direction : {LinkCut::Direction::up, LinkCut::Direction::down}) {
        for (const auto how : {LinkCut::How::reset, LinkCut::How::close}) {
            for (const std::uint64_t bytes : {0U, 1U, 77U}) {
                link.cut({.direction = direction, .after_bytes = bytes, .how = how});
                const bool up = direction == LinkCut::Direction::up;

                EXPECT_FALSE(ask(link, "?"));

                const support::LinkTotals totals = link.totals();
                EXPECT_EQ(up ? totals.bytes_up : totals.bytes_down, bytes);
                EXPECT_EQ(totals.ended, 1U);
                EXPECT_TRUE(ask(link, "?"));
            }
        }
    }
}

TEST_F(Link, TakesTheSecondTryToo) {
    LinkEmulator link(server_.port());
    link.cut({.direction = LinkCut::Direction::down, .after_bytes = 10, .connections_lost = 1});

    EXPECT_FALSE(ask(link, "?"));
    EXPECT_FALSE(ask(link, "?"));
    EXPECT_TRUE(ask(link, "?"));
}

TEST_F(Link, ResetsWhatCarriesEachSoManiethByte) {
    const LinkEmulator link(server_.port(), {.reset_every_bytes = 6'000});

    EXPECT_TRUE(ask(link, "?"));   // some 4,200 bytes
    EXPECT_FALSE(ask(link, "?"));  // ends at 6,000
    EXPECT_TRUE(ask(link, "?"));
    EXPECT_FALSE(ask(link, "?"));

    EXPECT_EQ(link.totals().ended, 2U);
    EXPECT_EQ(link.totals().bytes_up + link.totals().bytes_down, 12'000U);
}

}  // namespace
}  // namespace tizilim::process
