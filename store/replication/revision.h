#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tizilim::store {

/// A CouchDB revision, "3-9f…": its generation and a digest.
struct Revision {
    static constexpr std::size_t kDigestBytesMax = 256;

    std::uint32_t generation = 0;  ///< number of edits; 1 is the first, 0 is no revision
    std::string digest{};          ///< ours are 32 hex digits; a peer may send any text

    /// CouchDB's order: among leaves that are all deleted or all live, the greatest wins.
    auto operator<=>(const Revision&) const = default;

    [[nodiscard]] std::string to_string() const {
        return std::to_string(generation) + '-' + digest;
    }

    /// Nothing unless `text` is a generation from 1, a dash and a digest of at most
    /// kDigestBytesMax.
    [[nodiscard]] static std::optional<Revision> parse(std::string_view text) {
        Revision revision;
        const char* const begin = text.data();
        const char* const end = begin + text.size();
        const auto [dash, failed] = std::from_chars(begin, end, revision.generation);
        if (failed != std::errc{} || revision.generation == 0 || text[0] == '0') return {};
        if (dash == end || *dash != '-' || dash + 1 == end) return {};
        revision.digest.assign(dash + 1, end);
        if (revision.digest.size() > kDigestBytesMax) return {};
        return revision;
    }
};

}  // namespace tizilim::store
