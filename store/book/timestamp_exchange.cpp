#include "store/book/timestamp_exchange.h"

#include "platform/clock.h"
#include "platform/cms/cms_timestamp.h"
#include "platform/text/base64.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/book/timestamps.h"
#include "store/disk/vault.h"
#include "store/replication/replication.h"
#include "store/store_error.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::store {
namespace {

/// Of the rows that are written anew beside the token.
constexpr std::uint64_t kRowBytes = std::uint64_t{64} << 10;

/// Between two that are stored: a network's program that somebody else has taken over can make
/// tokens of its own where no authority is trusted by name, and the journal keeps them for ever.
constexpr std::chrono::hours kRest{1};

}  // namespace

TimestampBytes TimestampExchange::request() {
    const std::scoped_lock lock(mutex_);
    platform::TimestampQuestion question;
    open_.reset();
    const platform::WallTime now = parts_.clock.wall_now();
    parts_.vault.read([&](const VaultReader& vault) {
        const auto last = last_timestamp(vault);
        if (last && last->at <= now && now - last->at < kRest) return;
        open_ = new_timestamp(vault, parts_.random);
        question = question_of(vault, *open_);
    });
    if (!open_) return {};
    return {platform::to_base64(platform::timestamp_request(question))};
}

std::optional<platform::Message> TimestampExchange::answered(const TimestampBytes& answer) {
    const std::scoped_lock lock(mutex_);
    // One answer to one question.
    std::optional<TimestampRecord> asked = std::exchange(open_, {});
    const auto bytes = platform::from_base64(answer.base64);
    try {
        failed_ = asked ? take(*std::move(asked), bytes.value_or(std::string()))
                        : platform::Message{"timestamp.not_asked"};
    } catch (const StoreError& error) {
        failed_ = error.message();  // a full disk: it can wait for tomorrow's
    }
    failed_at_ = failed_ ? std::optional(parts_.clock.wall_now()) : std::nullopt;
    return failed_;
}

std::optional<platform::Message> TimestampExchange::take(TimestampRecord asked,
                                                         const std::string& answer) {
    auto token = platform::token_in_answer(answer);
    if (!token) return token.error();
    asked.token = *std::move(token);
    std::optional<platform::Message> refusal;
    parts_.vault.read([&](const VaultReader& vault) {
        const auto stamp = examine(vault, asked, parts_.clock.wall_now(), parts_.trusted);
        if (!stamp) refusal = stamp.error();
    });
    if (refusal) return refusal;
    parts_.reserve.keep(asked.token.size() + kRowBytes);
    parts_.store(asked);
    return {};
}

void TimestampExchange::failed(const platform::Message& why) {
    const std::scoped_lock lock(mutex_);
    open_.reset();
    failed_ = why;
    failed_at_ = parts_.clock.wall_now();
}

TimestampExchange::State TimestampExchange::state() const {
    State now;
    parts_.vault.read([&](const VaultReader& vault) {
        if (const auto record = last_timestamp(vault)) now.last_at = record->at;
    });
    const std::scoped_lock lock(mutex_);
    now.failed = failed_;
    now.failed_at = failed_at_;
    return now;
}

}  // namespace tizilim::store
