#pragma once

#include "platform/text/message.h"

#include <string_view>
#include <vector>

namespace tizilim::agent {

enum class Verdict { ok, warn, fail };

[[nodiscard]] std::string_view code_of(Verdict verdict);

/// One thing that `tizilim doctor` looked at.
struct Finding {
    std::string_view subject;  ///< its code: "confinement"
    Verdict verdict = Verdict::ok;
    platform::Message message;  ///< what was found, and what is to be done about it
};

using Findings = std::vector<Finding>;

}  // namespace tizilim::agent
