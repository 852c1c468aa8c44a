#pragma once

#include "agent/cli/care/finding.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/daemon_client.h"
#include "platform/text/json.h"

#include <string>
#include <string_view>

namespace tizilim::agent {

/// All that was found, and what it was found in.
struct Examined {
    Findings findings;
    platform::JsonValue status;  ///< the daemon's /status; null: it does not answer
    int code = 0;                ///< an ExitCode
};

[[nodiscard]] Examined examine(const Command& command);

/// When the certificate ends by which the newest signed entry was signed, as RFC 3339; empty: not
/// known. \throws Unreachable
[[nodiscard]] std::string own_certificate_end(const DaemonClient& daemon);

/// Of all that is well or not, the code, the verdict and the message, as JSON.
[[nodiscard]] platform::JsonArray json_of(const Findings& findings);

/// Refused when a check failed. `bundle`: the file into which all of it goes as well, for who is
/// asked to help; empty: none.
int run_doctor(const Command& command, const std::string& bundle);

/// From the daemon's /status. `version`: that of this program.
[[nodiscard]] Findings findings_of(const platform::JsonValue& status, std::string_view version);

}  // namespace tizilim::agent
