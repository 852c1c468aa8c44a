#include "store/disk/lmdb.h"

#include "platform/check.h"
#include "platform/files/file.h"
#include "platform/files/process_lock.h"
#include "platform/text/message.h"
#include "store/disk/lmdb_failure.h"
#include "store/disk/lmdb_page.h"
#include "store/disk/lmdb_page_file.h"
#include "store/disk/lmdb_pages.h"
#include "store/disk/tables.h"
#include "store/store_error.h"
#include "store/translated.h"

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

using platform::Message;

/// Enough for the first thousands of entries; address space only, no disk.
constexpr std::uint64_t kMapBytesFirst = std::uint64_t{16} << 20;
/// Doubling stops here, so that a large register doesn't ask for twice its size.
constexpr std::uint64_t kMapStepBytesMax = std::uint64_t{1} << 30;
constexpr unsigned kReadersMax = 126;
/// A transaction of more has some MB of pages in memory.
constexpr std::uint64_t kChangesOfASmallTransaction = 2000;
constexpr mode_t kFileMode = 0600;
/// Of a file made on a machine like this one.
constexpr unsigned kPageBytesOfSystem = 4096;

MDB_val val(std::string_view bytes) {
    // LMDB takes void*, and does not write through it here.
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

/// LMDB is about to abort the process over what it found in the file. Its frames can be unwound,
/// and hold nothing that the end of the transaction does not free.
[[noreturn]] void assertion_failed(MDB_env* env, const char* message) {
    const char* path = nullptr;
    mdb_env_get_path(env, &path);
    throw damage({"disk.using_register", {{"file", path == nullptr ? "" : path}}},
                 {"lmdb.file_damaged", {{"system", message}}});
}

Message opening(const std::filesystem::path& file) {
    return {"disk.opening_register", {{"file", file.string()}}};
}
Message reading(const std::filesystem::path& file) {
    return {"disk.reading_register", {{"file", file.string()}}};
}
Message writing(const std::filesystem::path& file) {
    return {"disk.writing_register", {{"file", file.string()}}};
}

/// The first version committed by a log beside the file, of which it said so in these bytes of the
/// first page, which LMDB does not use. Zeros: the log was closed, and the file is whole.
constexpr std::uint64_t kLogMarkAt = 2048;
constexpr std::uint64_t kLogMarkBytes = 40;

void refuse_open_log(const std::filesystem::path& file) {
    lmdb::PageFile pages(file);
    const std::string mark = pages.read(kLogMarkAt, kLogMarkBytes);
    if (mark.find_first_not_of('\0') == std::string::npos || !pages.metas().even) return;
    throw refusal(Message{"disk.log_left_open", {{"file", file.string()}}});
}

// What was recorded is still in the file that is open, and goes with this process.
Message removed(const std::filesystem::path& file) {
    return {"disk.register_removed", {{"file", file.string()}}};
}
Message replaced(const std::filesystem::path& file) {
    return {"disk.register_replaced", {{"file", file.string()}}};
}

}  // namespace

Environment::Environment(std::filesystem::path file, Open open_mode) : file_(std::move(file)) {
    std::error_code failed;
    const bool there = std::filesystem::exists(file_, failed);
    if (open_mode == Open::existing && !there) {
        throw error_of(failed ? failed.value() : ENOENT, opening(file_));
    }
    // LMDB would take an empty file for a new one; ours get their name when they are whole.
    if (open_mode == Open::existing && std::filesystem::file_size(file_, failed) == 0) {
        throw error_of(MDB_INVALID, opening(file_));
    }
    try {
        if (open_mode == Open::existing) held_.emplace(file_);
        open();
        if (!held_) held_.emplace(file_);
    } catch (const platform::FileError& error) {
        throw error_of(error.system_error(), opening(file_));
    }
}

Environment::~Environment() {
    close_lmdb();
}

void Environment::check_file() const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file_, failed);
    if (failed || size == 0) return;  // a new one; LMDB says what else it may be
    refuse_open_log(file_);
    const PagesReport report = store::check_pages(file_, PagesToCheck::affordable);
    if (report.fault) throw damage(opening(file_), *report.fault);
}

/// What is read here may not be on the disk yet, if a meta page could not be written: nothing is
/// to be written over what it took the place of before it is.
void Environment::open() const {
    if (held_) expect_at_its_path();
    check_file();
    try {
        open_lmdb();
        open_tables();
        find_map();
        const int code = mdb_env_sync(env_, 1);
        if (code != 0) throw error_of(code, opening(file_));
    } catch (...) {
        close_lmdb();
        throw;
    }
}

void Environment::open_lmdb() const {
    int code = mdb_env_create(&env_);
    if (code == 0) code = mdb_env_set_assert(env_, &assertion_failed);
    if (code == 0) code = mdb_env_set_maxdbs(env_, kTableCount);
    if (code == 0) code = mdb_env_set_maxreaders(env_, kReadersMax);
    if (code == 0) code = mdb_env_set_mapsize(env_, kMapBytesFirst);
    if (code == 0) {
        code = mdb_env_open(env_, file_.c_str(), MDB_NOSUBDIR | MDB_NOTLS, kFileMode);
    }
    if (code != 0) throw error_of(code, opening(file_));
    mdb_filehandle_t opened{};
    CHECK(mdb_env_get_fd(env_, &opened) == 0);
    if (held_ && !held_->is(opened)) throw refusal(replaced(file_));
}

