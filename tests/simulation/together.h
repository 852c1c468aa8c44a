#pragma once

#include "tests/simulation/agent.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/owner.h"
#include "tests/simulation/weights.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::simulation {

/// The lawyer at several PCs: acts of one kind on one entry, before any PC hears of the others'.
class Together {
public:
    using Agents = std::vector<std::unique_ptr<Agent>>;
    using OwnerOf = std::function<Owner(Agent& agent)>;
    Together(World& world, const Agents& agents, OwnerOf owner_of)
        : world_(world), agents_(agents), owner_of_(std::move(owner_of)) {}

    /// False: the event is none of these.
    bool act(Event event);

private:
    [[nodiscard]] std::optional<std::string> draw_shared();
    void act_at(Agent& agent, Event event, const std::string& id);

    World& world_;
    const Agents& agents_;
    OwnerOf owner_of_;
};

}  // namespace tizilim::simulation
