#pragma once

#include <cstdint>

namespace tizilim::store {

/// How much is stored of foreign documents: whoever may write at the server can write any number.
/// What goes beyond is left out, and the pull goes on.
struct ForeignBounds {
    /// In all, beside what an honest unified system writes. An office sees a few a year; and they
    /// take as much as a register of 10,000 entries, at most.
    std::uint64_t documents_max = 10'000;
    std::uint64_t bytes_max = std::uint64_t{64} << 20;
    /// More for each entry of the register: the unified system says of each what its number is and
    /// what became of it, in one document of a few hundred bytes.
    std::uint64_t documents_an_entry = 1;
    std::uint64_t bytes_an_entry = std::uint64_t{4} << 10;
    /// Of one document: no lawyer has that many PCs, and one document must not take all the room.
    std::uint64_t leaves_max = 32;
    std::uint64_t leaves_bytes_max = std::uint64_t{1} << 20;
};

}  // namespace tizilim::store
