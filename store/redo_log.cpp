#include "store/redo_log.h"

#include "platform/check.h"
#include "platform/file.h"
#include "platform/synced_file.h"
#include "store/byte_parts.h"
#include "store/lmdb_page.h"
#include "store/seal.h"
#include "store/store_error.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

// Stored. Never change.
constexpr std::string_view kMagic = "TIZLOG01";
constexpr std::string_view kStartDomain = "tizilim log generation";
constexpr std::string_view kRecordDomain = "tizilim log record";
constexpr std::uint64_t kClosed = 1;
constexpr std::uint64_t kOpen = 2;
constexpr char kTransaction = 1;
constexpr char kCancel = 2;  ///< the record before it counts no more

/// What LMDB and the kernel write at a time: no write touches what an earlier one acknowledged.
constexpr std::uint64_t kBlockBytes = 4096;
/// What a disk writes whole. A generation's block says all in its first sector.
constexpr std::size_t kSectorBytes = 512;
/// Some 60 acts of a few rows, or a batch of a thousand rows.
constexpr std::uint64_t kHalfBytes = std::uint64_t{512} << 10;
constexpr std::uint64_t kFileBytes = 2 * kHalfBytes;

constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kLengthBytes = 4;
/// Digest, the one before, sequence, kind, transaction, length.
constexpr std::size_t kRecordHeaderBytes =
    2 * sizeof(Digest16) + kNumberBytes + 1 + kNumberBytes + kLengthBytes;
/// A generation holds its block, a longest record, and room to cancel it.
constexpr std::size_t kChangesBytesMax = kHalfBytes - 2 * kBlockBytes - kRecordHeaderBytes;

std::uint64_t half_of(std::uint64_t generation) {
    return generation % 2 * kHalfBytes;
}

std::uint64_t end_of_half(std::uint64_t generation) {
    return half_of(generation) + kHalfBytes;
}

