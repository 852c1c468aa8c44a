#include "store/lmdb.h"

#include "store/store_error.h"
#include "store/tables.h"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::store {
namespace {

/// Enough for the first thousands of entries; address space only, no disk.
constexpr std::uint64_t kMapBytesFirst = std::uint64_t{16} << 20;
/// Doubling stops here, so that a large register doesn't ask for twice its size.
constexpr std::uint64_t kMapStepBytesMax = std::uint64_t{1} << 30;
constexpr unsigned kReadersMax = 126;
constexpr mode_t kFileMode = 0600;

MDB_val val(std::string_view bytes) {
    // LMDB takes void*, and does not write through it here.
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

StoreError error_of(int code, const std::filesystem::path& file, const std::string& doing) {
    using Kind = StoreError::Kind;
    const std::string where = doing + " " + file.string() + ": ";
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
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
            return {Kind::damaged, where + "the file is damaged (" + mdb_strerror(code) +
                                       "); keep it as it is and restore a backup"};
        default:
            return {Kind::io, where + mdb_strerror(code) +
                                  "; nothing was changed, check the disk and try again"};
    }
}

}  // namespace

std::optional<std::string_view> RawReader::get(Table table, std::string_view key) const {
    MDB_val k = val(key);
    MDB_val v{};
    const int code = mdb_get(txn_, handles_[static_cast<std::size_t>(table)], &k, &v);
    if (code == MDB_NOTFOUND) return {};
    if (code != 0) throw error_of(code, name_of(table), "reading table");
    return view(v);
}

std::uint64_t RawReader::count(Table table) const {
    MDB_stat stat{};
    const int code = mdb_stat(txn_, handles_[static_cast<std::size_t>(table)], &stat);
    if (code != 0) throw error_of(code, name_of(table), "counting table");
    return stat.ms_entries;
}

