#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/network/http_transport.h"
#include "tests/simulation/deeds.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/marks.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/unified_system.h"
#include "tests/simulation/weights.h"
#include "tests/simulation/witness.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tizilim::simulation {

/// The machine stopped: thrown out of a request, so that nothing after it happens.
struct PowerCut {};

/// What the parts of one run share.
struct World {
    Dice& dice;
    Marks& marks;
    Trace& trace;
    Witness& witness;
    UnifiedSystem& unified;
    Deeds& deeds;
    /// That an agent knows of, before the lawyer amends instead of adding: where there are few,
    /// each comes to have a long history.
    std::size_t entries_max;
    /// The lawyer works while a request is under way.
    std::function<void(std::size_t agent)> meanwhile;
    /// Time passes for everybody.
    std::function<void(std::chrono::milliseconds)> advance;
};

/// The way from one agent to the unified system, with all that may become of a request.
class FaultyNetwork final : public platform::HttpTransport {
public:
    FaultyNetwork(World& world, std::size_t agent, const platform::Clock& clock)
        : world_(world), agent_(agent), clock_(clock) {}

    [[nodiscard]] platform::Expected<platform::HttpResponse, platform::NetworkError> send(
        const platform::HttpRequest& request, const platform::HttpBounds& bounds) override;
    [[nodiscard]] platform::LinkCounters counters() const override { return counters_; }

    /// `percent` of the requests meet one of `faults`, sometimes several in a row the same.
    void trouble(unsigned percent, const Choice<Fault>* faults);
    void calm() { trouble(0, nullptr); }
    /// Something is wrong with the disk just now: the lawyer waits.
    void disk_is_troubled(bool troubled) { disk_troubled_ = troubled; }
    /// From now on nothing gets out, and whoever tries ends there.
    void cut_power() { powerless_ = true; }
    void power_on() { powerless_ = false; }
    /// A person asked for it: what the peer asked for is overruled.
    void may_ask_at_once() { not_before_.reset(); }

private:
    using Answer = platform::Expected<platform::HttpResponse, platform::NetworkError>;
    [[nodiscard]] Answer answer_to(const platform::HttpRequest& request,
                                   const platform::HttpBounds& bounds);
    [[nodiscard]] std::optional<Fault> draw();
    [[nodiscard]] Answer meet(Fault fault, const platform::HttpRequest& request,
                              const platform::HttpBounds& bounds);
    [[nodiscard]] std::optional<platform::NetworkError> network_error(
        Fault fault, const platform::HttpRequest& request, const platform::HttpBounds& bounds);
    [[nodiscard]] std::optional<platform::HttpResponse> refused_by_status(Fault fault);
    [[nodiscard]] platform::HttpResponse strange(Fault fault, const platform::HttpRequest& request);
    [[nodiscard]] platform::HttpResponse hear(const platform::HttpRequest& request);
    [[nodiscard]] platform::HttpResponse ask(const platform::HttpRequest& request);
    [[nodiscard]] Answer arrived(platform::HttpResponse response,
                                 const platform::HttpBounds& bounds);
    [[nodiscard]] platform::HttpResponse busy(int status);
    [[nodiscard]] platform::HttpResponse cut(const platform::HttpRequest& request);
    [[nodiscard]] platform::HttpResponse forged(const platform::HttpRequest& request);
    [[nodiscard]] platform::HttpResponse rows(const platform::HttpRequest& request,
                                              const char* error);
    [[nodiscard]] platform::HttpResponse garbage();
    void check_patience();

    World& world_;
    const std::size_t agent_;
    const platform::Clock& clock_;
    platform::LinkCounters counters_;
    unsigned percent_ = 0;
    const Choice<Fault>* faults_ = nullptr;
    std::optional<Weighted<Fault>> lasting_;
    std::uint64_t lasts_ = 0;
    bool powerless_ = false;
    bool disk_troubled_ = false;
    std::optional<platform::Instant> not_before_;
};

}  // namespace tizilim::simulation
