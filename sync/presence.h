#pragma once

#include "platform/random.h"
#include "store/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"

#include <vector>

namespace tizilim::sync {

/// Which of `leaves` the peer does not have, in their order. Among the question is a document that
/// can't exist: whoever does not miss it answers without looking, and nothing it says is believed.
/// A question that the peer calls too large is halved, down to one name.
[[nodiscard]] Answer<std::vector<store::Leaf>> absent_there(CouchClient& client,
                                                            platform::Random& random,
                                                            const std::vector<store::Leaf>& leaves);

}  // namespace tizilim::sync
