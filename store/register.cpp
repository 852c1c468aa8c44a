#include "store/register.h"

#include "platform/clock.h"
#include "platform/file.h"
#include "platform/key_store.h"
#include "platform/process_lock.h"
#include "platform/random.h"
#include "store/book.h"
#include "store/codes.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/lmdb.h"
#include "store/owner_session.h"
#include "store/records.h"
#include "store/register_impl.h"
#include "store/replication.h"
#include "store/schema.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"
#include "store/verifier.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::store {
namespace {

/// Disk held back so that delivery goes on when it is full: each delivered entry rewrites a few
/// pages.
constexpr std::uint64_t kReserveBytes = std::uint64_t{8} << 20;

constexpr std::size_t kBookCharacters = 10;
constexpr std::size_t kInstallationBytes = 16;

platform::MasterKey key_of_register(const platform::KeyStore& keys) {
    std::optional<platform::MasterKey> key = keys.load(kKeyName);
    if (key) return *std::move(key);
    throw StoreError(StoreError::Kind::wrong_key,
                     "the register's key is not in the key store; put it back, or restore a backup "
                     "with the recovery code");
}

/// 31 signs that are not taken for one another when they are read aloud.
std::string new_book(platform::Random& random) {
    constexpr std::string_view kSigns = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    std::string book;
    while (book.size() < kBookCharacters) book += kSigns[random.below(kSigns.size())];
    return book;
}

std::string random_bytes(platform::Random& random, std::size_t count) {
    std::string bytes(count, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

std::filesystem::path lock_file(const RegisterSettings& settings, bool creating) {
    if (!creating && !std::filesystem::exists(register_file(settings.directory))) {
        throw StoreError(StoreError::Kind::absent, "there is no register in " +
                                                       settings.directory.string() +
                                                       "; make one with `tizilim init`");
    }
    return settings.directory / "lock";
}

/// Turns what the platform can't do into what the register can't do.
template <class Body>
auto translated(const Body& body) {
    try {
        return body();
    } catch (const platform::FileError& error) {
        const int code = error.system_error();
        const bool denied = code == EACCES || code == EROFS || code == EPERM;
        throw StoreError(code == ENOSPC ? StoreError::Kind::disk_full
                         : denied       ? StoreError::Kind::read_only
                                        : StoreError::Kind::io,
                         error.what());
    }
}

}  // namespace

std::filesystem::path register_file(const std::filesystem::path& directory) {
    return directory / "register.mdb";
}

Register::Impl::Impl(RegisterSettings chosen, const platform::KeyStore& keys,
                     const platform::Clock& time, platform::Random& source)
    : settings(std::move(chosen)),
      clock(time),
      random(source),
      lock(translated([&] { return lock_file(settings, false); })),
      vault(register_file(settings.directory), Environment::Open::existing, key_of_register(keys),
            source),
      identity(open_schema(vault)),
      replication(vault, identity, settings.policy, time, source) {}

DeliveryState Register::Impl::first_state(DisclosureClass disclosure) const {
    if (disclosure == DisclosureClass::local) return DeliveryState::local;
    return settings.require_signature ? DeliveryState::awaiting_signature : DeliveryState::pending;
}

void Register::Impl::keep_reserve(std::uint64_t bytes) {
    const std::uint64_t wanted = vault.bytes_used() + bytes + kReserveBytes;
    if (wanted <= vault.bytes_used() + reserve_bytes()) return;
    // Half a reserve ahead: not for every entry.
    const std::uint64_t ahead = wanted + kReserveBytes / 2;
    if (translated([&] { return platform::reserve_file_space(vault.file(), ahead); })) return;
    throw StoreError(StoreError::Kind::disk_full,
                     "the disk is full: no new entry can be recorded, what is recorded is safe and "
                     "delivery goes on; free some space and try again");
}

std::uint64_t Register::Impl::reserve_bytes() const {
    std::error_code ignored;  // unreadable size: no reserve to speak of
    const std::uintmax_t size = std::filesystem::file_size(vault.file(), ignored);
    const std::uint64_t used = vault.bytes_used();
    return ignored || size <= used ? 0 : size - used;
}

void Register::create(const RegisterSettings& settings, platform::KeyStore& keys,
                      const platform::Clock& clock, platform::Random& random) {
    translated([&] {
        platform::make_private_directory(settings.directory);
        const platform::ProcessLock lock(lock_file(settings, true));
        const std::filesystem::path file = register_file(settings.directory);
        std::optional<platform::MasterKey> key = keys.load(kKeyName);
        if (!key && std::filesystem::exists(file)) {
            throw StoreError(StoreError::Kind::exists,
                             "there is a register file in " + settings.directory.string() +
                                 " but not its key; put the key back, or choose another folder");
        }
        if (!key) {
            key.emplace(random.bytes<platform::MasterKey::kBytes>());
            keys.create(kKeyName, *key);
        }
        Vault vault(file, Environment::Open::create, *key, random);
        vault.write([&](VaultWriter& writer) {
            if (writer.count(Table::meta) > 0) {
                throw StoreError(StoreError::Kind::exists, "there is a register in " +
                                                               settings.directory.string() +
                                                               " already; nothing was changed");
            }
            write_schema(writer, {new_book(random), random.hex(kInstallationBytes),
                                  random_bytes(random, sizeof(Digest32))});
            JournalWriter(writer, clock, random).append(Act::created, {});
        });
    });
}

Register::Register(RegisterSettings settings, const platform::KeyStore& keys,
                   const platform::Clock& clock, platform::Random& random)
    : impl_(translated(
          [&] { return std::make_unique<Impl>(std::move(settings), keys, clock, random); })) {}

Register::~Register() = default;

std::string Register::book() const {
    return impl_->identity.book;
}

Replication& Register::replication() {
    return impl_->replication;
}

OwnerSession Register::owner() {
    return OwnerSession(*impl_);
}

Balance Register::balance() const {
    Balance balance;
    impl_->vault.read([&](const VaultReader& vault) {
        balance.recorded = vault.count(Table::entries);
        balance.local = vault.count(Table::local);
        balance.awaiting_signature = vault.count(Table::awaiting_signature);
        balance.pending = vault.count(Table::pending);
        balance.sent = vault.count(Table::sent);
        balance.delivered = vault.count(Table::delivered);
        balance.quarantined = vault.count(Table::quarantined);
        balance.conflicts = vault.count(Table::conflicts);
        vault.scan(Table::pending, {}, [&](std::string_view, const std::string& id) {
            balance.oldest_pending_at =
                BookReader(vault).expect_head(EntryId::from_raw(id)).queued_at;
            return false;
        });
    });
    return balance;
}

StoreFigures Register::figures() const {
    return {impl_->vault.bytes_used(), impl_->reserve_bytes()};
}

VerifyReport Register::verify(const Progress& progress) const {
    VerifyReport report;
    impl_->vault.read([&](const VaultReader& vault) { report = verify_register(vault, progress); });
    return report;
}

}  // namespace tizilim::store
