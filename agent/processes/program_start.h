#pragma once

#include <optional>
#include <ostream>
#include <string>

namespace tizilim::agent {

/// What a program of the daemon was started with (programs.h).
struct ProgramStart {
    std::string config;  ///< of --config; empty: not given
};

/// The first act of both mains: standard descriptors, memory that no other process reads, English
/// words for the log, the end with tizilimd's, signals held back. Nothing: not started by tizilimd,
/// which `err` is told, or tizilimd is gone.
[[nodiscard]] std::optional<ProgramStart> start_program(int argument_count, char** arguments,
                                                        std::ostream& err);

}  // namespace tizilim::agent
