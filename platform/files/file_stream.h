#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace tizilim::platform {

/// A new file that is written part by part under a temporary name beside `target` (mode 0600) and
/// gets its name by publish(); without that the destructor removes it. \throws FileError
class NewFile {
public:
    explicit NewFile(std::filesystem::path target);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::string_view part);
    /// Syncs, and drops the pages from memory: what is read now is read from the disk.
    void sync();
    /// Renames it to `target`, durably; replaces a file of that name.
    void publish();

    [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    /// The target's name of a temporary file `name`, which a crash may have left; empty: it is no
    /// temporary file.
    [[nodiscard]] static std::string_view target_of(std::string_view name);

private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;  ///< empty: published
    int descriptor_;
    std::uint64_t bytes_ = 0;
};

/// A regular file, read from start to end. \throws FileError
class FileReader {
public:
    explicit FileReader(std::filesystem::path path);
    /// Opens a regular file of this user, no link; null when it is anything else, or can't be read.
    [[nodiscard]] static std::unique_ptr<FileReader> own(const std::filesystem::path& path);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    /// Fills `part` as far as the file reaches; returns how many bytes.
    [[nodiscard]] std::size_t read(std::span<char> part);
    [[nodiscard]] std::uint64_t size() const;

private:
    FileReader(std::filesystem::path path, int descriptor);
    std::filesystem::path path_;
    int descriptor_;
};

}  // namespace tizilim::platform
