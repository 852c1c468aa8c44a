#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "store/disk/tables.h"
#include "store/keys/seal.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::store {

/// What a backup says of itself in clear. README.md of this folder has the format.
struct BackupHeader {
    std::uint32_t schema = 0;
    platform::WallTime created_at{};
    WrappedKey wrapped;
};

/// What rows a backup holds: how many of each table, and a digest of all.
struct BackupContent {
    std::array<std::uint64_t, kTableCount> rows{};
    Digest32 digest{};

    [[nodiscard]] std::uint64_t rows_of(Table table) const {
        return rows[static_cast<std::size_t>(table)];
    }
    bool operator==(const BackupContent&) const = default;
};

/// Counts and digests rows as they pass.
class RowTally {
public:
    void add(Table table, std::string_view key, std::string_view value);
    [[nodiscard]] BackupContent finish();
    [[nodiscard]] const BackupContent& so_far() const { return content_; }

private:
    BackupContent content_;
    Hasher hasher_{Hasher::Size::bytes32};
};

/// Writes header, rows and trailer, sealed as one stream, padded so that the size of the file tells
/// little of how many rows there are. Holds one chunk.
class BackupFileWriter {
public:
    using Put = std::function<void(std::string_view bytes)>;
    BackupFileWriter(const BackupHeader& header, const Seal& seal, platform::Random& random,
                     Put put);

    /// The rows that follow are of `table`.
    void begin(Table table);
    /// `value` as it lies in the register's file.
    void row(std::string_view key, std::string_view value);
    BackupContent finish();

private:
    void add(std::string_view plain);
    void put_chunk(bool last);

    StreamSealer sealer_;
    const Put put_;
    std::string bound_;  ///< the header's digest: what each chunk is bound to
    std::string plain_;
    std::uint64_t plain_bytes_ = 0;  ///< so far
    Table table_{};
    RowTally tally_;
};

/// Reads what a BackupFileWriter wrote, or what a stranger says it did: nothing that it reads is
/// trusted before it is authenticated. Holds one chunk and one row.
class BackupFileReader {
public:
    /// Fills the span, or as much of it as there still is; how much that was.
    using Take = std::function<std::size_t(std::span<char>)>;
    using Visit = std::function<void(Table table, std::string_view key, std::string_view value)>;

    /// Reads the header. `name` is for messages. \throws StoreError: damaged, newer_schema
    BackupFileReader(std::string name, Take take);

    [[nodiscard]] const BackupHeader& header() const { return header_; }

    /// All rows, by table and in order of key. What `visit` saw is complete, and as it was written,
    /// only when this returns. \throws StoreError, damaged
    BackupContent read(const Seal& seal, const Visit& visit);

    /// The rows that can be read of a file that is damaged: some of them are not what was written,
    /// which the seal of each tells. Returns the byte from which on it is damaged; nothing: it is
    /// whole. \throws what `visit` throws
    [[nodiscard]] std::optional<std::uint64_t> salvage(const Seal& seal, const Visit& visit);

    /// Whether it begins as a backup that was made under this key. Reads no further.
    [[nodiscard]] bool opens_with(const Seal& seal);
    /// What tells this backup from every other.
    [[nodiscard]] const std::string& identity() const { return bound_; }

private:
    void read_header();
    void take_all(std::span<char> bytes);
    void read_chunk();
    [[nodiscard]] std::string_view need(std::size_t bytes);
    [[nodiscard]] std::uint64_t need_number(std::size_t bytes);
    [[nodiscard]] Table need_table();
    void read_trailer(const BackupContent& seen);
    void read_padding();
    [[noreturn]] void damaged(const std::string& how) const;
    [[noreturn]] void cut_off() const;

    const std::string name_;
    const Take take_;
    BackupHeader header_;
    std::string stream_header_;
    std::string bound_;
    std::optional<StreamOpener> opener_;
    std::uint64_t at_ = 0;  ///< bytes taken so far
    std::string plain_;
    std::size_t used_ = 0;  ///< of plain_
    bool last_ = false;     ///< plain_ holds the last chunk
    bool salvaging_ = false;
    std::optional<std::uint64_t> damaged_at_;
};

}  // namespace tizilim::store
