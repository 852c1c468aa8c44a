#include "store/backup/backup_file.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/disk/tables.h"
#include "store/keys/seal.h"
#include "store/register/recovery.h"
#include "store/register/schema.h"
#include "store/store_error.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

using platform::Message;

// Stored. Never change.
constexpr std::string_view kMagic = "TIZILIMB";
constexpr std::uint64_t kFormat = 2;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr char kTableMark = 1;
constexpr char kRowMark = 2;
constexpr char kEndMark = 3;

constexpr std::size_t kDigestBytes = sizeof(Digest32);
/// Magic, format (4), the header's bytes (4): the same in every format, as is the digest at the
/// end.
constexpr std::size_t kFrameBytes = kMagic.size() + 8;
constexpr std::size_t kHeaderBytes =
    kFrameBytes + 4 + 8 + kWrappedKeyBytes + StreamSealer::kHeaderBytes + kDigestBytes;
/// What a newer format may need.
constexpr std::size_t kHeaderBytesMax = 4096;

constexpr std::size_t kKeyBytesMax = std::numeric_limits<std::uint16_t>::max();
/// No record comes near; a length above it is damage.
constexpr std::uint64_t kValueBytesMax = std::uint64_t{256} << 20;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t shift = 8 * bytes; shift > 0; shift -= 8) {
        out += static_cast<char>(number >> (shift - 8) & 0xff);
    }
}

std::uint64_t number_in(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

std::string digest_of(std::string_view bytes) {
    return std::string(bytes_of(Hasher(Hasher::Size::bytes32).add(bytes).digest32()));
}

std::string encode(const BackupHeader& header, std::string_view stream_header) {
    std::string bytes(kMagic);
    append_number(bytes, kFormat, 4);
    append_number(bytes, kHeaderBytes, 4);
    append_number(bytes, header.schema, 4);
    const std::int64_t created = header.created_at.time_since_epoch().count();
    append_number(bytes, static_cast<std::uint64_t>(created), 8);
    bytes += encode(header.wrapped);
    bytes += stream_header;
    return bytes += digest_of(bytes);
}

void append_table(std::string& out, Table table) {
    const std::string_view name = name_of(table);
    append_number(out, name.size(), 1);
    out += name;
}

std::optional<Table> table_named(std::string_view name) {
    for (std::size_t i = 0; i < kTableCount; ++i) {
        if (name == kTableNames[i]) return static_cast<Table>(i);
    }
    return {};
}

/// A file's size is a multiple of it.
constexpr std::uint64_t kStepBytes = std::uint64_t{64} << 10;

/// How much is sealed in a file of the least padded size that holds `plain` bytes.
std::uint64_t padded(std::uint64_t plain) {
    constexpr std::uint64_t kSealedChunk = kChunkBytes + StreamSealer::kTagBytes;
    for (std::uint64_t size = kStepBytes;; size += kStepBytes) {
        if (size < kHeaderBytes + plain) continue;
        const std::uint64_t chunks = (size - kHeaderBytes + kSealedChunk - 1) / kSealedChunk;
        const std::uint64_t tags = chunks * StreamSealer::kTagBytes;
        if (size < kHeaderBytes + tags + plain) continue;
        const std::uint64_t inside = size - kHeaderBytes - tags;
        // Where one chunk more would begin there is no such size.
        if ((inside + kChunkBytes - 1) / kChunkBytes == chunks) return inside;
    }
}

}  // namespace

void RowTally::add(Table table, std::string_view key, std::string_view value) {
    ++content_.rows[static_cast<std::size_t>(table)];
    hasher_.add(name_of(table)).add(key).add(value);
}

BackupContent RowTally::finish() {
    content_.digest = hasher_.digest32();
    return content_;
}

BackupFileWriter::BackupFileWriter(const BackupHeader& header, const Seal& seal,
                                   platform::Random& random, Put put)
    : sealer_(seal, random), put_(std::move(put)) {
    const std::string bytes = encode(header, sealer_.header());
    CHECK(bytes.size() == kHeaderBytes);
    bound_ = bytes.substr(kHeaderBytes - kDigestBytes);
    put_(bytes);
}

void BackupFileWriter::begin(Table table) {
    table_ = table;
    std::string plain(1, kTableMark);
    append_table(plain, table);
    add(plain);
}

