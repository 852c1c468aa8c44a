#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tizilim::platform {

/// Landlock's rules on files (landlock(7)). For confinement_linux.cpp alone.
struct FileRules {
    std::uint64_t denied = 0;   ///< everywhere, of kFileRight…
    std::uint64_t allowed = 0;  ///< of these, beneath `folders`
    std::vector<std::filesystem::path> folders{};
    bool may_connect = false;  ///< by TCP; from version 4 on nothing else may
};

/// linux/landlock.h of Debian 12 ends at version 2.
inline constexpr std::uint64_t kFileExecute = 1U << 0U;
inline constexpr std::uint64_t kFileWrite = 1U << 1U;
inline constexpr std::uint64_t kFileRead = 1U << 2U;
inline constexpr std::uint64_t kFolderRead = 1U << 3U;
inline constexpr std::uint64_t kFolderRemove = 1U << 4U;
inline constexpr std::uint64_t kFileRemove = 1U << 5U;
inline constexpr std::uint64_t kFolderMake = 1U << 7U;
inline constexpr std::uint64_t kFileMake = 1U << 8U;
/// Sockets, pipes, links by name and devices, which no program of ours makes once it is confined.
inline constexpr std::uint64_t kOtherMake = 1U << 6U | 1U << 9U | 1U << 10U | 1U << 11U | 1U << 12U;
inline constexpr std::uint64_t kFileMove = 1U << 13U;       ///< to another folder; version 2
inline constexpr std::uint64_t kFileTruncate = 1U << 14U;   ///< version 3
inline constexpr std::uint64_t kDeviceControl = 1U << 15U;  ///< version 5
inline constexpr std::uint64_t kFileChange = kFileExecute | kFileWrite | kFolderRemove |
                                             kFileRemove | kFolderMake | kFileMake | kOtherMake |
                                             kFileMove | kFileTruncate | kDeviceControl;

/// The version of this kernel that is known here; 0: it has none.
[[nodiscard]] int file_rules_version();

/// This thread and those that it starts keep `rules`, as far as `version` has them, and signals and
/// abstract sockets reach no process outside (version 6). \throws MessageError, FileError
void keep_file_rules(const FileRules& rules, int version);

}  // namespace tizilim::platform
