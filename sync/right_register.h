#pragma once

#include "platform/clock.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/session.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::sync {

/// Makes sure that entries go to the register that they are meant for. A database may be deleted
/// and made anew with another identity between any two requests, and no server can store something
/// only if it is still the same one. So the identity is proved before each body of entries: one
/// body at most goes astray, and the journal names it. Outlives sessions: the next greet() may show
/// that the last body went elsewhere.
class RightRegister {
public:
    RightRegister(CouchClient& client, store::Replication& store, const platform::Clock& clock)
        : client_(client), store_(store), clock_(clock) {}

    /// Reads the identity for a new session.
    [[nodiscard]] Answer<std::string> greet();

    /// Reads it again: a failure if it became another one, or is gone. No request where
    /// prove_what_is_due() has just made it.
    [[nodiscard]] Answer<Phase> prove();
    /// A proof was put off by a rate limiter: it comes first.
    [[nodiscard]] bool is_due() const { return is_due_; }
    [[nodiscard]] Answer<Phase> prove_what_is_due();
    /// Proofs so far.
    [[nodiscard]] std::uint64_t proofs() const { return proofs_; }

    /// A body may be sent: the identity was proved in the last kProofAge, and no body since.
    [[nodiscard]] bool is_proved() const { return is_fresh() && under_way_.empty(); }

    /// The peer showed the remote checkpoint with our nonce: a proof, too.
    void remember_proof();

    /// A body with these leaves is sent now: the proof is used up.
    void remember_leaving(std::vector<store::Leaf> leaves);
    /// That body is at no other register: it was refused as a whole, or a peer that has the
    /// identity answered since. The proof counts again, with its old age.
    void forget_leaving();

    /// The identity document as last read. Nothing where its `_rev` is no revision.
    [[nodiscard]] std::optional<store::Leaf> leaf() const;
    /// Whether these leaves, which the feed shows of that document, are as last read.
    [[nodiscard]] bool is_current(const std::vector<std::string>& revisions) const;

private:
    [[nodiscard]] Answer<Phase> ask();
    [[nodiscard]] bool is_fresh() const;
    /// The last body may be at another register: the journal names its leaves, and they are sent
    /// again.
    void name_astray();

    CouchClient& client_;
    store::Replication& store_;
    const platform::Clock& clock_;
    RegisterDocument known_{};  ///< as it was last read
    std::optional<platform::Instant> proved_at_{};
    std::uint64_t proofs_ = 0;
    bool is_due_ = false;
    bool was_due_ = false;                  ///< and was made since
    std::vector<store::Leaf> under_way_{};  ///< the last body, until it is known not to be astray
};

}  // namespace tizilim::sync
