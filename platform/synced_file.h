#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace tizilim::platform {

class Descriptor;

/// A file that is written in place and synced by its owner, who must know what a failure has left.
class SyncedFile {
public:
    enum class Open {
        existing,
        anew  ///< with mode 0600, in the place of a file of that name
    };
    /// \throws FileError
    SyncedFile(std::filesystem::path path, Open open);
    ~SyncedFile();
    SyncedFile(const SyncedFile&) = delete;
    SyncedFile& operator=(const SyncedFile&) = delete;

    struct Write {
        int system_error = 0;         ///< 0: all was written
        std::size_t bytes_taken = 0;  ///< of those to be written, before it failed
    };
    [[nodiscard]] Write write(std::uint64_t at, std::string_view bytes);

    /// 0 when all that was written is on the disk, else the system's reason. It is given once: what
    /// was not synced may then be dropped, and a second sync says nothing of it. Write it again.
    [[nodiscard]] int sync();

    /// Up to `count` bytes; less only where the file ends. \throws FileError
    [[nodiscard]] std::string read(std::uint64_t at, std::size_t count) const;

    /// write() and sync(). \throws FileError
    void put(std::uint64_t at, std::string_view bytes);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Says what could not be done with it. \throws FileError
    [[noreturn]] void fail(std::string_view tried, int system_error) const;

private:
    std::filesystem::path path_;
    std::unique_ptr<Descriptor> file_;
};

/// Makes a file that was made in its folder survive a crash. \throws FileError
void sync_folder_of(const std::filesystem::path& path);

/// False when there is none. \throws FileError
bool remove_file(const std::filesystem::path& path);

}  // namespace tizilim::platform
