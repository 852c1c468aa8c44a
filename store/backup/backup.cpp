#include "store/backup/backup.h"

#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/backup/backup_file.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/keys/seal.h"
#include "store/register/open_register.h"
#include "store/register/recovery.h"
#include "store/register/register.h"
#include "store/register/schema.h"
#include "store/store_error.h"
#include "store/translated.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

constexpr std::string_view kNameStart = "tizilim-";
constexpr std::string_view kNameEnd = ".backup";
constexpr std::string_view kStampShape = "yyyymmddThhmmssZ";
constexpr std::uint64_t kProgressEvery = 256;  // rows
constexpr int kSecondsMax = 60;

void append_digits(std::string& out, unsigned number, std::size_t digits) {
    const std::string text = std::to_string(number);
    out.append(digits - std::min(digits, text.size()), '0').append(text);
}

StoreError folder_problem(const std::filesystem::path& directory, const std::error_code& failed) {
    return {StoreError::Kind::io, Message{"backup.folder_unreadable",
                                          {{"folder", directory.string()},
                                           {"system", as_json(platform::system_message(failed))}}}};
}

/// A folder that is missing is not made: it may be where a disk should be mounted.
void expect_folder(const std::filesystem::path& directory) {
    std::error_code failed;
    const auto status = std::filesystem::status(directory, failed);
    if (status.type() == std::filesystem::file_type::not_found) {
        throw StoreError(StoreError::Kind::absent,
                         Message{"backup.no_folder", {{"folder", directory.string()}}});
    }
    if (failed) throw folder_problem(directory, failed);
    if (std::filesystem::is_directory(status)) return;
    throw refusal(Message{"backup.not_a_folder", {{"folder", directory.string()}}});
}

/// The names in a folder. \throws StoreError
std::vector<std::string> names_in(const std::filesystem::path& directory) {
    expect_folder(directory);
    std::vector<std::string> names;
    std::error_code failed;
    std::filesystem::directory_iterator file(directory, failed);
    while (!failed && file != std::filesystem::directory_iterator()) {
        names.push_back(file->path().filename().string());
        file.increment(failed);
    }
    if (failed) throw folder_problem(directory, failed);
    return names;
}

/// What a crash left of an earlier backup of this book.
void remove_leftovers(const std::filesystem::path& directory, std::string_view book) {
    for (const std::string& name : names_in(directory)) {
        if (!backup_time(platform::NewFile::target_of(name), book)) continue;
        if (!platform::FileReader::own(directory / name)) continue;
        std::error_code failed;  // it takes space, and does no other harm
        std::filesystem::remove(directory / name, failed);
    }
}

/// What tells the backup in `file` from all others, if it is one of this register, made by this
/// user at the time that its name says; nothing for any other file of that name.
std::optional<std::string> identity_of(const std::filesystem::path& file, platform::WallTime named,
                                       const Seal& seal) {
    const auto reader = platform::FileReader::own(file);
    if (!reader) return {};
    try {
        BackupFileReader backup(file.string(),
                                [&](std::span<char> part) { return reader->read(part); });
        constexpr std::chrono::seconds kNamedWithin{kSecondsMax + 1};
        if (std::chrono::abs(backup.header().created_at - named) > kNamedWithin) return {};
        if (!backup.opens_with(seal)) return {};
        return backup.identity();
    } catch (const StoreError&) {
        return {};
    } catch (const platform::FileError&) {
        return {};
    }
}

/// Counts rows and tells of them now and then.
class RowProgress {
public:
    RowProgress(const Progress& progress, std::uint64_t total)
        : progress_(progress), total_(total) {}
    void step() {
        if (++done_ % kProgressEvery == 0 && progress_) progress_(std::min(done_, total_), total_);
    }

private:
    const Progress& progress_;
    const std::uint64_t total_;
    std::uint64_t done_ = 0;
};

std::uint64_t rows_of(const RawReader& raw) {
    std::uint64_t rows = 0;
    for (std::size_t i = 0; i < kTableCount; ++i) rows += raw.count(static_cast<Table>(i));
    return rows - raw.count(Table::drafts);
}

/// What entries are made of comes first: of a backup that is cut off, that is what is left.
std::vector<Table> tables_in_order() {
    std::vector<Table> tables{Table::meta, Table::entries, Table::versions, Table::signatures,
                              Table::journal};
    for (std::size_t i = 0; i < kTableCount; ++i) {
        const auto table = static_cast<Table>(i);
        if (table == Table::drafts) continue;  // of this computer alone
        if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
    }
    return tables;
}

/// `now`, or the next second by which no backup is called yet.
platform::WallTime free_second(const std::filesystem::path& directory, std::string_view book,
                               platform::WallTime now) {
    for (int i = 0; i < kSecondsMax; ++i, now += std::chrono::seconds(1)) {
        if (!std::filesystem::exists(directory / backup_name(book, now))) return now;
    }
    throw StoreError(StoreError::Kind::exists,
                     Message{"backup.minute_taken", {{"folder", directory.string()}}});
}

