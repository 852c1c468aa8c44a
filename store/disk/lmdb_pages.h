#pragma once

#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// A register of this size, some 30,000 entries, is checked whole in 35 ms; one of a million must
/// be open in 100 ms.
inline constexpr std::uint64_t kCheckWholeBytesMax = std::uint64_t{64} << 20;

/// How much of a register's file is checked.
enum class PagesToCheck {
    affordable,  ///< all up to kCheckWholeBytesMax; above, branches only: a page in a hundred
    all
};

struct PagesReport {
    /// Which page of which table is wrong, and how; nothing: none is.
    std::optional<platform::Message> fault;
    std::uint64_t bytes_claimed = 0;  ///< up to the last page that may be in use
    std::uint64_t bytes_there = 0;    ///< the file's size
};

/// Checks the structure that LMDB trusts: that every page which is reached exists, is reached once,
/// and holds what it should, in order. LMDB checks none of that, and reads and writes wherever a
/// damaged page sends it. Reads the file without LMDB, never writes. Memory: a page for each level
/// of a tree, a bit for each page of the file. `transaction`: the state to check; nothing: the
/// newest. \throws StoreError, absent or io, when the file can't be read
[[nodiscard]] PagesReport check_pages(const std::filesystem::path& file, PagesToCheck pages,
                                      std::optional<std::uint64_t> transaction = {});

/// A row found in a damaged file; only its seal tells whether it is genuine.
struct SalvagedRow {
    std::optional<std::string> table;  ///< nothing: the page is not reached from any
    std::string_view key;
    std::string_view value;
    /// Known to be of the last committed state, not left over from an earlier one.
    bool current = false;
};

/// Visits every row on every readable page, also on pages of earlier states: rows may come twice,
/// and out of date. Nothing is checked but that a row is within its pages. \throws StoreError,
/// absent or io
void salvage_rows(const std::filesystem::path& file,
                  const std::function<void(const SalvagedRow&)>& visit);

}  // namespace tizilim::store
