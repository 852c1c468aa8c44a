#pragma once

#include "agent/api/answers.h"
#include "agent/api/services.h"
#include "store/owner/owner_session.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    struct Route;
    [[nodiscard]] static const Route* find(const ApiRequest& request);
    [[nodiscard]] static std::string methods_of(const ApiRequest& request);

    [[nodiscard]] ApiResponse healthz(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse readyz(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse status(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse metrics(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse list(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse add(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse show(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse history(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse search(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse amend(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse void_entry(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse classify(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse conflicts(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse resolve(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse drop_foreign(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse quarantine(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse retry(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse outages(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse pair(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse signing(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse signing_task(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse attach(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse preview(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse import(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse export_all(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse print(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse report(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse verify(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse back_up(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse sync_now(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse pause(const ApiRequest& request) const;
    [[nodiscard]] ApiResponse resume(const ApiRequest& request) const;

    /// Wakes delivery if need be, and shows the entry as it is now.
    [[nodiscard]] ApiResponse revised(const store::Revised& made) const;

    const Services with_;
};

}  // namespace tizilim::agent
