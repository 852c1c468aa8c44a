#include "sync/presence.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "store/replication.h"
#include "store/revision.h"
#include "sync/answer.h"
#include "sync/couch_client.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
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

/// A question of its own, with a decoy in it.
Answer<std::vector<store::Leaf>> ask(CouchClient& client, platform::Random& random,
                                     std::span<const store::Leaf> leaves) {
    std::vector<store::Leaf> asked(leaves.begin(), leaves.end());
    asked.push_back(decoy(random));
    auto missing = client.missing_there(asked);
    if (!missing) return platform::Unexpected{missing.error()};
    std::vector<store::Leaf> absent = *std::move(missing);
    const auto never = std::ranges::find(absent, asked.back());
    if (never == absent.end())
        return platform::Unexpected{not_the_peer("it answers without looking")};
    absent.erase(never);
    return absent;
}

/// One name and a decoy are too much together.
Answer<std::vector<store::Leaf>> ask_apart(CouchClient& client, platform::Random& random,
                                           const store::Leaf& leaf) {
    auto before = ask(client, random, {});
    if (!before) return before;
    auto absent = client.missing_there(std::span(&leaf, 1));
    auto after = ask(client, random, {});
    if (!after) return after;
    return absent;
}

}  // namespace

Answer<std::vector<store::Leaf>> absent_there(CouchClient& client, platform::Random& random,
                                              const std::vector<store::Leaf>& leaves) {
    std::vector<store::Leaf> absent;
    for (std::size_t at = 0; at < leaves.size();) {
        // One name of each question is the decoy's.
        const std::size_t room = std::max<std::size_t>(1, client.names_max() - 1);
        const auto part = std::span(leaves).subspan(at, std::min(room, leaves.size() - at));
        const bool apart = client.names_max() == 1;
        auto missing = apart ? ask_apart(client, random, part.front()) : ask(client, random, part);
        const bool too_large = !missing && missing.error().status == 413 && !apart;
        if (too_large && client.names_max() > 0) continue;
        if (!missing) return platform::Unexpected{missing.error()};
        std::ranges::move(*missing, std::back_inserter(absent));
        at += part.size();
    }
    return absent;
}

}  // namespace tizilim::sync
