#pragma once

#include "platform/clock.h"
#include "platform/process_lock.h"
#include "platform/random.h"
#include "store/records.h"
#include "store/register.h"
#include "store/register_replication.h"
#include "store/reserve.h"
#include "store/vault.h"

#include <cstdint>
#include <filesystem>

namespace tizilim::store {

/// What the faces of the register (Register, OwnerSession, RegisterReplication) share.
class Register::Impl {
public:
    Impl(RegisterSettings settings, const platform::KeyStore& keys, const platform::Clock& clock,
         platform::Random& random);

    /// Where an entry of that class goes when it has just been recorded or revised.
    [[nodiscard]] DeliveryState first_state(DisclosureClass disclosure) const;

    /// Entries that have not left go where the setting `require_signature` of today sends them.
    void apply_signature_setting();

    const RegisterSettings settings;
    const platform::Clock& clock;
    platform::Random& random;
    const platform::ProcessLock lock;
    Vault vault;
    const Reserve reserve;
    Identity identity;
    RegisterReplication replication;
};

/// The names by which a register finds its parts in its folder.
[[nodiscard]] std::filesystem::path register_file(const std::filesystem::path& directory);

/// The key store's name of a register's key.
inline constexpr const char* kKeyName = "register";

}  // namespace tizilim::store
