#pragma once

#include "platform/files/process_lock.h"
#include "platform/text/message.h"
#include "store/disk/tables.h"
#include "store/store_error.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

struct MDB_env;
struct MDB_txn;

namespace tizilim::store {

/// The memory that LMDB's pointers must lie in: others are not followed.
struct MappedFile {
    const char* begin = nullptr;  ///< null: not known, nothing is checked
    std::uint64_t bytes = 0;      ///< of the map
    std::uint64_t bytes_used = 0;
    bool pages_elsewhere = false;  ///< a writer's new pages are not in the map yet

    [[nodiscard]] bool holds(std::string_view bytes) const;
};

/// A snapshot of all tables, as bytes. Views stay valid until the transaction ends or writes.
/// \throws StoreError from every call, damaged for what LMDB can't have written
class RawReader {
public:
    [[nodiscard]] std::optional<std::string_view> get(Table table, std::string_view key) const;
    [[nodiscard]] std::uint64_t count(Table table) const;
    /// Of the file's pages that it takes.
    [[nodiscard]] std::uint64_t bytes(Table table) const;
    /// The greatest key and its value.
    struct Row {
        std::string_view key;
        std::string_view value;
    };
    [[nodiscard]] std::optional<Row> last(Table table) const;

    /// Rows from the first key at or after `from`, in order of key, until `visit` returns false.
    void scan(Table table, std::string_view from,
              const std::function<bool(std::string_view key, std::string_view value)>& visit) const;
    /// The same from the last key at or before `from`, which is not empty, in reverse order of key.
    void scan_back(
        Table table, std::string_view from,
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
    /// A row that may never overwrite another. \throws StoreError, damaged, when the key is taken
    void insert(Table table, std::string_view key, std::string_view value);
    /// A row after all others of its table, which packs the pages full. \throws StoreError,
    /// damaged, when the key is not the greatest
    void append(Table table, std::string_view key, std::string_view value);
    /// False when there was no such key.
    bool erase(Table table, std::string_view key);

    /// How many rows were put and erased.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

private:
    friend class Environment;
    RawWriter(MDB_txn* txn, const unsigned* handles, MappedFile mapped)
        : RawReader(txn, handles, mapped) {}
    [[nodiscard]] int store(Table table, std::string_view key, std::string_view value,
                            unsigned flags);
    std::uint64_t changes_ = 0;
};

/// The LMDB file: `register.mdb` and its lock file. Safe for threads: one writer at a time, readers
/// beside it. The map grows by itself. A file with damaged pages is refused when it is opened, with
/// the page's name; LMDB would follow them anywhere.
///
/// One process at a time: the file itself is locked. Once the open file was removed or replaced,
/// neither it nor the other file is written to: what went to the open one would be gone with this
/// process. \throws StoreError from every call
class Environment {
public:
    enum class Open { existing, create };
    /// \throws platform::LockHeld
    Environment(std::filesystem::path file, Open open);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    void read(const std::function<void(const RawReader&)>& body) const;

    /// One durable transaction: when it returns, `body`'s writes are on the disk; when it throws,
    /// none is, unless the message says that this is not known. `body` may run again from the
    /// start, if the map had to grow.
    void write(const std::function<void(RawWriter&)>& body);

    /// Why nothing may be written: the path no longer names the open file. Nothing: it does.
    [[nodiscard]] std::optional<platform::Message> path_problem() const;
    /// \throws StoreError, refused, with path_problem()
    void expect_at_its_path() const;

    /// Allocates disk so that the file is `bytes` long at least; false when the disk is full.
    [[nodiscard]] bool reserve(std::uint64_t bytes) const;

    /// What is wrong with the structure of the file's pages, or nothing. Reads all of them, beside
    /// other readers and a writer.
    [[nodiscard]] std::optional<platform::Message> check_pages() const;

    /// Makes the map so much larger than what is in use. It can grow only while there are no
    /// readers: call it before a long read, so that no writer has to wait for the end of that.
    void make_room(std::uint64_t bytes) const;

    /// Of the file, up to the last page in use.
    [[nodiscard]] std::uint64_t bytes_used() const;
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
    enum class Attempt { done, map_full, panicked };
    Attempt attempt(const std::function<void(RawWriter&)>& body);
    [[nodiscard]] StoreError commit_failure(int code) const;
    bool try_read(const std::function<void(const RawReader&)>& body) const;
    void check_file() const;
    void open() const;
    void open_lmdb() const;
    void close_lmdb() const;
    void open_tables() const;
    void find_map() const;
    [[nodiscard]] MappedFile mapped(bool writing) const;
    [[nodiscard]] std::uint64_t pages_bytes() const;
    void grow() const;
    /// LMDB keeps the memory of its largest transaction until it is closed. Does nothing while
    /// someone reads: a later write tries again.
    void give_memory_back();
    /// After a failed write of its meta page LMDB refuses everything until it is opened again; the
    /// other meta page holds the last committed state.
    void reopen() const;

    std::filesystem::path file_;
    std::optional<platform::ProcessLock> held_;
    mutable MDB_env* env_ = nullptr;  ///< null: it could not be opened again yet
    mutable unsigned handles_[kTableCount] = {};
    mutable const char* map_ = nullptr;   ///< where the file is mapped; null: not known
    bool keeps_memory_ = false;           ///< LMDB does, of a large transaction
    std::mutex write_mutex_;              ///< one writer; held across growth; guards keeps_memory_
    mutable std::shared_mutex resizing_;  ///< shared by transactions, exclusive to resize or reopen
};

}  // namespace tizilim::store
