#pragma once

#include <functional>
#include <string_view>

namespace tizilim::agent {

/// Receives a document part by part. Throws when the reader is gone or the agent stops; the act
/// under way is then undone.
using Sink = std::function<void(std::string_view)>;

}  // namespace tizilim::agent