/// One backup under way.
class Backup {
public:
    Backup(OpenRegister& registry, std::filesystem::path target, const Progress& progress)
        : registry_(registry), progress_(progress), file_(std::move(target)) {
        header_.schema = kSchema;
        header_.created_at = registry.clock.wall_now();
    }

    /// What was written, once it was read back and found to be that.
    BackupContent run() {
        const BackupContent written = write();
        file_.sync();
        if (read_back() == written) {
            file_.publish();
            return written;
        }
        throw StoreError(StoreError::Kind::damaged, Message{"backup.reads_back_otherwise"});
    }
    [[nodiscard]] std::uint64_t bytes() const { return file_.bytes(); }

private:
    BackupContent write() {
        BackupContent content;
        registry_.vault.read_sealed([&](const RawReader& raw, const VaultReader& vault) {
            header_.wrapped = read_recovery(vault);
            rows_ = rows_of(raw);
            BackupFileWriter writer(header_, registry_.vault.seal(), registry_.random,
                                    [this](std::string_view bytes) { file_.write(bytes); });
            RowProgress rows(progress_, 2 * rows_);
            for (const Table table : tables_in_order()) {
                writer.begin(table);
                raw.scan(table, {}, [&](std::string_view key, std::string_view value) {
                    writer.row(key, value);
                    rows.step();
                    return true;
                });
            }
            content = writer.finish();
        });
        return content;
    }

    BackupContent read_back() {
        platform::FileReader file(file_.temporary());
        BackupFileReader reader(file_.temporary().string(),
                                [&file](std::span<char> part) { return file.read(part); });
        if (encode(reader.header().wrapped) != encode(header_.wrapped)) return {};
        const Progress second_half = [this](std::uint64_t done, std::uint64_t total) {
            if (progress_) progress_(rows_ + done, rows_ + total);
        };
        RowProgress rows(second_half, rows_);
        return reader.read(registry_.vault.seal(),
                           [&rows](Table, std::string_view, std::string_view) { rows.step(); });
    }

    OpenRegister& registry_;
    const Progress& progress_;
    platform::NewFile file_;
    BackupHeader header_;
    std::uint64_t rows_ = 0;
};

/// The backups of this register's book beside the one just made, which may give way to it.
class Rotation {
public:
    Rotation(const BackupOptions& options, const Seal& seal, BackupReport& report)
        : options_(options), seal_(seal), report_(report) {}

    /// Removes the oldest beyond the number to be kept. Nothing else is ever removed: not what only
    /// has the name of a backup, nor what says that it is newer than the one just made, since one
    /// of the two was made under a wrong clock.
    void run(std::string_view book, platform::WallTime newest) {
        if (const auto made = identity_of(report_.file, newest, seal_)) seen_.insert(*made);
        for (const std::string& name : names_in(options_.directory)) {
            const auto at = backup_time(name, book);
            if (at && name != report_.file.filename())
                look_at(options_.directory / name, *at, newest);
        }
        std::sort(older_.begin(), older_.end());
        const std::size_t kept = options_.keep - 1;
        for (std::size_t i = 0; i + kept < older_.size(); ++i) remove(older_[i].second);
    }

private:
    void look_at(const std::filesystem::path& file, platform::WallTime at,
                 platform::WallTime newest) {
        const auto identity = identity_of(file, at, seal_);
        if (!identity || !seen_.insert(*identity).second) {
            report_.not_removed = Message{"backup.stays_foreign", {{"file", file.string()}}};
        } else if (at > newest) {
            report_.not_removed = Message{"backup.stays_newer", {{"file", file.string()}}};
        } else {
            older_.emplace_back(at, file);
        }
    }

    void remove(const std::filesystem::path& file) {
        std::error_code failed;
        if (std::filesystem::remove(file, failed)) {
            ++report_.removed;
        } else if (failed) {
            report_.not_removed = Message{
                "backup.stays_unremovable",
                {{"file", file.string()}, {"system", as_json(platform::system_message(failed))}}};
        }
    }

    const BackupOptions& options_;
    const Seal& seal_;
    BackupReport& report_;
    std::set<std::string> seen_;  ///< identities: a copy counts once
    std::vector<std::pair<platform::WallTime, std::filesystem::path>> older_;
};

std::optional<Message> folder_warning(const std::filesystem::path& directory) {
    const auto others = platform::writers_beyond_owner(directory);
    if (!others) return {};
    if (others->owner)
        return Message{"backup.folder_of_another",
                       {{"folder", directory.string()}, {"user", *others->owner}}};
    return Message{"backup.folder_open_to_others",
                   {{"folder", directory.string()}, {"mode", others->mode}}};
}

}  // namespace

