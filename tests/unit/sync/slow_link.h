#pragma once

#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "tests/support/model_transport.h"
#include "tests/support/sim_clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tizilim {

/// A link with a round trip, a rate, and connections that live for so many bytes. Time passes on
/// the clock; the server takes none. A new connection costs a round trip. A request that is cut
/// never reaches the server; a cut answer is lost, and the server has acted.
class SlowLink final : public platform::HttpTransport {
public:
    struct Shape {
        std::chrono::milliseconds round_trip{300};
        std::uint64_t bytes_per_second = 0;   ///< 0: any number
        std::uint64_t reset_every_bytes = 0;  ///< both ways; 0: no reset
    };

    SlowLink(support::ModelTransport& network, support::SimClock& clock, Shape shape)
        : network_(network), clock_(clock), shape_(shape) {}

    [[nodiscard]] platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override;
    [[nodiscard]] platform::LinkCounters counters() const override;

    /// The first connection was opened then.
    [[nodiscard]] std::chrono::milliseconds spent() const;
    [[nodiscard]] std::uint64_t connections() const { return connections_; }
    [[nodiscard]] std::uint64_t cuts() const { return cuts_; }

private:
    void pass(std::uint64_t bytes);
    void open();
    [[nodiscard]] platform::Unexpected<platform::NetworkError> cut(std::uint64_t passed);

    support::ModelTransport& network_;
    support::SimClock& clock_;
    const Shape shape_;
    std::optional<platform::Instant> began_;
    bool connected_ = false;
    std::uint64_t since_reset_ = 0;
    std::uint64_t connections_ = 0;
    std::uint64_t cuts_ = 0;
    std::uint64_t lost_requests_ = 0;
    std::uint64_t lost_up_ = 0;       ///< of requests that the server never saw
    std::uint64_t missing_down_ = 0;  ///< of answers
};

}  // namespace tizilim
