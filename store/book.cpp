#include "store/book.h"

#include "platform/civil_time.h"
#include "store/codes.h"
#include "store/entry.h"
#include "store/records.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

constexpr int kVersionBytes = 4;

std::string version_key(const EntryId& id, std::uint32_t version) {
    std::string key(id.raw());
    for (int shift = 8 * (kVersionBytes - 1); shift >= 0; shift -= 8) {
        key += static_cast<char>(version >> shift & 0xff);
    }
    return key;
}

}  // namespace

Table table_of(DeliveryState state) {
    switch (state) {
        case DeliveryState::local:
            return Table::local;
        case DeliveryState::awaiting_signature:
            return Table::awaiting_signature;
        case DeliveryState::pending:
            return Table::pending;
        case DeliveryState::sent:
            return Table::sent;
        case DeliveryState::delivered:
            return Table::delivered;
        case DeliveryState::quarantined:
            return Table::quarantined;
    }
    throw StoreError(StoreError::Kind::damaged, "an entry is in an unknown delivery state");
}

std::string month_key(const VaultReader& vault, platform::CivilDate date, EntryNumber number) {
    const std::string month = platform::format_date(date.year() / date.month() / 1);
    return vault.index("month", month) + key_of(static_cast<std::uint64_t>(number));
}

std::vector<EntryId> BookReader::of_month(platform::CivilDate month, EntryNumber first,
                                          std::size_t count_max) const {
    const std::string from = month_key(vault_, month, first);
    const std::string_view prefix = std::string_view(from).substr(0, sizeof(Digest16));
    std::vector<EntryId> ids;
    vault_.scan(Table::months, from, [&](std::string_view key, const std::string& raw) {
        if (!key.starts_with(prefix) || ids.size() >= count_max) return false;
        ids.push_back(EntryId::from_raw(raw));
        return true;
    });
    return ids;
}

std::optional<EntryHead> BookReader::head(const EntryId& id) const {
    const std::optional<std::string> bytes = vault_.get(Table::entries, id.raw());
    if (!bytes) return {};
    return unpack<EntryHead>(*bytes);
}

std::optional<EntryId> BookReader::id_of(EntryNumber number) const {
    const auto key = key_of(static_cast<std::uint64_t>(number));
    const std::optional<std::string> bytes = vault_.get(Table::numbers, key);
    if (!bytes) return {};
    return EntryId::from_raw(*bytes);
}

std::string BookReader::packed_version(const EntryId& id, std::uint32_t version) const {
    std::optional<std::string> bytes = vault_.get(Table::versions, version_key(id, version));
    if (bytes) return *std::move(bytes);
    throw StoreError(StoreError::Kind::damaged, "version " + std::to_string(version) +
                                                    " of entry " + id.to_string() +
                                                    " is missing; restore a backup");
}

EntryHead BookReader::expect_head(const EntryId& id) const {
    std::optional<EntryHead> found = head(id);
    if (found) return *std::move(found);
    throw StoreError(StoreError::Kind::damaged,
                     "entry " + id.to_string() + " is missing; restore a backup");
}

std::uint64_t BookWriter::add_version(const EntryVersion& version, std::uint32_t number, Act act) {
    const EntryId& id = version.entry.id;
    const std::string packed = EntryCodec::pack(version);
    vault_.insert(Table::versions, version_key(id, number), packed);
    return journal_.append(act, id, packed);
}

EntryHead BookWriter::insert(const EntryVersion& first, DeliveryState delivery, Act act) {
    const EntryId& id = first.entry.id;
    EntryHead head;
    head.number = EntryNumber{static_cast<std::uint64_t>(last_number()) + 1};
    head.versions = 1;
    head.position = add_version(first, head.versions, act);
    head.queued_at = journal_.now();
    vault_.insert(Table::numbers, key_of(static_cast<std::uint64_t>(head.number)), id.raw());
    vault_.put(Table::months, month_key(vault_, first.entry.content.application_date, head.number),
               id.raw());
    join_queue(id, head, delivery);
    return head;
}

void BookWriter::revise(const EntryVersion& version, EntryHead& head, DeliveryState state,
                        Act act) {
    const EntryId& id = version.entry.id;
    ++head.versions;
    head.leaf_is_current = false;
    head.queued_at = journal_.now();
    head.reason.clear();
    leave_queue(id, head);
    head.position = add_version(version, head.versions, act);
    join_queue(id, head, state);
}

void BookWriter::move(const EntryId& id, EntryHead& head, DeliveryState state) {
    leave_queue(id, head);
    join_queue(id, head, state);
}

void BookWriter::leave_queue(const EntryId& id, const EntryHead& head) {
    if (vault_.erase(table_of(head.delivery), key_of(head.position))) return;
    throw StoreError(
        StoreError::Kind::damaged,
        "entry " + id.to_string() + " is not in the queue that it names; run `tizilim verify`");
}

void BookWriter::join_queue(const EntryId& id, EntryHead& head, DeliveryState state) {
    head.delivery = state;
    vault_.put(table_of(state), key_of(head.position), id.raw());
    save(id, head);
}

void BookWriter::save(const EntryId& id, const EntryHead& head) {
    vault_.put(Table::entries, id.raw(), pack(head));
}

}  // namespace tizilim::store
