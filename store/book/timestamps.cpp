#include "store/book/timestamps.h"

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/cms/cms_timestamp.h"
#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/keys/seal.h"
#include "store/store_error.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

using platform::Expected;
using platform::Message;
using platform::Timestamp;

/// Meta: the sequence number of the last time-stamp's record. Stored, as a keyed hash. Never
/// rename.
constexpr std::string_view kLastTimestampName = "timestamp";

/// Between the time in a token and this machine's clock: a day that is shown wrong is worse than
/// a time-stamp less.
constexpr std::chrono::hours kTimeOffMax{24};

}  // namespace

TimestampRecord new_timestamp(const VaultReader& vault, platform::Random& random) {
    TimestampRecord record;
    record.sequence = chain_head(vault).sequence;
    record.salt = random.bytes<sizeof(Digest32)>();
    record.nonce.resize(platform::kTimestampNonceBytes);
    random.fill(std::as_writable_bytes(std::span(record.nonce)));
    return record;
}

platform::TimestampQuestion question_of(const VaultReader& vault, const TimestampRecord& record) {
    const auto bytes = vault.get(Table::journal, key_of(record.sequence));
    const auto stamped = unpack<JournalRecord>(bytes.value_or(std::string()));
    return {.imprint = platform::salted_imprint(bytes_of(record.salt), bytes_of(stamped.hash)),
            .nonce = record.nonce};
}

Expected<Timestamp, Message> examine(const VaultReader& vault, const TimestampRecord& record,
                                     platform::WallTime obtained_at,
                                     const platform::TrustedCertificates& trusted) {
    auto stamp = platform::examine_timestamp(record.token, question_of(vault, record), trusted);
    if (!stamp || std::chrono::abs(stamp->at - obtained_at) <= kTimeOffMax) return stamp;
    return platform::Unexpected{
        Message{"timestamp.time_unlikely",
                {{"at", platform::format_time(stamp->at, platform::UtcOffset{0})}}}};
}

void set_last_timestamp(VaultWriter& vault, std::uint64_t sequence) {
    write_meta(vault, kLastTimestampName, std::to_string(sequence));
}

std::optional<JournalRecord> last_timestamp(const VaultReader& vault) {
    const auto text = read_meta(vault, kLastTimestampName);
    if (!text) return {};
    std::uint64_t sequence = 0;
    std::from_chars(text->data(), text->data() + text->size(), sequence);
    const auto bytes = vault.get(Table::journal, key_of(sequence));
    auto record = unpack<JournalRecord>(bytes.value_or(std::string()));
    if (record.act == Act::timestamped) return record;
    throw StoreError(StoreError::Kind::damaged, Message{"verify.timestamp_missing"});
}

}  // namespace tizilim::store
