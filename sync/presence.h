#pragma once

#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/right_register.h"
#include "sync/session.h"

#include <span>
#include <vector>

namespace tizilim::sync {

/// Asks which leaves the peer has. A middlebox can forge "nothing is missing", so each question
/// also names a random leaf that can't exist, the decoy: a peer that does not miss it fails. It
/// names the identity document, too: where that is missing, the identity is proved again before
/// anything of the answer counts.
class Presence {
public:
    Presence(CouchClient& client, RightRegister& right, platform::Random& random)
        : client_(client), right_(right), random_(random) {}

    /// Those of `leaves` that the peer does not have; in several questions where one is too large.
    [[nodiscard]] Answer<std::vector<store::Leaf>> absent(const std::vector<store::Leaf>& leaves);

private:
    [[nodiscard]] Answer<std::vector<store::Leaf>> ask(std::span<const store::Leaf> leaves);
    [[nodiscard]] Answer<std::vector<store::Leaf>> ask_with(std::vector<store::Leaf> asked,
                                                            store::Leaf never);
    [[nodiscard]] Answer<std::vector<store::Leaf>> ask_apart(const store::Leaf& leaf);
    [[nodiscard]] Answer<Phase> ask_for_identity();

    CouchClient& client_;
    RightRegister& right_;
    platform::Random& random_;
};

}  // namespace tizilim::sync
