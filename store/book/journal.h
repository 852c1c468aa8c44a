#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/disk/vault.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// Smaller differences are normal between two answers of a time server.
inline constexpr std::chrono::minutes kClockTolerance{2};

/// Adds acts to the journal within one transaction; each is hashed with the one before it.
class JournalWriter {
public:
    JournalWriter(VaultWriter& vault, const platform::Clock& clock, platform::Random& random);

    /// Returns the act's sequence number. `content`: the packed version or signature that the act
    /// made, or empty.
    std::uint64_t append(Act act, const EntryId& entry, std::string_view content = {},
                         std::string detail = {});
    [[nodiscard]] platform::WallTime now() const { return now_; }
    /// The sequence number of the next act.
    [[nodiscard]] std::uint64_t next() const { return last_ + 1; }
    [[nodiscard]] const Digest32& head() const { return head_; }
    /// The highest time that the register knows of, this transaction included.
    [[nodiscard]] platform::WallTime latest() const { return latest_.at; }
    /// The clock shows an earlier time than latest(), by more than kClockTolerance.
    [[nodiscard]] bool clock_went_back() const { return now_ + kClockTolerance < latest_.at; }

private:
    void keep_latest(std::uint64_t sequence);

    VaultWriter& vault_;
    platform::Random& random_;
    platform::WallTime now_;
    LatestTime latest_{};
    std::uint64_t last_ = 0;
    Digest32 head_{};
};

/// The end of the journal's chain.
struct ChainHead {
    std::uint64_t sequence = 0;
    Digest32 hash{};
    platform::WallTime at{};
};
/// \throws StoreError, damaged, when the last record does not match its hash
[[nodiscard]] ChainHead chain_head(const VaultReader& vault);

/// The highest time that the register knows of: of the last act (`sequence` 0), or, where a clock
/// went back, of the row of `meta` that records it. `end`: chain_head().
[[nodiscard]] LatestTime latest_time(const VaultReader& vault, const ChainHead& end);
/// Makes it `at`, whatever the journal says up to its end.
void set_latest_time(VaultWriter& vault, platform::WallTime at);
/// The highest time of that row and of the acts since, at most 10,000: an earlier version of this
/// program, which kept no such row, may have been at work.
[[nodiscard]] platform::WallTime latest_of_acts(const VaultReader& vault);

/// The digest by which a journal record names a version or a signature.
[[nodiscard]] Digest32 content_digest(std::string_view packed);

/// Recomputes the chain, record by record.
class JournalChecker {
public:
    /// What is wrong with `record` as the one after those seen so far, or nothing.
    [[nodiscard]] std::optional<platform::Message> next(const JournalRecord& record);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] const Digest32& head() const { return head_; }

private:
    std::uint64_t count_ = 0;
    Digest32 head_{};
};

}  // namespace tizilim::store
