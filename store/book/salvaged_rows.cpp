#include "store/book/salvaged_rows.h"

#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/lmdb_pages.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/store_error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

constexpr std::size_t kIdBytes = sizeof(EntryId::bytes);
/// Bytes of values that did not open, kept to be tried again.
constexpr std::size_t kClosedBytesMax = std::size_t{16} << 20;
/// How many times in all one of them is tried under another key.
constexpr std::size_t kTriesMax = 1'000'000;

/// The tables that a salvage reads.
constexpr auto kTables = std::to_array<Table>({Table::versions, Table::signatures, Table::entries,
                                               Table::meta, Table::journal, Table::numbers});

std::size_t key_bytes(Table table) {
    switch (table) {
        case Table::versions:
        case Table::signatures:
            return kIdBytes + sizeof(std::uint32_t);
        case Table::entries:
        case Table::meta:
            return kIdBytes;
        default:
            return sizeof(std::uint64_t);
    }
}

std::uint32_t version_in(std::string_view key) {
    std::uint32_t number = 0;
    for (const char c : key.substr(kIdBytes)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

bool is_of_signature(const JournalRecord& record) {
    return record.act == Act::attached || record.act == Act::examined;
}

bool makes_version(const JournalRecord& record) {
    return record.content != Digest32{} && !is_of_signature(record);
}

}  // namespace

bool SalvagedEntry::pulled() const {
    if (number) return is_pulled(*number);
    // A commitment that was made elsewhere has no salt here.
    return std::all_of(versions.begin(), versions.end(),
                       [](const auto& version) { return version.second.salt == Digest32{}; });
}

std::uint32_t SalvagedEntry::version_max() const {
    return std::max(head ? head->versions : 0, versions.rbegin()->first);
}

void SalvagedRows::take(const SalvagedRow& row) {
    bool wanted = !row.table.has_value();
    for (const Table one : kTables) {
        wanted = wanted || (row.table == name_of(one) && key_bytes(one) >= kIdBytes);
        if (row.key.size() == key_bytes(one) && take_as(one, row)) return;
    }
    ++seen_;
    if (!wanted || closed_bytes_ + row.value.size() > kClosedBytesMax) return;
    if (closed_.emplace(row.value).second) closed_bytes_ += row.value.size();
}

bool SalvagedRows::take_as(Table table, const SalvagedRow& row) {
    std::optional<std::string> bytes = seal_.open(name_of(table), row.key, row.value);
    if (!bytes) return false;
    ++seen_;
    ++opened_;
    try {
        keep(table, row, *std::move(bytes));
    } catch (const StoreError&) {
        // Sealed by this register and yet no record: of another version of this program.
        return true;
    }
    return true;
}

void SalvagedRows::keep(Table table, const SalvagedRow& row, std::string bytes) {
    const std::string_view key = row.key;
    const bool reached = row.table == name_of(table);
    switch (table) {
        case Table::versions:
        case Table::signatures: {
            if (table == Table::versions)
                last_found_ = std::max(last_found_, EntryCodec::unpack(bytes).sequence);
            if (table == Table::signatures) static_cast<void>(unpack<SignatureRecord>(bytes));
            auto& rows = table == Table::versions ? versions_ : signatures_;
            const auto held = rows.find(key);
            if (held == rows.end()) {
                rows.emplace(std::string(key), Held{std::move(bytes), reached});
            } else if (reached && !held->second.reached) {
                held->second = {std::move(bytes), true};
            }
            return;
        }
        case Table::entries:
            return keep_head(row, bytes);
        case Table::journal: {
            const auto record = unpack<JournalRecord>(bytes);
            journal_.insert_or_assign(record.sequence, record);
            last_found_ = std::max(last_found_, record.sequence);
            auto& last = last_change_[record.entry];
            if (makes_version(record)) last = std::max(last, record.sequence);
            if (is_of_signature(record)) attached_[record.entry].insert(record.content);
            return;
        }
        case Table::numbers:
            if (bytes.size() == kIdBytes)
                numbers_.insert_or_assign(EntryId::from_raw(bytes), BookNumber{number_of(key)});
            return;
        default: {
            const Digest16 name = seal_.index("meta", kBooksName);
            if (key != bytes_of(name)) return;
            auto books = unpack<Books>(bytes);
            if (books.books.size() >= books_.books.size()) books_ = std::move(books);
        }
    }
}

/// Keeps the newest head that is found.
void SalvagedRows::keep_head(const SalvagedRow& row, const std::string& bytes) {
    Head head{unpack<EntryHead>(bytes), row.current};
    const auto [known, is_new] = heads_.try_emplace(EntryId::from_raw(row.key), head);
    const auto age = [](const Head& of) {
        return std::tuple(of.head.versions, of.head.position, of.current);
    };
    if (!is_new && age(known->second) < age(head)) known->second = std::move(head);
}

std::vector<std::pair<Table, std::string>> SalvagedRows::missing_keys() const {
    std::vector<std::pair<Table, std::string>> keys;
    const auto add = [&](Table table, const Rows& rows, const std::string& key) {
        if (!rows.contains(key)) keys.emplace_back(table, key);
    };
    for (const auto& [id, head] : heads_) {
        for (std::uint32_t number = 1; number <= head.head.versions; ++number) {
            add(Table::versions, versions_, version_key(id, number));
            add(Table::signatures, signatures_, version_key(id, number));
        }
    }
    for (const auto& [key, held] : versions_) {
        const EntryId id = EntryId::from_raw(std::string_view(key).substr(0, kIdBytes));
        if (!heads_.contains(id)) keys.emplace_back(Table::entries, std::string(id.raw()));
    }
    return keys;
}

void SalvagedRows::try_missing_keys() {
    const auto keys = missing_keys();
    std::size_t tries = 0;
    for (const std::string& value : closed_) {
        for (const auto& [table, key] : keys) {
            if (++tries > kTriesMax) return;
            if (take_as(table, {std::string(name_of(table)), key, value})) break;
        }
    }
}

void SalvagedRows::finish(std::optional<std::uint64_t> last_act) {
    try_missing_keys();
    last_act_ = last_act;
    all_known_from_ = std::max(last_found_, last_act.value_or(0)) + 1;
    while (journal_.contains(all_known_from_ - 1)) --all_known_from_;
}

std::vector<SalvagedEntry> SalvagedRows::entries() const {
    std::map<EntryId, SalvagedEntry> found;
    for (const auto& [key, held] : versions_) {
        const EntryId id = EntryId::from_raw(std::string_view(key).substr(0, kIdBytes));
        SalvagedEntry& entry = found.try_emplace(id, SalvagedEntry{.id = id}).first->second;
        entry.versions.emplace(version_in(key), EntryCodec::unpack(held.bytes));
        const auto signature = signatures_.find(key);
        if (signature != signatures_.end()) {
            entry.signatures.emplace(version_in(key),
                                     unpack<SignatureRecord>(signature->second.bytes));
        }
    }
    std::vector<SalvagedEntry> entries;
    for (auto& [id, entry] : found) {
        if (const auto head = heads_.find(id); head != heads_.end()) {
            entry.head = head->second.head;
            entry.head_is_current = head->second.current;
            entry.number = head->second.head.number;
        } else if (const auto number = numbers_.find(id); number != numbers_.end()) {
            entry.number = number->second;
        }
        entries.push_back(std::move(entry));
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const SalvagedEntry& a, const SalvagedEntry& b) {
                         const auto place = [](const SalvagedEntry& of) {
                             return std::tuple(of.pulled(), !of.number.has_value(),
                                               of.number.value_or(BookNumber{}), of.id);
                         };
                         return place(a) < place(b);
                     });
    return entries;
}

