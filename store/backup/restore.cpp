#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/backup/backup_file.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/keys/recovery_code.h"
#include "store/keys/seal.h"
#include "store/register/open_register.h"
#include "store/register/recovery.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "store/translated.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

/// Rows go into the new file in transactions of about this size.
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;
/// Receipts taken back in one transaction.
constexpr std::size_t kReceiptsMax = 1000;
constexpr const char* kStagingName = "restoring";
constexpr const char* kDrillName = "drill";
/// What must stay free beside a drill, of the disk on which entries are recorded.
constexpr std::uint64_t kLeftFreeBytes = std::uint64_t{128} << 20;

/// The key of the register that is being made, before it may stand in the key store.
class OneKey final : public platform::KeyStore {
public:
    explicit OneKey(const platform::MasterKey& key) : key_(key) {}
    [[nodiscard]] std::optional<platform::MasterKey> load(const std::string&) const override {
        return key_;
    }
    void create(const std::string&, const platform::MasterKey&) override {}

private:
    const platform::MasterKey& key_;
};

/// A folder in the register's, gone with this object: the register is made there.
class Staging {
public:
    Staging(const std::filesystem::path& directory, const char* name) : path_(directory / name) {
        std::filesystem::remove_all(path_);  // of one that was interrupted
        platform::make_private_directory(path_);
    }
    ~Staging() {
        std::error_code failed;  // the next restore tries again
        std::filesystem::remove_all(path_, failed);
    }
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    const std::filesystem::path path_;
};

void refuse_existing(const RegisterSettings& settings) {
    if (!std::filesystem::exists(register_file(settings.directory))) return;
    throw StoreError(StoreError::Kind::exists,
                     Message{"backup.register_there", {{"folder", settings.directory.string()}}});
}

/// Reads a backup from its start; the file stays open with the reader.
class OpenBackup {
public:
    explicit OpenBackup(const std::filesystem::path& path)
        : file_(path),
          reader_(path.string(), [this](std::span<char> part) { return file_.read(part); }) {}
    [[nodiscard]] BackupFileReader& reader() { return reader_; }

private:
    platform::FileReader file_;
    BackupFileReader reader_;
};

/// Puts rows into a new register file, a batch a transaction.
class RowLoader {
public:
    explicit RowLoader(const std::filesystem::path& file)
        : environment_(file, Environment::Open::create) {}

    void add(Table table, std::string_view key, std::string_view value) {
        rows_.push_back({table, std::string(key), std::string(value)});
        bytes_ += key.size() + value.size();
        if (bytes_ >= kBatchBytes) flush();
    }
    void flush() {
        environment_.write([&](RawWriter& writer) {
            for (const Row& row : rows_) writer.append(row.table, row.key, row.value);
        });
        rows_.clear();
        bytes_ = 0;
    }

private:
    struct Row {
        Table table;
        std::string key;
        std::string value;
    };
    Environment environment_;
    std::vector<Row> rows_;
    std::size_t bytes_ = 0;
};

void load_rows(const RestoreOptions& options, const Seal& seal, const BackupContent& expected,
               const std::filesystem::path& file) {
    OpenBackup backup(options.file);
    RowLoader loader(file);
    const BackupContent got =
        backup.reader().read(seal, [&](Table table, std::string_view key, std::string_view value) {
            loader.add(table, key, value);
        });
    loader.flush();
    if (got == expected) return;
    throw StoreError(StoreError::Kind::damaged,
                     Message{"backup.changed_while_read", {{"file", options.file.string()}}});
}

/// Takes back some receipts. False when there are no more.
bool distrust_some(VaultWriter& vault, BookWriter& book) {
    std::vector<EntryId> ids;
    vault.scan(Table::delivered, {}, [&](std::string_view, const std::string& raw) {
        ids.push_back(EntryId::from_raw(raw));
        return ids.size() < kReceiptsMax;
    });
    for (const EntryId& id : ids) {
        EntryHead head = book.expect_head(id);
        book.move(id, head, DeliveryState::sent);
    }
    return ids.size() == kReceiptsMax;
}

void forget_peers(VaultWriter& vault) {
    std::vector<std::string> keys;
    vault.scan(Table::peers, {}, [&](std::string_view key, const std::string&) {
        keys.emplace_back(key);
        return true;
    });
    for (const std::string& key : keys) vault.erase(Table::peers, key);
}

/// What a peer has may be older or newer than the backup: every receipt is asked for anew, and the
/// pull begins at the start.
void distrust_everything(OpenRegister& registry) {
    bool more = true;
    while (more) {
        registry.vault.write([&](VaultWriter& vault) {
            JournalWriter journal(vault, registry.clock, registry.random);
            BookWriter book(vault, journal);
            more = distrust_some(vault, book);
            if (more) return;
            forget_peers(vault);
            journal.append(Act::restored, {});
        });
    }
}

/// Everything that makes a sound register of the rows in `settings.directory`.
RestoreReport adopt(const RegisterSettings& settings, const RestoreOptions& options,
                    const OneKey& key, const platform::Clock& clock, platform::Random& random) {
    Register registry(settings, key, clock, random);
    distrust_everything(opened(registry));
    options.continue_book ? registry.continue_book() : registry.begin_new_book();
    const VerifyReport verified = registry.verify(options.progress);
    if (verified.first_bad) {
        throw StoreError(StoreError::Kind::damaged,
                         Message{"backup.register_damaged",
                                 {{"file", options.file.string()},
                                  {"fault", platform::as_json(*verified.first_bad)}}});
    }
    return {.book = registry.book().label, .entries = verified.entries, .backed_up_at = {}};
}

