#pragma once

#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::platform {

/// Names the file, what was tried, the system's reason and what to do.
class FileError : public MessageError {
public:
    FileError(Message message, int system_error)
        : MessageError(std::move(message)), system_error_(system_error) {}
    FileError(const std::string& message, int system_error)
        : FileError(as_it_stands(message), system_error) {}
    [[nodiscard]] int system_error() const noexcept { return system_error_; }  ///< errno, or 0

private:
    int system_error_;
};

/// Makes `directory` and its missing parents, readable by the owner alone.
/// \throws FileError
void make_private_directory(const std::filesystem::path& directory);

/// Writes `content` to a new file beside `path` (mode 0600), syncs it, renames it to `path` and
/// syncs the directory: after a crash there is the old file or the new one, whole. \throws
/// FileError
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Writes `content` at `offset` of `path`, which is made (mode 0600) if it isn't there, and is no
/// link. Not synced: for what may be lost. \throws FileError
void write_file_at(const std::filesystem::path& path, std::uint64_t offset,
                   std::string_view content);

/// Adds `content` to the end of `path`, which is made (mode 0600) if it isn't there; on the disk
/// when it returns, and not there at all when it throws. A crash may leave a part of it. \throws
/// FileError
void append_durably(const std::filesystem::path& path, std::string_view content);

/// Gives the file `from` the name `to` in the same folder, durably; replaces a file of that name.
/// \throws FileError
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// \throws FileError also when the file holds more than `bytes_max`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t bytes_max);

/// Allocates disk so that `path` is `bytes` long at least; its content stays, and it is never made
/// shorter. False when the disk is full. \throws FileError for any other reason
[[nodiscard]] bool reserve_file_space(const std::filesystem::path& path, std::uint64_t bytes);

/// Whether `path` is `directory` or below it, links followed; also for names that do not exist.
[[nodiscard]] bool is_within(const std::filesystem::path& directory,
                             const std::filesystem::path& path);

/// The mode, as "0644", if it gives group or others access; else empty.
[[nodiscard]] std::string access_beyond_owner(const std::filesystem::path& path);

/// Who else than this user can add files to a folder and remove them.
struct OtherWriters {
    std::optional<std::uint64_t> owner{};  ///< another user's id
    std::string mode{};                    ///< "0777"; empty: of the owner, who can anyway
};
/// Nothing: nobody.
[[nodiscard]] std::optional<OtherWriters> writers_beyond_owner(
    const std::filesystem::path& directory);

}  // namespace tizilim::platform
