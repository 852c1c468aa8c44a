#include "platform/text/message.h"
#include "store/disk/lmdb.h"
#include "store/disk/lmdb_failure.h"
#include "store/disk/tables.h"
#include "store/store_error.h"

#include <lmdb.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

using platform::Message;

MDB_val val(std::string_view bytes) {
    // LMDB takes void*, and does not write through it here.
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view view(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

Message reading(Table table) {
    return {"disk.reading_table", {{"table", name_of(table)}}};
}
Message writing(Table table) {
    return {"disk.writing_table", {{"table", name_of(table)}}};
}

StoreError row_outside(Table table) {
    return damage(reading(table), {"lmdb.row_outside_file"});
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
    if (code != 0) throw error_of(code, reading(table));
    if (!mapped_.holds(view(v))) throw row_outside(table);
    return view(v);
}

namespace {

MDB_stat stat_of(MDB_txn* txn, unsigned handle, Table table) {
    MDB_stat stat{};
    const int code = mdb_stat(txn, handle, &stat);
    if (code != 0)
        throw error_of(code, Message{"disk.counting_table", {{"table", name_of(table)}}});
    return stat;
}

}  // namespace

std::uint64_t RawReader::count(Table table) const {
    return stat_of(txn_, handles_[static_cast<std::size_t>(table)], table).ms_entries;
}

std::uint64_t RawReader::bytes(Table table) const {
    const MDB_stat stat = stat_of(txn_, handles_[static_cast<std::size_t>(table)], table);
    const std::uint64_t pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    return pages * stat.ms_psize;
}

namespace {

/// An LMDB cursor that closes itself, also when a visitor throws. Writing goes through one, too:
/// mdb_put and mdb_del leave theirs in the transaction when an assertion is thrown out of them.
class Cursor {
public:
    Cursor(MDB_txn* txn, unsigned handle, Table table) : table_(table) {
        const int code = mdb_cursor_open(txn, handle, &cursor_);
        if (code != 0) throw error_of(code, reading(table));
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
        if (code != 0) throw error_of(code, reading(table_));
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
            throw damage(reading(table), {"lmdb.rows_out_of_order"});
        }
        before = row->key;
        if (!visit(row->key, row->value)) return;
        row = cursor.move(MDB_NEXT, mapped_);
    }
}

void RawReader::scan_back(
    Table table, std::string_view from,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    auto row = cursor.move(MDB_SET_RANGE, mapped_, from);
    if (!row) {
        row = cursor.move(MDB_LAST, mapped_);
    } else if (row->key != from) {
        row = cursor.move(MDB_PREV, mapped_);
    }
    std::string before;
    while (row) {
        if (row->key.empty() || (!before.empty() && row->key >= before)) {
            throw damage(reading(table), {"lmdb.rows_out_of_order"});
        }
        before = row->key;
        if (!visit(row->key, row->value)) return;
        row = cursor.move(MDB_PREV, mapped_);
    }
}

int RawWriter::store(Table table, std::string_view key, std::string_view value, unsigned flags) {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    const int code = cursor.put(key, value, flags);
    if (code == MDB_MAP_FULL) throw MapFull{};
    ++changes_;
    return code;
}

void RawWriter::put(Table table, std::string_view key, std::string_view value) {
    const int code = store(table, key, value, 0);
    if (code != 0) throw error_of(code, writing(table));
}

void RawWriter::insert(Table table, std::string_view key, std::string_view value) {
    const int code = store(table, key, value, MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) {
        throw StoreError(StoreError::Kind::damaged,
                         Message{"disk.row_there_already", {{"table", name_of(table)}}});
    }
    if (code != 0) throw error_of(code, writing(table));
}

void RawWriter::append(Table table, std::string_view key, std::string_view value) {
    const int code = store(table, key, value, MDB_APPEND);
    if (code == MDB_KEYEXIST) {
        throw StoreError(StoreError::Kind::damaged,
                         Message{"disk.rows_not_in_order", {{"table", name_of(table)}}});
    }
    if (code != 0) throw error_of(code, writing(table));
}

bool RawWriter::erase(Table table, std::string_view key) {
    Cursor cursor(txn_, handles_[static_cast<std::size_t>(table)], table);
    if (!cursor.move(MDB_SET, mapped_, key)) return false;
    const int code = cursor.erase();
    if (code == MDB_MAP_FULL) throw MapFull{};
    if (code != 0) throw error_of(code, writing(table));
    ++changes_;
    return true;
}

}  // namespace tizilim::store
