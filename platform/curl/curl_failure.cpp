#include "platform/curl/curl_failure.h"

#include "platform/network/http_transport.h"
#include "platform/text/message.h"

#include <curl/curl.h>

#include <cerrno>
#include <cstdint>
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

Message bad_certificate(const CurlFailure& failure) {
    switch (failure.verify_result) {
        case expired:
            return {"link.certificate_expired"};
        case not_yet_valid:
            return {"link.certificate_not_yet_valid"};
        case self_signed_leaf:
        case self_signed_in_chain:
        case no_local_issuer:
        case no_issuer:
            if (failure.ca_file.empty()) return {"link.certificate_not_of_a_known_ca"};
            return {"link.certificate_not_of_the_ca_file", {{"file", failure.ca_file.string()}}};
        // libcurl compares the names itself, after OpenSSL found no fault.
        case none:
        case unspecified:
            return {"link.certificate_of_another_host"};
        default:
            return {"link.certificate_not_verified", {{"number", failure.verify_result}}};
    }
}

NetworkError handshake(const CurlFailure& failure) {
    if (says(failure, "SSL_ERROR_SYSCALL") || says(failure, "reset by peer"))
        return {Kind::reset, {"link.tls_broke_off"}};
    if (says(failure, "unsupported protocol") || says(failure, "protocol version") ||
        says(failure, "legacy sigalg"))
        return {Kind::tls, {"link.tls_too_old"}};
    if (says(failure, "wrong version number") || says(failure, "packet length too long"))
        return {Kind::tls, {"link.not_tls"}};
    return {Kind::tls, {"link.tls_failed"}};
}

NetworkError unreadable_ca(const CurlFailure& failure) {
    if (failure.ca_file.empty()) return {Kind::tls, {"link.system_ca_unusable"}};
    return {Kind::tls, {"link.ca_file_unusable", {{"file", failure.ca_file.string()}}}};
}

NetworkError bad_client_certificate(const CurlFailure& failure) {
    return {Kind::tls,
            {"link.client_certificate_unusable", {{"file", failure.client_certificate.string()}}}};
}

NetworkError proxy_failed(const CurlFailure& failure) {
    if (failure.proxy_status == kProxyDenied) return proxy_denied();
    if (failure.proxy_status != 0)
        return {Kind::proxy, {"link.proxy_refused", {{"status", failure.proxy_status}}}};
    if (failure.code == CURLE_COULDNT_RESOLVE_PROXY)
        return {Kind::proxy, {"link.proxy_name_unknown"}};
    return {Kind::proxy, {"link.proxy_not_reached"}};
}

NetworkError no_connection(const CurlFailure& failure) {
    switch (failure.system_error) {
        case ECONNREFUSED:
            return {Kind::unreachable, {"link.nothing_listens"}};
        case ENETUNREACH:
        case ENETDOWN:
        case EHOSTUNREACH:
            return {Kind::unreachable, {"link.no_way"}};
        default:
            return {Kind::unreachable, {"link.not_reached"}};
    }
}

NetworkError timed_out(const CurlFailure& failure) {
    const std::int64_t limit = failure.deadline.count();
    if (!failure.connected)
        return {Kind::timeout, {"link.no_connection_in_time", {{"limit", limit}}}};
    return {Kind::timeout, {"link.no_answer_in_time", {{"limit", limit}}}};
}

NetworkError broken_off(const CurlFailure& failure) {
    // TLS 1.3: the server judges our certificate only after the handshake.
    if (says(failure, "SSL") && says(failure, "alert"))
        return {Kind::tls, {"link.tls_closed_by_server"}};
    return {Kind::reset, {"link.broke_off"}};
}

NetworkError too_large(const CurlFailure& failure) {
    if (failure.headers_too_large)
        return {Kind::too_large, {"link.headers_too_large", {{"limit", kHeaderBytesMax}}}};
    return {Kind::too_large, {"link.answer_too_large", {{"limit", failure.response_bytes_max}}}};
}

bool is_proxy_failure(const CurlFailure& failure) {
    if (failure.code == CURLE_COULDNT_RESOLVE_PROXY || failure.code == CURLE_PROXY) return true;
    if (failure.code == CURLE_COULDNT_CONNECT) return failure.through_proxy;
    return failure.code == CURLE_RECV_ERROR && failure.proxy_status != 0 &&
           failure.proxy_status / 100 != 2;
}

}  // namespace

NetworkError proxy_denied() {
    return {Kind::proxy, {"link.proxy_denied"}};
}

NetworkError explain(const CurlFailure& failure) {
    if (failure.cancelled) return {Kind::cancelled, {"link.cancelled"}};
    if (failure.headers_too_large || failure.body_too_large) return too_large(failure);
    if (is_proxy_failure(failure)) return proxy_failed(failure);
    switch (failure.code) {
        case CURLE_OPERATION_TIMEDOUT:
            return timed_out(failure);
        case CURLE_COULDNT_RESOLVE_HOST:
            return {Kind::unresolved, {"link.name_unknown"}};
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
            return {Kind::reset, {"link.compression_damaged"}};
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_URL_MALFORMAT:
        case CURLE_LOGIN_DENIED:
            return {Kind::unreachable, {"link.no_http_server"}};
        default:
            return broken_off(failure);
    }
}

}  // namespace tizilim::platform
