#pragma once

#include "platform/files/key_store.h"
#include "platform/random.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/register/open_register.h"
#include "store/register/register.h"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim {

/// A closed register's file with its seals open to a test: to put in it what the register itself
/// would never write.
class RawRegister {
public:
    RawRegister(const store::RegisterSettings& settings, const platform::KeyStore& keys,
                platform::Random& random)
        : vault_(store::register_file(settings.directory), store::Environment::Open::existing,
                 *keys.load(store::kKeyName), random) {}

    void set_schema(std::string_view schema) {
        vault_.write([&](store::VaultWriter& writer) {
            writer.put(store::Table::meta, writer.index("meta", "schema"), schema);
        });
    }

    void back_to_schema_one() {
        back_to_schema_two();
        vault_.write([&](store::VaultWriter& writer) { clear(writer, store::Table::months); });
        set_schema("1");
    }

    void back_to_schema_two() {
        vault_.write([&](store::VaultWriter& writer) {
            clear(writer, store::Table::to_sign);
            for (const std::string_view name : {"books", "require_signature"}) {
                writer.erase(store::Table::meta, writer.index("meta", name));
            }
            for (const std::string& id : keys(writer, store::Table::entries)) {
                auto head = store::unpack<store::EntryHead>(*writer.get(store::Table::entries, id));
                const store::Table queue = store::table_of(head.delivery);
                writer.erase(queue, store::key_of(head.position));
                head.position -= store::kBehindWithdrawals;
                head.receipt = 0;
                writer.put(queue, store::key_of(head.position), id);
                writer.put(store::Table::entries, id, store::pack(head));
            }
        });
        set_schema("2");
    }

    void write(const std::function<void(store::VaultWriter&)>& body) { vault_.write(body); }

    [[nodiscard]] store::JournalRecord last_act() const {
        store::JournalRecord record;
        vault_.read([&](const store::VaultReader& vault) {
            const auto key = vault.last_key(store::Table::journal);
            record = store::unpack<store::JournalRecord>(*vault.get(store::Table::journal, *key));
        });
        return record;
    }

    /// The n-th row of a table, its value changed by `change` and sealed again.
    template <class Change>
    void change(store::Table table, std::size_t row, const Change& change) {
        vault_.write([&](store::VaultWriter& writer) {
            const std::string key = keys(writer, table).at(row);
            std::string value = *writer.get(table, key);
            change(value);
            writer.put(table, key, value);
        });
    }

    /// Moves the first entry of a queue among the delivered, as if there were a receipt.
    void call_delivered(store::Table queue) {
        vault_.write([&](store::VaultWriter& writer) {
            const std::string position = keys(writer, queue).front();
            const std::string id = *writer.get(queue, position);
            auto head = store::unpack<store::EntryHead>(*writer.get(store::Table::entries, id));
            head.delivery = store::DeliveryState::delivered;
            writer.put(store::Table::entries, id, store::pack(head));
            writer.erase(queue, position);
            writer.put(store::Table::delivered, position, id);
        });
    }

    void erase(store::Table table, std::size_t row) {
        vault_.write(
            [&](store::VaultWriter& writer) { writer.erase(table, keys(writer, table).at(row)); });
    }

    static std::vector<std::string> keys(const store::VaultReader& vault, store::Table table) {
        std::vector<std::string> result;
        vault.scan(table, {}, [&](std::string_view key, const std::string&) {
            result.emplace_back(key);
            return true;
        });
        return result;
    }

private:
    static void clear(store::VaultWriter& writer, store::Table table) {
        for (const std::string& key : keys(writer, table)) writer.erase(table, key);
    }

    store::Vault vault_;
};

}  // namespace tizilim
