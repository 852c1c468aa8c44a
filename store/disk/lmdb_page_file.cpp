#include "store/disk/lmdb_page_file.h"

#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/disk/lmdb_page.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ios>
#include <string>
#include <system_error>

namespace tizilim::store::lmdb {
namespace {

/// Of most machines; where the second meta page is looked for when the first does not say.
constexpr std::uint64_t kPageBytesUsual = 4096;

StoreError unreadable(const std::filesystem::path& path) {
    return {StoreError::Kind::io, platform::Message{"disk.unreadable", {{"file", path.string()}}}};
}

}  // namespace

PageFile::PageFile(const std::filesystem::path& path) : path_(path) {
    std::error_code failed;
    bytes_ = std::filesystem::file_size(path, failed);
    if (failed) {
        throw StoreError(
            failed == std::errc::no_such_file_or_directory ? StoreError::Kind::absent
                                                           : StoreError::Kind::io,
            platform::Message{
                "disk.not_examined",
                {{"file", path.string()}, {"system", as_json(platform::system_message(failed))}}});
    }
    // Pages are read as they are asked for: a buffer would read ahead what is not wanted.
    file_.rdbuf()->pubsetbuf(nullptr, 0);
    file_.open(path, std::ios::in | std::ios::binary);
    if (!file_) throw unreadable(path);
}

std::string PageFile::read(std::uint64_t at, std::uint64_t count) {
    if (at >= bytes_) return {};
    std::string bytes(static_cast<std::size_t>(std::min(count, bytes_ - at)), '\0');
    file_.seekg(static_cast<std::streamoff>(at));
    file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file_) throw unreadable(path_);
    return bytes;
}

PageFile::Metas PageFile::metas() {
    Metas metas;
    std::uint64_t page_bytes = kPageBytesUsual;
    metas.even = Meta::read(read(0, Meta::kBytes));
    if (metas.even) page_bytes = metas.even->page_bytes;
    metas.odd = Meta::read(read(page_bytes, Meta::kBytes));
    return metas;
}

}  // namespace tizilim::store::lmdb
