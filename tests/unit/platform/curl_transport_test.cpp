#include "platform/curl/curl_transport.h"

#include "platform/network/http_transport.h"
#include "platform/text/gzip.h"
#include "platform/text/message.h"
#include "tests/unit/platform/scripted_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdlib.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim {
namespace {

using platform::CurlOptions;
using platform::CurlTransport;
using platform::HttpBounds;
using platform::HttpRequest;
using platform::Method;
using platform::NetworkError;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::hang_up;
using support::ok;
using support::Received;
using support::Reply;
using support::ScriptedServer;
using support::silence;

const HttpBounds kBounds(seconds(20), 1'000'000);

CurlTransport direct(std::stop_token stop = {}) {
    return {CurlOptions{.ca_file = {}, .client_certificate = {}, .proxy = ""}, std::move(stop)};
}

CurlTransport through(const std::string& proxy) {
    return {CurlOptions{.ca_file = {}, .client_certificate = {}, .proxy = proxy}, {}};
}

HttpRequest get(std::string url) {
    HttpRequest request;
    request.url = std::move(url);
    request.idempotent = true;
    return request;
}

HttpRequest post(std::string url, std::string body) {
    HttpRequest request;
    request.method = Method::post;
    request.url = std::move(url);
    request.body = std::move(body);
    return request;
}

bool says(const Received& request, std::string_view line) {
    return request.text.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

/// The kind of failure, or nothing when there was an answer.
std::optional<NetworkError::Kind> failure(CurlTransport& transport, const HttpRequest& request,
                                          const HttpBounds& bounds = kBounds) {
    const auto response = transport.send(request, bounds);
    if (response) return std::nullopt;
    EXPECT_EQ(platform::in_english(response.error().message).find("127.0.0.1"), std::string::npos);
    EXPECT_FALSE(response.error().message.code.empty());
    return response.error().kind;
}

// A port that was free a moment ago.
std::string dead_address() {
    const ScriptedServer gone([](const Received&) { return ok(""); });
    return gone.address();
}

TEST(CurlTransport, HandsBackStatusHeadersAndBody) {
    ScriptedServer server([](const Received&) {
        return Reply{
            "HTTP/1.1 404 Object Not Found\r\nContent-Type:  application/json \r\n"
            "ETag: \"1-a\"\r\nX-Empty:\r\nX-Folded: one\r\n two\r\n"
            "Content-Length: 2\r\n\r\n{}"};
    });
    auto transport = direct();

    const auto response = transport.send(get(server.url()), kBounds);

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(response->status, 404);
    EXPECT_EQ(response->body, "{}");
    EXPECT_EQ(*response->header("content-type"), "application/json");
    EXPECT_EQ(*response->header("etag"), "\"1-a\"");
    EXPECT_EQ(*response->header("x-empty"), "");
    EXPECT_EQ(*response->header("x-folded"), "one two");
    EXPECT_EQ(response->header("Content-Type"), nullptr);
}

TEST(CurlTransport, KeepsHeadersOfTheFinalAnswerAlone) {
    ScriptedServer server([](const Received&) {
        return Reply{
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n"};
    });
    auto transport = direct();

    const auto response = transport.send(get(server.url()), kBounds);

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "ok");
    EXPECT_EQ(response->headers.size(), 1U);
}

TEST(CurlTransport, NeverHandsOnAHeaderThatCouldStartAnother) {
    ScriptedServer server([](const Received&) {
        return Reply{"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\rX-Evil: 1\r\nContent-Length: 0\r\n\r\n"};
    });
    auto transport = direct();

    const auto response = transport.send(get(server.url()), kBounds);

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(*response->header("set-cookie"), "a=b X-Evil: 1");
}

TEST(CurlTransport, SendsMethodPathHeadersAndBody) {
    ScriptedServer server([](const Received&) { return ok(""); });
    auto transport = direct();
    HttpRequest request = post(server.url("/db/_bulk_docs?x=%20"), std::string("{\0}", 3));
    request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};

    ASSERT_TRUE(transport.send(request, kBounds).has_value());

    const Received received = server.received().at(0);
    EXPECT_TRUE(received.text.starts_with("POST /db/_bulk_docs?x=%20 HTTP/1.1\r\n"));
    EXPECT_TRUE(received.text.ends_with(std::string("\r\n\r\n{\0}", 7)));
    EXPECT_TRUE(says(received, "Content-Type: application/json"));
    EXPECT_TRUE(says(received, "X-Empty:"));
    EXPECT_TRUE(says(received, "User-Agent: tizilim"));
    EXPECT_TRUE(says(received, "Content-Length: 3"));
    EXPECT_NE(received.text.find("\r\nAccept-Encoding: "), std::string::npos);
    EXPECT_EQ(received.text.find("Expect:"), std::string::npos);
    EXPECT_EQ(received.text.find("Authorization:"), std::string::npos);
}

TEST(CurlTransport, SendsEveryMethodAndNoTypeOfItsOwn) {
    ScriptedServer server([](const Received&) { return ok(""); });
    auto transport = direct();
    for (const Method method : {Method::get, Method::put, Method::post, Method::del}) {
        HttpRequest request = get(server.url());
        request.method = method;
        if (method == Method::put) request.body = std::string(100'000, 'x');

        ASSERT_TRUE(transport.send(request, kBounds).has_value());

        const Received received = server.received().back();
        EXPECT_TRUE(received.text.starts_with(std::string(method_name(method)) + " / HTTP/1.1"));
        EXPECT_TRUE(received.text.ends_with("\r\n\r\n" + request.body));
        EXPECT_EQ(received.text.find("Content-Type"), std::string::npos);
        EXPECT_EQ(received.text.find("Expect"), std::string::npos);
    }
}

TEST(CurlTransport, KeepsItsConnection) {
    ScriptedServer server([](const Received&) { return ok("x"); });
    auto transport = direct();

    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());
    }

    EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, HandsARedirectToItsCaller) {
    ScriptedServer elsewhere([](const Received&) { return ok(""); });
    ScriptedServer server([&](const Received&) {
        return Reply{"HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
                     "\r\nContent-Length: 0\r\n\r\n"};
    });
    auto transport = direct();

    const auto response = transport.send(get(server.url()), kBounds);

    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->status, 302);
    EXPECT_EQ(*response->header("location"), elsewhere.url());
    EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(CurlTransport, InflatesAnAnswerWithinTheBound) {
    const std::string body(50'000, 'x');
    ScriptedServer server([&](const Received&) {
        const std::string packed = platform::gzip(body);
        return Reply{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                     std::to_string(packed.size()) + "\r\n\r\n" + packed};
    });
    auto transport = direct();

    const auto whole = transport.send(get(server.url()), HttpBounds(seconds(20), body.size()));
    const auto bomb = failure(transport, get(server.url()), HttpBounds(seconds(20), 49'999));

    ASSERT_TRUE(whole.has_value());
    EXPECT_EQ(whole->body, body);
    EXPECT_EQ(bomb, NetworkError::Kind::too_large);
    EXPECT_LT(transport.counters().bytes_down, 1000U);
}

TEST(CurlTransport, RefusesABodyBeyondTheBound) {
    ScriptedServer server([](const Received&) { return ok("12345"); });
    auto transport = direct();

    EXPECT_EQ(failure(transport, get(server.url()), HttpBounds(seconds(20), 5)), std::nullopt);
    EXPECT_EQ(failure(transport, get(server.url()), HttpBounds(seconds(20), 4)),
              NetworkError::Kind::too_large);
}

TEST(CurlTransport, RefusesHeadersWithoutEnd) {
    ScriptedServer server([](const Received&) {
        std::string head = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 70; ++i) head += "X: " + std::string(1000, 'x') + "\r\n";
        return Reply{head + "Content-Length: 0\r\n\r\n"};
    });
    auto transport = direct();

    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::too_large);
}

TEST(CurlTransport, GivesUpAtTheDeadline) {
    ScriptedServer server([](const Received&) { return silence(); });
    auto transport = direct();

    const auto response = transport.send(get(server.url()), HttpBounds(milliseconds(150), 100));

    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, NetworkError::Kind::timeout);
    EXPECT_NE(platform::in_english(response.error().message).find("no whole answer within 150 ms"),
              std::string::npos)
        << platform::in_english(response.error().message);
    EXPECT_EQ(failure(transport, get(server.url()), HttpBounds(milliseconds(0), 100)),
              NetworkError::Kind::timeout);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST(CurlTransport, EndsAtOnceWhenItIsToldToStop) {
    std::stop_source stop;
    ScriptedServer server([&](const Received&) {
        stop.request_stop();
        return silence();
    });
    auto transport = direct(stop.get_token());

    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::cancelled);
    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::cancelled);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST(CurlTransport, NoticesAConnectionThatClosedWhileIdle) {
    ScriptedServer server([](const Received&) {
        Reply reply = ok("x");
        reply.then = Reply::Then::close;
        return reply;
    });
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());
    server.wait_for_closed(1);

    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());

    EXPECT_EQ(server.received().size(), 2U);
    EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, ResendsAnIdempotentRequestWhoseKeptConnectionDied) {
    ScriptedServer server([](const Received& request) {
        const bool dies = request.connection == 1 && request.on_connection == 2;
        return dies ? hang_up() : ok("x");
    });
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());

    const auto response = transport.send(get(server.url()), kBounds);

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(server.received().size(), 3U);
    EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, LeavesALargeBodyCutOffOnTheWayToTheCaller) {
    ScriptedServer server(
        [](const Received& request) {
            const bool dies = request.connection == 1 && request.on_connection == 2;
            return dies ? hang_up() : ok("x");
        },
        1000);
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());
    HttpRequest request = post(server.url(), std::string(30'000'000, 'x'));
    request.idempotent = true;

    EXPECT_EQ(failure(transport, request), NetworkError::Kind::reset);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_TRUE(transport.send(get(server.url()), kBounds).has_value());
}

