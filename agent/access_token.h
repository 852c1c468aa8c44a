#pragma once

#include "platform/random.h"

#include <filesystem>
#include <string>

namespace tizilim::agent {

/// Where the token is: readable by the register's owner alone.
[[nodiscard]] std::filesystem::path token_file(const std::filesystem::path& register_directory);

/// The token of the local port: 64 hex digits, made at the first start.
/// \throws FileError, also when others may read the file or it holds something else
[[nodiscard]] std::string load_or_make_token(const std::filesystem::path& file,
                                             platform::Random& random);

/// \throws FileError
[[nodiscard]] std::string load_token(const std::filesystem::path& file);

}  // namespace tizilim::agent
