#include "agent/config/config_values.h"

#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace tizilim::agent {

using platform::Message;

ValueProblem set_yes_no(bool& target, std::string_view value) {
    if (value == "true" || value == "yes") {
        target = true;
    } else if (value == "false" || value == "no") {
        target = false;
    } else {
        return Message{"config.yes_or_no"};
    }
    return {};
}

ValueProblem set_folder(std::filesystem::path& target, std::string_view value,
                        const std::filesystem::path& folder) {
    if (value.empty()) return Message{"config.path"};
    target = (folder / value).lexically_normal();
    return {};
}

ValueProblem set_file(std::filesystem::path& target, std::string_view value,
                      const std::filesystem::path& folder) {
    if (ValueProblem problem = set_folder(target, value, folder)) return problem;
    std::error_code failed;
    // What another account may not see, such as a secret of the system's service, may well be
    // there; who needs it fails at reading it.
    if (!std::filesystem::is_regular_file(target, failed) && failed != std::errc::permission_denied)
        return Message{"config.no_file", {{"file", target.string()}}};
    return {};
}

Message whole_number(std::int64_t least, std::int64_t most) {
    return {"config.whole_number", {{"least", least}, {"most", most}}};
}

}  // namespace tizilim::agent