TEST(CurlTransport, LeavesAWholeLargeBodyWithoutAnswerToTheCaller) {
    ScriptedServer server([](const Received& request) {
        const bool dies = request.connection == 1 && request.on_connection == 2;
        return dies ? hang_up() : ok("x");
    });
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());
    HttpRequest request = post(server.url(), std::string(20'000, 'x'));
    request.idempotent = true;

    EXPECT_EQ(failure(transport, request), NetworkError::Kind::reset);
    EXPECT_EQ(server.received().size(), 2U);
}

TEST(CurlTransport, KeepsToTheRateThatIsAllowed) {
    ScriptedServer server([](const Received&) { return ok("x"); });
    CurlTransport transport(
        {.ca_file = {}, .client_certificate = {}, .proxy = "", .bytes_per_second_max = 20'000}, {});
    HttpRequest request = post(server.url(), std::string(200'000, 'x'));

    const auto response =
        transport.send(request, HttpBounds(std::chrono::milliseconds(1500), 1000));

    EXPECT_FALSE(response.has_value());
}

TEST(CurlTransport, ResendsOnceAndNoMore) {
    ScriptedServer server([](const Received& request) {
        const bool first = request.connection == 1 && request.on_connection == 1;
        return first ? ok("x") : hang_up();
    });
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());

    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::reset);
    EXPECT_EQ(server.received().size(), 3U);
}

TEST(CurlTransport, NeverResendsOnANewConnection) {
    ScriptedServer server([](const Received&) { return hang_up(); });
    auto transport = direct();

    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::reset);
    EXPECT_EQ(server.received().size(), 1U);
}

TEST(CurlTransport, NeverResendsWhatMustNotGoOutTwice) {
    ScriptedServer server([](const Received& request) {
        return request.text.starts_with("POST") ? hang_up() : ok("x");
    });
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());

    EXPECT_EQ(failure(transport, post(server.url(), "{}")), NetworkError::Kind::reset);
    EXPECT_EQ(server.received().size(), 2U);
    EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, NeverResendsAfterTheFirstByteOfAnAnswer) {
    ScriptedServer server([](const Received& request) {
        if (request.on_connection == 1) return ok("x");
        return Reply{"HTTP/1.1 200 OK\r\nContent-Le", Reply::Then::close};
    });
    auto transport = direct();
    ASSERT_TRUE(transport.send(get(server.url()), kBounds).has_value());

    EXPECT_NE(failure(transport, get(server.url())), std::nullopt);
    EXPECT_EQ(server.received().size(), 2U);
}

TEST(CurlTransport, TellsOfABrokenAnswer) {
    std::string answer;
    ScriptedServer server([&](const Received&) { return Reply{answer, Reply::Then::close}; });
    auto transport = direct();

    answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort";
    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::reset);
    answer = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nno gzip..";
    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::reset);
    answer = "SSH-2.0-OpenSSH_9.2\r\n";
    EXPECT_EQ(failure(transport, get(server.url())), NetworkError::Kind::unreachable);
}

TEST(CurlTransport, SaysWhenNothingListens) {
    auto transport = direct();
    const HttpRequest request = get("http://" + dead_address() + "/");

    EXPECT_EQ(failure(transport, request), NetworkError::Kind::unreachable);
}

