#pragma once

#include "tests/simulation/agent.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/violation.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_tree.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::simulation {

/// What must be so after every step. \throws Violation
class Oracles {
public:
    explicit Oracles(World& world) : world_(world) {}

    /// Of `touched` and some others; of all entries when deliveries moved, or `all`.
    void check(Agent& agent, const std::string& touched, bool all);
    /// A body on its way out is what the lawyer was shown, of the current version.
    void check_leaving(Agent& agent, const platform::JsonValue& document) const;
    /// The peer holds of each entry one live leaf at most by each agent.
    void check_peer(const std::vector<std::unique_ptr<Agent>>& agents) const;
    /// Recomputes the chain.
    static void check_journal(Agent& agent);
    /// Everybody is done, and everything is where it belongs.
    void check_quiet(Agent& agent) const;
    [[nodiscard]] std::uint64_t covered_by_others(Agent& agent) const;
    void check_pulled(Agent& agent) const;
    /// All show the winner.
    void check_agreement(const std::vector<std::unique_ptr<Agent>>& agents) const;
    /// Who holds what another PC said last shows it, or has it among his conflicts.
    void check_held(Agent& agent) const;
    /// What the lawyer did is what became of it, however his PCs came to know of each other's acts.
    void check_deeds(const std::vector<std::unique_ptr<Agent>>& agents);

private:
    struct Case;
    struct Shown;
    struct Held;
    [[nodiscard]] Case case_of(const std::vector<std::unique_ptr<Agent>>& agents,
                               const std::string& id) const;
    void check_leaves(const Case& at) const;
    void check_conflicts(const Case& at) const;
    void check_withdrawal(const Case& at) const;
    void check_class(const Case& at) const;
    [[nodiscard]] bool is_raise_lost(const Case& at) const;
    [[nodiscard]] static bool is_held(const Case& at, const support::RevisionNode& node);
    void check_essence(const Case& at) const;
    void check_last_words(const Case& at) const;
    [[nodiscard]] std::vector<std::size_t> last_words(const std::set<std::size_t>& alive) const;
    [[nodiscard]] bool are_decisions(const std::vector<std::size_t>& words) const;
    [[nodiscard]] bool tells(std::size_t word, bool all_decided) const;
    [[nodiscard]] bool was_amended(std::size_t word, const std::set<std::size_t>& alive) const;
    void check_shown(const Agent& agent, const Held& held) const;
    [[nodiscard]] bool is_next_dispute(const Shown& shown, const std::string& value) const;
    void check_narrowed(Agent& agent, const platform::JsonValue& document) const;
    void check_kept(const Agent& agent, const platform::JsonValue& document) const;
    void note_shown(Agent& agent, const std::string& id);
    [[nodiscard]] std::vector<const support::RevisionNode*> lawyers_leaves(
        const support::CouchDocument& document) const;
    void check_entry(Agent& agent, const LedgerEntry& entry);
    void check_delivery(Agent& agent, const LedgerEntry& entry, const store::EntryView& view);
    void check_floor(const Agent& agent, const LedgerEntry& entry, bool in_conflict,
                     const support::CouchDocument& document) const;
    void check_balance(Agent& agent);
    void check_synced(Agent& agent);
    [[nodiscard]] bool is_at_peer(Agent& agent, const std::string& leaf) const;

    World& world_;
    std::map<std::size_t, std::string> seen_;      ///< chain head and balance, by agent
    std::map<std::string, std::string> delivery_;  ///< by agent and entry
    /// Values that an agent showed, by agent, copy and entry: field and value.
    std::map<std::string, std::set<std::pair<std::string, std::string>>> shown_;
};

[[nodiscard]] Violation violation(const Agent& agent, const std::string& what);
[[nodiscard]] std::string document_id(const std::string& id);
/// Whether `winner` may come from `leaf` all the same: its digest covers no ancestor so far back,
/// and none is sent. A peer that was restored shows such a leaf again.
[[nodiscard]] bool is_out_of_sight(const support::RevisionNode& leaf,
                                   const support::RevisionNode& winner);

/// What the entry counts by delivery say, as text.
[[nodiscard]] std::string text_of(const store::Balance& balance);

}  // namespace tizilim::simulation
