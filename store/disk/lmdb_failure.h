#pragma once

#include "store/store_error.h"

#include <filesystem>
#include <string>

namespace tizilim::store {

/// What a code of LMDB's, or the system's, means to the register.
[[nodiscard]] StoreError error_of(int code, const std::filesystem::path& file,
                                  const std::string& doing);

/// "<where>: <what>", and what to do.
[[nodiscard]] StoreError damage(const std::string& where, const std::string& what);

/// Carries "the map is full" out of a body that is to run again.
struct MapFull {};

}  // namespace tizilim::store
