#include "sync/presence.h"

#include "platform/expected.h"
#include "platform/random.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/right_register.h"
#include "sync/session.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::sync {
namespace {

using platform::Unexpected;
using store::Leaf;
using Leaves = std::vector<Leaf>;

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kDigestBytes = 16;
/// The identity document may have been changed since it was read: it is read again, once.
constexpr unsigned kAttemptsMax = 2;

/// A random leaf that looks like any other of ours.
Leaf decoy(platform::Random& random) {
    std::string id = random.hex(kUuidBytes);
    id[12] = '7';
    id[16] = '8';
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
    return {std::string(store::kEntryPrefix) + id, store::Revision{1, random.hex(kDigestBytes)}};
}

Failure contradicts_itself() {
    return not_the_peer({"not_peer.contradicts_itself"});
}

}  // namespace

Answer<Leaves> Presence::absent(const Leaves& leaves) {
    Leaves absent;
    bool was_apart = false;
    for (std::size_t at = 0; at < leaves.size();) {
        // Of each question one name is the decoy's, and one the identity's.
        const std::size_t others = right_.leaf() ? 2 : 1;
        const std::size_t names = client_.names_max();
        const bool apart = names <= others;
        const std::size_t room = apart ? 1 : names - others;
        const auto part = std::span(leaves).subspan(at, std::min(room, leaves.size() - at));
        auto missing = apart ? ask_apart(part.front()) : ask(part);
        const bool too_large = !missing && missing.error().status == 413 && !apart;
        if (too_large && client_.names_max() > 0) continue;
        if (!missing) return Unexpected{missing.error()};
        std::ranges::move(*missing, std::back_inserter(absent));
        at += part.size();
        was_apart = was_apart || apart;
    }
    if (was_apart) {
        const auto right = ask_for_identity();
        if (!right) return Unexpected{right.error()};
    }
    return absent;
}

Answer<Leaves> Presence::ask(std::span<const Leaf> leaves) {
    for (unsigned attempt = 0; attempt < kAttemptsMax; ++attempt) {
        const std::optional<Leaf> identity = right_.leaf();
        Leaves asked(leaves.begin(), leaves.end());
        if (identity) asked.push_back(*identity);
        auto absent = ask_with(std::move(asked), decoy(random_));
        if (!absent || !identity) return absent;
        if (std::ranges::find(*absent, *identity) == absent->end()) {
            right_.forget_leaving();
            return absent;
        }
        const auto proved = right_.prove();
        if (!proved) return Unexpected{proved.error()};
    }
    return Unexpected{contradicts_itself()};
}

/// `never` is the decoy.
Answer<Leaves> Presence::ask_with(Leaves asked, Leaf never) {
    asked.push_back(std::move(never));
    auto missing = client_.missing_there(asked);
    if (!missing) return Unexpected{missing.error()};
    Leaves absent = *std::move(missing);
    const auto found = std::ranges::find(absent, asked.back());
    if (found == absent.end()) return Unexpected{not_the_peer({"not_peer.does_not_look"})};
    absent.erase(found);
    return absent;
}

/// A question may have one name alone: its decoy is a revision of the same document.
Answer<Leaves> Presence::ask_apart(const Leaf& leaf) {
    return ask_with({leaf},
                    {leaf.document_id, {leaf.revision.generation, random_.hex(kDigestBytes)}});
}

/// After such questions, once for all of them.
Answer<Phase> Presence::ask_for_identity() {
    for (unsigned attempt = 0; attempt < kAttemptsMax; ++attempt) {
        const std::optional<Leaf> identity = right_.leaf();
        if (!identity) return Phase::nothing_to_do;
        const auto missing = ask_apart(*identity);
        if (!missing) return Unexpected{missing.error()};
        if (missing->empty()) {
            right_.forget_leaving();
            return Phase::prepared;
        }
        const auto proved = right_.prove();
        if (!proved) return Unexpected{proved.error()};
    }
    return Unexpected{contradicts_itself()};
}

}  // namespace tizilim::sync
