#pragma once

#include "agent/api/answers.h"
#include "agent/api/services.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace tizilim::agent {

inline constexpr std::size_t kJsonBodyBytesMax = std::size_t{256} * 1024;

/// The paths of the control endpoint, of which the status port has a few. Safe for threads.
class Routes {
public:
    explicit Routes(Services services) : with_(std::move(services)) {}

    /// Decides by all but the body; nothing when the body is worth reading.
    [[nodiscard]] std::optional<ApiResponse> refusal(const ApiRequest& head) const;

    /// How much of a body refusal() let through may be read.
    [[nodiscard]] static std::size_t body_bytes_max(const ApiRequest& head);

    /// Never throws for what a request or the register may do.
    [[nodiscard]] ApiResponse answer(const ApiRequest& request) const;

private:
    const Services with_;
};

}  // namespace tizilim::agent
