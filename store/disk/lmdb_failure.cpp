#include "store/disk/lmdb_failure.h"

#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/store_error.h"

#include <lmdb.h>

#include <cerrno>

namespace tizilim::store {

using platform::Message;

StoreError damage(const Message& doing, const Message& fault) {
    return {StoreError::Kind::damaged,
            Message{"disk.damaged", {{"doing", as_json(doing)}, {"fault", as_json(fault)}}}};
}

Message said_by_lmdb(int code) {
    return code > 0 ? platform::system_message(code) : platform::as_it_stands(mdb_strerror(code));
}

StoreError error_of(int code, const Message& doing) {
    using Kind = StoreError::Kind;
    const auto failure = [&](Kind kind, const char* what) {
        return StoreError(kind, Message{what, {{"doing", as_json(doing)}}});
    };
    switch (code) {
        case EFBIG:
            return failure(Kind::disk_full, "disk.file_limit");
        case ENOSPC:
        case EDQUOT:
            return failure(Kind::disk_full, "disk.full");
        case EACCES:
        case EPERM:
            return failure(Kind::read_only, "disk.not_permitted");
        case EROFS:
            return failure(Kind::read_only, "disk.mounted_read_only");
        case ENOENT:
            return failure(Kind::absent, "disk.no_register");
        case MDB_INVALID:
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_VERSION_MISMATCH:
        case MDB_CURSOR_FULL:
        case MDB_INCOMPATIBLE:
            return damage(doing, {"lmdb.file_damaged", {{"system", mdb_strerror(code)}}});
        default:
            return {Kind::io,
                    Message{"disk.failed",
                            {{"doing", as_json(doing)}, {"system", as_json(said_by_lmdb(code))}}}};
    }
}

}  // namespace tizilim::store
