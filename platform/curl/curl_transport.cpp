#include "platform/curl/curl_transport.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/curl/curl_failure.h"
#include "platform/expected.h"
#include "platform/files/file.h"
#include "platform/network/http_transport.h"
#include "platform/network/loopback.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {
namespace {

using std::chrono::milliseconds;

constexpr long kConnectionsKept = 1;  ///< one peer; also at most one dead connection to run into
constexpr int kPollMs = 1000;         ///< curl_multi_poll returns sooner when there is anything
constexpr int kProxyDenied = 407;
constexpr std::size_t kResentBytesMax = 8192;  ///< what is not worth a second thought

template <auto Function>
struct With {
    template <class T>
    void operator()(T* handle) const {
        static_cast<void>(Function(handle));
    }
};
using Easy = std::unique_ptr<CURL, With<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, With<curl_multi_cleanup>>;
using Lines = std::unique_ptr<curl_slist, With<curl_slist_free_all>>;

struct Counters {
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> bytes_up{0};
    std::atomic<std::uint64_t> bytes_down{0};
};

/// One try of one request, as libcurl's callbacks fill it in.
struct Attempt {
    Attempt(const HttpBounds& limits, Counters& count) : bounds(limits), counters(&count) {}

    bool may_reconnect = true;  ///< once the request has begun to leave
    bool began = false;         ///< the request has begun to leave
    bool was_cut = false;       ///< a second connection would have been needed

