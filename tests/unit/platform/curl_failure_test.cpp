#include "platform/curl/curl_failure.h"

#include "platform/network/http_transport.h"
#include "platform/text/message.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <string>

namespace tizilim {
namespace {

using platform::CurlFailure;
using platform::explain;
using Kind = platform::NetworkError::Kind;

CurlFailure failure(CURLcode code) {
    CurlFailure made;
    made.code = code;
    made.deadline = std::chrono::milliseconds(1500);
    made.response_bytes_max = 4096;
    made.ca_file = "/etc/tizilim/ca.pem";
    made.client_certificate = "/etc/tizilim/client.pem";
    made.detail = "host.example port 6984";
    return made;
}

bool has(const platform::NetworkError& error, const std::string& words) {
    return platform::in_english(error.message).find(words) != std::string::npos;
}

TEST(CurlFailure, NeverShowsLibcurlsWords) {
    for (int code = CURLE_OK + 1; code < CURL_LAST; ++code) {
        const auto error = explain(failure(static_cast<CURLcode>(code)));

        EXPECT_FALSE(has(error, "host.example")) << code;
        EXPECT_FALSE(error.message.code.empty()) << code;
    }
}

TEST(CurlFailure, TellsNameNetworkAndServerApart) {
    CurlFailure refused = failure(CURLE_COULDNT_CONNECT);
    refused.system_error = ECONNREFUSED;
    CurlFailure no_network = failure(CURLE_COULDNT_CONNECT);
    no_network.system_error = ENETUNREACH;

    EXPECT_EQ(explain(failure(CURLE_COULDNT_RESOLVE_HOST)).kind, Kind::unresolved);
    EXPECT_EQ(explain(refused).kind, Kind::unreachable);
    EXPECT_TRUE(has(explain(refused), "check that the server runs"));
    EXPECT_EQ(explain(no_network).kind, Kind::unreachable);
    EXPECT_TRUE(has(explain(no_network), "network"));
}

TEST(CurlFailure, TellsWhatIsWrongWithACertificate) {
    CurlFailure bad = failure(CURLE_PEER_FAILED_VERIFICATION);
    const auto words_for = [&](long result) {
        bad.verify_result = result;
        EXPECT_EQ(explain(bad).kind, Kind::tls);
        return platform::in_english(explain(bad).message);
    };

    EXPECT_NE(words_for(10).find("has expired"), std::string::npos);
    EXPECT_NE(words_for(9).find("not valid yet"), std::string::npos);
    EXPECT_NE(words_for(20).find("check unified.ca_file (now: /etc/tizilim/ca.pem)"),
              std::string::npos);
    EXPECT_NE(words_for(0).find("another host name"), std::string::npos);
    EXPECT_NE(words_for(23).find("OpenSSL code 23"), std::string::npos);
}

TEST(CurlFailure, TakesABrokenHandshakeForABrokenConnection) {
    CurlFailure broken = failure(CURLE_SSL_CONNECT_ERROR);

    broken.detail = "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to host.example:6984";
    EXPECT_EQ(explain(broken).kind, Kind::reset);
    broken.detail = "OpenSSL SSL_connect: Connection reset by peer in connection to host.example";
    EXPECT_EQ(explain(broken).kind, Kind::reset);
    broken.detail = "error:0A00010B:SSL routines::wrong version number";
    EXPECT_EQ(explain(broken).kind, Kind::tls);
    EXPECT_TRUE(has(explain(broken), "does not speak TLS"));
}

TEST(CurlFailure, BlamesTheProxyOnlyWhenThereIsOne) {
    CurlFailure connect = failure(CURLE_COULDNT_CONNECT);
    EXPECT_EQ(explain(connect).kind, Kind::unreachable);
    connect.through_proxy = true;
    EXPECT_EQ(explain(connect).kind, Kind::proxy);

    CurlFailure tunnel = failure(CURLE_RECV_ERROR);
    EXPECT_EQ(explain(tunnel).kind, Kind::reset);
    tunnel.proxy_status = 200;
    EXPECT_EQ(explain(tunnel).kind, Kind::reset);
    tunnel.proxy_status = 503;
    EXPECT_EQ(explain(tunnel).kind, Kind::proxy);
    EXPECT_TRUE(has(explain(tunnel), "HTTP 503"));
    EXPECT_EQ(explain(failure(CURLE_COULDNT_RESOLVE_PROXY)).kind, Kind::proxy);
}

TEST(CurlFailure, NamesTheLimitsThatWereMet) {
    CurlFailure body = failure(CURLE_WRITE_ERROR);
    body.body_too_large = true;
    CurlFailure headers = failure(CURLE_WRITE_ERROR);
    headers.headers_too_large = true;

    EXPECT_EQ(explain(failure(CURLE_OPERATION_TIMEDOUT)).kind, Kind::timeout);
    EXPECT_TRUE(has(explain(failure(CURLE_OPERATION_TIMEDOUT)), "no connection within 1500 ms"));
    EXPECT_EQ(explain(body).kind, Kind::too_large);
    EXPECT_TRUE(has(explain(body), "4096 bytes"));
    EXPECT_TRUE(has(explain(headers), "65536 bytes"));
}

TEST(CurlFailure, ACancelIsNothingElse) {
    CurlFailure cancelled = failure(CURLE_OPERATION_TIMEDOUT);
    cancelled.cancelled = true;

    EXPECT_EQ(explain(cancelled).kind, Kind::cancelled);
}

}  // namespace
}  // namespace tizilim
