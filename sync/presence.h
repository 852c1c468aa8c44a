#pragma once

#include "platform/random.h"
#include "store/replication/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/right_register.h"
#include "sync/session.h"

#include <span>
#include <vector>

namespace tizilim::sync {

/// Asks what the peer has. A middlebox can forge "nothing is missing": so a leaf that can't exist
/// is among those asked for, another one each time, and a peer that does not miss it fails. The
/// document with its identity is among them, too: where that is missing, this is another register
/// until it proves the contrary, and nothing that it says of the others counts.
class Presence {
public:
    Presence(CouchClient& client, RightRegister& right, platform::Random& random)
        : client_(client), right_(right), random_(random) {}

    /// Which of `leaves` the peer surely does not have. In one question, or, where that is too
    /// large, in several.
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
