#pragma once

#include "agent/api/answers.h"
#include "agent/api/services.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace tizilim::agent {

inline constexpr std::size_t kJsonBodyBytesMax = std::size_t{256} * 1024;

/// The paths of the local API, of which the status port has a few. Safe for threads.
class Routes {
public:
    explicit Routes(Services services) : with_(std::move(services)) {}

    /// The answer to what is refused without its body; nothing: read that.
    [[nodiscard]] std::optional<ApiResponse> refusal(const ApiRequest& head) const;

    /// For what refusal() let pass.
    [[nodiscard]] static std::size_t body_bytes_max(const ApiRequest& head);

    /// A bad request or an error of the register is an answer, not an exception.
    [[nodiscard]] ApiResponse answer(const ApiRequest& request) const;

private:
    const Services with_;
};

}  // namespace tizilim::agent
