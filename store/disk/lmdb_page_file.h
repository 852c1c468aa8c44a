#pragma once

#include "store/disk/lmdb_page.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace tizilim::store::lmdb {

/// A register's file, read without LMDB. \throws StoreError, absent or io
class PageFile {
public:
    explicit PageFile(const std::filesystem::path& path);

    /// Up to `count` bytes; less only where the file ends.
    [[nodiscard]] std::string read(std::uint64_t at, std::uint64_t count);
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    /// The two states; nothing for one that is missing or no meta page.
    struct Metas {
        std::optional<Meta> even;  ///< of a transaction of an even number
        std::optional<Meta> odd;
    };
    [[nodiscard]] Metas metas();

private:
    std::filesystem::path path_;
    std::ifstream file_;
    std::uint64_t bytes_ = 0;
};

}  // namespace tizilim::store::lmdb