void Environment::close_lmdb() const {
    if (env_ != nullptr) mdb_env_close(std::exchange(env_, nullptr));
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
    if (code != 0) throw error_of(code, opening(file_));
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
    if (code != 0) throw error_of(code, opening(file_));
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

std::optional<Message> Environment::path_problem() const {
    if (!held_) return {};
    switch (held_->place()) {
        case platform::ProcessLock::Place::kept:
            return {};
        case platform::ProcessLock::Place::removed:
            return removed(file_);
        case platform::ProcessLock::Place::replaced:
            return replaced(file_);
    }
    CHECK(false);
}

void Environment::expect_at_its_path() const {
    if (const auto problem = path_problem()) throw refusal(*problem);
}

bool Environment::reserve(std::uint64_t bytes) const {
    expect_at_its_path();
    return translated([&] { return platform::reserve_file_space(file_, bytes); });
}

std::optional<Message> Environment::check_pages() const {
    std::optional<Message> fault;
    read([&](const RawReader& reader) {
        const std::uint64_t transaction = mdb_txn_id(reader.txn_);
        fault = store::check_pages(file_, PagesToCheck::all, transaction).fault;
    });
    return fault;
}

void Environment::read(const std::function<void(const RawReader&)>& body) const {
    if (try_read(body)) return;
    reopen();
    if (!try_read(body)) throw error_of(MDB_PANIC, reading(file_));
}

bool Environment::try_read(const std::function<void(const RawReader&)>& body) const {
    const std::shared_lock lock(resizing_);
    TransactionEnd ending;
    const int code =
        env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &ending.txn);
    if (code == MDB_PANIC) return false;
    if (code != 0) throw error_of(code, reading(file_));
    body(RawReader(ending.txn, handles_, mapped(false)));
    return true;
}

Environment::Attempt Environment::attempt(const std::function<void(RawWriter&)>& body) {
    const std::shared_lock lock(resizing_);
    TransactionEnd ending;
    int code = env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, 0, &ending.txn);
    if (code == MDB_PANIC) return Attempt::panicked;
    if (code == MDB_MAP_RESIZED) return Attempt::map_full;
    if (code != 0) throw error_of(code, writing(file_));
    try {
        RawWriter writer(ending.txn, handles_, mapped(true));
        body(writer);
        keeps_memory_ |= writer.changes() > kChangesOfASmallTransaction;
    } catch (const MapFull&) {
        return Attempt::map_full;
    }
    expect_at_its_path();
    code = ending.commit();
    if (code == MDB_MAP_FULL) return Attempt::map_full;
    if (code != 0) throw commit_failure(code);
    const std::optional<Message> problem = path_problem();
    if (!problem) return Attempt::done;
    throw refusal(Message{"disk.act_unknown", {{"why", as_json(*problem)}}});
}

/// When the meta page is what could not be written, the disk may have taken it all the same.
StoreError Environment::commit_failure(int code) const {
    StoreError why = error_of(code, writing(file_));
    TransactionEnd ending;
    if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &ending.txn) != MDB_PANIC) return why;
    return {why.kind(),
            Message{"disk.commit_unknown",
                    {{"file", file_.string()}, {"system", as_json(said_by_lmdb(code))}}}};
}

void Environment::write(const std::function<void(RawWriter&)>& body) {
    const std::scoped_lock lock(write_mutex_);
    constexpr int kAttemptsMax = 40;  // each doubles the map: 16 MiB · 2^40 is no register's size
    for (int i = 0; i < kAttemptsMax; ++i) {
        switch (attempt(body)) {
            case Attempt::done:
                if (keeps_memory_) give_memory_back();
                return;
            case Attempt::map_full:
                grow();
                break;
            case Attempt::panicked:
                reopen();
                break;
        }
    }
    throw StoreError(StoreError::Kind::io, Message{"disk.cannot_grow", {{"file", file_.string()}}});
}

void Environment::grow() const {
    const std::unique_lock lock(resizing_);
    if (env_ == nullptr) return;  // the next attempt opens it again
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    const std::uint64_t size = info.me_mapsize;
    const int code = mdb_env_set_mapsize(env_, size + std::min(size, kMapStepBytesMax));
    if (code != 0)
        throw error_of(code, Message{"disk.growing_register", {{"file", file_.string()}}});
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
    close_lmdb();
    open();
}

void Environment::give_memory_back() {
    const std::unique_lock lock(resizing_, std::try_to_lock);
    if (!lock) return;
    keeps_memory_ = false;
    close_lmdb();
    try {
        open();
    } catch (const StoreError&) {
        // What was written is on the disk; who reads or writes next opens it, or says why not.
        CHECK(env_ == nullptr);
    }
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
