#include "store/register/schema.h"

#include "platform/cms/cms_signature.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/merge/foreign_documents.h"
#include "store/merge/revision_rows.h"
#include "store/merge/revision_tree.h"
#include "store/store_error.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

// Stored, as keyed hashes. Never rename.
constexpr std::string_view kSchemaName = "schema";
constexpr std::string_view kIdentityName = "identity";

using Migration = void (*)(VaultWriter&);

std::vector<EntryId> ids_in(const VaultReader& vault, Table table) {
    std::vector<EntryId> ids;
    vault.scan(table, {}, [&](std::string_view, const std::string& raw) {
        ids.push_back(EntryId::from_raw(raw));
        return true;
    });
    return ids;
}

std::vector<EntryId> ids_in_keys(const VaultReader& vault, Table table) {
    std::vector<EntryId> ids;
    vault.scan(table, {}, [&](std::string_view key, const std::string&) {
        ids.push_back(EntryId::from_raw(key));
        return true;
    });
    return ids;
}

/// Schema 2: entries are found by month.
void add_months(VaultWriter& vault) {
    const BookReader book(vault);
    for (const EntryId& id : ids_in(vault, Table::numbers)) {
        const EntryHead head = book.expect_head(id);
        const Entry entry = book.version(id, head.versions).entry;
        vault.put(Table::months, month_key(vault, entry.content.application_date, head.number),
                  id.raw());
    }
}

/// Where in the journal the receipt of each delivered entry is.
std::map<EntryId, std::uint64_t> receipts_in(const VaultReader& vault) {
    std::map<EntryId, std::uint64_t> receipts;
    vault.scan(Table::journal, {}, [&](std::string_view, const std::string& bytes) {
        const auto record = unpack<JournalRecord>(bytes);
        if (record.act == Act::delivered) receipts[record.entry] = record.sequence;
        return true;
    });
    return receipts;
}

/// Schema 3: books, signatures, receipts that are found from their entries, and room in the outbox
/// before all that waits.
void add_books_and_signatures(VaultWriter& vault) {
    const auto identity = unpack<Identity>(read_meta(vault, kIdentityName).value_or(""));
    write_books(vault, {{{identity.book, identity.installation_id, {}, 0}}});
    const auto receipts = receipts_in(vault);
    const BookReader book(vault);
    for (const EntryId& id : ids_in(vault, Table::numbers)) {
        EntryHead head = book.expect_head(id);
        const Table queue = table_of(head.delivery);
        vault.erase(queue, key_of(head.position));
        head.position += kBehindWithdrawals;
        vault.put(queue, key_of(head.position), id.raw());
        const auto receipt = receipts.find(id);
        const bool delivered = head.delivery == DeliveryState::delivered;
        if (delivered && receipt != receipts.end()) head.receipt = receipt->second;
        vault.put(Table::entries, id.raw(), pack(head));
        vault.put(Table::to_sign, key_of(static_cast<std::uint64_t>(head.number)), id.raw());
    }
}

/// Schema 4: conflicts say what they are about, and what was withdrawn is asked for until it is
/// gone.
void add_conflicts(VaultWriter& vault) {
    for (const EntryId& id : ids_in_keys(vault, Table::conflicts)) {
        const RevisionSet set(revisions_of(vault, {Table::revisions, id}));
        ConflictRecord record;
        record.shown_is_ours = true;
        for (const RevisionRecord* leaf : set.foreign_leaves()) {
            record.other = leaf->revision;
            record.aside = leaf->body;
            if (leaf->deleted && set.is_deleted()) record.kind = ConflictKind::deleted;
            break;
        }
        vault.put(Table::conflicts, id.raw(), pack(record));
    }
    const BookReader book(vault);
    for (const EntryId& id : ids_in(vault, Table::delivered)) {
        const EntryHead head = book.expect_head(id);
        const Entry entry = book.version(id, head.versions).entry;
        if (entry.disclosure != DisclosureClass::withdrawn) continue;
        ForgetRecord record;
        for (const RevisionRecord& held : revisions_of(vault, {Table::revisions, id})) {
            if (held.revision != head.leaf) record.revisions.push_back(held.revision);
        }
        vault.put(Table::to_forget, id.raw(), pack(record));
    }
}

