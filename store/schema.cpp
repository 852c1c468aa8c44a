#include "store/schema.h"

#include "store/book.h"
#include "store/entry.h"
#include "store/records.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

// Stored, as keyed hashes. Never rename.
constexpr std::string_view kSchemaName = "schema";
constexpr std::string_view kIdentityName = "identity";

using Migration = void (*)(VaultWriter&);

/// Schema 2: entries are found by month.
void add_months(VaultWriter& vault) {
    const BookReader book(vault);
    const auto last = static_cast<std::uint64_t>(book.last_number());
    for (std::uint64_t number = 1; number <= last; ++number) {
        const std::optional<EntryId> id = book.id_of(EntryNumber{number});
        if (!id) continue;  // verify names the gap
        const EntryHead head = book.expect_head(*id);
        const Entry entry = book.version(*id, head.versions).entry;
        vault.put(Table::months, month_key(vault, entry.content.application_date, head.number),
                  id->raw());
    }
}

/// The n-th brings a register from schema n to n + 1. Never change one that was shipped.
constexpr std::array<Migration, kSchema - 1> kMigrations{&add_months};

std::string meta_key(const VaultReader& vault, std::string_view name) {
    return vault.index("meta", name);
}

std::uint32_t schema_of(const VaultReader& vault) {
    const std::optional<std::string> text = vault.get(Table::meta, meta_key(vault, kSchemaName));
    if (!text) {
        const bool empty = vault.count(Table::meta) == 0;
        throw StoreError(empty ? StoreError::Kind::damaged : StoreError::Kind::wrong_key,
                         empty ? "the register's file has lost what it is; keep it as it is and "
                                 "restore a backup"
                               : "the key does not belong to this register; put back the key that "
                                 "was made with it, or restore a backup with the recovery code");
    }
    std::uint32_t schema = 0;
    std::from_chars(text->data(), text->data() + text->size(), schema);
    if (schema > kSchema) {
        throw StoreError(StoreError::Kind::newer_schema,
                         "the register has schema " + *text + ", this program knows up to " +
                             std::to_string(kSchema) + "; install the newer version again");
    }
    if (schema == 0) {
        throw StoreError(StoreError::Kind::damaged,
                         "the register's schema is unreadable; restore a backup");
    }
    return schema;
}

}  // namespace

void write_schema(VaultWriter& vault, const Identity& identity) {
    vault.put(Table::meta, meta_key(vault, kIdentityName), pack(identity));
    vault.put(Table::meta, meta_key(vault, kSchemaName), std::to_string(kSchema));
}

Identity open_schema(Vault& vault) {
    Identity identity;
    std::uint32_t schema = 0;
    vault.read([&](const VaultReader& reader) {
        schema = schema_of(reader);
        const auto bytes = reader.get(Table::meta, meta_key(reader, kIdentityName));
        if (!bytes) {
            throw StoreError(StoreError::Kind::damaged,
                             "the register does not say which book it is; restore a backup");
        }
        identity = unpack<Identity>(*bytes);
    });
    if (schema == kSchema) return identity;
    vault.write([&](VaultWriter& writer) {
        for (std::uint32_t from = schema; from < kSchema; ++from) kMigrations[from - 1](writer);
        writer.put(Table::meta, meta_key(writer, kSchemaName), std::to_string(kSchema));
    });
    return identity;
}

}  // namespace tizilim::store