/// An earlier restore may have got as far as the key.
void keep_key(platform::KeyStore& keys, const platform::MasterKey& key) {
    const std::optional<platform::MasterKey> held = keys.load(kKeyName);
    if (!held) {
        keys.create(kKeyName, key);
    } else if (held->bytes() != key.bytes()) {
        throw StoreError(StoreError::Kind::exists, Message{"key.another_in_store"});
    }
}

}  // namespace

platform::MasterKey key_of_backup(const std::filesystem::path& file,
                                  const std::string& recovery_code) {
    const auto code = RecoveryCode::parse(recovery_code);
    if (!code) throw refusal(code.error());
    OpenBackup backup(file);
    std::optional<platform::MasterKey> key =
        unwrap_key(backup.reader().header().wrapped, code->bytes());
    if (key) return *std::move(key);
    throw StoreError(StoreError::Kind::wrong_key,
                     Message{"key.recovery_code_of_another", {{"file", file.string()}}});
}

RestoreReport restore(const RegisterSettings& settings, const RestoreOptions& options,
                      platform::KeyStore& keys, const platform::Clock& clock,
                      platform::Random& random) {
    return translated([&] {
        refuse_existing(settings);
        const platform::MasterKey key = key_of_backup(options.file, options.recovery_code);
        const Seal seal(key, random);
        OpenBackup checked(options.file);
        const BackupContent content = checked.reader().read(seal, {});

        platform::make_private_directory(settings.directory);
        const platform::ProcessLock lock(settings.directory);
        refuse_existing(settings);
        const Staging staging(settings.directory, kStagingName);
        RegisterSettings staged = settings;
        staged.directory = staging.path();
        // The anchor is of the backup's book. That book may live on, in another folder of this
        // computer; the new one gets an anchor of its own when it is opened.
        if (!options.continue_book) staged.anchor_directory.clear();
        load_rows(options, seal, content, register_file(staged.directory));
        RestoreReport report = adopt(staged, options, OneKey(key), clock, random);
        keep_key(keys, key);
        platform::rename_durably(register_file(staged.directory),
                                 register_file(settings.directory));
        report.backed_up_at = checked.reader().header().created_at;
        return report;
    });
}

namespace {

/// The rows take about the file's size, pages half empty twice that at most, and as much again
/// while every receipt is taken back.
void expect_room(const OpenRegister& open, const std::filesystem::path& file) {
    const std::uint64_t needed = 3 * std::filesystem::file_size(file) + kLeftFreeBytes;
    const std::uint64_t left = std::filesystem::space(open.settings.directory).available;
    if (left >= needed) return;
    constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
    throw StoreError(StoreError::Kind::disk_full,
                     Message{"backup.no_room_to_try",
                             {{"needed", needed / kMebibyte}, {"left", left / kMebibyte}}});
}

/// The code on the paper opens what the head of the newest backup holds, and nothing else.
void expect_current_code(const OpenRegister& open, const BackupHeader& header,
                         const std::filesystem::path& file) {
    std::string held;
    open.vault.read([&](const VaultReader& vault) { held = encode(read_recovery(vault)); });
    if (held == encode(header.wrapped)) return;
    throw refusal(Message{"backup.of_earlier_code", {{"file", file.string()}}});
}

}  // namespace

BackupDrill try_backup(const Register& registry, const std::filesystem::path& file,
                       const Progress& progress) {
    return translated([&] {
        OpenRegister& open = opened(registry);
        const std::scoped_lock alone(open.backing_up);
        expect_room(open, file);
        OpenBackup backup(file);
        const BackupHeader& header = backup.reader().header();
        expect_current_code(open, header, file);
        const BackupContent content = backup.reader().read(
            open.vault.seal(), [rows = std::uint64_t{0}, &progress](Table, auto, auto) mutable {
                constexpr std::uint64_t kProgressEvery = 1024;
                if (++rows % kProgressEvery == 0 && progress) progress(0, 1);
            });
        const Staging staging(open.settings.directory, kDrillName);
        RegisterSettings staged = open.settings;
        staged.directory = staging.path();
        staged.anchor_directory.clear();
        const RestoreOptions options{
            .file = file, .recovery_code = {}, .continue_book = false, .progress = progress};
        load_rows(options, open.vault.seal(), content, register_file(staged.directory));
        const RestoreReport report =
            adopt(staged, options, OneKey(open.key), open.clock, open.random);
        return BackupDrill{.file = file, .made_at = header.created_at, .entries = report.entries};
    });
}

void remove_drill(const std::filesystem::path& register_directory) {
    std::error_code failed;  // the next drill tries again, and says so
    std::filesystem::remove_all(register_directory / kDrillName, failed);
}

std::string renew_recovery_code(Register& registry) {
    OpenRegister& open = opened(registry);
    const RecoveryCode code = RecoveryCode::make(open.random);
    const WrappedKey wrapped =
        wrap_key(open.key, code.bytes(), open.settings.recovery_cost, open.random);
    open.vault.write([&](VaultWriter& vault) { write_recovery(vault, wrapped); });
    return code.text();
}

}  // namespace tizilim::store
