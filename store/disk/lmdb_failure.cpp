#include "store/disk/lmdb_failure.h"

#include "store/store_error.h"

#include <lmdb.h>

#include <cerrno>
#include <filesystem>
#include <string>

namespace tizilim::store {

StoreError damage(const std::string& where, const std::string& what) {
    return {StoreError::Kind::damaged,
            where + ": " + what + "; keep the file as it is and restore a backup"};
}

StoreError error_of(int code, const std::filesystem::path& file, const std::string& doing) {
    using Kind = StoreError::Kind;
    const std::string where = doing + " " + file.string() + ": ";
    switch (code) {
        case EFBIG:
            return {Kind::disk_full, where +
                                         "this program's files may grow no further; raise that "
                                         "limit (ulimit -f) and try again, nothing was changed"};
        case ENOSPC:
        case EDQUOT:
            return {Kind::disk_full,
                    where + "the disk is full; free some space and try again, nothing was changed"};
        case EACCES:
        case EPERM:
        case EROFS:
            return {Kind::read_only,
                    where + "not permitted; make the folder writable for the user of this service"};
        case ENOENT:
            return {Kind::absent, where + "it is not there; make a register with `tizilim init`"};
        case MDB_INVALID:
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_VERSION_MISMATCH:
        case MDB_CURSOR_FULL:
        case MDB_INCOMPATIBLE:
            return damage(doing + " " + file.string(),
                          std::string("the file is damaged (") + mdb_strerror(code) + ")");
        default:
            return {Kind::io, where + mdb_strerror(code) +
                                  "; nothing was changed, check the disk and try again"};
    }
}

}  // namespace tizilim::store
