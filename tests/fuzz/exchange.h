#pragma once

#include <string>
#include <string_view>

namespace tizilim::fuzz {

/// A whole exchange of a register with the model of a server, in which every answer to a request
/// for `path_part` has `body` for its body, and then one with a server that is well again. What was
/// refused must have changed nothing, nothing may count as delivered that the server does not have,
/// and in the end all arrives. `kind` chooses status and server.
void exchange(std::string_view path_part, unsigned char kind, const std::string& body);

}  // namespace tizilim::fuzz
