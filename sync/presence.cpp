#include "sync/presence.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "store/replication.h"
#include "store/revision.h"
#include "sync/answer.h"
#include "sync/couch_client.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kDigestBytes = 16;

/// Looks like any other of our documents.
store::Leaf decoy(platform::Random& random) {
    std::string id = random.hex(kUuidBytes);
    id[12] = '7';
    id[16] = '8';
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
    return {"entry:" + id, store::Revision{1, random.hex(kDigestBytes)}};
}

}  // namespace

Answer<std::vector<store::Leaf>> absent_there(CouchClient& client, platform::Random& random,
                                              std::vector<store::Leaf> leaves) {
    leaves.push_back(decoy(random));
    auto missing = client.missing_there(leaves);
    if (!missing) return platform::Unexpected{missing.error()};
    std::vector<store::Leaf> absent = *std::move(missing);
    const auto never = std::ranges::find(absent, leaves.back());
    if (never == absent.end())
        return platform::Unexpected{not_the_peer("it answers without looking")};
    absent.erase(never);
    return absent;
}

}  // namespace tizilim::sync
