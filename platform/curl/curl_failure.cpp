#include "platform/curl/curl_failure.h"

#include "platform/network/http_transport.h"

#include <curl/curl.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

namespace tizilim::platform {
namespace {

using Kind = NetworkError::Kind;

constexpr long kProxyDenied = 407;

/// OpenSSL's X509_V_ERR_… (x509_vfy.h), which CURLINFO_SSL_VERIFYRESULT hands on.
enum VerifyResult : long {
    none = 0,
    unspecified = 1,
    not_yet_valid = 9,
    expired = 10,
    self_signed_leaf = 18,
    self_signed_in_chain = 19,
    no_local_issuer = 20,
    no_issuer = 21,
};

bool says(const CurlFailure& failure, std::string_view words) {
    return failure.detail.find(words) != std::string_view::npos;
}

std::string file_name(const std::filesystem::path& path) {
    return path.empty() ? std::string("the system's certificates") : path.string();
}

std::string bad_certificate(const CurlFailure& failure) {
    switch (failure.verify_result) {
        case expired:
            return "the server's certificate has expired; have it renewed, and check this "
                   "machine's date";
        case not_yet_valid:
            return "the server's certificate is not valid yet; check this machine's date";
        case self_signed_leaf:
        case self_signed_in_chain:
        case no_local_issuer:
        case no_issuer:
            return "the server's certificate is not signed by the configured CA; check "
                   "unified.ca_file (now: " +
                   file_name(failure.ca_file) + ")";
        // libcurl compares the names itself, after OpenSSL found no fault.
        case none:
        case unspecified:
            return "the server's certificate is for another host name; check the host in the "
                   "server's address";
        default:
            return "the server's certificate failed verification (OpenSSL code " +
                   std::to_string(failure.verify_result) +
                   "); check unified.ca_file and the server's certificate";
    }
}

NetworkError handshake(const CurlFailure& failure) {
    if (says(failure, "SSL_ERROR_SYSCALL") || says(failure, "reset by peer")) {
        return {Kind::reset,
                "the connection broke off in the TLS handshake; it will do again if "
                "the server or the network recovers"};
    }
    if (says(failure, "unsupported protocol") || says(failure, "protocol version") ||
        says(failure, "legacy sigalg")) {
        return {Kind::tls,
                "the server offers no TLS 1.2 or newer; have its TLS brought up to "
                "date"};
    }
    if (says(failure, "wrong version number") || says(failure, "packet length too long")) {
        return {Kind::tls,
                "what answered does not speak TLS; check https and the port in the "
                "server's address"};
    }
    return {Kind::tls,
            "the TLS handshake failed; check that the server offers TLS 1.2 or newer, "
            "and whether it wants unified.client_certificate"};
}

NetworkError unreadable_ca(const CurlFailure& failure) {
    return {Kind::tls, "cannot use the CA file " + file_name(failure.ca_file) +
                           "; check unified.ca_file: it must be readable and hold certificates "
                           "in PEM"};
}

NetworkError bad_client_certificate(const CurlFailure& failure) {
    return {Kind::tls, "cannot use the client certificate " + failure.client_certificate.string() +
                           "; check unified.client_certificate: it must be readable and hold a "
                           "certificate and its key in PEM"};
}

NetworkError proxy_failed(const CurlFailure& failure) {
    if (failure.proxy_status == kProxyDenied) return proxy_denied();
    if (failure.proxy_status != 0) {
        return {Kind::proxy, "the proxy refused the connection (HTTP " +
                                 std::to_string(failure.proxy_status) +
                                 "); check that it lets this machine reach the server"};
    }
    if (failure.code == CURLE_COULDNT_RESOLVE_PROXY) {
        return {Kind::proxy,
                "the proxy's host name is not known; check the proxy setting, and "
                "https_proxy in the environment"};
    }
    return {Kind::proxy,
            "no connection through the proxy; check that it runs, the proxy setting, "
            "and https_proxy in the environment"};
}

NetworkError no_connection(const CurlFailure& failure) {
    switch (failure.system_error) {
        case ECONNREFUSED:
            return {Kind::unreachable,
                    "nothing accepts connections at the server's address; check "
                    "that the server runs, and its address and port"};
        case ENETUNREACH:
        case ENETDOWN:
        case EHOSTUNREACH:
            return {Kind::unreachable,
                    "the network gives no way to the server; check this "
                    "machine's connection"};
        default:
            return {Kind::unreachable,
                    "cannot connect to the server; check this machine's "
                    "connection and the server's address"};
    }
}

NetworkError timed_out(const CurlFailure& failure) {
    const std::string limit = std::to_string(failure.deadline.count()) + " ms";
    if (!failure.connected) {
        return {Kind::timeout,
                "no connection within " + limit + "; check the network and the server's address"};
    }
    return {Kind::timeout,
            "no whole answer within " + limit + "; the server or the network may be overloaded"};
}

NetworkError broken_off(const CurlFailure& failure) {
    // TLS 1.3: the server judges our certificate only after the handshake.
    if (says(failure, "SSL") && says(failure, "alert")) {
        return {Kind::tls,
                "the server closed the TLS connection; check whether it wants "
                "unified.client_certificate"};
    }
    return {Kind::reset,
            "the connection broke off before a whole answer; the server or the "
            "network may be failing"};
}

NetworkError too_large(const CurlFailure& failure) {
    if (failure.headers_too_large) {
        return {Kind::too_large, "the answer's headers exceed " + std::to_string(kHeaderBytesMax) +
                                     " bytes; check what answers at the server's address"};
    }
    return {Kind::too_large, "the answer exceeds " + std::to_string(failure.response_bytes_max) +
                                 " bytes; check what answers at the server's address"};
}

bool is_proxy_failure(const CurlFailure& failure) {
    if (failure.code == CURLE_COULDNT_RESOLVE_PROXY || failure.code == CURLE_PROXY) return true;
    if (failure.code == CURLE_COULDNT_CONNECT) return failure.through_proxy;
    return failure.code == CURLE_RECV_ERROR && failure.proxy_status != 0 &&
           failure.proxy_status / 100 != 2;
}

}  // namespace

NetworkError proxy_denied() {
    return {Kind::proxy,
            "the proxy wants a user and password (HTTP 407); put the right ones into "
            "proxy_user and proxy_password_file"};
}

NetworkError explain(const CurlFailure& failure) {
    if (failure.cancelled) return {Kind::cancelled, "the request was cancelled"};
    if (failure.headers_too_large || failure.body_too_large) return too_large(failure);
    if (is_proxy_failure(failure)) return proxy_failed(failure);
    switch (failure.code) {
        case CURLE_OPERATION_TIMEDOUT:
            return timed_out(failure);
        case CURLE_COULDNT_RESOLVE_HOST:
            return {Kind::unresolved,
                    "the server's host name is not known; check this machine's "
                    "connection and the server's address"};
        case CURLE_COULDNT_CONNECT:
            return no_connection(failure);
        case CURLE_PEER_FAILED_VERIFICATION:
            return {Kind::tls, bad_certificate(failure)};
        case CURLE_SSL_CACERT_BADFILE:
            return unreadable_ca(failure);
        case CURLE_SSL_CERTPROBLEM:
            return bad_client_certificate(failure);
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CLIENTCERT:
            return handshake(failure);
        case CURLE_BAD_CONTENT_ENCODING:
            return {Kind::reset,
                    "the answer's compression is damaged; the server or something on "
                    "the way may be failing"};
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_URL_MALFORMAT:
        case CURLE_LOGIN_DENIED:
            return {Kind::unreachable,
                    "no HTTP server at the server's address; check the address: "
                    "https://host:port, without user and password"};
        default:
            return broken_off(failure);
    }
}

}  // namespace tizilim::platform
