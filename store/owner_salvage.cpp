#include "platform/key_store.h"
#include "platform/process_lock.h"
#include "platform/random.h"
#include "store/book.h"
#include "store/entry.h"
#include "store/lmdb_pages.h"
#include "store/owner_session.h"
#include "store/records.h"
#include "store/register_impl.h"
#include "store/seal.h"
#include "store/tables.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

/// The number at the end of a version's key; nothing when the key is none.
std::optional<std::uint32_t> version_in(std::string_view key) {
    constexpr std::size_t kIdBytes = sizeof(EntryId::bytes);
    if (key.size() <= kIdBytes) return {};
    std::uint32_t number = 0;
    for (const char c : key.substr(kIdBytes)) number = number << 8 | static_cast<unsigned char>(c);
    if (version_key(EntryId::from_raw(key.substr(0, kIdBytes)), number) != key) return {};
    return number;
}

}  // namespace

std::uint64_t OwnerSession::salvage(const std::filesystem::path& directory,
                                    const platform::KeyStore& keys, platform::Random& random,
                                    const std::function<void(const EntryView&)>& visit) {
    const platform::ProcessLock alone(folder_of_register(directory));
    const Seal seal(key_of_register(keys), random);
    std::set<std::string> seen;
    salvage_rows(register_file(directory), [&](const SalvagedRow& row) {
        const char* const table = name_of(Table::versions);
        if (row.table && *row.table != table) return;
        const std::optional<std::uint32_t> number = version_in(row.key);
        if (!number || seen.contains(std::string(row.key))) return;
        const std::optional<std::string> bytes = seal.open(table, row.key, row.value);
        if (!bytes) return;
        EntryView view = content_view(EntryCodec::unpack(*bytes));
        view.versions = *number;
        seen.emplace(row.key);
        visit(view);
    });
    return seen.size();
}

}  // namespace tizilim::store
