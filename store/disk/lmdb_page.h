#pragma once

#include "platform/text/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tizilim::store::lmdb {

// The file format of LMDB 0.9 as its mdb.c has it, on machines of 64 bits, little endian.

inline constexpr std::uint16_t kBranchPage = 0x01;
inline constexpr std::uint16_t kLeafPage = 0x02;
inline constexpr std::uint16_t kOverflowPage = 0x04;
inline constexpr std::uint16_t kMetaPage = 0x08;

inline constexpr std::uint16_t kBigValue = 0x01;   ///< of a node: its value is on pages of its own
inline constexpr std::uint16_t kTreeValue = 0x02;  ///< of a node: its value is a TreeRecord

inline constexpr std::uint16_t kIntegerKeys = 0x08;       ///< of a tree
inline constexpr std::uint16_t kNoSubdirectory = 0x4000;  ///< kept beside the free list's flags

inline constexpr std::size_t kPageHeaderBytes = 16;
inline constexpr std::size_t kNodeHeaderBytes = 8;
inline constexpr std::size_t kPageBytesMin = 512;
inline constexpr std::size_t kPageBytesMax = 32768;
inline constexpr std::size_t kKeyBytesMax = 511;
inline constexpr std::size_t kDepthMax = 32;
inline constexpr std::uint64_t kNoPage = ~std::uint64_t{0};  ///< the root of an empty tree
inline constexpr std::uint64_t kFirstDataPage = 2;

/// A tree as the file describes it.
struct TreeRecord {
    static constexpr std::size_t kBytes = 48;

    std::uint32_t pad = 0;
    std::uint16_t flags = 0;
    std::uint16_t depth = 0;
    std::uint64_t entries = 0;
    std::uint64_t root = kNoPage;

    /// `bytes` holds kBytes.
    [[nodiscard]] static TreeRecord read(std::string_view bytes);
};

/// One of the two states that a file holds: after the last transaction, and after the one before.
struct Meta {
    static constexpr std::size_t kBytes = 152;  ///< with the page header before it

    std::uint64_t page_bytes = 0;
    TreeRecord free_list;
    TreeRecord main;
    std::uint64_t last_page = 0;
    std::uint64_t transaction = 0;

    /// `bytes`: the beginning of a page. Nothing when that is no meta page of this format.
    [[nodiscard]] static std::optional<Meta> read(std::string_view bytes);
};

/// A key, with its value on a leaf, or the page below on a branch.
struct Node {
    std::string_view key;
    std::uint16_t flags = 0;      ///< on a leaf
    std::uint64_t child = 0;      ///< on a branch
    std::size_t value_bytes = 0;  ///< on a leaf
    std::string_view value;       ///< in the page; of a big one the number of its first page

    [[nodiscard]] std::uint64_t big_page() const;
};

/// A page of nodes, as untrusted bytes; they outlive it.
class NodePage {
public:
    explicit NodePage(std::string_view bytes) : bytes_(bytes) {}

    [[nodiscard]] std::uint64_t number() const;
    [[nodiscard]] std::uint16_t flags() const;
    [[nodiscard]] std::uint32_t overflow_pages() const;
    [[nodiscard]] bool is_branch() const { return flags() == kBranchPage; }
    [[nodiscard]] bool is_leaf() const { return flags() == kLeafPage; }

    /// How many nodes it has, or nothing when its bounds are invalid.
    [[nodiscard]] std::optional<std::size_t> count() const;
    /// Nothing when it reaches out of the page. `index` is below count().
    [[nodiscard]] std::optional<Node> node(std::size_t index) const;
    /// Those within the page.
    [[nodiscard]] std::vector<Node> nodes() const;
    /// What is wrong with its bounds or its nodes' offsets, or nothing.
    [[nodiscard]] std::optional<platform::Message> fault() const;

private:
    [[nodiscard]] std::uint16_t lower() const;
    [[nodiscard]] std::uint16_t upper() const;
    std::string_view bytes_;
};

/// The tree's order: bytes, then length; `integers`: numbers, as in the free list.
[[nodiscard]] bool key_less(std::string_view a, std::string_view b, bool integers);

/// Little endian. `bytes` is long enough.
template <class Number>
[[nodiscard]] Number read_number(std::string_view bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return static_cast<Number>(number);
}

}  // namespace tizilim::store::lmdb
