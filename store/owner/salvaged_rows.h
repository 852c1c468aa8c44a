#pragma once

#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/lmdb_pages.h"
#include "store/disk/tables.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"

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
    bool head_is_current = false;  ///< SalvagedRow
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

    /// A row that was found by no table is tried as one of each that has such keys.
    void take(const SalvagedRow& row);
    /// After all rows were taken. Tries those that did not open under the keys of rows that must be
    /// somewhere: a key may be damaged where the value is not. `last_act`: of the register, as it
    /// is known from outside; nothing: it is not.
    void finish(std::optional<std::uint64_t> last_act);

    /// In order of number; of those whose number is not known, and of other PCs, behind them.
    [[nodiscard]] std::vector<SalvagedEntry> entries() const;
    [[nodiscard]] std::optional<JournalRecord> act(std::uint64_t sequence) const;
    /// Whether the last version of what was found of an entry may not be its last: then its class
    /// is not known.
    [[nodiscard]] bool may_lack_the_last(const SalvagedEntry& entry) const;
    /// How many of its versions were signed, by what the journal says, beyond those of which the
    /// signature was found.
    [[nodiscard]] std::uint64_t signatures_lost(const SalvagedEntry& entry) const;
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
    struct Head {
        EntryHead head;
        bool current = false;
    };

    bool take_as(Table table, const SalvagedRow& row);
    void keep(Table table, const SalvagedRow& row, std::string bytes);
    void keep_head(const SalvagedRow& row, const std::string& bytes);
    void try_missing_keys();
    [[nodiscard]] std::vector<std::pair<Table, std::string>> missing_keys() const;

    const Seal& seal_;
    Rows versions_;
    Rows signatures_;
    std::map<EntryId, Head> heads_;
    std::map<EntryId, BookNumber> numbers_;
    std::map<std::uint64_t, JournalRecord> journal_;
    std::map<EntryId, std::uint64_t> last_change_;
    std::map<EntryId, std::set<Digest32>> attached_;  ///< what was signed
    std::uint64_t last_found_ = 0;                    ///< act
    std::optional<std::uint64_t> last_act_;
    /// From this act on the journal has all.
    std::uint64_t all_known_from_ = 0;
    Books books_;
    std::set<std::string> closed_;  ///< values that did not open
    std::size_t closed_bytes_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t opened_ = 0;
};

}  // namespace tizilim::store