/// Schema 5: what each signature is over is found again, so that none is attached twice.
void add_attached(VaultWriter& vault) {
    std::vector<std::string> keys;
    vault.scan(Table::signatures, {}, [&](std::string_view key, const std::string&) {
        keys.emplace_back(key);
        return true;
    });
    for (const std::string& key : keys) {
        const auto signature =
            unpack<SignatureRecord>(vault.get(Table::signatures, key).value_or(""));
        const std::string row = attached_key(vault, platform::message_digest_of(signature.cms));
        if (!vault.has(Table::attached, row)) vault.put(Table::attached, row, key);
    }
}

/// Schema 6: revisions carry their ancestors in their digests, and versions the tags of their
/// class. What is held stays as it is; an older program can't read what is added.
void add_ancestry(VaultWriter& /*vault*/) {}

/// The n-th brings a register from schema n to n + 1. Never change one that was shipped.
constexpr std::array<Migration, kSchema - 1> kMigrations{
    &add_months, &add_books_and_signatures, &add_conflicts, &add_attached, &add_ancestry};

std::uint32_t schema_of(const VaultReader& vault) {
    const std::optional<std::string> text = read_meta(vault, kSchemaName);
    if (!text) {
        const bool empty = vault.count(Table::meta) == 0;
        if (empty) throw StoreError(StoreError::Kind::damaged, Message{"register.schema_lost"});
        throw StoreError(StoreError::Kind::wrong_key, Message{"key.not_of_this_register"});
    }
    std::uint32_t schema = 0;
    std::from_chars(text->data(), text->data() + text->size(), schema);
    if (schema > kSchema) {
        throw StoreError(
            StoreError::Kind::newer_schema,
            Message{"register.schema_newer", {{"schema", schema}, {"known", kSchema}}});
    }
    if (schema == 0) {
        throw StoreError(StoreError::Kind::damaged, Message{"register.schema_unreadable"});
    }
    return schema;
}

/// What a program that is older still reads, should the migration turn out to be a mistake. Nobody
/// writes meanwhile: this process alone has the file open. \throws StoreError, refused
void copy_before_migration(const std::filesystem::path& file, std::uint32_t schema) {
    std::filesystem::path copy = file;
    copy += ".schema-" + std::to_string(schema);
    try {
        platform::FileReader original(file);
        platform::NewFile written(copy);
        constexpr std::size_t kPartBytes = std::size_t{1} << 20;
        std::vector<char> part(kPartBytes);
        while (const std::size_t bytes = original.read(part)) written.write({part.data(), bytes});
        written.sync();
        written.publish();
    } catch (const platform::FileError& error) {
        throw refusal(
            Message{"register.not_copied",
                    {{"copy", copy.string()}, {"why", platform::as_json(error.message())}}});
    }
}

}  // namespace

void write_schema(VaultWriter& vault, const Identity& identity) {
    write_meta(vault, kIdentityName, pack(identity));
    write_books(vault, {{{identity.book, identity.installation_id, {}, 0}}});
    write_meta(vault, kSchemaName, std::to_string(kSchema));
    recount_foreign(vault);
}

Identity open_schema(Vault& vault) {
    Identity identity;
    std::uint32_t schema = 0;
    vault.read([&](const VaultReader& reader) {
        schema = schema_of(reader);
        const auto bytes = read_meta(reader, kIdentityName);
        if (!bytes) {
            throw StoreError(StoreError::Kind::damaged, Message{"register.without_identity"});
        }
        identity = unpack<Identity>(*bytes);
    });
    if (schema == kSchema) return identity;
    copy_before_migration(vault.file(), schema);
    vault.write([&](VaultWriter& writer) {
        for (std::uint32_t from = schema; from < kSchema; ++from) kMigrations[from - 1](writer);
        write_meta(writer, kSchemaName, std::to_string(kSchema));
    });
    return identity;
}

}  // namespace tizilim::store
