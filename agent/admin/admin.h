#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"

#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::admin {

/// Exit codes of `tizilim-admin`.
enum ExitCode : int { done = 0, refused = 1, usage = 2 };

/// What the program stands on; a test gives it strings and a model.
struct Surroundings {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    /// Asks for a password without echo; nothing: no answer. Empty where there is no terminal.
    std::function<std::optional<std::string>(std::string_view question)> ask_secret{};
    /// Trusts the certificates in this file; an empty name: the system's.
    std::function<std::unique_ptr<platform::HttpTransport>(const std::filesystem::path& ca_file)>
        transport;
    const platform::Clock& clock;
    platform::Random& random;
};

/// `arguments` without the program's name.
[[nodiscard]] int run_admin(std::vector<std::string> arguments, Surroundings& surroundings);

}  // namespace tizilim::admin
