#include "store/register/head_timestamp.h"

#include "platform/cms/cms_signature.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/book/timestamps.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

bool is_recording(Act act) {
    return act == Act::recorded || act == Act::imported || act == Act::brought_over;
}

/// Numbers grow along the journal.
void find_last_entry(const VaultReader& vault, HeadTimestamp& stamp) {
    vault.scan_back(
        Table::journal, key_of(stamp.sequence), [&](std::string_view, const std::string& bytes) {
            const auto record = unpack<JournalRecord>(bytes);
            if (!is_recording(record.act)) return true;
            const BookNumber number = BookReader(vault).expect_head(record.entry).number;
            if (is_pulled(number)) return true;
            stamp.last_entry = static_cast<std::uint64_t>(number_in_book(number));
            stamp.book = label_of(read_books(vault), number);
            return false;
        });
}

}  // namespace

std::optional<HeadTimestamp> head_timestamp(const VaultReader& vault,
                                            const platform::TrustedCertificates& trusted) {
    const auto kept = last_timestamp(vault);
    if (!kept) return {};
    const auto record = unpack<TimestampRecord>(kept->detail);
    auto stamp = examine(vault, record, kept->at, trusted);
    // Whom to trust may have changed since.
    if (!stamp) {
        stamp = examine(vault, record, kept->at, *platform::TrustedCertificates::parse(""));
    }
    if (!stamp) throw StoreError(StoreError::Kind::damaged, stamp.error());
    HeadTimestamp shown{.at = stamp->at,
                        .authority = stamp->authority,
                        .issuer_checked = stamp->issuer_checked,
                        .sequence = record.sequence,
                        .last_entry = 0,
                        .book = {}};
    find_last_entry(vault, shown);
    return shown;
}

}  // namespace tizilim::store
