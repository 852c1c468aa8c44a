#include "store/log_recovery.h"

#include "platform/file.h"
#include "platform/synced_file.h"
#include "store/lmdb_page.h"
#include "store/lmdb_page_file.h"
#include "store/redo_log.h"
#include "store/seal.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tizilim::store {
namespace {

// Stored. Never change.
constexpr std::string_view kMagic = "TIZMARK1";
constexpr std::string_view kDomain = "tizilim log mark";
/// In the first page, far behind the meta page's 152 bytes: in a sector of its own.
constexpr std::uint64_t kMarkAt = 2048;
constexpr std::size_t kMarkBytes = 8 + 2 * sizeof(Digest16);

std::string mark_of(std::string_view id) {
    const Digest16 digest = Hasher(Hasher::Size::bytes16).add(kDomain).add(id).digest16();
    return std::string(kMagic) + std::string(id) + std::string(bytes_of(digest));
}

struct Mark {
    bool there = false;
    std::string id;  ///< empty: damaged
};

Mark read_mark(const std::filesystem::path& data_file) {
    const std::string bytes = lmdb::PageFile(data_file).read(kMarkAt, kMarkBytes);
    if (bytes.find_first_not_of('\0') == std::string::npos) return {};
    const std::string id =
        bytes.size() < kMarkBytes ? std::string() : bytes.substr(kMagic.size(), sizeof(Digest16));
    return {true, bytes == mark_of(id) ? id : std::string()};
}

std::uint64_t page_bytes_of(const SteadyMetas& metas) {
    const auto meta = lmdb::Meta::read(metas.even);
    return meta ? meta->page_bytes : 0;
}

StoreError apart(const std::filesystem::path& data_file, const std::string& what) {
    return {StoreError::Kind::damaged, "opening the register " + data_file.string() + ": " + what};
}

constexpr const char* kNotTogether =
    "; they are of two times or two registers: put back the two that were together, or restore a "
    "backup";

/// LMDB's n-th transaction is in page n mod 2; those since the log's metas came one by one.
void expect_same_time(const std::filesystem::path& data_file, const LogContent& log) {
    const lmdb::PageFile::Metas there = lmdb::PageFile(data_file).metas();
    const auto even = lmdb::Meta::read(log.steady.even);
    const auto odd = lmdb::Meta::read(log.steady.odd);
    if (!even || !odd) throw apart(data_file, "its log does not say how it was; restore a backup");
    const auto fits = [&](const auto& is, const auto& was) {
        return !is || (is->transaction >= was->transaction &&
                       is->transaction <= std::max(log.last_transaction, was->transaction));
    };
    if (fits(there.even, even) && fits(there.odd, odd)) return;
    throw apart(data_file, "it and its log " + log_of(data_file).string() + " do not fit together" +
                               kNotTogether);
}

}  // namespace

std::filesystem::path log_of(const std::filesystem::path& data_file) {
    std::filesystem::path log = data_file;
    log += "-log";
    return log;
}

SteadyMetas read_metas(const std::filesystem::path& data_file) {
    lmdb::PageFile file(data_file);
    SteadyMetas metas;
    metas.even = file.read(0, lmdb::Meta::kBytes);
    metas.odd = file.read(page_bytes_of(metas), lmdb::Meta::kBytes);
    return metas;
}

void mark_logged(const std::filesystem::path& data_file, const Digest16& id) {
    platform::SyncedFile(data_file, platform::SyncedFile::Open::existing)
        .put(kMarkAt, mark_of(bytes_of(id)));
}

void unmark(const std::filesystem::path& data_file) {
    if (!read_mark(data_file).there) return;
    platform::SyncedFile(data_file, platform::SyncedFile::Open::existing)
        .put(kMarkAt, std::string(kMarkBytes, '\0'));
    platform::remove_file(log_of(data_file));
}

namespace {

bool may_hold_acts(const std::filesystem::path& log) {
    try {
        const std::optional<LogContent> content = read_log(log);
        return content && content->open;
    } catch (const StoreError&) {
        return true;  // nobody knows
    }
}

}  // namespace

std::filesystem::path place_for_log(const std::filesystem::path& data_file) {
    unmark(data_file);
    std::filesystem::path log = log_of(data_file);
    if (may_hold_acts(log)) {
        std::filesystem::path aside = log;
        aside += ".aside";
        platform::rename_durably(log, aside);
    }
    return log;
}

std::optional<LogContent> log_to_replay(const std::filesystem::path& data_file) {
    const Mark mark = read_mark(data_file);
    if (!mark.there) return {};
    std::error_code failed;  // then reading it says why
    if (!std::filesystem::exists(log_of(data_file), failed) && !failed) {
        throw apart(data_file, "it was not closed, and " + log_of(data_file).string() +
                                   ", which has its last acts, is not there: put it back, or "
                                   "restore a backup");
    }
    std::optional<LogContent> log = read_log(log_of(data_file));
    if (!log || (!mark.id.empty() && log->id != mark.id)) {
        throw apart(data_file, log_of(data_file).string() + " is not the log of it" + kNotTogether);
    }
    if (!log->open) return {};
    expect_same_time(data_file, *log);
    if (log->last_transaction > log->steady.transaction()) return log;
    return {};  // the first record was never whole: nothing was done since
}

void put_back(const std::filesystem::path& data_file, const SteadyMetas& metas) {
    platform::SyncedFile file(data_file, platform::SyncedFile::Open::existing);
    const platform::SyncedFile::Write even = file.write(0, metas.even);
    if (even.system_error != 0) file.fail("write", even.system_error);
    file.put(page_bytes_of(metas), metas.odd);
}

}  // namespace tizilim::store
