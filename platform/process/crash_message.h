#pragma once

#include <string>

namespace tizilim::platform {

/// From now on a fault that ends this process (a damaged file under a memory map, a broken
/// invariant) first prints `message` to stderr: what was being done and what to do. Then the
/// process ends as it would have. Call it once, before the first thread.
void explain_crashes(const std::string& message);

}  // namespace tizilim::platform
