#pragma once

#include "platform/clock.h"
#include "platform/key_store.h"
#include "platform/random.h"
#include "store/disclosure.h"
#include "store/entry.h"
#include "store/replication.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tizilim::store {

struct RegisterSettings {
    std::filesystem::path directory;
    platform::UtcOffset utc_offset{std::chrono::hours(5)};
    Language language = Language::ru;
    bool require_signature = true;
    DisclosurePolicy policy;
};

/// Entries by delivery state. Counted from the tables themselves, in one snapshot.
struct Balance {
    std::uint64_t recorded = 0;
    std::uint64_t local = 0;
    std::uint64_t awaiting_signature = 0;
    std::uint64_t pending = 0;
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t conflicts = 0;  ///< beside the delivery states, not one of them
    std::optional<platform::WallTime> oldest_pending_at;

    /// 0, or a bug: how many entries are in no state, or in two.
    [[nodiscard]] std::int64_t error() const {
        return static_cast<std::int64_t>(recorded) -
               static_cast<std::int64_t>(local + awaiting_signature + pending + sent + delivered +
                                         quarantined);
    }
};

struct StoreFigures {
    std::uint64_t bytes = 0;          ///< of the data file that are in use
    std::uint64_t reserve_bytes = 0;  ///< of disk held back for delivery when it is full
};

struct VerifyReport {
    std::uint64_t entries = 0;
    std::uint64_t journal_records = 0;
    std::string chain_head;                ///< hex
    std::optional<std::string> first_bad;  ///< which record, and what is wrong with it
};

/// `done` of `total`, called now and then.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

class OwnerSession;

/// The register in a folder: book, journal, outbox and all, in LMDB, every value sealed. Safe for
/// threads. One process at a time (ProcessLock).
class Register {
public:
    /// Makes a new register with its key and its book. \throws StoreError, kind exists, if one is
    /// there
    static void create(const RegisterSettings& settings, platform::KeyStore& keys,
                       const platform::Clock& clock, platform::Random& random);

    /// Opens it, migrates an older schema. \throws StoreError; platform::LockHeld
    Register(RegisterSettings settings, const platform::KeyStore& keys,
             const platform::Clock& clock, platform::Random& random);
    ~Register();
    Register(const Register&) = delete;
    Register& operator=(const Register&) = delete;

    [[nodiscard]] std::string book() const;  ///< 10 characters
    [[nodiscard]] Balance balance() const;
    [[nodiscard]] StoreFigures figures() const;
    [[nodiscard]] Replication& replication();
    /// The acts of the register's owner: the one place that shows what is confidential.
    [[nodiscard]] OwnerSession owner();
    /// Recomputes chain, numbers, seals, indexes and the balance.
    [[nodiscard]] VerifyReport verify(const Progress& progress) const;

    class Impl;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::store