TEST(CurlTransport, GoesNowhereButToPlainHttpUrls) {
    ScriptedServer server([](const Received&) { return ok(""); });
    auto transport = direct();

    const std::vector<std::string> urls{"ftp://" + server.address() + "/", "file:///etc",
                                        "http://user:word@" + server.address() + "/", "http://",
                                        ""};
    for (const std::string& url : urls) {
        EXPECT_EQ(failure(transport, get(url)), NetworkError::Kind::unreachable) << url;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, CountsRequestsAndBytesBothWays) {
    ScriptedServer server([](const Received&) { return ok("12345"); });
    auto transport = direct();

    ASSERT_TRUE(transport.send(post(server.url(), "1234567890"), kBounds).has_value());

    const platform::LinkCounters counters = transport.counters();
    EXPECT_EQ(counters.requests, 1U);
    EXPECT_EQ(counters.bytes_up, server.received().at(0).text.size());
    EXPECT_EQ(counters.bytes_down, ok("12345").bytes.size());
}

TEST(CurlTransport, GivesTheProxyTheUserAndPasswordItAsksFor) {
    ScriptedServer proxy([](const Received& asked) {
        if (says(asked, "Proxy-Authorization: Basic bmE6bWU6d286cmQ=")) return ok("by proxy");
        return Reply{
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
            "realm=\"office\"\r\nContent-Length: 0\r\n\r\n"};
    });
    CurlTransport right({.ca_file = {},
                         .client_certificate = {},
                         .proxy = "http://" + proxy.address(),
                         .proxy_user = "na:me",
                         .proxy_password = "wo:rd"},
                        {});
    CurlTransport wrong({.ca_file = {},
                         .client_certificate = {},
                         .proxy = "http://" + proxy.address(),
                         .proxy_user = "na:me",
                         .proxy_password = "other"},
                        {});

    const auto response = right.send(post("http://unified.invalid/db", "body"), kBounds);

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(response->body, "by proxy");
    EXPECT_EQ(failure(wrong, get("http://unified.invalid/")), NetworkError::Kind::proxy);
    for (const Received& received : proxy.received())
        EXPECT_FALSE(says(received, "\r\nAuthorization:")) << received.text;
}

TEST(CurlTransport, AsksTheConfiguredProxy) {
    ScriptedServer proxy([](const Received&) { return ok("by proxy"); });
    auto transport = through("http://" + proxy.address());

    const auto response = transport.send(get("http://unified.invalid/db"), kBounds);

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(response->body, "by proxy");
    const Received received = proxy.received().at(0);
    EXPECT_TRUE(received.text.starts_with("GET http://unified.invalid/db HTTP/1.1\r\n"));
}

TEST(CurlTransport, TellsAProxysFailuresFromTheServers) {
    std::string answer;
    ScriptedServer proxy([&](const Received&) { return Reply{answer, Reply::Then::close}; });
    auto transport = through("http://" + proxy.address());
    auto dead = through("http://" + dead_address());

    answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(failure(transport, get("http://unified.invalid/")), NetworkError::Kind::proxy);
    EXPECT_EQ(failure(transport, get("https://unified.invalid/")), NetworkError::Kind::proxy);
    answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(failure(transport, get("https://unified.invalid/")), NetworkError::Kind::proxy);
    EXPECT_EQ(failure(dead, get("http://unified.invalid/")), NetworkError::Kind::proxy);
}

TEST(CurlTransport, TakesTheProxyFromTheEnvironmentUnlessToldOtherwise) {
    ScriptedServer proxy([](const Received&) { return ok("by proxy"); });
    ScriptedServer server([](const Received&) { return ok("direct"); });
    // No other thread of this test reads the environment now.
    ::setenv("http_proxy", ("http://" + proxy.address()).c_str(), 1);
    CurlTransport from_environment({}, {});
    auto without = direct();

    const auto by_proxy = from_environment.send(get("http://unified.invalid/"), kBounds);
    const auto straight = without.send(get(server.url()), kBounds);
    ::setenv("http_proxy", ("http://" + dead_address()).c_str(), 1);
    CurlTransport misled({}, {});
    const auto no_proxy = failure(misled, get("http://unified.invalid/"));
    ::unsetenv("http_proxy");

    ASSERT_TRUE(by_proxy.has_value());
    EXPECT_EQ(by_proxy->body, "by proxy");
    ASSERT_TRUE(straight.has_value());
    EXPECT_EQ(straight->body, "direct");
    EXPECT_EQ(no_proxy, NetworkError::Kind::proxy);
}

TEST(CurlTransport, UsesNoProxyForThisMachine) {
    ScriptedServer proxy([](const Received&) { return ok("by proxy"); });
    ScriptedServer server([](const Received&) { return ok("direct"); });
    const std::string port = server.address().substr(server.address().rfind(':'));
    ::setenv("http_proxy", ("http://" + proxy.address()).c_str(), 1);
    CurlTransport from_environment({}, {});
    auto told = through("http://" + proxy.address());

    for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "127.1"}) {
        const std::string url = std::string("http://") + host + port + "/";
        for (CurlTransport* transport : {&from_environment, &told}) {
            const auto answer = transport->send(get(url), kBounds);
            ASSERT_TRUE(answer.has_value()) << host;
            EXPECT_EQ(answer->body, "direct") << host;
        }
    }
    ::unsetenv("http_proxy");

    EXPECT_TRUE(proxy.received().empty());
}

TEST(CurlTransport, AHeaderWithALineEndIsABug) {
    auto transport = direct();
    HttpRequest request = get("http://127.0.0.1:1/");
    request.headers = {{"X", "a\r\nY: b"}};

    EXPECT_DEATH(static_cast<void>(transport.send(request, kBounds)), "broken invariant");
}

}  // namespace
}  // namespace tizilim
