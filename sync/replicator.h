#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/message.h"
#include "store/replication/replication.h"
#include "sync/couch/outcome.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace tizilim::sync {

/// When step() wants to be called next, and why then.
struct Next {
    platform::Instant at{};
    platform::Message why{"next.start"};
};

/// The state of the link, for the status page. Times are empty until they happened.
struct LinkState {
    Outcome outcome = Outcome::idle;
    /// Why the outcome is not progress or idle; no field of an entry in it.
    std::optional<platform::Message> reason;
    std::optional<platform::WallTime> failing_since;
    std::uint64_t failures = 0;                     ///< exchanges that failed since then
    std::optional<platform::Instant> succeeded_at;  ///< the last successful exchange
    /// When the peer last accepted an entry that it had not lost before, or showed that it has one,
    /// or a document was pulled. Questions and repetitions are no progress.
    std::optional<platform::Instant> progressed_at;
    std::optional<platform::WallTime> last_verified_at;  ///< the peer was last asked what it has
    std::uint64_t skipped = 0;  ///< documents that could not be pulled, since the start
    /// The peer's clock minus ours, by the last answer that was the peer's.
    std::optional<std::chrono::seconds> peer_clock_ahead;
    platform::Instant peer_clock_read_at{};  ///< of that answer; ours may have been set since
    /// The longest wait between two polls while all is well.
    std::chrono::milliseconds poll_interval{};
    Next next;
};

/// Brings the register and one peer together. Each step() does what is due first:
///
///   1. greets the peer: which server is it, and whose register has it;
///   2. compares the remote checkpoint with ours: was the peer, or this register, put back;
///   3. asks for receipts of what was sent before the last epoch;
///   4. pushes what waits, until nothing does;
///   5. writes the next epoch, so that 3 is due for it;
///   6. pulls the feed to its end, and writes how far that was;
///   7. asks again for some of what was delivered, and for what was withdrawn.
///
/// A register that came from a backup pulls before it pushes; on a first visit 2 comes behind the
/// push. Which is due is asked of the store, in the order of sync/README.md, "Delivery": this holds
/// no state that a crash could lose. No threads: one caller.
class Replicator {
public:
    Replicator(const ReplicatorSettings& settings, platform::HttpTransport& transport,
               store::Replication& store, const platform::Clock& clock, platform::Random& random);
    ~Replicator();
    Replicator(const Replicator&) = delete;
    Replicator& operator=(const Replicator&) = delete;

    /// At most one batch; nothing at all before link().next.at. A failure of the network is an
    /// Outcome. \throws store::StoreError
    Outcome step();

    /// Something new waits in the outbox: step at once, unless it backs off or needs a person.
    void pending_added();

    /// The machine has a network again, or another one: an offline replicator tries soon, unless it
    /// needs a person or the server named a time. A false alarm does no harm.
    void network_came();

    /// A person asks, or the configuration was read again: forgets backoff and refusals.
    void retry_now();

    [[nodiscard]] const LinkState& link() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tizilim::sync
