#pragma once

#include <filesystem>
#include <string>

namespace tizilim::support {

/// A folder of one's own under the system's temporary one, gone with the test.
class TempDirectory {
public:
    TempDirectory() : TempDirectory(std::filesystem::temp_directory_path()) {}
    explicit TempDirectory(const std::filesystem::path& under);
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

}  // namespace tizilim::support
