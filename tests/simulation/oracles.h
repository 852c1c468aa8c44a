#pragma once

#include "tests/simulation/agent.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/ledger.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
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
    void check_pulled(Agent& agent) const;
    /// All show the winner.
    void check_agreement(const std::vector<std::unique_ptr<Agent>>& agents) const;

private:
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
};

/// What the entry counts by delivery say, as text.
[[nodiscard]] std::string text_of(const store::Balance& balance);

}  // namespace tizilim::simulation
