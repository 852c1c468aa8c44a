#pragma once

#include "platform/json.h"
#include "store/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/session.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tizilim::sync {

/// Fetches what the peer has and we don't: what the unified system says of entries, and entries of
/// the lawyer's other PCs. Documents and place in the feed are stored together, so a crash repeats
/// a page and never skips one.
class Puller {
public:
    Puller(CouchClient& client, store::Replication& store) : client_(client), store_(store) {}

    /// One page of the feed.
    [[nodiscard]] Answer<Phase> pull(Session& session);

    /// Documents that were ours to pull and can't be: their frame is broken. Counted once each time
    /// they are met; the feed goes on behind them.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

private:
    using Documents = std::vector<store::RemoteDocument>;
    [[nodiscard]] Answer<Documents> fetch(Session& session, std::span<const store::Leaf> leaves);
    [[nodiscard]] Answer<Documents> fetch_together(Session& session,
                                                   std::span<const store::Leaf> leaves);
    [[nodiscard]] Answer<Documents> fetch_singly(std::span<const store::Leaf> leaves);
    void take(const platform::JsonValue& json, const store::Leaf& asked, Documents& documents);

    CouchClient& client_;
    store::Replication& store_;
    std::uint64_t skipped_ = 0;
};

}  // namespace tizilim::sync
