#pragma once

#include <cstdint>
#include <optional>

namespace tizilim::support {

/// From now on, for this process and those that it makes, the kernel answers `call` with `error`:
/// as one that has it not, or that fails. With `first_argument`, where the call has that one.
void answer(long call, int error, std::optional<std::uint32_t> first_argument = {});

}  // namespace tizilim::support
