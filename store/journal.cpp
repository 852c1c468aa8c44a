#include "store/journal.h"

#include "platform/clock.h"
#include "platform/random.h"
#include "store/entry.h"
#include "store/records.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {

ChainHead chain_head(const VaultReader& vault) {
    const std::uint64_t last = vault.last_number(Table::journal);
    if (last == 0) return {};
    const auto bytes = vault.get(Table::journal, key_of(last));
    const auto record = unpack<JournalRecord>(bytes.value_or(std::string()));
    if (record.hash != hash_of(record) || record.sequence != last) {
        throw StoreError(StoreError::Kind::damaged,
                         "the last journal record does not match its hash; run `tizilim verify` "
                         "and restore a backup");
    }
    return {last, record.hash, record.at};
}

JournalWriter::JournalWriter(VaultWriter& vault, const platform::Clock& clock,
                             platform::Random& random)
    : vault_(vault), random_(random), now_(clock.wall_now()) {
    const ChainHead end = chain_head(vault);
    last_at_ = end.at;
    last_ = end.sequence;
    head_ = end.hash;
}

std::uint64_t JournalWriter::append(Act act, const EntryId& entry, std::string_view content,
                                    std::string detail) {
    JournalRecord record;
    record.sequence = ++last_;
    record.previous = head_;
    record.salt = random_.bytes<sizeof(Digest16)>();
    record.at = now_;
    record.act = act;
    record.entry = entry;
    if (!content.empty()) record.content = content_digest(content);
    record.detail = std::move(detail);
    record.hash = hash_of(record);
    head_ = record.hash;
    vault_.insert(Table::journal, key_of(record.sequence), pack(record));
    return record.sequence;
}

Digest32 content_digest(std::string_view packed) {
    return Hasher(Hasher::Size::bytes32).add(packed).digest32();
}

std::optional<std::string> JournalChecker::next(const JournalRecord& record) {
    const std::string name = "journal record " + std::to_string(count_ + 1);
    if (record.sequence != count_ + 1) return name + " is missing";
    if (record.previous != head_) return name + " is not chained to the one before it";
    if (record.hash != hash_of(record)) return name + " does not match its hash";
    ++count_;
    head_ = record.hash;
    return {};
}

}  // namespace tizilim::store
