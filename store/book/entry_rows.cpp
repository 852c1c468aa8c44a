#include "store/book/entry_rows.h"

#include "platform/cms/cms_signature.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/store_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

constexpr int kVersionBytes = 4;

std::uint64_t position_of(std::uint64_t sequence, const Entry& entry) {
    return entry.disclosure == DisclosureClass::withdrawn ? sequence
                                                          : sequence + kBehindWithdrawals;
}

}  // namespace

std::string version_key(const EntryId& id, std::uint32_t version) {
    std::string key(id.raw());
    for (int shift = 8 * (kVersionBytes - 1); shift >= 0; shift -= 8) {
        key += static_cast<char>(version >> shift & 0xff);
    }
    return key;
}

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
    throw StoreError(StoreError::Kind::damaged, platform::Message{"entry.delivery_state_damaged"});
}

std::string month_key(const VaultReader& vault, platform::CivilDate date, BookNumber number) {
    const std::string month = platform::format_date(date.year() / date.month() / 1);
    return vault.index("month", month) + key_of(static_cast<std::uint64_t>(number));
}

std::string attached_key(const VaultReader& vault, const std::string& digest) {
    return vault.index("attached", digest);
}

std::optional<EntryHead> BookReader::head(const EntryId& id) const {
    const std::optional<std::string> bytes = vault_.get(Table::entries, id.raw());
    if (!bytes) return {};
    return unpack<EntryHead>(*bytes);
}

std::optional<EntryId> BookReader::id_of(BookNumber number) const {
    const auto key = key_of(static_cast<std::uint64_t>(number));
    const std::optional<std::string> bytes = vault_.get(Table::numbers, key);
    if (!bytes) return {};
    return EntryId::from_raw(*bytes);
}

std::string BookReader::packed_version(const EntryId& id, std::uint32_t version) const {
    std::optional<std::string> bytes = vault_.get(Table::versions, version_key(id, version));
    if (bytes) return *std::move(bytes);
    throw StoreError(
        StoreError::Kind::damaged,
        platform::Message{"entry.version_missing", {{"version", version}, {"id", id.to_string()}}});
}

EntryHead BookReader::expect_head(const EntryId& id) const {
    std::optional<EntryHead> found = head(id);
    if (found) return *std::move(found);
    throw StoreError(StoreError::Kind::damaged,
                     platform::Message{"entry.missing", {{"id", id.to_string()}}});
}

std::optional<SignatureRecord> BookReader::signature(const EntryId& id,
                                                     std::uint32_t version) const {
    const auto bytes = vault_.get(Table::signatures, version_key(id, version));
    if (!bytes) return {};
    return unpack<SignatureRecord>(*bytes);
}

std::optional<VersionName> BookReader::signed_over(const std::string& digest) const {
    const auto key = vault_.get(Table::attached, attached_key(vault_, digest));
    if (!key) return {};
    const auto bytes = vault_.get(Table::signatures, *key);
    if (!bytes) {
        throw StoreError(StoreError::Kind::damaged, platform::Message{"signature.missing"});
    }
    return VersionName{EntryId::from_raw(std::string_view(*key).substr(0, sizeof(EntryId::bytes))),
                       unpack<SignatureRecord>(*bytes).version};
}

EntryVersion BookReader::current(const EntryId& id, const EntryHead& head) const {
    EntryVersion current = version(id, head.versions);
    if (const auto signature = this->signature(id, head.versions)) {
        current.entry.eds = eds_of(*signature);
    }
    return current;
}

std::uint64_t BookWriter::add_version(EntryVersion& version, std::uint32_t number, Act act,
                                      std::string detail) {
    const EntryId& id = version.entry.id;
    version.sequence = journal_.next();
    if (act != Act::brought_over) version.made_at = journal_.now();
    const std::string packed = EntryCodec::pack(version);
    vault_.insert(Table::versions, version_key(id, number), packed);
    return journal_.append(act, id, packed, std::move(detail));
}

const Books& BookWriter::books() {
    if (!books_) books_ = read_books(vault_);
    return *books_;
}

void BookWriter::list_under_month(const EntryVersion& version, const EntryHead& head) {
    const platform::CivilDate date = version.entry.content.application_date;
    vault_.put(Table::months, month_key(vault_, date, head.number), version.entry.id.raw());
}

EntryHead BookWriter::insert(EntryVersion first, DeliveryState delivery, Act act,
                             std::string detail, bool pulled) {
    const EntryId& id = first.entry.id;
    first.entry.tags = ClassTags::of(first.entry.disclosure);
    EntryHead head;
    head.number = pulled ? next_pulled_number(vault_)
                         : book_number(books().books.size() - 1, last_number(vault_, books()) + 1);
    head.versions = 1;
    head.position =
        position_of(add_version(first, head.versions, act, std::move(detail)), first.entry);
    head.queued_at = journal_.now();
    const std::string number = key_of(static_cast<std::uint64_t>(head.number));
    vault_.insert(Table::numbers, number, id.raw());
    vault_.insert(Table::to_sign, number, id.raw());
    list_under_month(first, head);
    join_queue(id, head, delivery);
    return head;
}

