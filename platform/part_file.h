#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace tizilim::platform {

/// A file too large for memory: written in parts to a new file beside `target` (mode 0600), which
/// takes its name when it is whole. Removed with this object, unless finish() was called.
class PartFile {
public:
    /// \throws FileError
    explicit PartFile(const std::filesystem::path& target);
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    /// \throws FileError
    void append(std::string_view part);
    /// Syncs it and puts it in the place of `target`, durably. \throws FileError
    void finish();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::platform
