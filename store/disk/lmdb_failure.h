#pragma once

#include "store/store_error.h"

#include <filesystem>
#include <string>

namespace tizilim::store {

/// LMDB's or the system's error `code`; `doing`: what failed.
[[nodiscard]] StoreError error_of(int code, const std::filesystem::path& file,
                                  const std::string& doing);

/// "<where>: <what>", and what to do.
[[nodiscard]] StoreError damage(const std::string& where, const std::string& what);

/// Thrown out of a body that is to run again: the map is full.
struct MapFull {};

}  // namespace tizilim::store