std::uint64_t in_blocks(std::uint64_t bytes) {
    return (bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

std::string start_block(std::string_view id, std::uint64_t generation, bool open,
                        const SteadyMetas& metas) {
    std::string block(kMagic);
    block += id;
    append_number(block, generation, kNumberBytes);
    append_number(block, open ? kOpen : kClosed, kNumberBytes);
    block += metas.even;
    block += metas.odd;
    const Digest16 digest = Hasher(Hasher::Size::bytes16).add(kStartDomain).add(block).digest16();
    block += bytes_of(digest);
    block.resize(kBlockBytes);
    return block;
}

struct Start {
    std::string id;
    std::uint64_t generation = 0;
    bool open = false;
    SteadyMetas metas;
    std::string digest;
};

std::optional<Start> read_start(std::string_view sector) {
    Parts parts(sector);
    Start start;
    const bool known = parts.take(kMagic.size()) == kMagic;
    start.id = parts.take(sizeof(Digest16));
    start.generation = parts.number(kNumberBytes);
    const std::uint64_t kind = parts.number(kNumberBytes);
    start.open = kind == kOpen;
    start.metas.even = parts.take(lmdb::Meta::kBytes);
    start.metas.odd = parts.take(lmdb::Meta::kBytes);
    const std::size_t signed_bytes =
        kMagic.size() + sizeof(Digest16) + 2 * kNumberBytes + 2 * lmdb::Meta::kBytes;
    start.digest = parts.take(sizeof(Digest16));
    if (!known || !parts.whole() || (kind != kOpen && kind != kClosed)) return {};
    const Digest16 digest = Hasher(Hasher::Size::bytes16)
                                .add(kStartDomain)
                                .add(sector.substr(0, signed_bytes))
                                .digest16();
    if (start.digest != bytes_of(digest)) return {};
    return start;
}

struct Record {
    std::string previous;
    std::uint64_t sequence = 0;
    char kind = 0;
    std::uint64_t transaction = 0;
    std::string_view changes;
};

std::string digest_of(std::string_view start, const Record& record) {
    const Digest16 digest = Hasher(Hasher::Size::bytes16)
                                .add(kRecordDomain)
                                .add(start)
                                .add(record.previous)
                                .add(record.sequence)
                                .add(std::string_view(&record.kind, 1))
                                .add(record.transaction)
                                .add(record.changes)
                                .digest16();
    return std::string(bytes_of(digest));
}

/// Nothing when no record of this generation begins there, or it is not whole.
std::optional<std::pair<Record, std::string>> read_record(std::string_view bytes,
                                                          std::string_view start) {
    Parts parts(bytes);
    const std::string digest(parts.take(sizeof(Digest16)));
    Record record;
    record.previous = parts.take(sizeof(Digest16));
    record.sequence = parts.number(kNumberBytes);
    record.kind = static_cast<char>(parts.number(1));
    record.transaction = parts.number(kNumberBytes);
    record.changes = parts.take(parts.number(kLengthBytes));
    if (!parts.whole() || digest_of(start, record) != digest) return {};
    return std::pair{record, digest};
}

StoreError damaged(const std::filesystem::path& file, const std::string& what) {
    return {StoreError::Kind::damaged, "opening the register's log " + file.string() + ": " + what +
                                           "; keep it and the register's file as they are, and "
                                           "restore a backup"};
}

/// Reads the records of one generation.
class RecordReader {
public:
    RecordReader(const std::filesystem::path& file, std::string_view half, Start start)
        : file_(file), half_(half), start_(std::move(start)) {}

    LogContent run() {
        LogContent content{start_.id, start_.generation,         start_.open, start_.metas,
                           {},        start_.metas.transaction()};
        if (!start_.open) return content;
        std::uint64_t at = kBlockBytes;
        std::string previous = start_.digest;
        std::uint64_t sequence = 0;
        while (at < half_.size()) {
            const auto found = read_record(half_.substr(at), start_.digest);
            if (!found || found->first.previous != previous ||
                found->first.sequence != sequence + 1) {
                break;
            }
            take(content, found->first);
            previous = found->second;
            ++sequence;
            at += in_blocks(kRecordHeaderBytes + found->first.changes.size());
        }
        expect_nothing_behind(at, sequence);
        return content;
    }

private:
    void take(LogContent& content, const Record& record) const {
        if (record.kind == kCancel && !content.transactions.empty() &&
            content.transactions.back().number == record.transaction) {
            content.transactions.pop_back();
            return;
        }
        const std::uint64_t before = content.transactions.empty()
                                         ? start_.metas.transaction()
                                         : content.transactions.back().number;
        if (record.kind != kTransaction || record.transaction != before + 1) {
            throw damaged(file_, "record " + std::to_string(record.sequence) + " is out of turn");
        }
        content.transactions.push_back({record.transaction, std::string(record.changes)});
        content.last_transaction = std::max(content.last_transaction, record.transaction);
    }

    /// Each record was on the disk before the next was written: one that is not whole, with another
    /// behind it, was damaged later.
    void expect_nothing_behind(std::uint64_t at, std::uint64_t sequence) const {
        for (; at < half_.size(); at += kBlockBytes) {
            const auto found = read_record(half_.substr(at), start_.digest);
            if (!found || found->first.sequence <= sequence) continue;
            throw damaged(file_, "record " + std::to_string(sequence + 1) + " is damaged");
        }
    }

    const std::filesystem::path& file_;
    std::string_view half_;
    Start start_;
};

}  // namespace

std::uint64_t SteadyMetas::transaction() const {
    std::uint64_t newest = 0;
    for (const std::string& bytes : {even, odd}) {
        const auto meta = lmdb::Meta::read(bytes);
        if (meta) newest = std::max(newest, meta->transaction);
    }
    return newest;
}

std::size_t RedoLog::changes_bytes_max() {
    return kChangesBytesMax;
}

RedoLog::RedoLog(const std::filesystem::path& file, const Digest16& id, const SteadyMetas& now)
    : file_(file, platform::SyncedFile::Open::anew), id_(id) {
    std::string block;
    state_ = next_generation(now, false, block);
    // Written and not only reserved: a sync then has nothing but bytes to wait for.
    std::string all(kFileBytes, '\0');
    all.replace(half_of(state_.generation), block.size(), block);
    file_.put(0, all);
    platform::sync_folder_of(file);
}

bool RedoLog::has_room(std::size_t changes_bytes) const {
    const std::uint64_t needed = in_blocks(kRecordHeaderBytes + changes_bytes) + kBlockBytes;
    return state_.open && !wanted_ && needed <= end_of_half(state_.generation) - state_.end;
}

RedoLog::State RedoLog::next_generation(const SteadyMetas& metas, bool open,
                                        std::string& block) const {
    State next;
    next.generation = state_.generation + 1;
    next.open = open;
    next.end = half_of(next.generation) + kBlockBytes;
    block = start_block(bytes_of(id_), next.generation, open, metas);
    const auto start = read_start(std::string_view(block).substr(0, kSectorBytes));
    CHECK(start.has_value());
    next.start = start->digest;
    next.previous = next.start;
    return next;
}

RedoLog::Wanted RedoLog::record(State from, char kind, std::uint64_t transaction,
                                std::string_view changes) const {
    const Record made{from.previous, from.sequence + 1, kind, transaction, changes};
    const std::string digest = digest_of(from.start, made);
    std::string bytes = digest + made.previous;
    append_number(bytes, made.sequence, kNumberBytes);
    bytes += kind;
    append_number(bytes, transaction, kNumberBytes);
    append_number(bytes, changes.size(), kLengthBytes);
    bytes += changes;
    bytes.resize(in_blocks(bytes.size()));
    Wanted wanted{from.end, std::move(bytes), std::move(from)};
    wanted.then.end += wanted.bytes.size();
    ++wanted.then.sequence;
    ++wanted.then.records;
    wanted.then.previous = digest;
    return wanted;
}

void RedoLog::append(std::uint64_t transaction, std::string_view changes,
                     const std::optional<SteadyMetas>& begin) {
    settle();
    last_transaction_ = transaction;
    const std::string nothing(kBlockBytes, '\0');
    if (!begin) {
        place(record(state_, kTransaction, transaction, changes), {state_.end, nothing, state_});
        return;
    }
    std::string opened;
    Wanted wanted =
        record(next_generation(*begin, true, opened), kTransaction, transaction, changes);
    std::string closed;
    const State otherwise = next_generation(*begin, false, closed);
    const std::uint64_t at = half_of(otherwise.generation);
    wanted.at = at;
    wanted.bytes.insert(0, opened);
    place(wanted, {at, closed + nothing, otherwise});
}

void RedoLog::place(const Wanted& wanted, const Wanted& otherwise) {
    const platform::SyncedFile::Write written = file_.write(wanted.at, wanted.bytes);
    const bool whole = written.system_error == 0;
    const int error = whole ? file_.sync() : written.system_error;
    if (error == 0) {
        state_ = wanted.then;
        return;
    }
    if (written.bytes_taken > 0) {
        // Some of it may be, or come, on the disk. These blocks were never acknowledged, and what
        // is written over them is new to the system: this sync speaks for it.
        wanted_ = otherwise;
        try {
            settle();
        } catch (const platform::FileError&) {
            file_.fail("write", error);  // unsettled
        }
    }
    file_.fail("write", error);
}

void RedoLog::settle() {
    if (!wanted_) return;
    file_.put(wanted_->at, wanted_->bytes);
    state_ = wanted_->then;
    wanted_.reset();
}

void RedoLog::cancel_last() {
    wanted_ = record(state_, kCancel, last_transaction_, {});
    settle();
}

void RedoLog::close(const SteadyMetas& now) {
    // Whatever was to be settled is of an older generation, or in this very place.
    std::string block;
    const State closed = next_generation(now, false, block);
    wanted_ = Wanted{half_of(closed.generation), block, closed};
    settle();
}

namespace {

/// Zeros where there is no more.
std::string bytes_of_log(const std::filesystem::path& file) {
    std::string bytes = platform::read_file(file, 2 * kFileBytes);
    bytes.resize(kFileBytes);
    return bytes;
}

}  // namespace

std::optional<LogContent> read_log(const std::filesystem::path& file) {
    std::string bytes;
    try {
        bytes = bytes_of_log(file);
    } catch (const platform::FileError& error) {
        if (error.system_error() == ENOENT) return {};
        throw StoreError(StoreError::Kind::io, error.what());
    }
    std::optional<Start> newest;
    bool unreadable = false;
    for (const std::uint64_t half : {half_of(0), half_of(1)}) {
        const std::string_view sector = std::string_view(bytes).substr(half, kSectorBytes);
        const auto start = read_start(sector);
        // A sector is written whole: a half that was begun says so, or it is damaged.
        if (!start && sector.find_first_not_of('\0') != std::string_view::npos) unreadable = true;
        if (start && (!newest || newest->generation < start->generation)) newest = start;
    }
    if (unreadable) throw damaged(file, "a beginning of it is damaged");
    if (!newest) return {};
    const std::string_view half =
        std::string_view(bytes).substr(half_of(newest->generation), kHalfBytes);
    return RecordReader(file, half, *newest).run();
}

void salvage_log(const std::filesystem::path& file,
                 const std::function<void(std::string_view)>& visit) {
    std::string bytes;
    try {
        bytes = bytes_of_log(file);
    } catch (const platform::FileError&) {
        return;
    }
    for (const std::uint64_t half : {half_of(0), half_of(1)}) {
        const std::string_view all = std::string_view(bytes).substr(half, kHalfBytes);
        const auto start = read_start(all.substr(0, kSectorBytes));
        for (std::uint64_t at = kBlockBytes; start && at < all.size(); at += kBlockBytes) {
            const auto found = read_record(all.substr(at), start->digest);
            if (found) visit(found->first.changes);
        }
    }
}

void close_log(const std::filesystem::path& file, const LogContent& content,
               const SteadyMetas& now) {
    const std::uint64_t generation = content.generation + 1;
    platform::SyncedFile(file, platform::SyncedFile::Open::existing)
        .put(half_of(generation), start_block(content.id, generation, false, now));
}

}  // namespace tizilim::store
