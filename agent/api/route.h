#pragma once

#include "agent/api/answers.h"
#include "agent/api/services.h"
#include "platform/text/json.h"
#include "store/owner/act_results.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace tizilim::agent {

/// What a path takes; `rows`: a register in CSV, JSON Lines or an Excel workbook.
enum class Body : std::uint8_t { none, json, rows };

/// For whom a path is there; for others it is not.
enum class For : std::uint8_t {
    anyone,
    owner,    ///< over the control endpoint, or with a page's session
    control,  ///< over the control endpoint alone
    session,  ///< with a page's session alone
};

/// A segment of Route::path that is any one.
inline constexpr std::string_view kAnySegment = "*";

/// One path and method. `with` outlives what the answer streams.
struct Route {
    std::string_view method;
    std::vector<std::string_view> path;  ///< segments
    Body body;
    ApiResponse (*answer)(const Services& with, const ApiRequest& request);
    For whom = For::owner;
    /// While the folder holds no register; null: no more is said than that.
    ApiResponse (*without_register)(const NoRegister& with, const ApiRequest& request) = nullptr;
};

/// The paths of each family, in its file.
[[nodiscard]] std::vector<Route> entry_routes();
[[nodiscard]] std::vector<Route> conflict_routes();
[[nodiscard]] std::vector<Route> signing_routes();
[[nodiscard]] std::vector<Route> document_routes();
[[nodiscard]] std::vector<Route> backup_routes();
[[nodiscard]] std::vector<Route> making_routes();
[[nodiscard]] std::vector<Route> session_routes();
[[nodiscard]] std::vector<Route> setup_routes();
[[nodiscard]] std::vector<Route> draft_routes();
/// All of them, and those of routes.cpp.
[[nodiscard]] const std::vector<Route>& all_routes();

/// {"api", "v1", "entries", "*", act}: what is asked of one entry.
[[nodiscard]] std::vector<std::string_view> entry_path(std::string_view act);

/// Wakes delivery if need be, and shows the entry as it is now; `more` are further members.
[[nodiscard]] ApiResponse revised(const Services& with, const store::Revised& made,
                                  platform::JsonObject more = {});

}  // namespace tizilim::agent
