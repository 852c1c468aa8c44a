#include "store/disk/reserve.h"

#include "platform/text/message.h"
#include "store/store_error.h"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace tizilim::store {
namespace {

/// Each delivered entry rewrites a few pages: enough for hundreds of batches.
constexpr std::uint64_t kReserveBytes = std::uint64_t{8} << 20;

}  // namespace

void Reserve::keep(std::uint64_t bytes) const {
    const std::uint64_t used = vault_.bytes_used();
    const std::uint64_t wanted = used + bytes + kReserveBytes;
    if (wanted <= used + this->bytes()) return;
    // Half a reserve ahead: not for every entry.
    if (vault_.reserve(wanted + kReserveBytes / 2)) return;
    throw StoreError(StoreError::Kind::disk_full, platform::Message{"disk.no_room_to_record"});
}

std::uint64_t Reserve::bytes() const {
    std::error_code failed;  // an unreadable size: no reserve to speak of
    const std::uintmax_t size = std::filesystem::file_size(vault_.file(), failed);
    const std::uint64_t used = vault_.bytes_used();
    return failed || size <= used ? 0 : size - used;
}

}  // namespace tizilim::store
