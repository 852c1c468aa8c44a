#include "store/disk/lmdb_page.h"

#include "platform/text/message.h"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tizilim::store::lmdb {
namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;

// Where the fields stand in a meta page.
constexpr std::size_t kMagicAt = kPageHeaderBytes;
constexpr std::size_t kVersionAt = kMagicAt + 4;
constexpr std::size_t kFreeListAt = kVersionAt + 20;  // an address and the map's size between
constexpr std::size_t kMainAt = kFreeListAt + TreeRecord::kBytes;
constexpr std::size_t kLastPageAt = kMainAt + TreeRecord::kBytes;
constexpr std::size_t kTransactionAt = kLastPageAt + 8;
static_assert(kTransactionAt + 8 == Meta::kBytes);

/// Nodes begin at even places.
constexpr std::size_t kNodePlacesMax = kPageBytesMax / 2;

bool is_page_size(std::uint64_t bytes) {
    return bytes >= kPageBytesMin && bytes <= kPageBytesMax && (bytes & (bytes - 1)) == 0;
}

}  // namespace

TreeRecord TreeRecord::read(std::string_view bytes) {
    TreeRecord record;
    record.pad = read_number<std::uint32_t>(bytes, 0);
    record.flags = read_number<std::uint16_t>(bytes, 4);
    record.depth = read_number<std::uint16_t>(bytes, 6);
    record.entries = read_number<std::uint64_t>(bytes, 32);
    record.root = read_number<std::uint64_t>(bytes, 40);
    return record;
}

std::optional<Meta> Meta::read(std::string_view bytes) {
    if (bytes.size() < kBytes || NodePage(bytes).flags() != kMetaPage) return {};
    if (read_number<std::uint32_t>(bytes, kMagicAt) != kMagic) return {};
    if (read_number<std::uint32_t>(bytes, kVersionAt) != kVersion) return {};
    Meta meta;
    meta.free_list = TreeRecord::read(bytes.substr(kFreeListAt));
    meta.main = TreeRecord::read(bytes.substr(kMainAt));
    meta.page_bytes = meta.free_list.pad;
    meta.last_page = read_number<std::uint64_t>(bytes, kLastPageAt);
    meta.transaction = read_number<std::uint64_t>(bytes, kTransactionAt);
    if (!is_page_size(meta.page_bytes)) return {};
    return meta;
}

std::uint64_t Node::big_page() const {
    return read_number<std::uint64_t>(value, 0);
}

std::uint64_t NodePage::number() const {
    return read_number<std::uint64_t>(bytes_, 0);
}
std::uint16_t NodePage::flags() const {
    return read_number<std::uint16_t>(bytes_, 10);
}
std::uint32_t NodePage::overflow_pages() const {
    return read_number<std::uint32_t>(bytes_, 12);
}
std::uint16_t NodePage::lower() const {
    return read_number<std::uint16_t>(bytes_, 12);
}
std::uint16_t NodePage::upper() const {
    return read_number<std::uint16_t>(bytes_, 14);
}

std::optional<std::size_t> NodePage::count() const {
    if (lower() < kPageHeaderBytes || lower() % 2 != 0 || lower() > upper()) return {};
    if (upper() > bytes_.size()) return {};
    return (lower() - kPageHeaderBytes) / 2;
}

std::optional<Node> NodePage::node(std::size_t index) const {
    const std::size_t at = read_number<std::uint16_t>(bytes_, kPageHeaderBytes + 2 * index);
    if (at < upper() || at % 2 != 0 || at + kNodeHeaderBytes > bytes_.size()) return {};
    const std::string_view bytes = bytes_.substr(at);
    const auto low = read_number<std::uint32_t>(bytes, 0);
    Node node;
    node.flags = read_number<std::uint16_t>(bytes, 4);
    const std::size_t key_bytes = read_number<std::uint16_t>(bytes, 6);
    if (key_bytes > kKeyBytesMax || kNodeHeaderBytes + key_bytes > bytes.size()) return {};
    node.key = bytes.substr(kNodeHeaderBytes, key_bytes);
    if (is_branch()) {
        node.child = low | std::uint64_t{node.flags} << 32;
        return node;
    }
    node.value_bytes = low;
    const std::size_t kept = (node.flags & kBigValue) != 0 ? sizeof(std::uint64_t) : low;
    const std::string_view rest = bytes.substr(kNodeHeaderBytes + key_bytes);
    if (kept > rest.size()) return {};
    node.value = rest.substr(0, kept);
    return node;
}

std::vector<Node> NodePage::nodes() const {
    std::vector<Node> nodes;
    const std::size_t there = count().value_or(0);
    nodes.reserve(there);
    for (std::size_t i = 0; i < there; ++i) {
        if (const std::optional<Node> found = node(i)) nodes.push_back(*found);
    }
    return nodes;
}

std::optional<platform::Message> NodePage::fault() const {
    const std::optional<std::size_t> nodes = count();
    if (!nodes) return platform::Message{"lmdb.bounds_invalid"};
    std::bitset<kNodePlacesMax> taken;
    for (std::size_t i = 0; i < *nodes; ++i) {
        const std::optional<Node> found = node(i);
        if (!found) return platform::Message{"lmdb.row_outside_page", {{"row", i + 1}}};
        const auto begin = static_cast<std::size_t>(found->key.data() - bytes_.data());
        const std::size_t end = begin + found->key.size() + found->value.size();
        for (std::size_t place = (begin - kNodeHeaderBytes) / 2; place < (end + 1) / 2; ++place) {
            if (taken[place]) return platform::Message{"lmdb.row_over_another", {{"row", i + 1}}};
            taken.set(place);
        }
    }
    return {};
}

bool key_less(std::string_view a, std::string_view b, bool integers) {
    if (!integers || a.size() != sizeof(std::uint64_t) || b.size() != a.size()) return a < b;
    return read_number<std::uint64_t>(a, 0) < read_number<std::uint64_t>(b, 0);
}

}  // namespace tizilim::store::lmdb
