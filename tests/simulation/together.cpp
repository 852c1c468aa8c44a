#include "tests/simulation/together.h"

#include "tests/simulation/agent.h"
#include "tests/simulation/owner.h"
#include "tests/simulation/weights.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::simulation {

/// An entry that two agents know of. Where there is something to decide the lawyer comes back.
std::optional<std::string> Together::draw_shared() {
    std::map<std::string, int> known;
    for (const auto& agent : agents_) {
        owner_of_(*agent).learn_of_pulled();
        for (const auto& [id, entry] : agent->ledger) ++known[id];
    }
    std::erase_if(known, [](const auto& each) { return each.second < 2; });
    std::vector<std::string> ids;
    for (const auto& [id, count] : known) {
        ids.push_back(id);
        const bool open = std::ranges::any_of(agents_, [&](const auto& agent) {
            return agent->ledger.contains(id) && agent->owner().show(id).in_conflict;
        });
        if (open) ids.insert(ids.end(), 4, id);
    }
    if (ids.empty()) return {};
    return world_.dice.of(ids);
}

void Together::act_at(Agent& agent, Event event, const std::string& id) {
    const bool was_open = agent.owner().show(id).in_conflict;
    agent.changed_at = agent.clock().now();
    Owner owner = owner_of_(agent);
    if (event == Event::several_amend) owner.amend_minutes(id);
    if (event == Event::several_withdraw) owner.withdraw_entry(id);
    if (event == Event::several_classify) {
        owner.reclassify(id);
        world_.marks.hit("classified on several");
    }
    if (event == Event::several_decide && was_open) {
        owner.decide(id);
        world_.marks.hit("decided on several");
    }
}

bool Together::act(Event event) {
    const bool is_ours = event == Event::several_amend || event == Event::several_decide ||
                         event == Event::several_classify || event == Event::several_withdraw;
    if (!is_ours) return false;
    const std::optional<std::string> id = draw_shared();
    if (!id) return true;
    world_.advance(std::chrono::milliseconds(1 + world_.dice.below(90'000)));
    for (const auto& agent : agents_) {
        if (agent->ledger.contains(*id) && !world_.dice.percent(15)) act_at(*agent, event, *id);
    }
    return true;
}

}  // namespace tizilim::simulation
