#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace tizilim::platform {

struct CurlOptions {
    std::filesystem::path ca_file;             ///< PEM; empty: the system's certificates
    std::filesystem::path client_certificate;  ///< PEM with certificate and key; empty: none
    /// What is in the two, of hold_certificates(): for a program that may open no file later.
    /// Nothing: they are read at each connection.
    std::optional<std::string> ca_text{};
    std::optional<std::string> client_text{};
    /// "http://host:port". Nothing: from the environment, as libcurl reads it (https_proxy,
    /// http_proxy, no_proxy). An empty string: no proxy at all. None is ever used for this machine.
    std::optional<std::string> proxy;
    std::string proxy_user{};  ///< for `proxy`; empty: none
    std::string proxy_password{};
    std::string user_agent = "tizilim";
    std::uint64_t bytes_per_second_max = 0;  ///< each way; 0: as the link can
};

/// Reads both files now. One that can't be read is left to libcurl, which says so.
void hold_certificates(CurlOptions& options);

/// HttpTransport over libcurl: TLS 1.2 or newer, certificate and host name always verified, HTTP(S)
/// only, redirects handed to the caller as they are, keep-alive. One thread at a time.
class CurlTransport final : public HttpTransport {
public:
    /// A request under way ends within a second of `stop` with NetworkError::Kind::cancelled.
    CurlTransport(CurlOptions options, std::stop_token stop);
    ~CurlTransport() override;
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    [[nodiscard]] Expected<HttpResponse, NetworkError> send(const HttpRequest& request,
                                                            const HttpBounds& bounds) override;
    [[nodiscard]] LinkCounters counters() const override;
    [[nodiscard]] std::optional<WallTime> certificate_ends_at() const override;

private:
    class Session;
    std::unique_ptr<Session> session_;
};

}  // namespace tizilim::platform
