#pragma once

#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/register/register.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

struct BackupReport {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
    std::uint64_t removed = 0;  ///< older ones
    /// Why an older one was not removed: it could not be; all stay while there is
    /// BookState::problem, since they may know more than the register; it has a backup's name and
    /// is none; or it says that it is newer. Nothing: all beyond `keep` were.
    std::optional<platform::Message> not_removed{};
    /// Who else can remove or replace backups in the folder; nothing: nobody.
    std::optional<platform::Message> folder_warning{};
};

struct BackupOptions {
    std::filesystem::path directory;
    /// How many backups of this book the folder keeps, this one included; 0: all of them.
    std::uint32_t keep = 0;
};

/// Writes a snapshot of the register to a file while the register is in use. Sealed as a whole;
/// read back and compared before it gets its name; then older ones are removed. One at a time: a
/// second call waits. An exception of `progress` ends it and leaves no file.
/// \throws StoreError: the folder is gone or full, or the register has no recovery code
BackupReport back_up(const Register& registry, const BackupOptions& options,
                     const Progress& progress);

/// "tizilim-K7ABCDEFGH-20261102T040000Z.backup"
[[nodiscard]] std::string backup_name(std::string_view book, platform::WallTime at);
/// When the backup of `book` that has this name was made; nothing: it is another file.
[[nodiscard]] std::optional<platform::WallTime> backup_time(std::string_view name,
                                                            std::string_view book);
/// When the newest backup of this register's book in a folder was made, without those later than
/// `now` and files that only have a backup's name. \throws StoreError when the folder can't be read
[[nodiscard]] std::optional<platform::WallTime> newest_backup(
    const Register& registry, const std::filesystem::path& directory, platform::WallTime now);

/// The file in a folder that is the newest backup of this register's book by its name, whatever is
/// in it.
[[nodiscard]] std::optional<std::filesystem::path> newest_named_backup(
    const Register& registry, const std::filesystem::path& directory, platform::WallTime now);

/// A backup that was restored, looked at and thrown away again.
struct BackupDrill {
    std::filesystem::path file;
    platform::WallTime made_at{};
    std::uint64_t entries = 0;
};

/// Restores a backup of this register in a folder within the register's, verifies what came out as
/// a restore does, and removes it, while the register is in use. With the register's own key: that
/// the paper with the recovery code is still there, only a person can try; what that code opens is
/// compared with what the register holds. No backup is made meanwhile. An exception of `progress`
/// ends it. \throws StoreError: damaged; disk_full, and nothing is tried; refused where the backup
/// is of an earlier recovery code
BackupDrill try_backup(const Register& registry, const std::filesystem::path& file,
                       const Progress& progress);

/// Removes what a drill left that was cut off. Before any other is made.
void remove_drill(const std::filesystem::path& register_directory);

/// Most backups of a folder that are looked at.
inline constexpr std::size_t kBackupsSeenMax = 500;

/// A file with the name of a backup, as far as it can be told without its recovery code.
struct BackupSeen {
    std::filesystem::path file;
    std::string book;               ///< by its name
    platform::WallTime named_at{};  ///< by its name
    std::uint64_t bytes = 0;
    /// Whether it is of this register, and was made in the second that its name says; nothing: not
    /// known, since there is no register to compare it with.
    std::optional<bool> is_ours{};
    /// Why not even its head can be read; nothing: it can. Only a restore reads all of it.
    std::optional<platform::Message> problem{};
};

struct BackupsSeen {
    std::vector<BackupSeen> newest;  ///< the newest first, by their names
    std::uint64_t left_out = 0;      ///< older ones, beyond kBackupsSeenMax
};

/// The backups in a folder, of any register and book. `registry` may be null.
/// \throws StoreError when the folder can't be read
[[nodiscard]] BackupsSeen backups_in(const std::filesystem::path& directory,
                                     const Register* registry);

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

/// Makes a register from a backup in `settings.directory`, where there is none yet. The peer is
/// asked anew for everything that was delivered. The register gets its name when it is whole and
/// verified; until then the folder stays as it was.
/// \throws StoreError: refused for a mistyped code, wrong_key for another register's, damaged for a
/// truncated or altered file, newer_schema, exists, absent
RestoreReport restore(const RegisterSettings& settings, const RestoreOptions& options,
                      platform::KeyStore& keys, const platform::Clock& clock,
                      platform::Random& random);

/// The key of the register that a backup is of. \throws StoreError: refused for a mistyped code,
/// wrong_key for another register's, damaged when its head can't be read, newer_schema
[[nodiscard]] platform::MasterKey key_of_backup(const std::filesystem::path& file,
                                                const std::string& recovery_code);

/// Makes a recovery code for a register: the first one, or a new one after a loss. Backups made so
/// far still need the code of their time. Returns the code, to be shown once. \throws StoreError
[[nodiscard]] std::string renew_recovery_code(Register& registry);

}  // namespace tizilim::store
