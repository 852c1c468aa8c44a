#include "platform/cms/cms_signature.h"
#include "platform/curl/curl_transport.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "platform/text/message.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/platform/scripted_server.h"
#include "tests/unit/platform/tls_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <signal.h>
#include <string>

namespace tizilim {
namespace {

using platform::CurlOptions;
using platform::CurlTransport;
using platform::HttpBounds;
using platform::HttpRequest;
using platform::NetworkError;
using support::TlsServer;

/// Certificates made for the test: each signed by its own key, so each is its own CA.
class CurlTransportTls : public ::testing::Test {
protected:
    void SetUp() override {
        ::signal(SIGPIPE, SIG_IGN);  // as hold_signals() does in the program
        make("server", "IP:127.0.0.1");
        make("stranger", "IP:127.0.0.1");
        make("elsewhere", "DNS:elsewhere.invalid");
    }

    [[nodiscard]] std::filesystem::path pem(const std::string& name) const {
        return folder_ / (name + ".pem");
    }
    [[nodiscard]] std::filesystem::path key(const std::string& name) const {
        return folder_ / (name + ".key");
    }
    static CurlTransport trusting(const std::filesystem::path& ca_file) {
        return {CurlOptions{.ca_file = ca_file, .client_certificate = {}, .proxy = ""}, {}};
    }
    static platform::Expected<platform::HttpResponse, NetworkError> get(CurlTransport& transport,
                                                                        const std::string& url) {
        HttpRequest request;
        request.url = url;
        request.idempotent = true;
        return transport.send(request, HttpBounds(std::chrono::seconds(20), 1'000'000));
    }
    /// The message of a TLS failure before which nothing of the request went out.
    static std::string refusal(CurlTransport& transport, const std::string& url) {
        const auto response = get(transport, url);
        if (response) return "there was an answer";
        EXPECT_EQ(response.error().kind, NetworkError::Kind::tls)
            << platform::in_english(response.error().message);
        EXPECT_EQ(transport.counters().bytes_up, 0U);
        EXPECT_EQ(platform::in_english(response.error().message).find("127.0.0.1"),
                  std::string::npos);
        return platform::in_english(response.error().message);
    }

private:
    void make(const std::string& name, const std::string& subject) {
        support::make_certificate(pem(name), key(name), subject);
    }

    support::TempDirectory folder_;
};

TEST_F(CurlTransportTls, TalksToAServerOfTheConfiguredCa) {
    const TlsServer server(pem("server"), key("server"));
    auto transport = trusting(pem("server"));

    const auto response = get(transport, server.url());

    ASSERT_TRUE(response.has_value()) << platform::in_english(response.error().message);
    EXPECT_EQ(response->status, 200);
    EXPECT_NE(response->body.find("s_server"), std::string::npos);
}

TEST_F(CurlTransportTls, TellsWhenTheServersCertificateEnds) {
    const TlsServer server(pem("server"), key("server"));
    auto transport = trusting(pem("server"));
    EXPECT_EQ(transport.certificate_ends_at(), std::nullopt);

    ASSERT_TRUE(get(transport, server.url()).has_value());

    EXPECT_EQ(transport.certificate_ends_at(),
              platform::first_end_of(platform::read_file(pem("server"), 100'000)));
    ASSERT_TRUE(get(transport, server.url()).has_value());
    EXPECT_NE(transport.certificate_ends_at(), std::nullopt) << "by a connection that was kept";
}

TEST_F(CurlTransportTls, RefusesAnUnknownCaBeforeAnyRequest) {
    const TlsServer server(pem("server"), key("server"));
    auto transport = trusting(pem("stranger"));
    CurlTransport system({.ca_file = {}, .client_certificate = {}, .proxy = ""}, {});

    const std::string message = refusal(transport, server.url());

    EXPECT_NE(message.find("not signed by the configured CA"), std::string::npos) << message;
    EXPECT_NE(message.find(pem("stranger").string()), std::string::npos) << message;
    EXPECT_NE(refusal(system, server.url()).find("not signed by"), std::string::npos);
}

TEST_F(CurlTransportTls, RefusesACertificateForAnotherHost) {
    const TlsServer server(pem("elsewhere"), key("elsewhere"));
    auto transport = trusting(pem("elsewhere"));

    const std::string message = refusal(transport, server.url());

    EXPECT_NE(message.find("another host name"), std::string::npos) << message;
}

TEST_F(CurlTransportTls, RefusesAServerWithoutTls12) {
    const TlsServer server(pem("server"), key("server"),
                           {"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"});
    auto transport = trusting(pem("server"));

    const std::string message = refusal(transport, server.url());

    EXPECT_NE(message.find("no TLS 1.2 or newer"), std::string::npos) << message;
}

TEST_F(CurlTransportTls, TalksTls12) {
    const TlsServer server(pem("server"), key("server"), {"-tls1_2"});
    auto transport = trusting(pem("server"));

    EXPECT_TRUE(get(transport, server.url()).has_value());
}

TEST_F(CurlTransportTls, NamesACaFileThatIsMissingOrHoldsNoCertificate) {
    const TlsServer server(pem("server"), key("server"));
    std::ofstream(pem("rubbish")) << "no certificate";
    auto missing = trusting(pem("missing"));
    auto rubbish = trusting(pem("rubbish"));

    EXPECT_NE(
        refusal(missing, server.url()).find("cannot use the CA file " + pem("missing").string()),
        std::string::npos);
    EXPECT_NE(
        refusal(rubbish, server.url()).find("cannot use the CA file " + pem("rubbish").string()),
        std::string::npos);
}

TEST_F(CurlTransportTls, SaysWhenAServerSpeaksNoTls) {
    support::ScriptedServer server([](const support::Received&) { return support::ok(""); });
    auto transport = trusting(pem("server"));

    const std::string message = refusal(transport, "https://" + server.address() + "/");

    EXPECT_NE(message.find("does not speak TLS"), std::string::npos) << message;
}

TEST_F(CurlTransportTls, ShowsItsCertificateToAServerThatAsks) {
    const TlsServer server(
        pem("server"), key("server"),
        {"-Verify", "1", "-verify_return_error", "-CAfile", pem("stranger").string()});
    std::ofstream both(pem("client"));
    both << std::ifstream(pem("stranger")).rdbuf() << std::ifstream(key("stranger")).rdbuf();
    both.close();
    CurlTransport known(
        {.ca_file = pem("server"), .client_certificate = pem("client"), .proxy = ""}, {});
    CurlTransport unreadable(
        {.ca_file = pem("server"), .client_certificate = pem("none"), .proxy = ""}, {});
    auto unknown = trusting(pem("server"));

    EXPECT_TRUE(get(known, server.url()).has_value());
    const auto refused = get(unknown, server.url());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, NetworkError::Kind::tls);
    EXPECT_NE(platform::in_english(refused.error().message).find("unified.client_certificate"),
              std::string::npos);
    EXPECT_NE(refusal(unreadable, server.url()).find(pem("none").string()), std::string::npos);
}

}  // namespace
}  // namespace tizilim
