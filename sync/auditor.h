#pragma once

#include "platform/clock.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/right_register.h"
#include "sync/session.h"
#include "sync/verifier.h"

#include <cstddef>
#include <optional>
#include <string>

namespace tizilim::sync {

/// Checks, a part each day, that the peer still has what was delivered, and that it no longer shows
/// old revisions of what was withdrawn. The audit's progress is in the checkpoint; when it last
/// asked is not: a program that starts often asks more often, and ends its round sooner.
class Auditor {
public:
    Auditor(CouchClient& client, store::Replication& store, Verifier& verifier,
            RightRegister& right, const platform::Clock& clock)
        : client_(client), store_(store), verifier_(verifier), right_(right), clock_(clock) {}

    /// The next slice of the rolling audit, if it is time.
    [[nodiscard]] Answer<Phase> audit(Session& session);

    /// Asks for superseded revisions of withdrawn entries, if it is time or a withdrawal was
    /// delivered just now.
    [[nodiscard]] Answer<Phase> look_for_withdrawn(Session& session);

    /// A person asks: look_for_withdrawn() is due now.
    void look_now() {
        readable_at_.reset();
        readable_after_.clear();
    }

private:
    [[nodiscard]] std::size_t slice_leaves(const store::Checkpoint& reached) const;
    void begin_round(Session& session, platform::WallTime at);
    void collect_readable(Session& session);

    CouchClient& client_;
    store::Replication& store_;
    Verifier& verifier_;
    RightRegister& right_;
    const platform::Clock& clock_;
    std::optional<platform::Instant> audit_at_;     ///< not before
    std::optional<platform::Instant> readable_at_;  ///< the same, for look_for_withdrawn()
    std::string readable_after_;
};

}  // namespace tizilim::sync
