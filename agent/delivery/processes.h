#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tizilim::agent {

/// The programs of the daemon as they run now.
struct Processes {
    int register_pid = 0;
    int network_pid = 0;                 ///< 0: none runs at the moment
    std::uint64_t network_restarts = 0;  ///< since the start
    /// What the system holds each to: "landlock:7", "seccomp"; empty: nothing.
    std::vector<std::string> register_confinement{};
    std::vector<std::string> network_confinement{};
};

}  // namespace tizilim::agent
