#pragma once

#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/keys/seal.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// A sequence number as a table's key: 8 bytes, big endian, so that keys sort as numbers do.
[[nodiscard]] std::string key_of(std::uint64_t number);
/// \throws StoreError, damaged, for a key of another size
[[nodiscard]] std::uint64_t number_of(std::string_view key);

/// A snapshot of the register, its values unsealed. \throws StoreError, damaged, naming the record
class VaultReader {
public:
    VaultReader(const RawReader& raw, const Seal& seal) : raw_(raw), seal_(seal) {}

    [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const;
    [[nodiscard]] bool has(Table table, std::string_view key) const {
        return raw_.get(table, key).has_value();
    }
    [[nodiscard]] std::uint64_t count(Table table) const { return raw_.count(table); }
    /// The last of the numbers 1, 2, 3… that are the keys of `table`; 0 when it is empty.
    /// \throws StoreError, damaged, when there are gaps: then the next number is not known
    [[nodiscard]] std::uint64_t last_number(Table table) const;

    /// The greatest key; nothing when the table is empty.
    [[nodiscard]] std::optional<std::string> last_key(Table table) const;

    /// Rows from the first key at or after `from`, until `visit` returns false.
    void scan(Table table, std::string_view from,
              const std::function<bool(std::string_view key, std::string value)>& visit) const;
    /// The same from the last key at or before `from`, which is not empty, in reverse order of key.
    void scan_back(Table table, std::string_view from,
                   const std::function<bool(std::string_view key, std::string value)>& visit) const;

    /// A keyed digest of `text` for use as a table's key: 16 bytes.
    [[nodiscard]] std::string index(std::string_view domain, std::string_view text) const;

private:
    [[nodiscard]] std::string opened(Table table, std::string_view key,
                                     std::string_view sealed) const;
    const RawReader& raw_;
    const Seal& seal_;
};

class VaultWriter : public VaultReader {
public:
    VaultWriter(RawWriter& raw, const Seal& seal)
        : VaultReader(raw, seal), raw_(raw), seal_(seal) {}
    void put(Table table, std::string_view key, std::string_view value);
    /// A row that may never overwrite another. \throws StoreError, damaged, when the key is taken
    void insert(Table table, std::string_view key, std::string_view value);
    bool erase(Table table, std::string_view key) { return raw_.erase(table, key); }

private:
    RawWriter& raw_;
    const Seal& seal_;
};

/// The register file with every value sealed.
class Vault {
public:
    Vault(std::filesystem::path file, Environment::Open open, const platform::MasterKey& key,
          platform::Random& random)
        : environment_(std::move(file), open), seal_(key, random) {}

    void read(const std::function<void(const VaultReader&)>& body) const;
    /// A snapshot that also gives values as sealed in the file, for a backup. May take long:
    /// writers don't wait for it.
    void read_sealed(const std::function<void(const RawReader&, const VaultReader&)>& body) const;
    /// One durable transaction. `body` may run again from the start.
    void write(const std::function<void(VaultWriter&)>& body);

    /// For what is stored beside the file, as the anchor is.
    [[nodiscard]] const Seal& seal() const { return seal_; }
    /// As Environment::check_pages().
    [[nodiscard]] std::optional<platform::Message> check_pages() const {
        return environment_.check_pages();
    }
    /// The rest: as in Environment.
    [[nodiscard]] std::optional<platform::Message> path_problem() const {
        return environment_.path_problem();
    }
    void expect_at_its_path() const { environment_.expect_at_its_path(); }
    [[nodiscard]] bool reserve(std::uint64_t bytes) const { return environment_.reserve(bytes); }
    [[nodiscard]] std::uint64_t bytes_used() const { return environment_.bytes_used(); }
    [[nodiscard]] const std::filesystem::path& file() const { return environment_.file(); }

private:
    Environment environment_;
    Seal seal_;
};

}  // namespace tizilim::store
