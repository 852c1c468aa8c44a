#include "agent/processes/confined.h"

#include "platform/process/confinement.h"
#include "platform/text/json.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tizilim::agent {

void check_confinement(const platform::Confinement& held, bool required, platform::Log& log) {
    constexpr auto kWanted = std::to_array<std::string_view>({"landlock", "seccomp"});
    platform::JsonArray missing;
    for (const std::string_view wanted : kWanted) {
        const auto is_wanted = [&](const std::string& name) { return name.starts_with(wanted); };
        if (std::ranges::none_of(held, is_wanted)) missing.emplace_back(wanted);
    }
    if (missing.empty()) return;
    const platform::Message what{"confinement.missing", {{"missing", missing}}};
    if (required)
        throw platform::MessageError({"confinement.required", {{"why", platform::as_json(what)}}});
    log.warning("not_confined", {{"reason", platform::in_english(what)}});
}

}  // namespace tizilim::agent