namespace {

/// An LMDB cursor that closes itself, also when a visitor throws.
class Cursor {
public:
    Cursor(MDB_txn* txn, unsigned handle, Table table) : table_(table) {
        const int code = mdb_cursor_open(txn, handle, &cursor_);
        if (code != 0) throw error_of(code, name_of(table), "reading table");
    }
    ~Cursor() { mdb_cursor_close(cursor_); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    /// The row there, or nothing past the end.
    std::optional<RawReader::Row> move(MDB_cursor_op to, std::string_view key = {}) {
        MDB_val k = val(key);
        MDB_val v{};
        const int code = mdb_cursor_get(cursor_, &k, &v, to);
        if (code == MDB_NOTFOUND) return {};
        if (code != 0) throw error_of(code, name_of(table_), "reading table");
        return RawReader::Row{view(k), view(v)};
    }

private:
    Table table_;
    MDB_cursor* cursor_ = nullptr;
};

}  // namespace

std::optional<RawReader::Row> RawReader::last(Table table) const {
    return Cursor(txn_, handles_[static_cast<std::size_t>(table)], table).move(MDB_LAST);
}

void RawReader::scan(Table table, std::string_view from,
                     const std::function<bool(std::string_view, std::string_view)>& visit) const {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    auto row = from.empty() ? cursor.move(MDB_FIRST) : cursor.move(MDB_SET_RANGE, from);
    while (row && visit(row->key, row->value)) row = cursor.move(MDB_NEXT);
}

namespace {

/// Carries "the map is full" out of a body that is to run again.
struct MapFull {};

}  // namespace

int RawWriter::store(Table table, std::string_view key, std::string_view value, unsigned flags) {
    MDB_val k = val(key);
    MDB_val v = val(value);
    const int code = mdb_put(txn_, handles_[static_cast<std::size_t>(table)], &k, &v, flags);
    if (code == MDB_MAP_FULL) throw MapFull{};
    return code;
}

void RawWriter::put(Table table, std::string_view key, std::string_view value) {
    const int code = store(table, key, value, 0);
    if (code != 0) throw error_of(code, name_of(table), "writing table");
}

void RawWriter::insert(Table table, std::string_view key, std::string_view value) {
    const int code = store(table, key, value, MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) {
        throw StoreError(StoreError::Kind::damaged,
                         std::string("table ") + name_of(table) +
                             " has a row already where a new one was to go; nothing was changed, "
                             "run `tizilim verify` and restore a backup");
    }
    if (code != 0) throw error_of(code, name_of(table), "writing table");
}

bool RawWriter::erase(Table table, std::string_view key) {
    MDB_val k = val(key);
    const int code = mdb_del(txn_, handles_[static_cast<std::size_t>(table)], &k, nullptr);
    if (code == MDB_NOTFOUND) return false;
    if (code == MDB_MAP_FULL) throw MapFull{};
    if (code != 0) throw error_of(code, name_of(table), "writing table");
    return true;
}

Environment::Environment(std::filesystem::path file, Open open_mode) : file_(std::move(file)) {
    std::error_code failed;
    const bool there = std::filesystem::exists(file_, failed);
    if (open_mode == Open::existing && !there) {
        throw error_of(failed ? failed.value() : ENOENT, file_, "opening the register");
    }
    // LMDB would take an empty file for a new one; ours get their name when they are whole.
    if (open_mode == Open::existing && std::filesystem::file_size(file_, failed) == 0) {
        throw error_of(MDB_INVALID, file_, "opening the register");
    }
    open();
}

Environment::~Environment() {
    if (env_ != nullptr) mdb_env_close(env_);
}

void Environment::open() const {
    int code = mdb_env_create(&env_);
    if (code == 0) code = mdb_env_set_maxdbs(env_, kTableCount);
    if (code == 0) code = mdb_env_set_maxreaders(env_, kReadersMax);
    if (code == 0) code = mdb_env_set_mapsize(env_, kMapBytesFirst);
    if (code == 0) {
        code = mdb_env_open(env_, file_.c_str(), MDB_NOSUBDIR | MDB_NOTLS, kFileMode);
    }
    if (code != 0) {
        mdb_env_close(std::exchange(env_, nullptr));
        throw error_of(code, file_, "opening the register");
    }
    try {
        const std::uint64_t size = std::filesystem::file_size(file_);
        if (size < pages_bytes()) {
            // A page past the end of the file would end the process by SIGBUS when it is read.
            throw StoreError(StoreError::Kind::damaged,
                             "opening the register " + file_.string() +
                                 ": the file is cut off at " + std::to_string(size) + " of " +
                                 std::to_string(pages_bytes()) +
                                 " bytes; keep it as it is and restore a backup");
        }
        open_tables();
    } catch (...) {
        mdb_env_close(std::exchange(env_, nullptr));
        throw;
    }
}

void Environment::open_tables() const {
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(env_, nullptr, 0, &txn);
    for (std::size_t i = 0; i < kTableCount && code == 0; ++i) {
        code = mdb_dbi_open(txn, kTableNames[i], MDB_CREATE, &handles_[i]);
    }
    if (code == 0) {
        code = mdb_txn_commit(txn);
    } else if (txn != nullptr) {
        mdb_txn_abort(txn);
    }
    if (code != 0) throw error_of(code, file_, "opening the register");
}

void Environment::read(const std::function<void(const RawReader&)>& body) const {
    if (try_read(body)) return;
    reopen();
    if (!try_read(body)) throw error_of(MDB_PANIC, file_, "reading the register");
}

bool Environment::try_read(const std::function<void(const RawReader&)>& body) const {
    const std::shared_lock lock(resizing_);
    MDB_txn* txn = nullptr;
    const int code = env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
    if (code == MDB_PANIC) return false;
    if (code != 0) throw error_of(code, file_, "reading the register");
    struct Ending {
        MDB_txn* txn;
        ~Ending() { mdb_txn_abort(txn); }
    } const ending{txn};
    body(RawReader(txn, handles_));
    return true;
}

Environment::Attempt Environment::attempt(const std::function<void(RawWriter&)>& body) {
    const std::shared_lock lock(resizing_);
    MDB_txn* txn = nullptr;
    int code = env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, 0, &txn);
    if (code == MDB_PANIC) return Attempt::panicked;
    if (code == MDB_MAP_RESIZED) return Attempt::map_full;
    if (code != 0) throw error_of(code, file_, "writing the register");
    try {
        RawWriter writer(txn, handles_);
        body(writer);
    } catch (const MapFull&) {
        mdb_txn_abort(txn);
        return Attempt::map_full;
    } catch (...) {
        mdb_txn_abort(txn);
        throw;
    }
    code = mdb_txn_commit(txn);
    if (code == MDB_MAP_FULL) return Attempt::map_full;
    if (code != 0) throw error_of(code, file_, "writing the register");
    return Attempt::done;
}

void Environment::write(const std::function<void(RawWriter&)>& body) {
    const std::scoped_lock lock(write_mutex_);
    constexpr int kAttemptsMax = 40;  // each doubles the map: 16 MiB · 2^40 is no register's size
    for (int i = 0; i < kAttemptsMax; ++i) {
        switch (attempt(body)) {
            case Attempt::done:
                return;
            case Attempt::map_full:
                grow();
                break;
            case Attempt::panicked:
                reopen();
                break;
        }
    }
    throw StoreError(StoreError::Kind::io, "writing the register " + file_.string() +
                                               ": the file can't grow; check the disk");
}

void Environment::grow() {
    const std::unique_lock lock(resizing_);
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    const std::uint64_t size = info.me_mapsize;
    const int code = mdb_env_set_mapsize(env_, size + std::min(size, kMapStepBytesMax));
    if (code != 0) throw error_of(code, file_, "growing the register");
}

void Environment::reopen() const {
    const std::unique_lock lock(resizing_);
    if (env_ != nullptr) mdb_env_close(std::exchange(env_, nullptr));
    open();
}

std::uint64_t Environment::bytes_used() const {
    const std::shared_lock lock(resizing_);
    return env_ == nullptr ? 0 : pages_bytes();
}

std::uint64_t Environment::pages_bytes() const {
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(env_, &info);
    mdb_env_stat(env_, &stat);
    return (static_cast<std::uint64_t>(info.me_last_pgno) + 1) * stat.ms_psize;
}

}  // namespace tizilim::store
