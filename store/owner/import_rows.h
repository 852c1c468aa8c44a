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

/// One version of an entry in an export or a salvage of this program: text, unchecked.
struct BroughtVersion {
    EntryTexts input;  ///< its fields; recorded_date is the entry's
    std::string act;   ///< "recorded", "amended"…
    std::string at;    ///< RFC 3339
    std::string by;
    std::string reason;
    std::uint8_t clock_marks = 0;
    std::string commitment;  ///< 64 hex digits
    std::string salt;        ///< 64 hex digits; empty: of another PC, not known here
    std::string cms;         ///< DER in base64; empty: not signed
};

/// An entry that is brought over with its id and all versions that are known.
struct BroughtEntry {
    std::string recorded_at;  ///< RFC 3339, or a date where no more was known
    std::vector<BroughtVersion> versions{};
    std::uint64_t number = 0;  ///< its number where it was recorded; 0: not known
    std::string book{};        ///< that number's book
    bool pulled = false;       ///< recorded on another PC of the lawyer
    /// A later version may be lost, so its class is not known.
    bool uncertain = false;
    std::vector<std::uint64_t> missing{};  ///< versions that could not be read
};

/// One row of an import file.
struct ImportRow {
    std::uint64_t line = 0;  ///< for messages
    EntryTexts input;
    std::string id{};                       ///< of an exported entry; empty: none given
    std::optional<BroughtEntry> brought{};  ///< nothing: recorded as a new entry from `input`
};

struct RowProblem {
    std::uint64_t line = 0;
    FieldError error;
};

using ReadRow = platform::Expected<ImportRow, RowProblem>;

/// Reads the rows of an import file one by one; holds no more than one.
class RowSource {
public:
    RowSource() = default;
    virtual ~RowSource() = default;
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;

    /// The next row, or why it can't be read; nothing at the end.
    [[nodiscard]] virtual std::optional<ReadRow> next() = 0;
    /// next() begins with the first row again.
    virtual void rewind() = 0;
    /// How many lines follow the row that next() gave last.
    [[nodiscard]] virtual std::uint64_t lines_left() const = 0;
};

/// Rows in memory; they outlive it.
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
/// So many bad rows are reported one by one; of the others their number.
inline constexpr std::size_t kBadRowsMax = 100;

struct ImportOptions {
    bool keep_going = false;  ///< record the good rows although others are refused
    /// Refuse a row that is like an entry of this register (LikeEntries).
    bool refuse_repeated = false;
    /// Refuse a row without BroughtEntry: for a part of a file, where it can't be recognised.
    bool brought_only = false;
};

struct ImportReport {
    std::uint64_t recorded = 0;
    std::uint64_t already_there = 0;  ///< rows of an earlier import of the same file
    bool became_pending = false;
    /// Of refused rows, in order of line; without keep_going one is enough to import nothing. At
    /// most kBadRowsMax rows, then the number of the others.
    std::vector<RowProblem> errors;
    std::vector<RowProblem> warnings;  ///< bounded alike
};

/// The result of check_import(), and the input of import(). Nothing is recorded yet.
struct ImportCheck {
    ImportOptions options;
    platform::WallTime now{};  ///< the time of checking and of recording
    ImportReport report;
    std::uint64_t rows = 0;  ///< checked
    std::uint64_t good = 0;
    std::uint64_t bytes = 0;             ///< of disk that the good ones take, at most
    std::set<std::uint64_t> repeated{};  ///< rows refused as like an entry, from 0

    bool too_large = false;  ///< for one import
    /// Nothing may be recorded.
    [[nodiscard]] bool refused() const {
        // Another part of the file may have good ones.
        const bool nothing_good = !options.brought_only && good + report.already_there == 0;
        return too_large || (!report.errors.empty() && (!options.keep_going || nothing_good));
    }
};

}  // namespace tizilim::store
