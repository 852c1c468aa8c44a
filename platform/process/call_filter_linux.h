#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::platform {

/// Filters on calls of the kernel (seccomp(2)). For confinement_linux.cpp and its tests alone. Each
/// ends the process at a call of another architecture, whose calls have other numbers.

/// Whether this kernel has them.
[[nodiscard]] bool has_call_filters();

/// Forbids what can make a connection, start a program or reach another process; all else may be
/// called. Forbidden is EPERM. \throws MessageError
void forbid_calls_of_register();

/// Allows what TLS over IP sockets and reading files takes; all else is EPERM. \throws MessageError
void allow_calls_of_network();

}  // namespace tizilim::platform
