#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"
#include "tests/support/memory_key_store.h"
#include "tests/unit/store/register_fixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace {

/// How many more writes to a file the disk takes; below zero: any number.
std::atomic<int> writes_left{-1};
std::atomic<bool> space_for_reserve{true};

bool disk_is_full() {
    if (writes_left < 0) return false;
    if (writes_left > 0) {
        --writes_left;
        return false;
    }
    errno = ENOSPC;
    return true;
}

}  // namespace

// LMDB's writes and the reserve's, seen before the system sees them: a definition in the program
// takes precedence over the C library's.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming,misc-definitions-in-headers)
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    if (disk_is_full()) return -1;
    return static_cast<ssize_t>(::syscall(SYS_pwrite64, file, bytes, size, at));
}
ssize_t pwritev(int file, const struct iovec* parts, int count, off_t at) {
    if (disk_is_full()) return -1;
    return static_cast<ssize_t>(::syscall(SYS_pwritev, file, parts, count, at, 0));
}
ssize_t writev(int file, const struct iovec* parts, int count) {
    if (disk_is_full()) return -1;
    return static_cast<ssize_t>(::syscall(SYS_writev, file, parts, count));
}
int fallocate(int file, int mode, off_t at, off_t size) {
    if (space_for_reserve) return static_cast<int>(::syscall(SYS_fallocate, file, mode, at, size));
    errno = ENOSPC;
    return -1;
}
// NOLINTEND(readability-identifier-naming,misc-definitions-in-headers)
}

namespace tizilim {
namespace {

class FullDisk : public RegisterTest {
protected:
    ~FullDisk() override {
        writes_left = -1;
        space_for_reserve = true;
    }
    /// The kind of failure of one more entry, or nothing when it was recorded.
    std::optional<store::StoreError::Kind> failure_of_add() {
        try {
            (void)store::OwnerSession(*register_).add(good_input());
        } catch (const store::StoreError& error) {
            return error.kind();
        }
        return {};
    }
};

TEST_F(FullDisk, LeavesNothingOfARegisterThatCannotBeMade) {
    store::RegisterSettings settings = settings_;
    settings.directory = directory_ / "another";
    support::MemoryKeyStore keys;
    int failures = 0;
    for (int allowed = 0; allowed < 20; ++allowed) {
        writes_left = allowed;
        try {
            (void)store::Register::create(settings, keys, clock_, random_);
            break;
        } catch (const store::StoreError& error) {
            ++failures;
            EXPECT_EQ(error.kind(), store::StoreError::Kind::disk_full) << allowed;
        }
        writes_left = -1;
        EXPECT_TRUE(std::filesystem::is_empty(settings.directory)) << allowed;
    }
    writes_left = -1;
    EXPECT_GT(failures, 0);
    EXPECT_TRUE(store::Register::is_in(settings.directory));
}

TEST_F(FullDisk, LosesNothingWhicheverWriteFailsAndGoesOnWhenThereIsSpace) {
    add(good_input());
    std::uint64_t recorded = 1;
    int failures = 0;
    for (int allowed = 0; allowed < 12; ++allowed) {
        writes_left = allowed;
        const auto failure = failure_of_add();
        writes_left = -1;
        if (failure) {
            ++failures;
            EXPECT_EQ(*failure, store::StoreError::Kind::disk_full) << allowed;
        } else {
            ++recorded;
        }
        EXPECT_EQ(register_->balance().recorded, recorded) << allowed;
        EXPECT_EQ(register_->verify({}).first_bad, std::nullopt) << allowed;
    }
    EXPECT_GT(failures, 0);
    EXPECT_GT(recorded, 1U);

    open();
    EXPECT_EQ(register_->balance().recorded, recorded);
    EXPECT_EQ(failure_of_add(), std::nullopt);
}

TEST_F(FullDisk, RefusesNewEntriesForTheReserveWhileDeliveryGoesOn) {
    add(good_input());
    space_for_reserve = false;
    std::vector<store::ImportRow> rows;
    for (std::uint64_t line = 2; line < 500; ++line) {
        rows.push_back({line, imported_input(std::to_string(line))});
        rows.back().input.essence = std::string(store::kEssenceBytesMax, 'x');
    }

    std::optional<store::StoreError::Kind> failure;
    try {
        (void)store::OwnerSession(*register_).import(rows, {}, {});
    } catch (const store::StoreError& error) {
        failure = error.kind();
    }

    EXPECT_EQ(failure, store::StoreError::Kind::disk_full);
    EXPECT_EQ(register_->balance().recorded, 1U);
    EXPECT_EQ(failure_of_add(), std::nullopt);  // one more fits into what is held ahead
    deliver_all();
    EXPECT_EQ(register_->balance().pending, 0U);
    EXPECT_EQ(register_->verify({}).first_bad, std::nullopt);
}

/// As many documents as a pull brings at once, each as large as may be.
std::vector<store::RemoteDocument> flood(const std::string& document_id) {
    std::vector<store::RemoteDocument> documents;
    for (int i = 0; i < 100; ++i) {
        const store::Revision revision{1, std::to_string(i)};
        documents.push_back(
            {document_id, revision, {}, false, {{"text", std::string(256 * 1024, 'x')}}});
    }
    return documents;
}

TEST_F(FullDisk, IsAskedForNoRoomForWhatIsOfNoEntryHere) {
    add(good_input());
    space_for_reserve = false;

    register_->replication().apply("peer", flood("entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001"),
                                   {"7", 0, "", ""});

    EXPECT_EQ(register_->replication().checkpoint("peer").pulled, "7");
}

TEST_F(FullDisk, IsAskedForNoMoreThanTheBoundOnWhatOthersWrote) {
    settings_.foreign = {.bytes_max = 0, .bytes_an_entry = 0};
    open();
    const std::string id = add(good_input());
    space_for_reserve = false;

    register_->replication().apply("peer", flood("entry:" + id), {"7", 0, "", ""});

    EXPECT_EQ(register_->replication().checkpoint("peer").pulled, "7");
    EXPECT_EQ(register_->foreign_figures().left_out, 100U);
}

TEST_F(FullDisk, ThatStopsAPullIsNotSaidToStopRecording) {
    const std::string id = add(good_input());
    space_for_reserve = false;

    std::string message;
    try {
        register_->replication().apply("peer", flood("entry:" + id), {"7", 0, "", ""});
    } catch (const store::StoreError& error) {
        message = error.what();
    }

    EXPECT_NE(message.find("has no room for the next"), std::string::npos) << message;
    EXPECT_EQ(message.find("recorded, "), std::string::npos) << message;
    EXPECT_EQ(failure_of_add(), std::nullopt);
}

TEST_F(FullDisk, LetsWhatOthersWroteBeDropped) {
    settings_.foreign.leaves_bytes_max = std::uint64_t{64} << 20;
    settings_.foreign.leaves_max = 100;
    open();
    const std::string id = add(good_input());
    register_->replication().apply("peer", flood("entry:" + id), {"7", 0, "", ""});
    space_for_reserve = false;
    while (!failure_of_add()) {
    }

    const auto dropped =
        store::OwnerSession(*register_).drop_foreign(store::ForeignScope::of_entries_too);

    EXPECT_EQ(dropped.documents, 100U);
}

}  // namespace
}  // namespace tizilim
