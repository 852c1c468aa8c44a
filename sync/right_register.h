#pragma once

#include "platform/clock.h"
#include "store/replication/replication.h"
#include "sync/answer.h"
#include "sync/couch_client.h"
#include "sync/session.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::sync {

/// Makes sure that what we send gets to the register that it is meant for. A database may be
/// deleted and made anew, with another identity, between any two requests, and no server can be
/// told to store something only if it is still the same one. So the identity is proved before each
/// body of entries: what goes astray is one body at most, and the journal names it. What is known
/// here outlives a session: the next greeting may show where the last body went.
class RightRegister {
public:
    RightRegister(CouchClient& client, store::Replication& store, const platform::Clock& clock)
        : client_(client), store_(store), clock_(clock) {}

    /// Asks whose register it is, for a new session.
    [[nodiscard]] Answer<std::string> greet();

    /// Asks again: a failure if the register became another one, or is not there any more. One that
    /// was put off and then made is not made twice.
    [[nodiscard]] Answer<Phase> prove();
    /// A proof was put off: it comes first.
    [[nodiscard]] bool is_due() const { return is_due_; }
    [[nodiscard]] Answer<Phase> prove_what_is_due();
    /// Proofs so far.
    [[nodiscard]] std::uint64_t proofs() const { return proofs_; }

    /// A body may begin to leave: it was proved in the last kProofAge, and nothing is under way
    /// since.
    [[nodiscard]] bool is_proved() const { return is_fresh() && under_way_.empty(); }

    /// The peer showed our own `_local` document with our nonce: a proof, too.
    void note_proof();

    /// These leave now, in one body: the proof is spent.
    void note_leaving(std::vector<store::Leaf> leaves);
    /// That body is nowhere else: the server refused it as a whole, or a peer that has the identity
    /// was asked afterwards what it has. The proof is worth as much as before, and no longer.
    void note_none_astray();

    /// The document with the identity as it was last read: a leaf that the right register has.
    /// Nothing where its revision is none.
    [[nodiscard]] std::optional<store::Leaf> leaf() const;
    /// The feed shows that document with these leaves; false: it is not as it was last read.
    [[nodiscard]] bool is_current(const std::vector<std::string>& revisions) const;

private:
    [[nodiscard]] Answer<Phase> ask();
    [[nodiscard]] bool is_fresh() const;
    /// The last body may be at another register: its leaves are named, and go again.
    void name_astray();

    CouchClient& client_;
    store::Replication& store_;
    const platform::Clock& clock_;
    RegisterDocument known_{};  ///< as it was last read
    std::optional<platform::Instant> proved_at_{};
    std::uint64_t proofs_ = 0;
    bool is_due_ = false;
    bool was_due_ = false;                  ///< and was made since
    std::vector<store::Leaf> under_way_{};  ///< sent since, and not known to be where they should
};

}  // namespace tizilim::sync
