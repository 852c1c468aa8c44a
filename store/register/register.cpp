#include "store/register/register.h"

#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "platform/hex.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/book/timestamp_exchange.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/keys/pairing_code.h"
#include "store/keys/recovery_code.h"
#include "store/keys/seal.h"
#include "store/merge/foreign_documents.h"
#include "store/register/head_timestamp.h"
#include "store/register/open_register.h"
#include "store/register/recovery.h"
#include "store/register/schema.h"
#include "store/register/verify.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "store/translated.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

std::string random_bytes(platform::Random& random, std::size_t count) {
    std::string bytes(count, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

/// What a new register is made of.
struct NewRegister {
    const platform::MasterKey& key;
    const WrappedKey& wrapped;
    const std::string& register_key;
};

/// The file while it is made; with what is beside it, gone with this object.
class Unfinished {
public:
    explicit Unfinished(std::filesystem::path file) : path_(std::move(file)) {
        path_ += ".new";
        std::filesystem::remove(path_);  // of an attempt that was interrupted
    }
    ~Unfinished() {
        std::error_code failed;  // the next attempt tries again
        std::filesystem::remove(path_, failed);
        path_ += "-lock";
        std::filesystem::remove(path_, failed);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The file gets its name when it is whole and on the disk: a name without a register behind it is
/// always damage.
void make_file(const std::filesystem::path& file, const NewRegister& made,
               const platform::Clock& clock, platform::Random& random) {
    const Unfinished unfinished(file);
    {
        Vault vault(unfinished.path(), Environment::Open::create, made.key, random);
        vault.write([&](VaultWriter& writer) {
            write_schema(writer,
                         {new_book_label(random), new_installation_id(random), made.register_key});
            write_recovery(writer, made.wrapped);
            JournalWriter(writer, clock, random).append(Act::created, {});
        });
    }
    platform::rename_durably(unfinished.path(), file);
}

/// The key for a new register in `settings.directory`: one that an interrupted attempt left there,
/// or a fresh one. \throws StoreError, exists, when a register is there
platform::MasterKey key_for_new(const RegisterSettings& settings, platform::KeyStore& keys,
                                platform::Random& random) {
    const bool taken = std::filesystem::exists(register_file(settings.directory));
    std::optional<platform::MasterKey> key = keys.load(kKeyName);
    const platform::JsonMember folder{"directory", settings.directory.string()};
    if (!key && taken) {
        throw StoreError(StoreError::Kind::exists,
                         platform::Message{"register.there_without_key", {folder}});
    }
    if (taken) {
        throw StoreError(StoreError::Kind::exists,
                         platform::Message{"register.there_already", {folder}});
    }
    if (!key) {
        key.emplace(random.bytes<platform::MasterKey::kBytes>());
        keys.create(kKeyName, *key);
    }
    return *key;
}

/// The recovery code.
std::string make_register(const RegisterSettings& settings, platform::KeyStore& keys,
                          const std::string& register_key, const platform::Clock& clock,
                          platform::Random& random) {
    platform::make_private_directory(settings.directory);
    const platform::ProcessLock lock(settings.directory);
    const platform::MasterKey key = key_for_new(settings, keys, random);
    const RecoveryCode code = RecoveryCode::make(random);
    const WrappedKey wrapped = wrap_key(key, code.bytes(), settings.recovery_cost, random);
    make_file(register_file(settings.directory),
              {.key = key, .wrapped = wrapped, .register_key = register_key}, clock, random);
    return code.text();
}

}  // namespace

std::string Register::create(const RegisterSettings& settings, platform::KeyStore& keys,
                             const platform::Clock& clock, platform::Random& random) {
    return translated([&] {
        return make_register(settings, keys, random_bytes(random, PairingCode::kKeyBytes), clock,
                             random);
    });
}

std::string Register::join(const RegisterSettings& settings, platform::KeyStore& keys,
                           const PairingCode& code, const platform::Clock& clock,
                           platform::Random& random) {
    return translated(
        [&] { return make_register(settings, keys, code.register_key(), clock, random); });
}

PairingCode Register::pairing_code() const {
    return PairingCode(open_->identity.register_key);
}

Register::Register(RegisterSettings settings, const platform::KeyStore& keys,
                   const platform::Clock& clock, platform::Random& random)
    : open_(translated([&] {
          return std::make_unique<OpenRegister>(std::move(settings), keys, clock, random);
      })) {}

Register::~Register() = default;

bool Register::is_in(const std::filesystem::path& directory) {
    return has_register(directory);
}

const std::filesystem::path& Register::directory() const {
    return open_->settings.directory;
}

BookState Register::book() const {
    return open_->book_state();
}

std::optional<platform::Message> Register::path_problem() const {
    return open_->path_problem();
}

std::vector<std::string> Register::books() const {
    std::vector<std::string> labels;
    open_->vault.read([&](const VaultReader& vault) {
        for (const BookRecord& book : read_books(vault).books) labels.push_back(book.label);
    });
    return labels;
}

std::string Register::chain_head() const {
    std::string head;
    open_->vault.read(
        [&](const VaultReader& vault) { head = platform::to_hex(store::chain_head(vault).hash); });
    return head;
}

void Register::begin_new_book() {
    open_->change_books(Act::book_begun, [&](Books& books) {
        books.books.push_back(
            {new_book_label(open_->random), new_installation_id(open_->random), {}, 0});
    });
}

void Register::continue_book() {
    open_->change_books(Act::book_continued, [](Books& books) { books.books.back().last = 0; });
}

void Register::observe_peer_clock(std::chrono::seconds ahead_of_ours) {
    open_->observe_peer_clock(ahead_of_ours);
}

ClockState Register::clock_state() const {
    return open_->clock_state();
}

Replication& Register::replication() {
    return open_->replication;
}

TimestampState Register::timestamp_state() const {
    const TimestampExchange::State now = open_->replication.timestamp_state();
    return {.last_at = now.last_at, .failed_at = now.failed_at, .failed = now.failed};
}

std::optional<HeadTimestamp> Register::head_timestamp() const {
    std::optional<HeadTimestamp> stamp;
    open_->vault.read(
        [&](const VaultReader& vault) { stamp = store::head_timestamp(vault, open_->trusted); });
    return stamp;
}

Balance Register::balance() const {
    Balance balance;
    open_->vault.read([&](const VaultReader& vault) {
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
    return {open_->vault.bytes_used(), open_->reserve.bytes()};
}

std::vector<TableSize> Register::table_sizes() const {
    std::vector<TableSize> sizes;
    open_->vault.read_sealed([&](const RawReader& raw, const VaultReader&) {
        sizes.clear();
        for (std::size_t i = 0; i < kTableCount; ++i) {
            const auto table = static_cast<Table>(i);
            sizes.push_back({name_of(table), raw.bytes(table)});
        }
    });
    return sizes;
}

ForeignFigures Register::foreign_figures() const {
    ForeignFigures figures;
    open_->vault.read([&](const VaultReader& vault) {
        const ForeignTally tally = foreign_tally(vault);
        const ForeignLimits limits = foreign_limits(vault, open_->settings.foreign);
        figures = {tally.documents, tally.bytes, limits.documents_max, limits.bytes_max,
                   tally.left_out};
    });
    return figures;
}

VerifyReport Register::verify(const Progress& progress) const {
    VerifyReport report;
    const auto in_place = [&] {
        auto problem = path_problem();
        if (!problem) return true;
        report.first_bad = std::move(problem);
        return false;
    };
    if (!in_place()) return report;
    // Before any row is trusted to be where it is found.
    if (const auto fault = open_->vault.check_pages()) {
        report.first_bad = *fault;
        return report;
    }
    open_->vault.read([&](const VaultReader& vault) { report = verify_register(vault, progress); });
    (void)in_place();
    return report;
}

}  // namespace tizilim::store
