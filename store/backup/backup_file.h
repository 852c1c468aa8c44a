#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/message.h"
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

/// The part of a backup that is not encrypted. README.md of this folder has the format.
struct BackupHeader {
    std::uint32_t schema = 0;
    platform::WallTime created_at{};
    WrappedKey wrapped;
};

/// How many rows of each table a backup has, and a digest of all.
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
    /// `value` as sealed in the register's file.
    void row(std::string_view key, std::string_view value);
    BackupContent finish();

private:
    void add(std::string_view plain);
    void put_chunk(bool last);

    StreamSealer sealer_;
    const Put put_;
    std::string bound_;  ///< the header's digest, each chunk's associated data
    std::string plain_;
    std::uint64_t plain_bytes_ = 0;  ///< so far
    Table table_{};
    RowTally tally_;
};

/// Reads a file of BackupFileWriter. Untrusted: nothing is used before it is authenticated. Holds
/// one chunk and one row.
class BackupFileReader {
public:
    /// Fills the span as far as the file reaches; returns how many bytes.
    using Take = std::function<std::size_t(std::span<char>)>;
    using Visit = std::function<void(Table table, std::string_view key, std::string_view value)>;

    /// Reads the header. `name` is for messages. \throws StoreError: damaged, newer_schema
    BackupFileReader(std::string name, Take take);

    [[nodiscard]] const BackupHeader& header() const { return header_; }

    /// Visits all rows, by table and in order of key. They are complete and as written only if this
    /// returns. \throws StoreError, damaged
    BackupContent read(const Seal& seal, const Visit& visit);

    /// Visits the rows that can be read of a damaged file; only each row's seal tells whether it is
    /// as written. Returns the byte from which the file is damaged; nothing: it is whole. \throws
    /// what `visit` throws
    [[nodiscard]] std::optional<std::uint64_t> salvage(const Seal& seal, const Visit& visit);

    /// Whether its first chunk opens with this key. Reads no further.
    [[nodiscard]] bool opens_with(const Seal& seal);
    /// Differs from that of every other backup; copies have the same.
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
    /// `how`: the message's code.
    [[noreturn]] void damaged(const char* how) const;
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