std::optional<JournalRecord> SalvagedRows::act(std::uint64_t sequence) const {
    const auto found = journal_.find(sequence);
    if (found == journal_.end()) return {};
    return found->second;
}

bool SalvagedRows::may_lack_the_last(const SalvagedEntry& entry) const {
    const auto& [number, last] = *entry.versions.rbegin();
    if (!entry.head || entry.version_max() > number) return true;
    // Before schema 3 a version did not name its record.
    const bool names_record = last.sequence != 0;
    const auto change = last_change_.find(entry.id);
    if (names_record && change != last_change_.end() && change->second > last.sequence) return true;
    const bool is_last_state = last_found_ >= last_act_.value_or(0);
    if (entry.head_is_current && is_last_state) return false;
    // Pages of an earlier state are consistent too: only a journal without gaps tells.
    return !last_act_ || !names_record || last.sequence + 1 < all_known_from_;
}

std::uint64_t SalvagedRows::signatures_lost(const SalvagedEntry& entry) const {
    const auto attached = attached_.find(entry.id);
    if (attached == attached_.end()) return 0;
    return attached->second.size() - std::min(attached->second.size(), entry.signatures.size());
}

std::uint64_t SalvagedRows::lost() const {
    std::uint64_t count = 0;
    for (const auto& known : heads_) {
        const auto version = versions_.lower_bound(known.first.raw());
        const bool has_one = version != versions_.end() &&
                             std::string_view(version->first).starts_with(known.first.raw());
        if (!has_one) ++count;
    }
    return count;
}

}  // namespace tizilim::store
