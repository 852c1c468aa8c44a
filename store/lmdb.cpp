#include "store/lmdb.h"

#include "platform/check.h"
#include "platform/file.h"
#include "platform/random.h"
#include "store/lmdb_failure.h"
#include "store/lmdb_page.h"
#include "store/lmdb_pages.h"
#include "store/log_recovery.h"
#include "store/redo_log.h"
#include "store/row_changes.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/translated.h"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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
/// Rows changed until the steady state moves on. Each holds some pages that were free otherwise: in
/// all a few megabytes of the file, and some 30 acts.
constexpr std::size_t kChangesMax = 256;
constexpr unsigned kCommitsBeforeRetry = 64;
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
    throw damage(std::string("using the register ") + (path == nullptr ? "" : path),
                 std::string("the file is damaged (") + message + ")");
}

void redo(RawWriter& writer, const LogContent::Transaction& transaction,
          const std::filesystem::path& file) {
    const bool known = RowChanges::visit(transaction.changes, [&](const RowChanges::Row& row) {
        if (row.value) {
            writer.put(row.table, row.key, *row.value);
        } else {
            (void)writer.erase(row.table, row.key);
        }
    });
    if (known) return;
    throw StoreError(StoreError::Kind::newer_schema,
                     "opening the register " + file.string() +
                         ": its log was written by a newer Tizilim; install that one");
}

bool is_full(int code) {
    return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/// The disk took the transaction into the log, perhaps, and then took nothing more.
StoreError not_known(const platform::FileError& error) {
    const StoreError why = store_error_of(error);
    return {why.kind(), std::string(why.what()) +
                            "; whether the last act was recorded is not known until the disk takes "
                            "writes again: look before you repeat it"};
}

}  // namespace

void Environment::EndTransaction::operator()(MDB_txn* txn) const {
    mdb_txn_abort(txn);
}

Environment::Environment(std::filesystem::path file, Open open_mode, platform::Random* random)
    : file_(std::move(file)), random_(open_mode == Open::existing ? random : nullptr) {
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
    try {
        retire_log();
    } catch (const StoreError&) {
        // Then it counts, as after a crash: the next one to open the file does it again.
        sync_failed_ = true;
    }
    close_lmdb();
}

void Environment::check_file() const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file_, failed);
    if (failed || size == 0) return;  // a new one; LMDB says what else it may be
    const PagesReport report = store::check_pages(file_, PagesToCheck::affordable);
    if (report.fault) throw damage("opening the register " + file_.string(), *report.fault);
}

void Environment::open() const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file_, failed);
    std::optional<LogContent> log;
    if (!failed && size > 0) log = log_to_replay(file_);
    try {
        if (log) {
            const PagesReport report = store::check_pages_under(file_, PagesToCheck::affordable,
                                                                log->steady.even, log->steady.odd);
            if (report.fault) throw damage("opening the register " + file_.string(), *report.fault);
            put_back(file_, log->steady);
        } else {
            check_file();
        }
        open_lmdb();
        while (!open_tables(log ? &*log : nullptr)) grow_map();
        find_map();
        if (log) close_log(log_of(file_), *log, read_metas(file_));
    } catch (const platform::FileError& error) {
        close_lmdb();
        throw error_of(error.system_error(), file_, "opening the register");
    } catch (...) {
        close_lmdb();
        throw;
    }
    sync_failed_ = false;
    try {
        unmark(file_);
    } catch (const platform::FileError&) {
        return;  // a closed log says the same
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
    if (code != 0) throw error_of(code, file_, "opening the register");
}

void Environment::close_lmdb() const {
    pin_.reset();
    log_.reset();
    marked_ = false;
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

/// While it lives LMDB commits without waiting for the disk.
struct NoSync {
    MDB_env* env;
    explicit NoSync(MDB_env* of) : env(of) { set(1); }
    ~NoSync() { set(0); }
    NoSync(const NoSync&) = delete;
    NoSync& operator=(const NoSync&) = delete;
    void set(int on) const {
        if (env != nullptr) CHECK(mdb_env_set_flags(env, MDB_NOSYNC, on) == 0);
    }
};

}  // namespace

/// Does `log` in the same transaction: done twice, it would count as two. False: the map is full.
bool Environment::open_tables(const LogContent* log) const {
    TransactionEnd ending;
    int code = mdb_txn_begin(env_, nullptr, 0, &ending.txn);
    for (std::size_t i = 0; i < kTableCount && code == 0; ++i) {
        code = mdb_dbi_open(ending.txn, kTableNames[i], MDB_CREATE, &handles_[i]);
    }
    if (code == 0 && log != nullptr) {
        try {
            RawWriter writer(ending.txn, handles_, {}, nullptr);
            for (const LogContent::Transaction& transaction : log->transactions) {
                redo(writer, transaction, file_);
            }
        } catch (const MapFull&) {
            return false;
        }
    }
    if (code == 0) code = ending.commit();
    if (code == MDB_MAP_FULL) return false;
    if (code != 0) throw error_of(code, file_, "opening the register");
    return true;
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
    if (sync_failed_) return Attempt::panicked;
    settle_log();
    TransactionEnd ending;
    int code = env_ == nullptr ? MDB_PANIC : mdb_txn_begin(env_, nullptr, 0, &ending.txn);
    if (code == MDB_PANIC) return Attempt::panicked;
    if (code == MDB_MAP_RESIZED) return Attempt::map_full;
    if (code != 0) throw error_of(code, file_, "writing the register");
    RowChanges changes(RedoLog::changes_bytes_max());
    try {
        RawWriter writer(ending.txn, handles_, mapped(true),
                         random_ == nullptr ? nullptr : &changes);
        body(writer);
    } catch (const MapFull&) {
        return Attempt::map_full;
    }
    const bool logged = log_transaction(mdb_txn_id(ending.txn), changes);
    try {
        const NoSync no_sync(logged ? env_ : nullptr);
        code = ending.commit();
    } catch (const StoreError&) {
        if (logged) take_back();
        throw;
    }
    return committed(code, logged);
}

