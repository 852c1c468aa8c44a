#pragma once

#include "platform/clock.h"
#include "platform/key_store.h"
#include "platform/random.h"
#include "store/register/register.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

struct BackupReport {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
    std::uint64_t removed = 0;  ///< older ones that gave way
    /// Why one of them could not be removed, or why all stay: of a register whose book is in doubt
    /// (BookState::problem) they may know more than it does. Also a file that has the name of one
    /// and is none, or says that it is newer: those count for nothing. Empty: all that had to went.
    std::string not_removed;
    /// Who else can take backups away, or put others in their place; empty: nobody.
    std::string folder_warning;
};

struct BackupOptions {
    std::filesystem::path directory;
    /// How many backups of this book the folder keeps, this one included; 0: all of them.
    std::uint32_t keep = 0;
};

/// Writes what the register holds now, as one consistent state, while it goes on working. Sealed as
/// a whole; read back and compared before it gets its name; then older ones give way. One at a time
/// of a register: another waits. What `progress` throws ends it, and leaves nothing behind.
/// \throws StoreError: the folder is gone or full, or the register's recovery code was never made
BackupReport back_up(const Register& registry, const BackupOptions& options,
                     const Progress& progress);

/// "tizilim-K7ABCDEFGH-20261102T040000Z.backup"
[[nodiscard]] std::string backup_name(std::string_view book, platform::WallTime at);
/// When the backup of `book` that has this name was made; nothing: it is another file.
[[nodiscard]] std::optional<platform::WallTime> backup_time(std::string_view name,
                                                            std::string_view book);
/// When the newest backup of this register's book in a folder was made, leaving out those of a
/// clock that went ahead of `now`, and files that only have such a name. \throws StoreError when
/// the folder can't be read
[[nodiscard]] std::optional<platform::WallTime> newest_backup(
    const Register& registry, const std::filesystem::path& directory, platform::WallTime now);

struct RestoreOptions {
    std::filesystem::path file;
    std::string recovery_code;  ///< as typed
    /// The machine that the backup came from is gone, and nothing was recorded after it.
    bool continue_book = false;
    Progress progress{};
};

struct RestoreReport {
    std::string book;  ///< in which new entries go
    std::uint64_t entries = 0;
    platform::WallTime backed_up_at{};
};

/// Makes a register of a backup in `settings.directory`, where there is none yet. Everything that
/// had been delivered is asked for anew at the peer. The register gets its name when it is whole
/// and verified; until then the folder stays as it was.
/// \throws StoreError: refused for a mistyped code, wrong_key for another register's, damaged for a
/// truncated or altered file, newer_schema, exists, absent
RestoreReport restore(const RegisterSettings& settings, const RestoreOptions& options,
                      platform::KeyStore& keys, const platform::Clock& clock,
                      platform::Random& random);

/// The key of the register that a backup is of. \throws StoreError: refused for a mistyped code,
/// wrong_key for another register's, damaged when its head can't be read, newer_schema
[[nodiscard]] platform::MasterKey key_of_backup(const std::filesystem::path& file,
                                                const std::string& recovery_code);

/// Makes a recovery code for a register that has its key: the first one, or another in the place of
/// one that was lost or seen. Backups made so far go on to open with the code they were made under.
/// The code, to be shown once. \throws StoreError; platform::LockHeld
[[nodiscard]] std::string renew_recovery_code(const RegisterSettings& settings,
                                              const platform::KeyStore& keys,
                                              const platform::Clock& clock,
                                              platform::Random& random);

}  // namespace tizilim::store
