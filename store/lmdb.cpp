#include "store/lmdb.h"

#include "store/lmdb_page.h"
#include "store/lmdb_pages.h"
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
/// Of a file made on a machine like this one.
constexpr unsigned kPageBytesOfSystem = 4096;

MDB_val val(std::string_view bytes) {
    // LMDB takes void*, and does not write through it here.
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

StoreError damage(const std::string& where, const std::string& what) {
    return {StoreError::Kind::damaged,
            where + ": " + what + "; keep the file as it is and restore a backup"};
}

/// LMDB is about to abort the process over what it found in the file. Its frames can be unwound,
/// and hold nothing that the end of the transaction does not free.
[[noreturn]] void assertion_failed(MDB_env* env, const char* message) {
    const char* path = nullptr;
    mdb_env_get_path(env, &path);
    throw damage(std::string("using the register ") + (path == nullptr ? "" : path),
                 std::string("the file is damaged (") + message + ")");
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
        case MDB_CURSOR_FULL:
        case MDB_INCOMPATIBLE:
            return damage(doing + " " + file.string(),
                          std::string("the file is damaged (") + mdb_strerror(code) + ")");
        default:
            return {Kind::io, where + mdb_strerror(code) +
                                  "; nothing was changed, check the disk and try again"};
    }
}

StoreError row_outside(Table table) {
    return damage(std::string("reading table ") + name_of(table), "a row reaches out of the file");
}

}  // namespace

bool MappedFile::holds(std::string_view row) const {
    if (begin == nullptr) return true;
    const auto first = reinterpret_cast<std::uintptr_t>(row.data());
    const auto map = reinterpret_cast<std::uintptr_t>(begin);
    const std::uint64_t at = first - map;
    if (at >= bytes) return pages_elsewhere;
    const std::uint64_t end = pages_elsewhere ? bytes : bytes_used;
    return at <= end && row.size() <= end - at;
}

std::optional<std::string_view> RawReader::get(Table table, std::string_view key) const {
    MDB_val k = val(key);
    MDB_val v{};
    const int code = mdb_get(txn_, handles_[static_cast<std::size_t>(table)], &k, &v);
    if (code == MDB_NOTFOUND) return {};
    if (code != 0) throw error_of(code, name_of(table), "reading table");
    if (!mapped_.holds(view(v))) throw row_outside(table);
    return view(v);
}

std::uint64_t RawReader::count(Table table) const {
    MDB_stat stat{};
    const int code = mdb_stat(txn_, handles_[static_cast<std::size_t>(table)], &stat);
    if (code != 0) throw error_of(code, name_of(table), "counting table");
    return stat.ms_entries;
}

namespace {

/// An LMDB cursor that closes itself, also when a visitor throws. Writing goes through one, too:
/// mdb_put and mdb_del leave theirs in the transaction when an assertion is thrown out of them.
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
    std::optional<RawReader::Row> move(MDB_cursor_op to, const MappedFile& mapped,
                                       std::string_view key = {}) {
        MDB_val k = val(key);
        MDB_val v{};
        const int code = mdb_cursor_get(cursor_, &k, &v, to);
        if (code == MDB_NOTFOUND) return {};
        if (code != 0) throw error_of(code, name_of(table_), "reading table");
        const RawReader::Row row{view(k), view(v)};
        // MDB_SET leaves the caller's key where it is.
        if (to != MDB_SET && !mapped.holds(row.key)) throw row_outside(table_);
        if (!mapped.holds(row.value)) throw row_outside(table_);
        return row;
    }

    [[nodiscard]] int put(std::string_view key, std::string_view value, unsigned flags) {
        MDB_val k = val(key);
        MDB_val v = val(value);
        return mdb_cursor_put(cursor_, &k, &v, flags);
    }

    /// The row there.
    [[nodiscard]] int erase() { return mdb_cursor_del(cursor_, 0); }

private:
    Table table_;
    MDB_cursor* cursor_ = nullptr;
};

}  // namespace

std::optional<RawReader::Row> RawReader::last(Table table) const {
    return Cursor(txn_, handles_[static_cast<std::size_t>(table)], table).move(MDB_LAST, mapped_);
}

void RawReader::scan(Table table, std::string_view from,
                     const std::function<bool(std::string_view, std::string_view)>& visit) const {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    auto row =
        from.empty() ? cursor.move(MDB_FIRST, mapped_) : cursor.move(MDB_SET_RANGE, mapped_, from);
    std::string before;
    while (row) {
        // Pages that lead back to themselves would be read for ever.
        if (row->key.empty() || row->key <= before) {
            throw damage(std::string("reading table ") + name_of(table),
                         "its rows are out of order");
        }
        before = row->key;
        if (!visit(row->key, row->value)) return;
        row = cursor.move(MDB_NEXT, mapped_);
    }
}

namespace {

/// Carries "the map is full" out of a body that is to run again.
struct MapFull {};

}  // namespace

int RawWriter::store(Table table, std::string_view key, std::string_view value, unsigned flags) {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    const int code = cursor.put(key, value, flags);
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

void RawWriter::append(Table table, std::string_view key, std::string_view value) {
    const int code = store(table, key, value, MDB_APPEND);
    if (code == MDB_KEYEXIST) {
        throw StoreError(StoreError::Kind::damaged, std::string("the rows of table ") +
                                                        name_of(table) +
                                                        " are not in their order; nothing was "
                                                        "changed, use another backup");
    }
    if (code != 0) throw error_of(code, name_of(table), "writing table");
}

bool RawWriter::erase(Table table, std::string_view key) {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    if (!cursor.move(MDB_SET, mapped_, key)) return false;
    const int code = cursor.erase();
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

void Environment::check_file() const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file_, failed);
    if (failed || size == 0) return;  // a new one; LMDB says what else it may be
    const PagesReport report = store::check_pages(file_, PagesToCheck::affordable);
    if (report.fault) throw damage("opening the register " + file_.string(), *report.fault);
}

