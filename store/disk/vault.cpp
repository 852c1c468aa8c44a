#include "store/disk/vault.h"

#include "platform/hex.h"
#include "platform/text/message.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/keys/seal.h"
#include "store/store_error.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

constexpr std::size_t kNumberBytes = 8;
/// What may be written while a long reader keeps the map from growing: address space only, and 20 s
/// of the fastest writer.
constexpr std::uint64_t kRoomBytes = std::uint64_t{1} << 30;

}  // namespace

std::string key_of(std::uint64_t number) {
    std::string key(kNumberBytes, '\0');
    for (std::size_t i = kNumberBytes; i-- > 0; number >>= 8) {
        key[i] = static_cast<char>(number & 0xff);
    }
    return key;
}

std::uint64_t number_of(std::string_view key) {
    if (key.size() != kNumberBytes) {
        throw StoreError(StoreError::Kind::damaged, platform::Message{"disk.key_size"});
    }
    std::uint64_t number = 0;
    for (const char c : key) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

std::string VaultReader::opened(Table table, std::string_view key, std::string_view sealed) const {
    std::optional<std::string> plain = seal_.open(name_of(table), key, sealed);
    if (plain) return *std::move(plain);
    throw StoreError(StoreError::Kind::damaged,
                     platform::Message{"disk.record_closed",
                                       {{"record", platform::to_hex(std::as_bytes(std::span(key)))},
                                        {"table", name_of(table)}}});
}

std::optional<std::string> VaultReader::get(Table table, std::string_view key) const {
    const std::optional<std::string_view> sealed = raw_.get(table, key);
    if (!sealed) return {};
    return opened(table, key, *sealed);
}

std::uint64_t VaultReader::last_number(Table table) const {
    const auto row = raw_.last(table);
    const std::uint64_t count = raw_.count(table);
    if (!row && count == 0) return 0;
    if (row && row->key == key_of(count)) return count;
    throw StoreError(StoreError::Kind::damaged,
                     platform::Message{"disk.row_lost", {{"table", name_of(table)}}});
}

std::optional<std::string> VaultReader::last_key(Table table) const {
    const auto row = raw_.last(table);
    if (!row) return {};
    return std::string(row->key);
}

void VaultReader::scan(
    Table table, std::string_view from,
    const std::function<bool(std::string_view key, std::string value)>& visit) const {
    raw_.scan(table, from, [&](std::string_view key, std::string_view sealed) {
        return visit(key, opened(table, key, sealed));
    });
}

void VaultReader::scan_back(
    Table table, std::string_view from,
    const std::function<bool(std::string_view key, std::string value)>& visit) const {
    raw_.scan_back(table, from, [&](std::string_view key, std::string_view sealed) {
        return visit(key, opened(table, key, sealed));
    });
}

std::string VaultReader::index(std::string_view domain, std::string_view text) const {
    return std::string(bytes_of(seal_.index(domain, text)));
}

void VaultWriter::insert(Table table, std::string_view key, std::string_view value) {
    raw_.insert(table, key, seal_.seal(name_of(table), key, value));
}

void VaultWriter::put(Table table, std::string_view key, std::string_view value) {
    raw_.put(table, key, seal_.seal(name_of(table), key, value));
}

void Vault::read(const std::function<void(const VaultReader&)>& body) const {
    environment_.read([&](const RawReader& raw) { body(VaultReader(raw, seal_)); });
}

void Vault::read_sealed(
    const std::function<void(const RawReader&, const VaultReader&)>& body) const {
    environment_.make_room(kRoomBytes);
    environment_.read([&](const RawReader& raw) { body(raw, VaultReader(raw, seal_)); });
}

void Vault::write(const std::function<void(VaultWriter&)>& body) {
    environment_.write([&](RawWriter& raw) {
        VaultWriter writer(raw, seal_);
        body(writer);
    });
}

}  // namespace tizilim::store