    HttpBounds bounds;
    Counters* counters;
    HttpResponse response;
    CurlFailure failure;
    std::size_t header_bytes = 0;
    bool headers_done = false;
    bool connection_reused = false;
    milliseconds spent{0};
};

/// Without the line end and the spaces around. What must not stand in a value (RFC 9110, section
/// 5.5) becomes a space, so that a value can be sent back as it is.
std::string clean(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    std::string value(text);
    std::replace_if(
        value.begin(), value.end(), [](char c) { return c >= 0 && c < ' ' && c != '\t'; }, ' ');
    return value;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void keep_header(Attempt& attempt, std::string_view line) {
    auto& headers = attempt.response.headers;
    if (line.starts_with("HTTP/")) {  // an interim answer before it counts for nothing
        headers.clear();
        attempt.headers_done = false;
        return;
    }
    if (attempt.headers_done) return;  // a trailer
    if (line == "\r\n" || line == "\n") {
        attempt.headers_done = true;
        return;
    }
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (folded && !headers.empty()) {
        headers.back().value += ' ' + clean(line);
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string name = clean(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), lower);
    headers.push_back({std::move(name), clean(line.substr(colon + 1))});
}

std::size_t on_header(const char* bytes, std::size_t, std::size_t count, void* context) {
    auto& attempt = *static_cast<Attempt*>(context);
    attempt.header_bytes += count;
    if (attempt.header_bytes > kHeaderBytesMax) {
        attempt.failure.headers_too_large = true;
        return 0;
    }
    if (count > 0) keep_header(attempt, std::string_view(bytes, count));
    return count;
}

std::size_t on_body(const char* bytes, std::size_t, std::size_t count, void* context) {
    auto& attempt = *static_cast<Attempt*>(context);
    std::string& body = attempt.response.body;
    if (count > attempt.bounds.response_bytes_max() - body.size()) {
        attempt.failure.body_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    body.append(bytes, count);
    return count;
}

/// libcurl's words name a proxy taken from the environment nowhere else.
bool tells_of_proxy(std::string_view text) {
    constexpr std::string_view kWords = "Uses proxy env variable ";
    if (!text.starts_with(kWords)) return false;
    text.remove_prefix(kWords.size());
    return !text.starts_with("no_proxy") && !text.starts_with("NO_PROXY");
}

/// Counts what passes at the HTTP level, failed tries too. CURLINFO_REQUEST_SIZE and
/// CURLINFO_SIZE_UPLOAD_T would count the start of a body twice.
int on_traffic(CURL*, curl_infotype kind, char* bytes, std::size_t count, void* context) {
    auto& attempt = *static_cast<Attempt*>(context);
    switch (kind) {
        case CURLINFO_HEADER_OUT:
            attempt.began = true;
            [[fallthrough]];
        case CURLINFO_DATA_OUT:
            attempt.counters->bytes_up += count;
            break;
        case CURLINFO_HEADER_IN:
        case CURLINFO_DATA_IN:
            attempt.counters->bytes_down += count;
            break;
        case CURLINFO_TEXT:
            if (tells_of_proxy(std::string_view(bytes, count)))
                attempt.failure.through_proxy = true;
            break;
        default:
            break;  // what TLS adds
    }
    return 0;
}

/// libcurl sends a request again by itself when the kept connection dies under it. Of a large body
/// that is not wanted: a link that cut it once will cut it again, and less of it would pass.
int on_socket(void* context, curl_socket_t, curlsocktype) {
    auto& attempt = *static_cast<Attempt*>(context);
    attempt.was_cut = attempt.began && !attempt.may_reconnect;
    return attempt.was_cut ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

template <class T>
void set(CURL* easy, CURLoption option, T value) {
    const CURLcode result = curl_easy_setopt(easy, option, value);
    if (result == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    CHECK(result == CURLE_OK);
}

template <class T>
T info(CURL* easy, CURLINFO which) {
    T value{};
    CHECK(curl_easy_getinfo(easy, which, &value) == CURLE_OK);
    return value;
}

void add_line(Lines& lines, const std::string& line) {
    // A line end would smuggle in a header of its own.
    CHECK(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    if (!lines) lines.reset(longer);
}

Lines header_lines(const HttpRequest& request) {
    Lines lines;
    // Waiting for "100 Continue" costs a round trip, or a second where nobody answers it.
    add_line(lines, "Expect:");
    bool has_type = false;
    for (const HttpHeader& header : request.headers) {
        std::string name = header.name;
        std::transform(name.begin(), name.end(), name.begin(), lower);
        has_type = has_type || name == "content-type";
        // libcurl's way to send a header without a value ends in a semicolon.
        add_line(lines,
                 header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
    }
    if (!has_type) add_line(lines, "Content-Type:");  // libcurl would call the body a form
    return lines;
}

void set_request(CURL* easy, const HttpRequest& request) {
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");  // a longer list is sent with every request
    const bool may_have_body = request.method == Method::put || request.method == Method::post;
    if (may_have_body || !request.body.empty()) {
        // POSTFIELDS also for PUT: libcurl can send it again without being asked to rewind.
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    set(easy, CURLOPT_CUSTOMREQUEST, std::string(method_name(request.method)).c_str());
}

/// `text` stays where it is as long as `easy` is used.
void set_text(CURL* easy, CURLoption option, const std::string& text) {
    // libcurl takes no const, and changes nothing.
    curl_blob blob{
        .data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_NOCOPY};
    set(easy, option, &blob);
}

std::optional<std::string> content_of(const std::filesystem::path& file) {
    constexpr std::size_t kCertificatesBytesMax = std::size_t{4} << 20;
    if (file.empty()) return {};
    try {
        return read_file(file, kCertificatesBytesMax);
    } catch (const FileError&) {
        return {};
    }
}

void set_security(CURL* easy, const CurlOptions& options) {
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(easy, CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set(easy, CURLOPT_CERTINFO, 1L);
    set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    if (!options.ca_file.empty())
        set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // that file alone
    if (options.ca_text) {
        set_text(easy, CURLOPT_CAINFO_BLOB, *options.ca_text);
    } else if (!options.ca_file.empty()) {
        set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    }
    if (options.client_text) {
        set_text(easy, CURLOPT_SSLCERT_BLOB, *options.client_text);
        set_text(easy, CURLOPT_SSLKEY_BLOB, *options.client_text);
    } else if (!options.client_certificate.empty()) {
        set(easy, CURLOPT_SSLCERT, options.client_certificate.c_str());
        set(easy, CURLOPT_SSLKEY, options.client_certificate.c_str());
    }
}

/// `proxy` nothing: from the environment.
void set_proxy(CURL* easy, const CurlOptions& options, const std::optional<std::string>& proxy) {
    if (proxy) set(easy, CURLOPT_PROXY, proxy->c_str());
    if (proxy && !proxy->empty() && !options.proxy_user.empty()) {
        // The user alone and the password alone: CURLOPT_PROXYUSERPWD would part them at a colon.
        set(easy, CURLOPT_PROXYUSERNAME, options.proxy_user.c_str());
        set(easy, CURLOPT_PROXYPASSWORD, options.proxy_password.c_str());
        // Whatever the proxy asks for: it costs one more round trip a connection.
        set(easy, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_ANY));
    }
}

/// The host that libcurl will ask for, and not how another reader of URLs would understand it.
std::string host_of(const std::string& url) {
    const std::unique_ptr<CURLU, With<curl_url_cleanup>> parsed(curl_url());
    char* host = nullptr;
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
        curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
        return {};  // a request to it fails anyway
    const std::unique_ptr<char, With<curl_free>> owned(host);
    return owned.get();
}

/// When the first certificate of a chain ends that libcurl lists; nothing: it lists none, as of a
/// connection that was kept.
std::optional<WallTime> first_end(const curl_certinfo& chain) {
    constexpr std::string_view kName = "Expire date:";
    std::optional<WallTime> first;
    for (int i = 0; i < chain.num_of_certs; ++i) {
        for (const curl_slist* line = chain.certinfo[i]; line != nullptr; line = line->next) {
            const std::string_view text = line->data;
            if (!text.starts_with(kName)) continue;
            const std::time_t at = curl_getdate(line->data + kName.size(), nullptr);
            if (at == -1) continue;
            const WallTime end{std::chrono::seconds(at)};
            if (!first || end < *first) first = end;
        }
    }
    return first;
}

void set_limits(CURL* easy, milliseconds deadline) {
    const auto limit = static_cast<long>(deadline.count());
    set(easy, CURLOPT_TIMEOUT_MS, limit);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, limit);
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT, 1L);  // else a stuck name look-up outlives deadline and cancel
    set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
}

void set_callbacks(CURL* easy, Attempt& attempt) {
    set(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
    set(easy, CURLOPT_SOCKOPTDATA, static_cast<void*>(&attempt));
    set(easy, CURLOPT_HEADERFUNCTION, on_header);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&attempt));
    set(easy, CURLOPT_WRITEFUNCTION, on_body);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&attempt));
    set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(easy, CURLOPT_DEBUGFUNCTION, on_traffic);
    set(easy, CURLOPT_DEBUGDATA, static_cast<void*>(&attempt));
    set(easy, CURLOPT_VERBOSE, 1L);  // to on_traffic alone
}

}  // namespace

void hold_certificates(CurlOptions& options) {
    options.ca_text = content_of(options.ca_file);
    options.client_text = content_of(options.client_certificate);
}

/// One easy handle, reused: it keeps the TLS sessions. One multi handle: it keeps the connection,
/// and, unlike curl_easy_perform, can be woken by another thread.
class CurlTransport::Session {
public:
    Session(CurlOptions options, std::stop_token stop)
        : options_(std::move(options)), stop_(std::move(stop)) {
        static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
        CHECK(ready);
        easy_.reset(curl_easy_init());
        multi_.reset(curl_multi_init());
        if (!easy_ || !multi_) throw std::bad_alloc();
        CHECK(curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kConnectionsKept) == CURLM_OK);
    }

    Expected<HttpResponse, NetworkError> send(const HttpRequest& request, const HttpBounds& bounds);
    [[nodiscard]] LinkCounters counters() const {
        return {counters_.requests, counters_.bytes_up, counters_.bytes_down};
    }
    [[nodiscard]] std::optional<WallTime> certificate_ends_at() const {
        const WallTime end = certificate_ends_at_;
        return end == WallTime{} ? std::nullopt : std::optional(end);
    }

private:
    struct Connection {
        bool is_new;      ///< not the one that was kept
        bool may_resend;  ///< on another one, if the kept one dies under the request
    };
    Attempt attempt(const HttpRequest& request, const HttpBounds& bounds, Connection connection);
    void perform(Attempt& attempt);
    void finish_attempt(Attempt& attempt);

    const CurlOptions options_;
    const std::stop_token stop_;
    Multi multi_;
    Easy easy_;  ///< after multi_: it goes first, as libcurl wants
    Counters counters_;
    std::atomic<WallTime> certificate_ends_at_{WallTime{}};  ///< zero: not known
    std::array<char, CURL_ERROR_SIZE> detail_{};
};

/// libcurl sends a request of any method again, silently, when the kept connection it went out on
/// died before an answer. So one that must not go out twice gets a new connection. libcurl misses
/// the case that the connection dies while the body goes out: that is caught here. Either way it
/// is once, since the second try is on a new connection.
Expected<HttpResponse, NetworkError> CurlTransport::Session::send(const HttpRequest& request,
                                                                  const HttpBounds& bounds) {
    ++counters_.requests;
    const bool may_resend = request.body.size() < kResentBytesMax;
    Attempt made =
        attempt(request, bounds, {.is_new = !request.idempotent, .may_resend = may_resend});
    const CURLcode code = made.failure.code;
    const bool died =
        code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
    const bool unanswered = made.connection_reused && made.header_bytes == 0;
    if (died && unanswered && request.idempotent && may_resend) {
        const HttpBounds rest(bounds.deadline() - made.spent, bounds.response_bytes_max());
        made = attempt(request, rest, {.is_new = true, .may_resend = false});
    }
    made.failure.deadline = bounds.deadline();
    made.failure.response_bytes_max = bounds.response_bytes_max();
    if (made.failure.cancelled || made.failure.code != CURLE_OK) {
        return Unexpected{explain(made.failure)};
    }
    if (made.response.status == kProxyDenied) return Unexpected{proxy_denied()};
    return std::move(made.response);
}

Attempt CurlTransport::Session::attempt(const HttpRequest& request, const HttpBounds& bounds,
                                        Connection connection) {
    Attempt made(bounds, counters_);
    made.may_reconnect = connection.may_resend;
    made.failure.ca_file = options_.ca_file;
    made.failure.client_certificate = options_.client_certificate;
    // A proxy would see what is meant for this machine, and answer in its place.
    const std::optional<std::string> proxy =
        is_loopback_host(host_of(request.url)) ? std::string() : options_.proxy;
    made.failure.through_proxy = proxy && !proxy->empty();
    if (bounds.deadline() <= milliseconds::zero()) {  // libcurl takes 0 for no limit
        made.failure.code = CURLE_OPERATION_TIMEDOUT;
        return made;
    }
    CURL* easy = easy_.get();
    const Lines lines = header_lines(request);
    detail_.front() = '\0';
    set(easy, CURLOPT_ERRORBUFFER, detail_.data());
    set(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(easy, CURLOPT_HTTPHEADER, lines.get());
    set(easy, CURLOPT_FRESH_CONNECT, connection.is_new ? 1L : 0L);
    set_request(easy, request);
    set_security(easy, options_);
    set_proxy(easy, options_, proxy);
    set_limits(easy, bounds.deadline());
    const auto rate = static_cast<curl_off_t>(options_.bytes_per_second_max);
    set(easy, CURLOPT_MAX_SEND_SPEED_LARGE, rate);
    set(easy, CURLOPT_MAX_RECV_SPEED_LARGE, rate);
    set_callbacks(easy, made);
    perform(made);
    finish_attempt(made);
    curl_easy_reset(easy);  // what it points to goes out of scope; connections and sessions stay
    return made;
}

void CurlTransport::Session::perform(Attempt& attempt) {
    const std::stop_callback wake(stop_, [this] { curl_multi_wakeup(multi_.get()); });
    CHECK(curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK);
    int running = 1;
    while (running != 0) {  // CURLOPT_TIMEOUT_MS ends it at the latest
        attempt.failure.cancelled = stop_.stop_requested();
        if (attempt.failure.cancelled) break;
        CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
        if (running == 0) break;
        CHECK(curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr) == CURLM_OK);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
    if (message != nullptr) attempt.failure.code = message->data.result;
    if (attempt.was_cut) attempt.failure.code = CURLE_SEND_ERROR;
    // libcurl takes an answer cut off within its headers for a whole one.
    const bool whole = attempt.headers_done || attempt.failure.code != CURLE_OK;
    if (!whole) attempt.failure.code = CURLE_PARTIAL_FILE;
    CHECK(curl_multi_remove_handle(multi_.get(), easy_.get()) == CURLM_OK);
}

void CurlTransport::Session::finish_attempt(Attempt& attempt) {
    CURL* easy = easy_.get();
    const auto spent = std::chrono::microseconds(info<curl_off_t>(easy, CURLINFO_TOTAL_TIME_T));
    attempt.spent = std::chrono::ceil<milliseconds>(spent);
    attempt.connection_reused = info<long>(easy, CURLINFO_NUM_CONNECTS) == 0;
    attempt.response.status = static_cast<int>(info<long>(easy, CURLINFO_RESPONSE_CODE));
    CurlFailure& failure = attempt.failure;
    failure.system_error = info<long>(easy, CURLINFO_OS_ERRNO);
    failure.verify_result = info<long>(easy, CURLINFO_SSL_VERIFYRESULT);
    failure.proxy_status = info<long>(easy, CURLINFO_HTTP_CONNECTCODE);
    failure.connected = info<curl_off_t>(easy, CURLINFO_CONNECT_TIME_T) > 0;
    failure.detail = detail_.data();
    if (const auto* const chain = info<curl_certinfo*>(easy, CURLINFO_CERTINFO))
        if (const auto end = first_end(*chain)) certificate_ends_at_ = *end;
}

CurlTransport::CurlTransport(CurlOptions options, std::stop_token stop)
    : session_(std::make_unique<Session>(std::move(options), std::move(stop))) {}

CurlTransport::~CurlTransport() = default;

Expected<HttpResponse, NetworkError> CurlTransport::send(const HttpRequest& request,
                                                         const HttpBounds& bounds) {
    return session_->send(request, bounds);
}

LinkCounters CurlTransport::counters() const {
    return session_->counters();
}

std::optional<WallTime> CurlTransport::certificate_ends_at() const {
    return session_->certificate_ends_at();
}

}  // namespace tizilim::platform
