#pragma once

#include "store/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/session.h"

namespace tizilim::sync {

/// Sends what waits in the outbox. Only what the peer's reply accepted is marked as sent, and only
/// after the reply: a batch whose reply was lost goes out again, and the peer knows it by its
/// revisions.
class Pusher {
public:
    Pusher(CouchClient& client, store::Replication& store) : client_(client), store_(store) {}

    /// One batch.
    [[nodiscard]] Answer<Phase> push(Session& session);

private:
    CouchClient& client_;
    store::Replication& store_;
};

}  // namespace tizilim::sync