void BackupFileWriter::row(std::string_view key, std::string_view value) {
    CHECK(key.size() <= kKeyBytesMax && value.size() <= kValueBytesMax);
    std::string head(1, kRowMark);
    append_number(head, key.size(), 2);
    append_number(head, value.size(), 4);
    add(head += key);
    add(value);
    tally_.add(table_, key, value);
}

BackupContent BackupFileWriter::finish() {
    std::string trailer(1, kEndMark);
    append_number(trailer, kTableCount, 1);
    for (std::size_t i = 0; i < kTableCount; ++i) {
        append_table(trailer, static_cast<Table>(i));
        append_number(trailer, tally_.so_far().rows[i], 8);
    }
    add(trailer);
    for (std::uint64_t left = padded(plain_bytes_) - plain_bytes_; left > 0;) {
        const std::uint64_t part = std::min<std::uint64_t>(left, kChunkBytes);
        add(std::string(part, '\0'));
        left -= part;
    }
    put_chunk(true);
    return tally_.finish();
}

void BackupFileWriter::add(std::string_view plain) {
    plain_bytes_ += plain.size();
    while (!plain.empty()) {
        // Only when more comes: the last chunk may be a full one, but not an empty one.
        if (plain_.size() == kChunkBytes) put_chunk(false);
        const std::string_view part = plain.substr(0, kChunkBytes - plain_.size());
        plain_ += part;
        plain.remove_prefix(part.size());
    }
}

void BackupFileWriter::put_chunk(bool last) {
    put_(sealer_.seal(plain_, bound_, last));
    plain_.clear();
}

BackupFileReader::BackupFileReader(std::string name, Take take)
    : name_(std::move(name)), take_(std::move(take)) {
    read_header();
}

void BackupFileReader::read_header() {
    std::string bytes(kFrameBytes, '\0');
    take_all(bytes);
    if (!bytes.starts_with(kMagic)) {
        throw StoreError(StoreError::Kind::damaged,
                         Message{"backup.none_of_ours", {{"file", name_}}});
    }
    const std::uint64_t format = number_in(std::string_view(bytes).substr(kMagic.size(), 4));
    const std::uint64_t size = number_in(std::string_view(bytes).substr(kMagic.size() + 4));
    if (size < kFrameBytes + kDigestBytes || size > kHeaderBytesMax)
        damaged("backup.damaged_at_head");
    bytes.resize(size);
    take_all(std::span(bytes).subspan(kFrameBytes));
    const std::string_view said = std::string_view(bytes).substr(0, size - kDigestBytes);
    bound_ = bytes.substr(said.size());
    if (digest_of(said) != bound_) damaged("backup.damaged_at_head");
    if (format > kFormat) {
        throw StoreError(StoreError::Kind::newer_schema,
                         Message{"backup.newer_format",
                                 {{"file", name_}, {"format", format}, {"known", kFormat}}});
    }
    if (format == 0 || size != kHeaderBytes) damaged("backup.damaged_at_head");

    std::string_view rest = said.substr(kFrameBytes);
    header_.schema = static_cast<std::uint32_t>(number_in(rest.substr(0, 4)));
    header_.created_at = platform::WallTime(
        std::chrono::milliseconds(static_cast<std::int64_t>(number_in(rest.substr(4, 8)))));
    std::optional<WrappedKey> wrapped = decode_wrapped_key(rest.substr(12, kWrappedKeyBytes));
    if (!wrapped || header_.schema == 0) damaged("backup.damaged_at_head");
    header_.wrapped = *std::move(wrapped);
    stream_header_ = rest.substr(12 + kWrappedKeyBytes);
    if (header_.schema > kSchema) {
        throw StoreError(
            StoreError::Kind::newer_schema,
            Message{"backup.newer_schema",
                    {{"file", name_}, {"schema", header_.schema}, {"known", kSchema}}});
    }
}

BackupContent BackupFileReader::read(const Seal& seal, const Visit& visit) {
    CHECK(!opener_);
    opener_.emplace(seal, stream_header_);
    RowTally tally;
    std::optional<Table> table;
    while (true) {
        const char mark = need(1).front();
        if (mark == kEndMark) break;
        if (mark == kTableMark) {
            table = need_table();
            continue;
        }
        if (mark != kRowMark || !table) damaged("backup.damaged_content");
        const std::uint64_t key_bytes = need_number(2);
        const std::uint64_t value_bytes = need_number(4);
        if (value_bytes > kValueBytesMax) damaged("backup.damaged_content");
        const std::string_view row = need(key_bytes + value_bytes);
        const std::string_view key = row.substr(0, key_bytes);
        const std::string_view value = row.substr(key_bytes);
        tally.add(*table, key, value);
        if (visit) visit(*table, key, value);
    }
    read_trailer(tally.so_far());
    return tally.finish();
}