std::string backup_name(std::string_view book, platform::WallTime at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
    std::string name(kNameStart);
    name += book;
    name += '-';
    append_digits(name, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    append_digits(name, static_cast<unsigned>(date.month()), 2);
    append_digits(name, static_cast<unsigned>(date.day()), 2);
    name += 'T';
    append_digits(name, static_cast<unsigned>(time.hours().count()), 2);
    append_digits(name, static_cast<unsigned>(time.minutes().count()), 2);
    append_digits(name, static_cast<unsigned>(time.seconds().count()), 2);
    return (name += 'Z') += kNameEnd;
}

std::optional<platform::WallTime> backup_time(std::string_view name, std::string_view book) {
    const std::size_t start = kNameStart.size() + book.size() + 1;
    if (name.size() != start + kStampShape.size() + kNameEnd.size()) return {};
    const std::string_view stamp = name.substr(start, kStampShape.size());
    const auto number = [&](std::size_t at, std::size_t digits) {
        int value = 0;
        std::from_chars(stamp.data() + at, stamp.data() + at + digits, value);
        return value;
    };
    const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(6, 2))));
    if (!date.ok()) return {};
    const platform::WallTime at = std::chrono::sys_days(date) + std::chrono::hours(number(9, 2)) +
                                  std::chrono::minutes(number(11, 2)) +
                                  std::chrono::seconds(number(13, 2));
    // Whatever was misread makes another name.
    if (backup_name(book, at) != name) return {};
    return at;
}

namespace {

/// By their names, the newest first.
std::map<platform::WallTime, std::filesystem::path, std::greater<>> named_backups(
    const Register& registry, const std::filesystem::path& directory, platform::WallTime now) {
    const std::string book = registry.book().label;
    std::map<platform::WallTime, std::filesystem::path, std::greater<>> named;
    for (const std::string& name : names_in(directory)) {
        const auto at = backup_time(name, book);
        if (at && *at <= now) named.emplace(*at, directory / name);
    }
    return named;
}

}  // namespace

std::optional<platform::WallTime> newest_backup(const Register& registry,
                                                const std::filesystem::path& directory,
                                                platform::WallTime now) {
    for (const auto& [at, file] : named_backups(registry, directory, now)) {
        if (identity_of(file, at, opened(registry).vault.seal())) return at;
    }
    return {};
}

std::optional<std::filesystem::path> newest_named_backup(const Register& registry,
                                                         const std::filesystem::path& directory,
                                                         platform::WallTime now) {
    const auto named = named_backups(registry, directory, now);
    return named.empty() ? std::nullopt : std::optional(named.begin()->second);
}

namespace {

/// The label in the name of a backup, whatever its book; empty: it is another file.
std::string book_in(std::string_view name) {
    const std::size_t others = kNameStart.size() + 1 + kStampShape.size() + kNameEnd.size();
    if (name.size() <= others) return {};
    std::string book(name.substr(kNameStart.size(), name.size() - others));
    return backup_time(name, book) ? book : std::string();
}

BackupSeen look_at(const std::filesystem::path& file, const Register* registry) {
    const std::string name = file.filename().string();
    BackupSeen seen{.file = file, .book = book_in(name)};
    seen.named_at = backup_time(name, seen.book).value_or(platform::WallTime{});
    try {
        const auto reader = platform::FileReader::own(file);
        if (!reader) {
            seen.problem = Message{"backup.no_own_file"};
            return seen;
        }
        seen.bytes = reader->size();
        const BackupFileReader head(file.string(),
                                    [&](std::span<char> part) { return reader->read(part); });
    } catch (const platform::MessageError& error) {
        seen.problem = error.message();
        return seen;
    }
    if (registry != nullptr)
        seen.is_ours = identity_of(file, seen.named_at, opened(*registry).vault.seal()).has_value();
    return seen;
}

}  // namespace

BackupsSeen backups_in(const std::filesystem::path& directory, const Register* registry) {
    std::vector<std::pair<platform::WallTime, std::string>> named;
    for (const std::string& name : names_in(directory))
        if (const auto at = backup_time(name, book_in(name))) named.emplace_back(*at, name);
    std::ranges::sort(named, std::greater<>());
    BackupsSeen seen;
    for (const auto& [at, name] : named) {
        if (seen.newest.size() == kBackupsSeenMax) break;
        seen.newest.push_back(look_at(directory / name, registry));
    }
    seen.left_out = named.size() - seen.newest.size();
    return seen;
}

BackupReport back_up(const Register& registry, const BackupOptions& options,
                     const Progress& progress) {
    return translated([&] {
        OpenRegister& open = opened(registry);
        const std::scoped_lock alone(open.backing_up);
        const std::string book = registry.book().label;
        if (platform::is_within(open.settings.directory, options.directory)) {
            throw refusal(
                Message{"backup.in_the_register", {{"folder", options.directory.string()}}});
        }
        remove_leftovers(options.directory, book);
        const platform::WallTime named =
            free_second(options.directory, book, open.clock.wall_now());
        BackupReport report;
        report.file = options.directory / backup_name(book, named);
        Backup backup(open, report.file, progress);
        report.entries = backup.run().rows_of(Table::entries);
        report.bytes = backup.bytes();
        report.folder_warning = folder_warning(options.directory);
        if (options.keep == 0) return report;
        if (!registry.book().problem) {
            Rotation(options, open.vault.seal(), report).run(book, named);
        } else {
            report.not_removed = Message{"backup.all_stay"};
        }
        return report;
    });
}

}  // namespace tizilim::store
