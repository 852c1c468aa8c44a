#pragma once

#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/keys/pairing_code.h"
#include "store/keys/recovery_cost.h"
#include "store/merge/tuning.h"
#include "store/replication/replication.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

struct RegisterSettings {
    std::filesystem::path directory;
    platform::UtcOffset utc_offset{std::chrono::hours(5)};
    Language language = Language::ru;
    bool require_signature = true;
    DisclosurePolicy policy;
    std::string lawyer{};                ///< who makes the entries, as in the form's header
    std::string lawyer_iin{};            ///< 12 digits; empty: not compared with signers'
    bool own_key_only = true;            ///< refuse a signer with another IIN; false: warn
    std::string trusted_certificates{};  ///< PEM; empty: chains of signatures are not checked
    /// Where the anchor is kept, outside `directory`; empty: none is.
    std::filesystem::path anchor_directory{};
    std::string machine_id{};  ///< of this machine; empty: not known, not compared
    RecoveryCost recovery_cost{};
    ForeignBounds foreign{};  ///< on stored foreign documents
};

/// Entries by delivery state. Counted from the tables themselves, in one snapshot.
struct Balance {
    std::uint64_t recorded = 0;
    std::uint64_t local = 0;
    std::uint64_t awaiting_signature = 0;
    std::uint64_t pending = 0;
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t conflicts = 0;  ///< beside the delivery states, not one of them
    std::optional<platform::WallTime> oldest_pending_at;

    /// Entries in no state, or minus those in two; not 0 is a bug.
    [[nodiscard]] std::int64_t error() const {
        return static_cast<std::int64_t>(recorded) -
               static_cast<std::int64_t>(local + awaiting_signature + pending + sent + delivered +
                                         quarantined);
    }
};

struct StoreFigures {
    std::uint64_t bytes = 0;          ///< of the data file that are in use
    std::uint64_t reserve_bytes = 0;  ///< of disk held back for delivery when it is full
};

/// Pages that a table of the register's file takes.
struct TableSize {
    std::string table;  ///< its name
    std::uint64_t bytes = 0;
};

/// Stored foreign documents, and the bounds on them, which grow with the register.
struct ForeignFigures {
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
    std::uint64_t documents_max = 0;
    std::uint64_t bytes_max = 0;
    std::uint64_t left_out = 0;  ///< not stored, for a bound, since some were last dropped
};

/// A book, and whether it may give out numbers.
struct BookState {
    std::string label;  ///< 10 characters
    /// Why no number is given out until the owner decides (`tizilim init --new-book` or
    /// `--continue-book`): a copied disk, an older file put back. Nothing: numbers are given out.
    std::optional<platform::Message> problem;
    /// A sign, but no proof, that this file is an older copy; nothing: none.
    std::optional<platform::Message> warning;
    /// Why a rollback would go unnoticed; nothing: it would not.
    std::optional<platform::Message> anchor_problem;
};

/// What is wrong with this machine's clock.
struct ClockState {
    /// The peer's clock minus ours; nothing: they agree within kClockTolerance, or not known.
    std::optional<std::chrono::seconds> behind_peer;
    bool went_back = false;  ///< it shows a time before the latest that the register knows
};

struct VerifyReport {
    std::uint64_t entries = 0;
    std::uint64_t journal_records = 0;
    std::string chain_head;                      ///< hex
    std::optional<platform::Message> first_bad;  ///< which record, and what is wrong
    std::uint64_t timestamps = 0;
};

/// What the last time-stamp proves: the journal up to a record, and so each entry up to one, was
/// there at a time, and is the same now.
struct HeadTimestamp {
    platform::WallTime at{};
    std::string authority;         ///< who says so
    bool issuer_checked = false;   ///< its certificate leads to a trusted one
    std::uint64_t sequence = 0;    ///< of the last record that it covers
    std::uint64_t last_entry = 0;  ///< the number of the last entry; 0: there was none
    std::string book;              ///< the label of that entry's book
};

/// How time-stamps stand.
struct TimestampState {
    std::optional<platform::WallTime> last_at;  ///< when the last one was stored
    std::optional<platform::WallTime> failed_at;
    /// Why the last try brought none; nothing: it did, or there was none since the start.
    std::optional<platform::Message> failed;
};

/// `done` of `total`, called now and then.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

class OpenRegister;

/// The register in a folder: book, journal, outbox and all, in LMDB, every value sealed. Safe for
/// threads. One process at a time: folder and file are locked (ProcessLock).
class Register {
public:
    /// Makes a new register with its key and its book. Returns the recovery code, to be shown once:
    /// it is stored nowhere. \throws StoreError, kind exists, if one is there
    static std::string create(const RegisterSettings& settings, platform::KeyStore& keys,
                              const platform::Clock& clock, platform::Random& random);

    /// The same on another PC of the lawyer: a book of its own, and the register key of `code`, so
    /// that the revisions of each verify on the other.
    static std::string join(const RegisterSettings& settings, platform::KeyStore& keys,
                            const PairingCode& code, const platform::Clock& clock,
                            platform::Random& random);

    /// Whether one is in the folder. \throws StoreError when the system does not tell
    [[nodiscard]] static bool is_in(const std::filesystem::path& directory);

    /// Opens it and migrates an older schema. Keys, clock and randomness outlive it. \throws
    /// StoreError; platform::LockHeld
    Register(RegisterSettings settings, const platform::KeyStore& keys,
             const platform::Clock& clock, platform::Random& random);
    ~Register();
    Register(const Register&) = delete;
    Register& operator=(const Register&) = delete;

    [[nodiscard]] const std::filesystem::path& directory() const;
    [[nodiscard]] BookState book() const;                  ///< the current one
    [[nodiscard]] std::vector<std::string> books() const;  ///< labels, the oldest first
    /// The journal's last hash, 64 hex digits.
    [[nodiscard]] std::string chain_head() const;
    /// Why nothing may be written: the file or the key is not where the next start will look for
    /// it. Part of BookState::problem. Nothing: both are there.
    [[nodiscard]] std::optional<platform::Message> path_problem() const;
    /// Closes the book and begins a new one with a new installation id. Lifts BookState::problem,
    /// as the next one. \throws StoreError
    void begin_new_book();
    /// The owner says that this is the book's only copy.
    void continue_book();
    /// The peer's clock minus ours, by an answer just now. If they agree, now is the latest time
    /// known, whatever was recorded before. Writes only what changed.
    void observe_peer_clock(std::chrono::seconds ahead_of_ours);
    [[nodiscard]] ClockState clock_state() const;
    [[nodiscard]] Balance balance() const;
    [[nodiscard]] StoreFigures figures() const;
    [[nodiscard]] std::vector<TableSize> table_sizes() const;
    [[nodiscard]] ForeignFigures foreign_figures() const;
    [[nodiscard]] Replication& replication();
    [[nodiscard]] TimestampState timestamp_state() const;
    /// What the last time-stamp proves. \throws StoreError, damaged, when it proves nothing
    [[nodiscard]] std::optional<HeadTimestamp> head_timestamp() const;
    /// For Register::join() on another PC of the lawyer. A secret: who has it can write as one.
    [[nodiscard]] PairingCode pairing_code() const;
    /// Checks pages, then verify_register().
    [[nodiscard]] VerifyReport verify(const Progress& progress) const;

private:
    friend OpenRegister& opened(const Register& registry);
    std::unique_ptr<OpenRegister> open_;
};

}  // namespace tizilim::store
