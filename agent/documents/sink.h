#pragma once

#include <functional>
#include <string_view>

namespace tizilim::agent {

/// Takes a part of a document that is made bit by bit. It throws when the reader went or the agent
/// stops; what is under way is then undone.
using Sink = std::function<void(std::string_view)>;

}  // namespace tizilim::agent
