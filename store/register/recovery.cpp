#include "store/register/recovery.h"

#include "platform/text/message.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/keys/recovery_cost.h"
#include "store/keys/seal.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

constexpr std::string_view kRecoveryName = "recovery";  // Stored, as a keyed hash. Never rename.
constexpr std::size_t kNumberBytes = 8;

std::string recovery_key(const VaultReader& vault) {
    return vault.index("meta", kRecoveryName);
}

}  // namespace

std::string encode(const WrappedKey& wrapped) {
    std::string bytes(bytes_of(wrapped.salt));
    bytes += key_of(wrapped.cost.passes);
    bytes += key_of(wrapped.cost.memory_bytes);
    return bytes += wrapped.sealed;
}

std::optional<WrappedKey> decode_wrapped_key(std::string_view bytes) {
    if (bytes.size() != kWrappedKeyBytes) return {};
    const auto take = [&bytes](std::size_t count) {
        const std::string_view part = bytes.substr(0, count);
        bytes.remove_prefix(count);
        return part;
    };
    WrappedKey wrapped;
    const auto salt = std::as_bytes(std::span(take(wrapped.salt.size())));
    std::copy(salt.begin(), salt.end(), wrapped.salt.begin());
    wrapped.cost.passes = number_of(take(kNumberBytes));
    wrapped.cost.memory_bytes = number_of(take(kNumberBytes));
    wrapped.sealed = bytes;
    if (!is_bearable(wrapped.cost)) return {};
    return wrapped;
}

void write_recovery(VaultWriter& vault, const WrappedKey& wrapped) {
    vault.put(Table::meta, recovery_key(vault), encode(wrapped));
}

WrappedKey read_recovery(const VaultReader& vault) {
    const std::optional<std::string> bytes = vault.get(Table::meta, recovery_key(vault));
    if (!bytes) {
        throw refusal(platform::Message{"recovery.no_code_yet"});
    }
    std::optional<WrappedKey> wrapped = decode_wrapped_key(*bytes);
    if (wrapped) return *std::move(wrapped);
    throw StoreError(StoreError::Kind::damaged, platform::Message{"recovery.unreadable"});
}

}  // namespace tizilim::store
