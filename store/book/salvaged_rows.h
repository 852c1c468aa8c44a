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
    std::map<std::uint32_t, EntryVersion> versions{};  ///< by version number; at least one
    std::map<std::uint32_t, SignatureRecord> signatures{};
    std::optional<EntryHead> head{};
    bool head_is_current = false;  ///< SalvagedRow
    std::optional<BookNumber> number{};

    [[nodiscard]] bool pulled() const;
    /// The highest version number that its head or a version tells.
    [[nodiscard]] std::uint32_t version_max() const;
};

/// Puts entries together from salvaged rows, which come in no order, perhaps more than once and in
/// older states. A row whose seal opens is genuine; others tell nothing. First take() each row,
/// then finish(), then ask.
class SalvagedRows {
public:
    explicit SalvagedRows(const Seal& seal) : seal_(seal) {}

    /// A row without a table's name is tried as one of each table with keys of that size.
    void take(const SalvagedRow& row);
    /// Tries values that did not open under the keys of rows that must exist: a key may be damaged
    /// where its value is not. `last_act`: the register's last journal sequence, by its anchor;
    /// nothing: not known.
    void finish(std::optional<std::uint64_t> last_act);

    /// In order of number, then those whose number is not known, then those of other PCs.
    [[nodiscard]] std::vector<SalvagedEntry> entries() const;
    [[nodiscard]] std::optional<JournalRecord> act(std::uint64_t sequence) const;
    /// Whether a version later than those found may be lost: then its class is not known.
    [[nodiscard]] bool may_lack_the_last(const SalvagedEntry& entry) const;
    /// How many of its signatures, by the journal, were not found.
    [[nodiscard]] std::uint64_t signatures_lost(const SalvagedEntry& entry) const;
    [[nodiscard]] const Books& books() const { return books_; }

    /// How many entries have a head, but no version.
    [[nodiscard]] std::uint64_t lost() const;
    /// There were rows, and none opens.
    [[nodiscard]] bool all_closed() const { return seen_ > 0 && opened_ == 0; }

private:
    /// An overwritten row may be found in more than one state; the table's own is kept.
    struct Held {
        std::string bytes;
        bool reached = false;  ///< found in the table, not in a page left over
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
    std::uint64_t last_found_ = 0;                    ///< the highest journal sequence
    std::optional<std::uint64_t> last_act_;
    /// From this sequence on no journal record is missing.
    std::uint64_t all_known_from_ = 0;
    Books books_;
    std::set<std::string> closed_;  ///< values that did not open
    std::size_t closed_bytes_ = 0;
    std::uint64_t seen_ = 0;
    std::uint64_t opened_ = 0;
};

}  // namespace tizilim::store
