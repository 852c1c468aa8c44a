#pragma once

#include "platform/clock.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "store/replication/link_state.h"
#include "store/replication/replication.h"
#include "sync/couch/outcome.h"

#include <memory>

namespace tizilim::sync {

using store::LinkState;

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
