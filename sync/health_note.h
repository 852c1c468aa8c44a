#pragma once

#include "platform/clock.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/session.h"

#include <optional>
#include <string>

namespace tizilim::sync {

/// Tells the centre how this PC is, in the document `health:<installation id>` of its own register:
/// who watches over forty offices behind NAT can read it, and ask none of them.
///
/// It costs a request a day, at a poll of which the feed is read anyway, and two for the checkpoint
/// that moves; one more where something changed, once an hour at most. What is in it comes from the
/// register, which puts nothing into it of what stays here (store::PcHealth). A peer that refuses
/// it hears of it again a day later: no entry waits for that.
class HealthNote {
public:
    HealthNote(CouchClient& client, store::Replication& store, const platform::Clock& clock)
        : client_(client), store_(store), clock_(clock), looked_at_(clock.now()) {}

    /// The feed is about to be read, which shows the document.
    void poll_began() { poll_began_ = true; }
    /// Once after each poll_began().
    [[nodiscard]] Answer<Phase> write_if_due();

private:
    [[nodiscard]] Answer<std::optional<std::string>> write(const store::PcHealth& health);

    CouchClient& client_;
    store::Replication& store_;
    const platform::Clock& clock_;
    bool poll_began_ = false;
    platform::Instant looked_at_;
    std::optional<platform::Instant> written_at_{};
    std::optional<store::PcHealth> written_{};
    std::string revision_{};  ///< of the document, as it was written last
};

}  // namespace tizilim::sync
