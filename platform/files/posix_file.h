#pragma once

#include "platform/files/descriptor.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace tizilim::platform {

/// `code` is of a message that says what was tried, with `path`, the `system`'s reason and an
/// `advice`. \throws FileError
[[noreturn]] void throw_file_error(std::string_view code, const std::filesystem::path& path,
                                   int system_error);

/// A regular file, for reading. \throws FileError also for a folder, a pipe or a device.
[[nodiscard]] Descriptor open_regular_file(const std::filesystem::path& path);

/// \throws FileError also when there are more than `bytes_max`.
[[nodiscard]] std::string read_descriptor(const Descriptor& file, const std::filesystem::path& path,
                                          std::size_t bytes_max);

/// \throws FileError if `target` must not be replaced: a device, a pipe or a folder
void expect_replaceable(const std::filesystem::path& target);

/// \throws FileError
void write_descriptor(const Descriptor& file, const std::filesystem::path& path,
                      std::string_view content);

/// Makes what was created, renamed or removed in `directory` survive a crash. \throws FileError
void sync_directory(const std::filesystem::path& directory);

/// A unique name beside `target`: ".<its name>.<pid>-<random>.tmp".
[[nodiscard]] std::filesystem::path temporary_beside(const std::filesystem::path& target);

/// A new file beside `target` (mode 0600), written and synced; removed with this object, unless it
/// was renamed.
class TemporaryFile {
public:
    /// \throws FileError
    TemporaryFile(const std::filesystem::path& target, std::string_view content);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Renames it to `target`, durably, replacing a file. \throws FileError
    void replace_target();
    /// Renames it to `target`, durably; false when the name is taken. \throws FileError
    [[nodiscard]] bool become_target();

private:
    std::filesystem::path target_;
    std::filesystem::path path_;
};

/// The folder that holds `path`; "." for a bare name.
[[nodiscard]] std::filesystem::path directory_of(const std::filesystem::path& path);

}  // namespace tizilim::platform
