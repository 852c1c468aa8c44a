#pragma once

#include "agent/api/answers.h"
#include "agent/api/services.h"

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace tizilim::agent {

inline constexpr std::size_t kJsonBodyBytesMax = std::size_t{256} * 1024;

/// The paths of the local API, of which the status port has a few. Safe for threads.
class Routes {
public:
    explicit Routes(Services services) { serve(std::move(services)); }
    /// Until serve() is called.
    explicit Routes(NoRegister none) : none_(std::move(none)) {}
    Routes(const Routes&) = delete;
    Routes& operator=(const Routes&) = delete;
    ~Routes() = default;

    /// There is a register from now on. Called once, also while requests are answered.
    void serve(Services services);

    /// The answer to what is refused without its body; nothing: read that.
    [[nodiscard]] std::optional<ApiResponse> refusal(const ApiRequest& head) const;

    /// For what refusal() let pass.
    [[nodiscard]] static std::size_t body_bytes_max(const ApiRequest& head);

    /// A bad request or an error of the register is an answer, not an exception.
    [[nodiscard]] ApiResponse answer(const ApiRequest& request) const;

private:
    const std::optional<NoRegister> none_{};      ///< absent: there was a register from the start
    std::optional<Services> services_;            ///< written before `with_`
    std::atomic<const Services*> with_{nullptr};  ///< null: there is no register
};

}  // namespace tizilim::agent
