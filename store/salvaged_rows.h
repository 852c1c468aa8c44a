#pragma once

#include "store/book.h"
#include "store/entry.h"
#include "store/records.h"
#include "store/seal.h"
#include "store/tables.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {

/// What could be read of one entry.
struct SalvagedEntry {
    EntryId id;
    std::map<std::uint32_t, EntryVersion> versions{};  ///< by number; at least one
    std::map<std::uint32_t, SignatureRecord> signatures{};
    std::optional<EntryHead> head{};
    std::optional<BookNumber> number{};

    [[nodiscard]] bool pulled() const;
    /// Of its last version, as far as anything tells.
    [[nodiscard]] std::uint32_t version_max() const;
};

/// Puts together what rows say that were read one by one, in no order, each perhaps more than once
/// and in an older state. A row whose seal opens is genuine; others say nothing.
class SalvagedRows {
public:
    explicit SalvagedRows(const Seal& seal) : seal_(seal) {}

    /// `table` is the one by which it was found; nothing: by none. It is tried as a row of each
    /// that has such keys.
    void take(std::optional<std::string_view> table, std::string_view key, std::string_view value);
    /// Tries rows that did not open under the keys of rows that must be somewhere: a key may be
    /// damaged where the value is not. After all rows were taken.
    void try_missing_keys();

    /// In order of number; of those whose number is not known, and of other PCs, behind them.
    [[nodiscard]] std::vector<SalvagedEntry> entries() const;
    [[nodiscard]] std::optional<JournalRecord> act(std::uint64_t sequence) const;
    /// Whether the journal names an act that made a version after `sequence`.
    [[nodiscard]] bool changed_after(const EntryId& id, std::uint64_t sequence) const;
    [[nodiscard]] const Books& books() const { return books_; }

    /// Entries of which something is known, but no version.
    [[nodiscard]] std::uint64_t lost() const;
    /// There were rows, and not one of them opens.
    [[nodiscard]] bool all_closed() const { return seen_ > 0 && opened_ == 0; }

private:
    /// Of a row that has been written over since, more than one state may be found.
    struct Held {
        std::string bytes;
        bool reached = false;  ///< from the table itself, not in a page left over
    };
    using Rows = std::map<std::string, Held, std::less<>>;

    bool take_as(Table table, std::string_view key, std::string_view value, bool reached);
    void keep(Table table, std::string_view key, std::string bytes, bool reached);
    void keep_head(std::string_view key, const std::string& bytes);
    [[nodiscard]] std::vector<std::pair<Table, std::string>> missing_keys() const;

    const Seal& seal_;
    Rows versions_;
    Rows signatures_;
    std::map<EntryId, EntryHead> heads_;
    std::map<EntryId, BookNumber> numbers_;
    std::map<std::uint64_t, JournalRecord> journal_;
    std::map<EntryId, std::uint64_t> last_change_;
    Books books_;
    std::set<std::string> closed_;  ///< values that did not open
    std::size_t closed_bytes_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t opened_ = 0;
};

}  // namespace tizilim::store