void BookWriter::revise(EntryVersion version, EntryHead& head, DeliveryState state, Act act,
                        std::string detail) {
    const EntryId id = version.entry.id;
    const Entry before = this->version(id, head.versions).entry;
    if (head.leaf.generation > 0) {
        detail = "had left: " + head.leaf.to_string() + ", " + std::string(code_of(head.delivery));
    }
    ++head.versions;
    const std::uint64_t sequence = add_version(version, head.versions, act, std::move(detail));
    vault_.put(Table::to_sign, key_of(static_cast<std::uint64_t>(head.number)), id.raw());
    list_anew_under_month(version, head);
    // Nothing of it leaves any more, but what ends another leaf.
    const bool stays = before.disclosure == DisclosureClass::withdrawn && head.ending.empty();
    if (stays) return save(id, head);
    queue_anew(id, head, state, position_of(sequence, version.entry));
}

void BookWriter::queue_anew(const EntryId& id, EntryHead& head, DeliveryState state,
                            std::uint64_t position) {
    leave_queue(id, head);
    head.leaf_is_current = false;
    head.receipt = 0;
    head.attempts = 0;
    head.tried_at = {};
    head.queued_at = journal_.now();
    head.reason.clear();
    head.position = position;
    join_queue(id, head, state);
}

EntryHead BookWriter::begin_pulled(const EntryVersion& first, EntryHead head) {
    head.number = next_pulled_number(vault_);
    vault_.insert(Table::numbers, key_of(static_cast<std::uint64_t>(head.number)),
                  first.entry.id.raw());
    list_under_month(first, head);
    return head;
}

void BookWriter::adopt(EntryVersion version, std::optional<EntryHead> known, const Adopted& adopted,
                       const EntryHead& beginning) {
    const EntryId id = version.entry.id;
    const bool is_new = !known;
    EntryHead head = known ? *std::move(known) : begin_pulled(version, beginning);
    std::uint64_t sequence = journal_.next();
    if (adopted.adds_version) {
        ++head.versions;
        add_version(version, head.versions, adopted.act, adopted.detail);
        vault_.put(Table::to_sign, key_of(static_cast<std::uint64_t>(head.number)), id.raw());
    } else {
        sequence = journal_.append(adopted.act, id, {}, adopted.detail);
    }
    if (!is_new) {
        if (adopted.adds_version) list_anew_under_month(version, head);
        leave_queue(id, head);
    }
    if (adopted.signature) keep_signature(id, head, *adopted.signature, "pulled");
    head.position = position_of(sequence, version.entry);
    head.queued_at = journal_.now();
    head.leaf = adopted.leaf;
    head.leaf_is_current = adopted.leaf_is_current;
    head.handed_out = false;
    head.receipt = adopted.state == DeliveryState::delivered ? sequence : 0;
    head.reason.clear();
    head.attempts = 0;
    head.tried_at = {};
    join_queue(id, head, adopted.state);
}

void BookWriter::keep_version(EntryVersion version, EntryHead& head, Act act, std::string detail) {
    ++head.versions;
    add_version(version, head.versions, act, std::move(detail));
    list_anew_under_month(version, head);
    save(version.entry.id, head);
}

/// The version before the current one may be of another month.
void BookWriter::list_anew_under_month(const EntryVersion& version, const EntryHead& head) {
    const Entry before = this->version(version.entry.id, head.versions - 1).entry;
    vault_.erase(Table::months, month_key(vault_, before.content.application_date, head.number));
    list_under_month(version, head);
}

void BookWriter::keep_signature(const EntryId& id, const EntryHead& head, SignatureRecord signature,
                                std::string note) {
    signature.version = head.versions;
    signature.sequence = journal_.next();
    const std::string packed = pack(signature);
    const std::string key = version_key(id, head.versions);
    vault_.insert(Table::signatures, key, packed);
    const std::string row = attached_key(vault_, platform::message_digest_of(signature.cms));
    if (!vault_.has(Table::attached, row)) vault_.put(Table::attached, row, key);
    vault_.erase(Table::to_sign, key_of(static_cast<std::uint64_t>(head.number)));
    journal_.append(Act::attached, id, packed, std::move(note));
}

void BookWriter::attach(const EntryId& id, EntryHead& head, SignatureRecord signature,
                        std::string note) {
    const std::uint64_t sequence = journal_.next();
    keep_signature(id, head, std::move(signature), std::move(note));
    const Entry entry = version(id, head.versions).entry;
    const bool stays = entry.disclosure == DisclosureClass::local ||
                       entry.disclosure == DisclosureClass::withdrawn;
    if (stays) return;
    const bool waited = head.delivery == DeliveryState::awaiting_signature;
    queue_anew(id, head, DeliveryState::pending,
               waited ? head.position : position_of(sequence, entry));
}

void BookWriter::send_again(const EntryId& id, EntryHead& head, DeliveryState state) {
    queue_anew(id, head, state, head.position);
}

void BookWriter::move(const EntryId& id, EntryHead& head, DeliveryState state) {
    leave_queue(id, head);
    join_queue(id, head, state);
}

void BookWriter::leave_queue(const EntryId& id, const EntryHead& head) {
    if (vault_.erase(table_of(head.delivery), key_of(head.position))) return;
    throw StoreError(StoreError::Kind::damaged,
                     platform::Message{"entry.not_in_its_queue", {{"id", id.to_string()}}});
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
