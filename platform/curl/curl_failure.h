#pragma once

#include "platform/network/http_transport.h"

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace tizilim::platform {

/// How an exchange failed, by libcurl.
struct CurlFailure {
    CURLcode code = CURLE_OK;
    long system_error = 0;   ///< errno of the last connect(), or 0
    long verify_result = 0;  ///< OpenSSL's X509_V_ERR_…, or 0
    long proxy_status = 0;   ///< what a proxy answered to CONNECT, or 0
    bool through_proxy = false;
    bool connected = false;
    bool cancelled = false;
    bool headers_too_large = false;
    bool body_too_large = false;
    std::string_view detail;  ///< libcurl's message; searched, never shown: it may name a host
    std::chrono::milliseconds deadline{0};
    std::size_t response_bytes_max = 0;
    std::filesystem::path ca_file;
    std::filesystem::path client_certificate;
};

/// The most bytes of headers that an answer may have, over all its parts.
inline constexpr std::size_t kHeaderBytesMax = 64UL * 1024;

/// The failure with a message that says what to do, without URL, header or body.
[[nodiscard]] NetworkError explain(const CurlFailure& failure);

/// A proxy did not accept user and password, or got none.
[[nodiscard]] NetworkError proxy_denied();

}  // namespace tizilim::platform
