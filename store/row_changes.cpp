#include "store/row_changes.h"

#include "store/byte_parts.h"
#include "store/tables.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

// Stored. Never change.
constexpr char kPut = 1;
constexpr char kErase = 2;
constexpr std::size_t kNameBytes = 1;  ///< of the length of a table's name
constexpr std::size_t kKeyBytes = 2;
constexpr std::size_t kValueBytes = 4;

}  // namespace

void RowChanges::begin(char kind, Table table, std::string_view key, std::size_t value_bytes) {
    ++count_;
    // What the numbers take is a few bytes a row.
    if (bytes_.size() + key.size() + value_bytes > bytes_max_) {
        kept_ = false;
        bytes_.clear();
        bytes_.shrink_to_fit();
    }
    if (!kept_) return;
    const std::string_view name = name_of(table);
    bytes_ += kind;
    append_number(bytes_, name.size(), kNameBytes);
    bytes_ += name;
    append_number(bytes_, key.size(), kKeyBytes);
    bytes_ += key;
}

void RowChanges::put(Table table, std::string_view key, std::string_view value) {
    begin(kPut, table, key, value.size());
    if (!kept_) return;
    append_number(bytes_, value.size(), kValueBytes);
    bytes_ += value;
}

void RowChanges::erase(Table table, std::string_view key) {
    begin(kErase, table, key, 0);
}

bool RowChanges::visit(std::string_view bytes, const std::function<void(const Row&)>& visitor) {
    Parts parts(bytes);
    while (!parts.at_end()) {
        const std::uint64_t kind = parts.number(1);
        const std::string_view name = parts.take(parts.number(kNameBytes));
        Row row{Table::meta, parts.take(parts.number(kKeyBytes)), {}};
        if (kind == kPut) row.value = parts.take(parts.number(kValueBytes));
        const auto* const found = std::ranges::find(kTableNames, name);
        if (!parts.whole() || (kind != kPut && kind != kErase)) return false;
        if (found == std::end(kTableNames)) return false;
        row.table = static_cast<Table>(std::distance(std::begin(kTableNames), found));
        visitor(row);
    }
    return true;
}

}  // namespace tizilim::store