Environment::Attempt Environment::committed(int code, bool logged) {
    if (code == 0) return Attempt::done;
    const bool pages_held = logged && log_->records() > 1;
    if (logged) take_back();
    if (code == MDB_MAP_FULL) return Attempt::map_full;
    if (is_full(code) && pages_held) return Attempt::disk_full;
    throw error_of(code, file_, "writing the register");
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
            case Attempt::disk_full: {
                const std::shared_lock alone(resizing_);
                close_generation();
                break;
            }
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
    grow_map();
    find_map();
}

/// The pinned reader stays: nothing is read through it.
void Environment::grow_map() const {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    const std::uint64_t size = info.me_mapsize;
    const int code = mdb_env_set_mapsize(env_, size + std::min(size, kMapStepBytesMax));
    if (code != 0) throw error_of(code, file_, "growing the register");
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
    settle_log();
    close_lmdb();
    open();
}

bool Environment::panicked() const {
    TransactionEnd ending;
    return mdb_txn_begin(env_, nullptr, MDB_RDONLY, &ending.txn) == MDB_PANIC;
}

bool Environment::log_ready() {
    if (log_ != nullptr && marked_) return true;
    if (random_ == nullptr) return false;
    if (commits_before_retry_ > 0) {
        --commits_before_retry_;
        return false;
    }
    try {
        if (log_ == nullptr) {
            log_ = std::make_unique<RedoLog>(place_for_log(file_),
                                             random_->bytes<sizeof(Digest16)>(), read_metas(file_));
        }
        mark_logged(file_, log_->id());
        marked_ = true;
    } catch (const platform::FileError&) {
        commits_before_retry_ = kCommitsBeforeRetry;
        return false;  // LMDB's own commit does as well, only slower
    }
    return true;
}

/// True: the transaction is on the disk, in the log, and LMDB is to do it without a sync. False:
/// LMDB is to do it by itself.
bool Environment::log_transaction(std::uint64_t transaction, const RowChanges& changes) {
    if (changes.count() == 0) return false;
    if (!changes.kept() || !log_ready()) {
        close_generation();
        return false;
    }
    std::optional<SteadyMetas> begin;
    Pin pin;
    if (!log_->has_room(changes.bytes().size()) || changes_since_steady_ >= kChangesMax) {
        sync_data();
        begin = read_metas(file_);
        MDB_txn* reader = nullptr;
        const int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader);
        pin.reset(reader);
        if (code != 0) throw error_of(code, file_, "writing the register");
        if (mdb_txn_id(reader) + 1 != transaction || begin->transaction() + 1 != transaction) {
            throw damage("writing the register " + file_.string(),
                         "another program has written to it");
        }
    }
    try {
        log_->append(transaction, changes.bytes(), begin);
    } catch (const platform::FileError& error) {
        if (log_->unsettled()) throw not_known(error);
        throw error_of(error.system_error(), log_of(file_), "writing the register's log");
    }
    if (begin) {
        pin_ = std::move(pin);
        changes_since_steady_ = 0;
    }
    changes_since_steady_ += changes.count();
    return true;
}

void Environment::take_back() {
    try {
        log_->cancel_last();
    } catch (const platform::FileError& error) {
        throw not_known(error);
    }
}

void Environment::settle_log() const {
    if (log_ == nullptr) return;
    try {
        log_->settle();
    } catch (const platform::FileError& error) {
        throw error_of(error.system_error(), log_of(file_), "writing the register's log");
    }
}

/// Makes the last state the steady one. A sync that failed can't be tried again: the system may
/// have dropped the pages. Then all is done again from the log.
void Environment::sync_data() {
    if (!log_->open()) return;
    const int code = mdb_env_sync(env_, 1);
    if (code == 0) return;
    sync_failed_ = true;
    throw error_of(code, file_, "writing the register");
}

void Environment::close_generation() {
    if (log_ == nullptr || (!log_->open() && !log_->unsettled())) return;
    sync_data();
    try {
        log_->close(read_metas(file_));
    } catch (const platform::FileError& error) {
        throw error_of(error.system_error(), log_of(file_), "writing the register's log");
    }
    pin_.reset();
}

void Environment::retire_log() {
    if (env_ == nullptr || log_ == nullptr || sync_failed_ || panicked()) return;
    close_generation();
    try {
        unmark(file_);
    } catch (const platform::FileError&) {
        return;  // a closed log says the same
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
