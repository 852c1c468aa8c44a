#pragma once

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "tests/support/couch_model.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::support {

/// One request as its bytes left: request line, headers and body as sent (compressed or not).
struct CapturedRequest {
    platform::HttpRequest request;
    [[nodiscard]] std::string bytes() const;
};

/// The network between a client and a CouchModel, in process, with everything that can go wrong on
/// it. One thread at a time, but for counters().
class ModelTransport final : public platform::HttpTransport {
public:
    explicit ModelTransport(CouchModel& model) : model_(model) {}

    [[nodiscard]] platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override;
    [[nodiscard]] platform::LinkCounters counters() const override;

    /// From now on every request fails so, before it reaches the peer.
    void set_down(platform::NetworkError::Kind kind) { down_ = kind; }
    void set_up() { down_.reset(); }

    /// The next request is answered so by something between us and the peer, which sees nothing.
    void answer_next(int status, std::string body, std::string content_type = "application/json");
    void answer_next(platform::HttpResponse response) { scripted_.push_back(std::move(response)); }
    /// The next request reaches the peer, which acts; its answer is lost.
    void lose_next_answer() { ++answers_to_lose_; }
    /// Only the first `bytes` of the next answer's body arrive, and look whole.
    void truncate_next_answer(std::size_t bytes) { truncate_to_ = bytes; }

    /// Called with each request before anything else happens to it; may change model and network.
    using Hook = std::function<void(const platform::HttpRequest&)>;
    void on_request(Hook hook) { hook_ = std::move(hook); }

    /// Off saves the memory of a long run. Every request counts, also one that got nowhere.
    void record(bool on) { recording_ = on; }
    [[nodiscard]] const std::vector<CapturedRequest>& captured() const { return captured_; }
    void forget_captured() { captured_.clear(); }
    /// How many captured requests have `part` in method and URL, as "POST http://…/_bulk_docs".
    [[nodiscard]] std::size_t captured_count(std::string_view part) const;
    /// Everything that left, one request after the other, to be searched for what must not.
    [[nodiscard]] std::string captured_bytes() const;

private:
    [[nodiscard]] platform::Expected<platform::HttpResponse, platform::NetworkError> deliver(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds);

    CouchModel& model_;
    std::optional<platform::NetworkError::Kind> down_;
    std::deque<platform::HttpResponse> scripted_;
    std::size_t answers_to_lose_ = 0;
    std::optional<std::size_t> truncate_to_;
    Hook hook_;
    bool recording_ = true;
    std::vector<CapturedRequest> captured_;
    std::atomic<std::uint64_t> requests_ = 0;
    std::atomic<std::uint64_t> bytes_up_ = 0;
    std::atomic<std::uint64_t> bytes_down_ = 0;
};

}  // namespace tizilim::support
