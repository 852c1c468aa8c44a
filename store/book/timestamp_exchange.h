#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/disk/reserve.h"
#include "store/disk/vault.h"
#include "store/replication/replication.h"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace tizilim::store {

/// The part of Replication that is about time-stamps of the journal's head. Remembers the one
/// question that is open, and why the last try failed. Safe for threads.
class TimestampExchange {
public:
    /// All outlive it. `store` writes what an authority gave, in one transaction.
    struct Parts {
        const Vault& vault;
        const Reserve& reserve;
        const platform::Clock& clock;
        platform::Random& random;
        const platform::TrustedCertificates& trusted;
        std::function<void(const TimestampRecord&)> store;
    };
    explicit TimestampExchange(Parts parts) : parts_(std::move(parts)) {}

    // As in Replication.
    [[nodiscard]] TimestampBytes request();
    [[nodiscard]] std::optional<platform::Message> answered(const TimestampBytes& answer);
    void failed(const platform::Message& why);

    struct State {
        std::optional<platform::WallTime> last_at;  ///< when the last one was stored
        std::optional<platform::WallTime> failed_at;
        std::optional<platform::Message> failed;
    };
    [[nodiscard]] State state() const;

private:
    /// Why it is not stored; nothing: it is.
    std::optional<platform::Message> take(TimestampRecord asked, const std::string& answer);

    const Parts parts_;
    mutable std::mutex mutex_;  ///< guards all below
    std::optional<TimestampRecord> open_;
    std::optional<platform::WallTime> failed_at_;
    std::optional<platform::Message> failed_;
};

}  // namespace tizilim::store
