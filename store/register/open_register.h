#pragma once

#include "platform/clock.h"
#include "platform/cms_signature.h"
#include "platform/key_store.h"
#include "platform/process_lock.h"
#include "platform/random.h"
#include "store/book/anchor.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/reserve.h"
#include "store/disk/vault.h"
#include "store/merge/reconciler.h"
#include "store/merge/register_replication.h"
#include "store/register/register.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::store {

/// One act of the owner, under way in a transaction.
struct Writers {
    VaultWriter& vault;
    JournalWriter& journal;
    BookWriter& book;
};

/// What an entry takes of the disk beside its texts: its rows in the tables, and the pages on the
/// way to them that a transaction writes anew.
inline constexpr std::uint64_t kEntryBytes = std::uint64_t{64} << 10;

/// What the faces of the register (Register, OwnerSession, RegisterReplication) share.
class OpenRegister {
public:
    OpenRegister(RegisterSettings settings, const platform::KeyStore& keys,
                 const platform::Clock& clock, platform::Random& random);

    /// Where an entry of that class goes when it has just been recorded or revised.
    [[nodiscard]] DeliveryState first_state(DisclosureClass disclosure) const;

    /// What merges are decided by.
    [[nodiscard]] MergeRules merge_rules() const {
        return {settings.policy, identity.register_key, settings.utc_offset,
                settings.require_signature};
    }

    /// One act of the owner, durable when it returns, and noted by the anchor. `bytes` is what it
    /// takes of the disk. \throws StoreError, refused, while the book may give out no numbers;
    /// disk_full
    void act(std::uint64_t bytes, const std::function<void(const Writers&)>& body);

    /// The same of an act that takes nothing of the disk: it frees some, also where there is none.
    void act_freeing(const std::function<void(const Writers&)>& body);

    /// Notes who makes a version, and what is to be said of the clock by which it is made.
    void stamp_author_and_clock(EntryVersion& version, const JournalWriter& journal) const;

    /// As Register::place_problem().
    [[nodiscard]] std::string place_problem() const;
    /// What the current book is called, and what keeps it from giving out numbers.
    [[nodiscard]] BookState book_state() const;
    /// Makes `change` to the books, and lifts BookState::problem.
    void change_books(Act act, const std::function<void(Books&)>& change);
    void observe_peer_clock(std::chrono::seconds ahead);
    [[nodiscard]] ClockState clock_state() const;

    const RegisterSettings settings;
    const platform::KeyStore& keys;
    const platform::Clock& clock;
    platform::Random& random;
    const platform::ProcessLock lock;  ///< of the folder
    const platform::MasterKey key;
    Vault vault;
    const Reserve reserve;
    const platform::TrustedCertificates trusted;
    Identity identity;  ///< book and installation are those of the current book
    RegisterReplication replication;
    std::mutex backing_up;  ///< held by the one backup under way

private:
    void apply_signature_setting();
    void read_books_and_clock();
    void note_reached(const ChainHead& reached);
    void learn_time();
    void count_foreign();
    void expect_may_act() const;
    void commit(const std::function<void(const Writers&)>& body);
    void confirm_time(platform::WallTime now);
    /// What the peer's clock agreed to, and the time since then; nothing: it never did.
    [[nodiscard]] platform::WallTime agreed_time() const;
    /// Why this file must not give out numbers; empty: it may.
    [[nodiscard]] std::string rollback_reason(const Books& books, const VaultReader& reader);
    [[nodiscard]] std::string machine() const;

    Anchor anchor_;
    mutable std::mutex mutex_;  ///< guards all below
    std::string book_problem_;
    std::chrono::seconds peer_ahead_{0};  ///< as far as it is known
    /// The last agreement of our clock with the peer's since the start.
    std::optional<std::pair<platform::WallTime, platform::Instant>> agreed_;
};

/// What stands behind `registry`: for the store's own folders, and what tests damage.
[[nodiscard]] OpenRegister& opened(const Register& registry);

/// The names by which a register finds its parts in its folder.
[[nodiscard]] std::filesystem::path register_file(const std::filesystem::path& directory);
/// `directory`. \throws StoreError, absent, when there is no register in it
[[nodiscard]] std::filesystem::path folder_of_register(const std::filesystem::path& directory);

/// \throws StoreError, wrong_key, when there is none; FileError when it can't be used
[[nodiscard]] platform::MasterKey key_of_register(const platform::KeyStore& keys);

/// The key store's name of a register's key.
inline constexpr const char* kKeyName = "register";

}  // namespace tizilim::store
