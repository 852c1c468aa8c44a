#pragma once

#include "platform/files/file.h"
#include "store/store_error.h"

#include <cerrno>

namespace tizilim::store {

[[nodiscard]] inline StoreError store_error_of(const platform::FileError& error) {
    const int code = error.system_error();
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    const bool denied = code == EACCES || code == EROFS || code == EPERM;
    return {full     ? StoreError::Kind::disk_full
            : denied ? StoreError::Kind::read_only
                     : StoreError::Kind::io,
            error.message()};
}

/// Runs `body`; a FileError becomes a StoreError.
template <class Body>
auto translated(const Body& body) {
    try {
        return body();
    } catch (const platform::FileError& error) {
        throw store_error_of(error);
    }
}

}  // namespace tizilim::store
