#pragma once

#include "platform/random.h"
#include "store/log_recovery.h"
#include "store/redo_log.h"
#include "store/row_changes.h"
#include "store/tables.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

struct MDB_env;
struct MDB_txn;

namespace tizilim::store {

/// Where LMDB may point to: nothing that it hands out is followed out of here.
struct MappedFile {
    const char* begin = nullptr;  ///< null: not known, then nothing is checked
    std::uint64_t bytes = 0;      ///< of the map
    std::uint64_t bytes_used = 0;
    bool pages_elsewhere = false;  ///< a writer's new pages are not in the map yet

    [[nodiscard]] bool holds(std::string_view bytes) const;
};

/// A snapshot of all tables, as bytes. Views stay valid until the transaction ends or writes.
/// \throws StoreError from every call, damaged for what can't be as LMDB left it
class RawReader {
public:
    [[nodiscard]] std::optional<std::string_view> get(Table table, std::string_view key) const;
    [[nodiscard]] std::uint64_t count(Table table) const;
    /// The greatest key and its value.
    struct Row {
        std::string_view key;
        std::string_view value;
    };
    [[nodiscard]] std::optional<Row> last(Table table) const;

    /// Rows from the first key at or after `from`, in order of key, until `visit` says false.
    void scan(Table table, std::string_view from,
              const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

protected:
    friend class Environment;
    RawReader(MDB_txn* txn, const unsigned* handles, MappedFile mapped)
        : txn_(txn), handles_(handles), mapped_(mapped) {}
    MDB_txn* txn_;
    const unsigned* handles_;
    MappedFile mapped_;
};

class RawWriter : public RawReader {
public:
    void put(Table table, std::string_view key, std::string_view value);
    /// A row that nothing may ever overwrite. \throws StoreError, damaged, when the key is taken
    void insert(Table table, std::string_view key, std::string_view value);
    /// A row behind all others of its table, which packs the pages full. \throws StoreError,
    /// damaged, when the key is not the greatest
    void append(Table table, std::string_view key, std::string_view value);
    /// False when there was no such key.
    bool erase(Table table, std::string_view key);

private:
    friend class Environment;
    RawWriter(MDB_txn* txn, const unsigned* handles, MappedFile mapped, RowChanges* changes)
        : RawReader(txn, handles, mapped), changes_(changes) {}
    [[nodiscard]] int store(Table table, std::string_view key, std::string_view value,
                            unsigned flags);
    RowChanges* changes_;  ///< what was done so far; null: nobody asks
};

/// The LMDB file: `register.mdb` and its lock file. Safe for threads: one writer at a time, readers
/// beside it. The map grows by itself. A file whose pages are damaged is refused by name when it is
/// opened; LMDB would follow them anywhere. \throws StoreError from every call
///
/// LMDB waits for the disk twice in a commit. With a log (RedoLog) beside the file a transaction is
/// on the disk in the log before LMDB commits it, and LMDB syncs nothing. Of its file only the
/// state that the log's generation began at, the *steady* one, is then known to be on the disk; a
/// reader pinned there keeps LMDB from writing over any page of it. After a crash that state is put
/// back and the log's transactions are done to it again.
class Environment {
public:
    enum class Open {
        existing,
        create  ///< for a file that is being made: never has a log
    };
    /// What a crash left is put in order first. `random`: commit by a log; null: without.
    Environment(std::filesystem::path file, Open open, platform::Random* random = nullptr);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    void read(const std::function<void(const RawReader&)>& body) const;

    /// One durable transaction: when it returns, `body`'s writes are on the disk; when it throws,
    /// none is. `body` may run again from the start, when the map had to grow.
    void write(const std::function<void(RawWriter&)>& body);

    /// What is wrong with the structure of the file's pages, or nothing. Reads all of them; others
    /// go on reading and writing meanwhile.
    [[nodiscard]] std::optional<std::string> check_pages() const;

    /// Makes the map that much larger than what is in use. It can grow only while nobody reads:
    /// whoever is to read for long asks first, so that no writer has to wait for that.
    void make_room(std::uint64_t bytes) const;

    /// Of the file, up to the last page in use.
    [[nodiscard]] std::uint64_t bytes_used() const;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
    enum class Attempt {
        done,
        map_full,
        disk_full,  ///< but pages are free as soon as the steady state moves on
        panicked
    };
    struct EndTransaction {
        void operator()(MDB_txn* txn) const;
    };
    using Pin = std::unique_ptr<MDB_txn, EndTransaction>;

    Attempt attempt(const std::function<void(RawWriter&)>& body);
    Attempt committed(int code, bool logged);
    bool try_read(const std::function<void(const RawReader&)>& body) const;
    void check_file() const;
    void open() const;
    void open_lmdb() const;
    void close_lmdb() const;
    [[nodiscard]] bool open_tables(const LogContent* log) const;
    [[nodiscard]] bool panicked() const;
    void find_map() const;
    [[nodiscard]] MappedFile mapped(bool writing) const;
    [[nodiscard]] std::uint64_t pages_bytes() const;
    void grow() const;
    void grow_map() const;

    // The log's. Of the one writer, or alone.
    [[nodiscard]] bool log_ready();
    [[nodiscard]] bool log_transaction(std::uint64_t transaction, const RowChanges& changes);
    void take_back();
    void settle_log() const;
    void sync_data();
    void close_generation();
    void retire_log();
    /// After a failed write of its meta page LMDB refuses everything until it is opened again; the
    /// other meta page still holds the last committed state.
    void reopen() const;

    std::filesystem::path file_;
    mutable MDB_env* env_ = nullptr;  ///< null: it could not be opened again yet
    mutable unsigned handles_[kTableCount] = {};
    mutable const char* map_ = nullptr;   ///< where the file is mapped; null: not known
    platform::Random* random_ = nullptr;  ///< null: no log
    mutable std::unique_ptr<RedoLog> log_;
    mutable bool marked_ = false;  ///< the file says that it has this log
    mutable Pin pin_;              ///< at the steady state, while the log is open
    std::size_t changes_since_steady_ = 0;
    unsigned commits_before_retry_ = 0;   ///< a log could not be made
    mutable bool sync_failed_ = false;    ///< pages may be lost: do again what the log says
    std::mutex write_mutex_;              ///< one writer; held across growth
    mutable std::shared_mutex resizing_;  ///< shared by transactions, exclusive to resize or reopen
};

}  // namespace tizilim::store