void Environment::open() const {
    check_file();
    int code = mdb_env_create(&env_);
    if (code == 0) code = mdb_env_set_assert(env_, &assertion_failed);
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
        open_tables();
        find_map();
    } catch (...) {
        mdb_env_close(std::exchange(env_, nullptr));
        throw;
    }
}

namespace {

/// Ends a transaction that was not committed.
struct TransactionEnd {
    MDB_txn* txn = nullptr;
    TransactionEnd() = default;
    explicit TransactionEnd(MDB_txn* begun) : txn(begun) {}
    ~TransactionEnd() { mdb_txn_abort(txn); }
    TransactionEnd(const TransactionEnd&) = delete;
    TransactionEnd& operator=(const TransactionEnd&) = delete;
    [[nodiscard]] int commit() {
        const int code = mdb_txn_commit(txn);  // by an assertion it is not over yet
        txn = nullptr;
        return code;
    }
};

}  // namespace

void Environment::open_tables() const {
    TransactionEnd ending;
    int code = mdb_txn_begin(env_, nullptr, 0, &ending.txn);
    for (std::size_t i = 0; i < kTableCount && code == 0; ++i) {
        code = mdb_dbi_open(ending.txn, kTableNames[i], MDB_CREATE, &handles_[i]);
    }
    if (code == 0) code = ending.commit();
    if (code != 0) throw error_of(code, file_, "opening the register");
}

/// LMDB does not say where it maps the file. It shows a row of the list of tables; the page around
/// the row says which one it is.
void Environment::find_map() const {
    map_ = nullptr;
    TransactionEnd ending;
    MDB_stat stat{};
    MDB_dbi main = 0;
    MDB_val key = val(kTableNames[0]);
    MDB_val value{};
    int code = mdb_env_stat(env_, &stat);
    if (code == 0) code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &ending.txn);
    if (code == 0) code = mdb_dbi_open(ending.txn, nullptr, 0, &main);
    if (code == 0) code = mdb_get(ending.txn, main, &key, &value);
    if (code != 0) throw error_of(code, file_, "opening the register");
    if (stat.ms_psize != kPageBytesOfSystem) return;  // another machine's: its pages stand anywhere
    const auto at = reinterpret_cast<std::uintptr_t>(value.mv_data) % stat.ms_psize;
    const char* page = static_cast<const char*>(value.mv_data) - at;
    map_ = page - lmdb::NodePage({page, stat.ms_psize}).number() * stat.ms_psize;
}

MappedFile Environment::mapped(bool writing) const {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    return {map_, info.me_mapsize, pages_bytes(), writing};
}

std::optional<std::string> Environment::check_pages() const {
    std::optional<std::string> fault;
    read([&](const RawReader& reader) {
        const std::uint64_t transaction = mdb_txn_id(reader.txn_);
        fault = store::check_pages(file_, PagesToCheck::all, transaction).fault;
    });
    return fault;
}

void Environment::read(const std::function<void(const RawReader&)>& body) const {
    if (try_read(body)) return;
    reopen();
    if (!try_read(body)) throw error_of(MDB_PANIC, file_, "reading the register");
}

bool Environment::try_read(const std::function<void(const RawReader&)>& body) const {
    const std::shared_lock lock(resizing_);
    TransactionEnd ending;
    const int code =
        env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &ending.txn);
    if (code == MDB_PANIC) return false;
    if (code != 0) throw error_of(code, file_, "reading the register");
    body(RawReader(ending.txn, handles_, mapped(false)));
    return true;
}

Environment::Attempt Environment::attempt(const std::function<void(RawWriter&)>& body) {
    const std::shared_lock lock(resizing_);
    TransactionEnd ending;
    int code = env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, 0, &ending.txn);
    if (code == MDB_PANIC) return Attempt::panicked;
    if (code == MDB_MAP_RESIZED) return Attempt::map_full;
    if (code != 0) throw error_of(code, file_, "writing the register");
    try {
        RawWriter writer(ending.txn, handles_, mapped(true));
        body(writer);
    } catch (const MapFull&) {
        return Attempt::map_full;
    }
    code = ending.commit();
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

void Environment::grow() const {
    const std::unique_lock lock(resizing_);
    if (env_ == nullptr) return;  // the next attempt opens it again
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    const std::uint64_t size = info.me_mapsize;
    const int code = mdb_env_set_mapsize(env_, size + std::min(size, kMapStepBytesMax));
    if (code != 0) throw error_of(code, file_, "growing the register");
    find_map();
}

void Environment::make_room(std::uint64_t bytes) const {
    const auto room = [this] {
        const std::shared_lock lock(resizing_);
        MDB_envinfo info{};
        if (env_ == nullptr) return UINT64_MAX;
        mdb_env_info(env_, &info);
        const std::uint64_t used = pages_bytes();
        return info.me_mapsize > used ? info.me_mapsize - used : 0;
    };
    while (room() < bytes) grow();
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
