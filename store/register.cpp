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
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

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

/// The file gets its name when it is whole and on the disk: a name without a register behind it is
/// always damage.
void make_file(const std::filesystem::path& file, const platform::MasterKey& key,
               const platform::Clock& clock, platform::Random& random) {
    std::filesystem::path unfinished = file;
    unfinished += ".new";
    std::filesystem::remove(unfinished);
    {
        Vault vault(unfinished, Environment::Open::create, key, random);
        vault.write([&](VaultWriter& writer) {
            write_schema(writer, {new_book(random), random.hex(kInstallationBytes),
                                  random_bytes(random, sizeof(Digest32))});
            JournalWriter(writer, clock, random).append(Act::created, {});
        });
    }
    platform::rename_durably(unfinished, file);
    unfinished += "-lock";
    std::filesystem::remove(unfinished);
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
      reserve(vault),
      identity(open_schema(vault)),
      replication({vault, reserve, identity, settings.policy, time, source}) {
    apply_signature_setting();
}

DeliveryState Register::Impl::first_state(DisclosureClass disclosure) const {
    if (disclosure == DisclosureClass::local) return DeliveryState::local;
    return settings.require_signature ? DeliveryState::awaiting_signature : DeliveryState::pending;
}

void Register::Impl::apply_signature_setting() {
    const bool required = settings.require_signature;
    const DeliveryState from =
        required ? DeliveryState::pending : DeliveryState::awaiting_signature;
    const DeliveryState to = required ? DeliveryState::awaiting_signature : DeliveryState::pending;
    std::vector<EntryId> ids;
    vault.read([&](const VaultReader& reader) {
        const BookReader book(reader);
        reader.scan(table_of(from), {}, [&](std::string_view, const std::string& raw) {
            const EntryId id = EntryId::from_raw(raw);
            // What may have left unsigned goes on: the peer has to hear of it.
            if (book.expect_head(id).leaf.generation == 0) ids.push_back(id);
            return true;
        });
    });
    if (ids.empty()) return;
    vault.write([&](VaultWriter& writer) {
        JournalWriter journal(writer, clock, random);
        BookWriter book(writer, journal);
        for (const EntryId& id : ids) {
            EntryHead head = book.expect_head(id);
            book.move(id, head, to);
        }
    });
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
        if (std::filesystem::exists(file)) {
            throw StoreError(StoreError::Kind::exists, "there is a register in " +
                                                           settings.directory.string() +
                                                           " already; nothing was changed");
        }
        if (!key) {
            key.emplace(random.bytes<platform::MasterKey::kBytes>());
            keys.create(kKeyName, *key);
        }
        make_file(file, *key, clock, random);
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
    return {impl_->vault.bytes_used(), impl_->reserve.bytes()};
}

VerifyReport Register::verify(const Progress& progress) const {
    VerifyReport report;
    impl_->vault.read([&](const VaultReader& vault) { report = verify_register(vault, progress); });
    return report;
}

}  // namespace tizilim::store
