#include "tests/simulation/deeds.h"

#include "platform/json.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"
#include "tests/simulation/agent.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

constexpr std::string_view kOfEntry = "entry:";

/// The revisions before that of `document`, as it names them.
std::vector<std::string> ancestors_of(const platform::JsonValue& document) {
    std::vector<std::string> names;
    const platform::JsonValue* revisions = document.find("_revisions");
    if (revisions == nullptr) return names;
    std::int64_t generation = *revisions->find("start")->integer();
    for (const platform::JsonValue& digest : *revisions->find("ids")->array()) {
        names.push_back(std::to_string(generation--) + '-' + *digest.string());
    }
    names.erase(names.begin());
    return names;
}

/// On which the entry stands here; empty: it is not known here.
std::string leaf_of(Agent& agent, const std::string& entry) {
    try {
        return store::OwnerSession(agent).show(entry).revision;
    } catch (const store::StoreError& error) {
        if (error.kind() != store::StoreError::Kind::absent) throw;
        return {};
    }
}

}  // namespace

std::set<std::size_t> Deeds::known_to(Agent& agent, const std::string& entry) const {
    std::set<std::size_t> known;
    const auto own = agent.ledger.find(entry);
    if (own != agent.ledger.end()) known.insert(own->second.deeds.begin(), own->second.deeds.end());
    const std::string document = std::string(kOfEntry) + entry;
    const auto bodies = left_.find(document);
    if (bodies == left_.end()) return known;
    const auto current = bodies->second.find(leaf_of(agent, entry));
    if (current != bodies->second.end())
        known.insert(current->second.begin(), current->second.end());
    std::vector<store::Leaf> leaves;
    for (const auto& [revision, deeds] : bodies->second) {
        leaves.push_back({document, *store::Revision::parse(revision)});
    }
    const auto missing = agent.get().replication().missing(leaves);
    for (const store::Leaf& leaf : leaves) {
        if (std::ranges::find(missing, leaf) != missing.end()) continue;
        const auto& deeds = bodies->second.find(leaf.revision.to_string())->second;
        known.insert(deeds.begin(), deeds.end());
    }
    return known;
}

bool Deeds::puts_aside(const Agent& agent, std::size_t deed) const {
    const Deed& act = at(deed);
    const bool is_own = act.agent == agent.index();
    return agent.rolled_back && is_own && act.kept && !act.given.empty();
}

std::size_t Deeds::add(Deed deed) {
    deed.had_left = left_.contains(std::string(kOfEntry) + deed.entry);
    deeds_.push_back(std::move(deed));
    return deeds_.size() - 1;
}

std::size_t Deeds::count(const std::string& entry, const std::string& field,
                         const std::string& value) const {
    return that_gave(entry, field, value).size();
}

std::set<std::size_t> Deeds::that_gave(const std::string& entry, const std::string& field,
                                       const std::string& value) const {
    std::set<std::size_t> found;
    for (std::size_t i = 0; i < deeds_.size(); ++i) {
        const auto given = deeds_[i].given.find(field);
        const bool gave = given != deeds_[i].given.end() && given->second == value;
        if (gave && deeds_[i].entry == entry) found.insert(i);
    }
    return found;
}

void Deeds::left(Agent& agent, const platform::JsonValue& document) {
    if (document.find("_deleted") != nullptr) return;
    const std::string& id = *document.find("_id")->string();
    const std::string entry = id.substr(kOfEntry.size());
    ByRevision& bodies = left_[id];
    // What goes out again beside the leaf says what it said then, whoever sends it.
    const std::string& revision = *document.find("_rev")->string();
    if (bodies.contains(revision) && revision != store::OwnerSession(agent).show(entry).revision)
        return;
    std::set<std::size_t> in;
    if (store::OwnerSession(agent).show(entry).in_conflict) {
        // What disagrees is held, and is not in it; nor is what an older copy put aside.
        const auto own = agent.ledger.find(entry);
        if (own != agent.ledger.end())
            in.insert(own->second.deeds.begin(), own->second.deeds.end());
        std::erase_if(in, [&](std::size_t deed) { return puts_aside(agent, deed); });
    } else {
        in = known_to(agent, entry);
    }
    // Under what somebody else wrote, what it comes from counts as missing.
    for (const std::string& ancestor : ancestors_of(document)) {
        const auto before = bodies.find(ancestor);
        if (before != bodies.end()) in.insert(before->second.begin(), before->second.end());
    }
    bodies[revision].merge(in);
}

bool Deeds::all_raised(std::set<std::size_t> alive) const {
    // A decision unites what was done to the class on all sides, whatever was chosen.
    for (const std::size_t deed : std::set<std::size_t>(alive)) {
        const Deed& act = at(deed);
        if (act.kind == Deed::Kind::resolved) alive.insert(act.seen.begin(), act.seen.end());
    }
    return std::ranges::all_of(alive, [&](std::size_t narrowing) {
        if (at(narrowing).kind != Deed::Kind::narrowed) return true;
        return std::ranges::any_of(alive, [&](std::size_t raise) {
            return at(raise).kind == Deed::Kind::raised && at(raise).seen.contains(narrowing);
        });
    });
}

}  // namespace tizilim::simulation