void BackupFileReader::read_trailer(const BackupContent& seen) {
    BackupContent said;
    const std::uint64_t tables = need_number(1);
    for (std::uint64_t i = 0; i < tables; ++i) {
        const auto table = static_cast<std::size_t>(need_table());
        said.rows[table] = need_number(8);
    }
    if (said.rows != seen.rows) damaged("backup.damaged_count");
    read_padding();
    char more = 0;
    if (!last_ || used_ != plain_.size()) damaged("backup.damaged_count");
    if (take_(std::span(&more, 1)) != 0) damaged("backup.damaged_after_end");
}

/// Zeros; format 1 has none.
void BackupFileReader::read_padding() {
    for (;; read_chunk()) {
        if (plain_.find_first_not_of('\0', used_) != std::string::npos) {
            damaged("backup.damaged_count");
        }
        used_ = plain_.size();
        if (last_) return;
    }
}

std::optional<std::uint64_t> BackupFileReader::salvage(const Seal& seal, const Visit& visit) {
    salvaging_ = true;
    try {
        static_cast<void>(read(seal, visit));
    } catch (const StoreError& error) {
        if (error.kind() != StoreError::Kind::damaged) throw;
        if (!damaged_at_) damaged_at_ = at_;
    }
    return damaged_at_;
}

bool BackupFileReader::opens_with(const Seal& seal) {
    CHECK(!opener_);
    opener_.emplace(seal, stream_header_);
    try {
        read_chunk();
        return true;
    } catch (const StoreError&) {
        return false;
    }
}

Table BackupFileReader::need_table() {
    const std::optional<Table> table = table_named(need(need_number(1)));
    if (table) return *table;
    damaged("backup.damaged_content");
}

std::uint64_t BackupFileReader::need_number(std::size_t bytes) {
    return number_in(need(bytes));
}

/// The next bytes of the stream; valid until the next call.
std::string_view BackupFileReader::need(std::size_t bytes) {
    while (plain_.size() - used_ < bytes) {
        if (last_) damaged("backup.damaged_content");
        read_chunk();
    }
    const std::string_view part = std::string_view(plain_).substr(used_, bytes);
    used_ += bytes;
    return part;
}

void BackupFileReader::read_chunk() {
    constexpr std::size_t kSealedBytes = kChunkBytes + StreamSealer::kTagBytes;
    std::string sealed(kSealedBytes, '\0');
    sealed.resize(take_(sealed));
    const std::uint64_t start = std::exchange(at_, at_ + sealed.size());
    const bool is_short = sealed.size() < kSealedBytes;
    if (sealed.empty()) cut_off();
    CHECK(opener_.has_value());
    std::optional<StreamOpener::Part> part = opener_->open(sealed, bound_);
    if (salvaging_ && (!part || (is_short && !part->last))) {
        if (!damaged_at_) damaged_at_ = start;
        if (!part) part.emplace(opener_->open_unchecked(sealed, is_short));
        part->last = is_short;
    }
    if (!part && is_short) damaged("backup.damaged_near_end");
    if (!part) {
        throw StoreError(
            StoreError::Kind::damaged,
            Message{"backup.damaged_between", {{"file", name_}, {"from", start}, {"to", at_}}});
    }
    if (is_short && !part->last) cut_off();
    last_ = part->last;
    plain_.erase(0, std::exchange(used_, 0));
    plain_ += part->plain;
}

void BackupFileReader::take_all(std::span<char> bytes) {
    const std::size_t got = take_(bytes);
    at_ += got;
    if (got < bytes.size()) cut_off();
}

void BackupFileReader::damaged(const char* how) const {
    throw StoreError(StoreError::Kind::damaged, Message{how, {{"file", name_}}});
}

void BackupFileReader::cut_off() const {
    throw StoreError(StoreError::Kind::damaged,
                     Message{"backup.cut_off", {{"file", name_}, {"bytes", at_}}});
}

}  // namespace tizilim::store
