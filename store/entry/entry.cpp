#include "store/entry/entry.h"

#include "platform/hex.h"
#include "platform/text/message.h"
#include "store/keys/seal.h"
#include "store/replication/replication.h"
#include "store/store_error.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

constexpr std::size_t kUuidChars = 36;
constexpr std::array<std::size_t, 4> kDashes{8, 13, 18, 23};

}  // namespace

std::string EntryId::to_string() const {
    std::string text = platform::to_hex(bytes);
    for (const std::size_t dash : kDashes) text.insert(dash, 1, '-');
    return text;
}

std::optional<EntryId> EntryId::parse(std::string_view text) {
    if (text.size() != kUuidChars) return {};
    std::string hex(text);
    for (auto dash = kDashes.rbegin(); dash != kDashes.rend(); ++dash) {
        if (hex[*dash] != '-') return {};
        hex.erase(*dash, 1);
    }
    const bool upper =
        std::any_of(hex.begin(), hex.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    const std::optional<std::string> raw = platform::from_hex(hex);
    if (upper || !raw || raw->size() != sizeof(EntryId::bytes)) return {};
    return from_raw(*raw);
}

std::string document_id(const EntryId& id) {
    return std::string(kEntryPrefix) + id.to_string();
}

std::string_view EntryId::raw() const {
    return bytes_of(bytes);
}

EntryId EntryId::from_raw(std::string_view bytes) {
    EntryId id;
    if (bytes.size() != id.bytes.size()) {
        throw StoreError(StoreError::Kind::damaged, platform::Message{"entry.id_damaged"});
    }
    std::transform(bytes.begin(), bytes.end(), id.bytes.begin(),
                   [](char c) { return static_cast<std::byte>(c); });
    return id;
}

}  // namespace tizilim::store
