#pragma once

#include "platform/text/message.h"
#include "store/store_error.h"

namespace tizilim::store {

/// LMDB's or the system's error `code`; `doing`: a phrase that says what failed, on what.
[[nodiscard]] StoreError error_of(int code, const platform::Message& doing);

/// What LMDB or the system says of `code`.
[[nodiscard]] platform::Message said_by_lmdb(int code);

/// "<doing>: <fault>", and what to do.
[[nodiscard]] StoreError damage(const platform::Message& doing, const platform::Message& fault);

/// Thrown out of a body that is to run again: the map is full.
struct MapFull {};

}  // namespace tizilim::store
