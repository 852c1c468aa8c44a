#include "store/book/journal.h"

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

constexpr std::string_view kLatestTimeName =
    "latest_time";  // stored, as a keyed hash; never rename
constexpr std::uint64_t kLookBackActs = 10'000;

LatestTime kept_latest(const VaultReader& vault) {
    const auto bytes = read_meta(vault, kLatestTimeName);
    return bytes ? unpack<LatestTime>(*bytes) : LatestTime{};
}

}  // namespace

LatestTime latest_time(const VaultReader& vault, const ChainHead& end) {
    const LatestTime kept = kept_latest(vault);
    if (end.sequence <= kept.sequence || end.at < kept.at) return kept;
    return {.at = end.at, .sequence = 0};
}

void set_latest_time(VaultWriter& vault, platform::WallTime at) {
    write_meta(vault, kLatestTimeName, pack(LatestTime{at, vault.last_number(Table::journal)}));
}

platform::WallTime latest_of_acts(const VaultReader& vault) {
    const LatestTime kept = kept_latest(vault);
    const std::uint64_t last = vault.last_number(Table::journal);
    const std::uint64_t before =
        std::max(kept.sequence, last > kLookBackActs ? last - kLookBackActs : 0);
    platform::WallTime latest = kept.at;
    vault.scan(Table::journal, key_of(before + 1), [&](std::string_view, const std::string& bytes) {
        latest = std::max(latest, unpack<JournalRecord>(bytes).at);
        return true;
    });
    return latest;
}

ChainHead chain_head(const VaultReader& vault) {
    const std::uint64_t last = vault.last_number(Table::journal);
    if (last == 0) return {};
    const auto bytes = vault.get(Table::journal, key_of(last));
    const auto record = unpack<JournalRecord>(bytes.value_or(std::string()));
    if (record.hash != hash_of(record) || record.sequence != last) {
        throw StoreError(StoreError::Kind::damaged, platform::Message{"journal.last_altered"});
    }
    return {last, record.hash, record.at};
}

JournalWriter::JournalWriter(VaultWriter& vault, const platform::Clock& clock,
                             platform::Random& random)
    : vault_(vault), random_(random), now_(clock.wall_now()) {
    const ChainHead end = chain_head(vault);
    latest_ = latest_time(vault, end);
    last_ = end.sequence;
    head_ = end.hash;
}

std::uint64_t JournalWriter::append(Act act, const EntryId& entry, std::string_view content,
                                    std::string detail) {
    JournalRecord record;
    record.sequence = ++last_;
    keep_latest(record.sequence);
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

/// While the clock runs on, the last act says it. The first act behind it leaves that to a row.
void JournalWriter::keep_latest(std::uint64_t sequence) {
    if (now_ >= latest_.at) {
        latest_ = {.at = now_, .sequence = 0};
    } else if (latest_.sequence == 0) {
        latest_.sequence = sequence;
        write_meta(vault_, kLatestTimeName, pack(latest_));
    }
}

Digest32 content_digest(std::string_view packed) {
    return Hasher(Hasher::Size::bytes32).add(packed).digest32();
}

std::optional<platform::Message> JournalChecker::next(const JournalRecord& record) {
    const auto fault = [number = count_ + 1](const char* what) {
        return platform::Message{what, {{"number", number}}};
    };
    if (record.sequence != count_ + 1) return fault("journal.record_missing");
    if (record.previous != head_) return fault("journal.record_not_chained");
    if (record.hash != hash_of(record)) return fault("journal.record_altered");
    ++count_;
    head_ = record.hash;
    return {};
}

}  // namespace tizilim::store
