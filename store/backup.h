#pragma once

#include "platform/clock.h"
#include "platform/key_store.h"
#include "platform/random.h"
#include "store/register.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace tizilim::store {

struct BackupReport {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
    std::uint64_t removed = 0;  ///< older ones that gave way
};

struct BackupOptions {
    std::filesystem::path directory;
    /// How many backups of this register the folder keeps, this one included; 0: all of them.
    std::uint32_t keep = 0;
};

/// Writes what the register holds now, as one consistent state, while it goes on working. Sealed as
/// a whole; read back and compared before it gets its name; then older ones give way.
/// \throws StoreError: the folder is gone or full, or the register's recovery code was never made
BackupReport back_up(const Register& registry, const BackupOptions& options,
                     const Progress& progress);

struct RestoreOptions {
    std::filesystem::path file;
    std::string recovery_code;  ///< as typed
    /// The machine that the backup came from is gone, and nothing was recorded after it.
    bool continue_book = false;
};

struct RestoreReport {
    std::string book;  ///< in which new entries go
    std::uint64_t entries = 0;
    platform::WallTime backed_up_at{};
};

/// Makes a register of a backup in `settings.directory`, where there is none yet. Everything that
/// had been delivered is asked for anew at the peer. \throws StoreError: wrong_key for another
/// code, damaged for a truncated or altered file, newer_schema, exists
RestoreReport restore(const RegisterSettings& settings, const RestoreOptions& options,
                      platform::KeyStore& keys, const platform::Clock& clock,
                      platform::Random& random);

}  // namespace tizilim::store
