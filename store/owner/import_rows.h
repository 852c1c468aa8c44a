#pragma once

#include "platform/clock.h"
#include "platform/expected.h"
#include "store/entry/rules.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tizilim::store {

/// One version of an entry in a file that this program wrote, an export or a salvage: text,
/// unchecked.
struct BroughtVersion {
    EntryTexts input;  ///< what the version said; recorded_date is the entry's
    std::string act;   ///< "recorded", "amended"…
    std::string at;    ///< RFC 3339
    std::string by;
    std::string reason;
    std::uint8_t clock_marks = 0;
    std::string commitment;  ///< 64 hex digits
    std::string salt;        ///< the same; empty: of another PC, not known here
    std::string cms;         ///< DER in base64; empty: not signed
};

/// An entry that comes back as it was, with its id: all that is known of its versions.
struct BroughtEntry {
    std::string recorded_at;  ///< RFC 3339, or a date where no more was known
    std::vector<BroughtVersion> versions{};
    std::uint64_t number = 0;  ///< where it was recorded; 0: not known
    std::string book{};        ///< the same
    bool pulled = false;       ///< recorded on another PC of the lawyer
    /// A later version may be lost: then what its class was is not known.
    bool uncertain = false;
    std::vector<std::uint64_t> missing{};  ///< versions that could not be read
};

/// One row of a file: its line, for messages, and what it says.
struct ImportRow {
    std::uint64_t line = 0;
    EntryTexts input;
    std::string id{};                       ///< of an exported entry; empty: none given
    std::optional<BroughtEntry> brought{};  ///< nothing: it is recorded anew from `input`
};

struct RowProblem {
    std::uint64_t line = 0;
    FieldError error;
};

using ReadRow = platform::Expected<ImportRow, RowProblem>;

/// A register in a file, row by row; holds no more than one.
class RowSource {
public:
    RowSource() = default;
    virtual ~RowSource() = default;
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;

    /// The next row, or why it can't be read; nothing at the end.
    [[nodiscard]] virtual std::optional<ReadRow> next() = 0;
    /// To the first row.
    virtual void rewind() = 0;
    /// How many lines there are behind the last row.
    [[nodiscard]] virtual std::uint64_t lines_left() const = 0;
};

/// Rows that are at hand.
class GivenRows final : public RowSource {
public:
    explicit GivenRows(const std::vector<ImportRow>& rows) : rows_(rows) {}
    [[nodiscard]] std::optional<ReadRow> next() override {
        if (at_ == rows_.size()) return {};
        return ReadRow(rows_[at_++]);
    }
    void rewind() override { at_ = 0; }
    [[nodiscard]] std::uint64_t lines_left() const override { return rows_.size() - at_; }

private:
    const std::vector<ImportRow>& rows_;
    std::size_t at_ = 0;
};

/// How many rows one import takes: it is one transaction, whose pages are in memory until it ends.
inline constexpr std::uint64_t kImportRowsMax = 20'000;
/// A file that breaks every row names so many of them, and how many more there are.
inline constexpr std::size_t kBadRowsMax = 100;

struct ImportOptions {
    bool keep_going = false;  ///< record the good rows although others are refused
    /// Refuse a row that is like an entry of this register (LikeEntries).
    bool refuse_repeated = false;
    /// Refuse a row without BroughtEntry: in a part of a file no other is known by itself.
    bool brought_only = false;
};

struct ImportReport {
    std::uint64_t recorded = 0;
    std::uint64_t already_there = 0;  ///< rows of an earlier import of the same file
    bool became_pending = false;
    /// Of rows that were refused, in order of line; without keep_going nothing was imported when
    /// there is one. At most kBadRowsMax rows, then a word on the others.
    std::vector<RowProblem> errors;
    std::vector<RowProblem> warnings;  ///< the same
};

/// What a first look at all rows found: nothing is recorded yet.
struct ImportCheck {
    ImportOptions options;
    platform::WallTime now{};  ///< by which it was looked at, and will be recorded
    ImportReport report;
    std::uint64_t rows = 0;  ///< looked at
    std::uint64_t good = 0;
    std::uint64_t bytes = 0;             ///< of the disk that the good ones take, at most
    std::set<std::uint64_t> repeated{};  ///< which rows are refused as like an entry, from 0

    bool too_large = false;  ///< for one import
    /// Nothing is to be recorded.
    [[nodiscard]] bool refused() const {
        // Of a file in parts another part may have good ones.
        const bool nothing_good = !options.brought_only && good + report.already_there == 0;
        return too_large || (!report.errors.empty() && (!options.keep_going || nothing_good));
    }
};

}  // namespace tizilim::store
