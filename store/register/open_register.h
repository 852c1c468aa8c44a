#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "platform/random.h"
#include "platform/text/message.h"
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

/// What an act of the owner writes with, within its transaction.
struct Writers {
    VaultWriter& vault;
    JournalWriter& journal;
    BookWriter& book;
};

/// Disk that an act on an entry takes beside its texts: rows, and the pages on the way to them,
/// which a transaction writes anew.
inline constexpr std::uint64_t kEntryBytes = std::uint64_t{64} << 10;

/// The open register behind Register, OwnerSession and RegisterReplication.
class OpenRegister {
public:
    OpenRegister(RegisterSettings settings, const platform::KeyStore& keys,
                 const platform::Clock& clock, platform::Random& random);

    /// The delivery state of an entry of that class when it was just recorded or revised.
    [[nodiscard]] DeliveryState first_state(DisclosureClass disclosure) const;

    /// What merges are decided by.
    [[nodiscard]] MergeRules merge_rules() const {
        return {settings.policy, identity.register_key, settings.utc_offset,
                settings.require_signature};
    }

    /// One act of the owner in one transaction, durable when it returns; then the anchor advances.
    /// `bytes`: of disk that it takes. `body` may run again. \throws StoreError: refused while
    /// there is BookState::problem; disk_full
    void act(std::uint64_t bytes, const std::function<void(const Writers&)>& body);

    /// The same for an act that only frees disk: works on a full one.
    void act_freeing(const std::function<void(const Writers&)>& body);

    /// Sets `made_by` and the ClockMarks of a version that is made now.
    void stamp_author_and_clock(EntryVersion& version, const JournalWriter& journal) const;

    /// As Register::path_problem().
    [[nodiscard]] std::optional<platform::Message> path_problem() const;
    /// As Register::book().
    [[nodiscard]] BookState book_state() const;
    /// Writes the books as `change` left them, and lifts BookState::problem.
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
    std::mutex backing_up;  ///< held while a backup is made

private:
    void apply_signature_setting();
    void read_books_and_clock();
    void remember_chain_head(const ChainHead& reached);
    void learn_time();
    void count_foreign();
    void expect_may_act() const;
    void commit(const std::function<void(const Writers&)>& body);
    void confirm_time(platform::WallTime now);
    /// The time by the last agreement with the peer's clock; zero: none since the start.
    [[nodiscard]] platform::WallTime agreed_time() const;
    /// Why this file must not give out numbers; nothing: it may.
    [[nodiscard]] std::optional<platform::Message> rollback_reason(const Books& books,
                                                                   const VaultReader& reader);
    [[nodiscard]] std::string machine() const;

    Anchor anchor_;
    mutable std::mutex mutex_;  ///< guards all below
    std::optional<platform::Message> book_problem_;
    std::chrono::seconds peer_ahead_{0};  ///< as last observed
    /// The last agreement of our clock with the peer's since the start.
    std::optional<std::pair<platform::WallTime, platform::Instant>> agreed_;
};

/// For the store's own folders, and for tests.
[[nodiscard]] OpenRegister& opened(const Register& registry);

/// The path of the register's file.
[[nodiscard]] std::filesystem::path register_file(const std::filesystem::path& directory);
/// As Register::is_in().
[[nodiscard]] bool has_register(const std::filesystem::path& directory);
/// `directory`. \throws StoreError, absent, when there is no register in it
[[nodiscard]] std::filesystem::path folder_of_register(const std::filesystem::path& directory);

/// \throws StoreError, wrong_key, when there is none; FileError when it can't be used
[[nodiscard]] platform::MasterKey key_of_register(const platform::KeyStore& keys);

/// The key store's name of a register's key.
inline constexpr const char* kKeyName = "register";

}  // namespace tizilim::store
