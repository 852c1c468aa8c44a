#include "tests/simulation/deeds.h"

#include "platform/text/json.h"
#include "store/owner/entry_view.h"
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
        return agent.owner().show(entry).revision;
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
    // Also under what somebody else wrote, whether or not the peer is asked for it again. A
    // tombstone tells of its decision while what its leaf went into is held. Without, it says that
    // there was one and not what: the leaf is made again (DESIGN.md, "Conflicts").
    const std::set<std::string> held = agent.held(entry);
    const Tree& tree = trees_.find(document)->second;
    for (const std::string& revision : held) {
        const auto body = bodies->second.find(revision);
        if (body == bodies->second.end()) continue;
        const auto place = tree.find(revision);
        const bool is_end = place != tree.end() && !place->second.into.empty();
        if (is_end && !is_held(tree, held, place->second.into)) continue;
        known.insert(body->second.begin(), body->second.end());
    }
    return known;
}

/// Whether `target`, or what comes from it, is among `held`, or the same of what it went into.
bool Deeds::is_held(const Tree& tree, const std::set<std::string>& held,
                    const std::string& target) {
    std::set<std::string> asked;
    std::vector<std::string> to_ask{target};
    while (!to_ask.empty()) {
        const std::string revision = to_ask.back();
        to_ask.pop_back();
        if (!asked.insert(revision).second) continue;
        for (const std::string& one : held) {
            const auto known = tree.find(one);
            const Place place = known == tree.end() ? Place{} : known->second;
            const bool comes_from_it =
                one == revision ||
                std::ranges::find(place.ancestors, revision) != place.ancestors.end();
            if (!comes_from_it) continue;
            if (place.into.empty()) return true;
            to_ask.push_back(place.into);
        }
    }
    return false;
}

bool Deeds::puts_aside(const Agent& agent, std::size_t deed) const {
    const Deed& act = at(deed);
    if (!agent.rolled_back || act.agent != agent.index() || act.given.empty()) return false;
    return act.kept || std::ranges::any_of(deeds_, [&](const Deed& later) {
               return later.kept && later.agent == act.agent && later.seen.contains(deed);
           });
}

bool Deeds::has_left(std::size_t word) const {
    const Deed& deed = at(word);
    const auto given = deed.given.find(kField);
    const auto bodies = left_.find(std::string(kOfEntry) + deed.entry);
    if (given == deed.given.end() || bodies == left_.end()) return false;
    return std::ranges::any_of(bodies->second, [&](const auto& body) {
        return body.second.contains(word) && said_in(deed.entry, body.first) == given->second;
    });
}

std::string Deeds::said_in(const std::string& entry, const std::string& revision) const {
    const auto of_entry = minutes_.find(std::string(kOfEntry) + entry);
    if (of_entry == minutes_.end()) return {};
    const auto said = of_entry->second.find(revision);
    return said == of_entry->second.end() ? std::string() : said->second;
}

/// Of `in`, words that `document` does not say, and that no other of `in` knew of: they stand in
/// another leaf, or were put aside.
void Deeds::leave_out_unsaid(std::set<std::size_t>& in, const platform::JsonValue& document) const {
    const platform::JsonValue* said = document.find(kField);
    if (said == nullptr) return;
    const std::string value = platform::to_json(*said);
    const auto is_unsaid = [&](std::size_t word) {
        const auto given = at(word).given.find(kField);
        if (given == at(word).given.end() || given->second == value) return false;
        return std::ranges::none_of(in, [&](std::size_t later) {
            return at(later).given.contains(kField) && at(later).seen.contains(word);
        });
    };
    for (auto word = std::ranges::find_if(in, is_unsaid); word != in.end();
         word = std::ranges::find_if(in, is_unsaid)) {
        in.erase(word);
    }
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

bool Deeds::is_let_out(std::size_t word) const {
    if (!at(word).kept) return true;
    return std::ranges::any_of(
        deeds_, [&](const Deed& later) { return !later.kept && later.seen.contains(word); });
}

/// Another PC may have come to the very revision that the leaf went into, without knowing of it.
void Deeds::ended(const Agent& agent, const platform::JsonValue& tombstone) {
    const std::string& id = *tombstone.find("_id")->string();
    const platform::JsonValue* into = tombstone.find("into");
    const std::vector<std::string> ancestors = ancestors_of(tombstone);
    const auto own = agent.ledger.find(id.substr(kOfEntry.size()));
    if (into == nullptr || ancestors.empty() || own == agent.ledger.end()) return;
    ByRevision& bodies = left_[id];
    const auto leaf = bodies.find(ancestors.front());
    if (leaf == bodies.end()) return;
    for (const std::size_t deed : own->second.deeds) {
        const Deed& act = at(deed);
        const auto given = act.given.find(kField);
        if (act.kind != Deed::Kind::resolved || given == act.given.end()) continue;
        const bool is_for_it = given->second == minutes_[id][*into->string()];
        const bool is_over_leaf = std::ranges::all_of(leaf->second, [&](std::size_t word) {
            return !at(word).given.contains(kField) || act.seen.contains(word);
        });
        if (is_for_it && is_over_leaf) bodies[*tombstone.find("_rev")->string()].insert(deed);
    }
}

void Deeds::left(Agent& agent, const platform::JsonValue& document) {
    const std::string& id = *document.find("_id")->string();
    Place& place = trees_[id][*document.find("_rev")->string()];
    place.ancestors = ancestors_of(document);
    if (document.find("_deleted") != nullptr) {
        const platform::JsonValue* into = document.find("into");
        if (into != nullptr) place.into = *into->string();
        return ended(agent, document);
    }
    const std::string entry = id.substr(kOfEntry.size());
    ByRevision& bodies = left_[id];
    const std::string& revision = *document.find("_rev")->string();
    if (const platform::JsonValue* said = document.find(kField))
        minutes_[id][revision] = platform::to_json(*said);
    const store::EntryView view = agent.owner().show(entry);
    // What goes out again beside another leaf says what it said then, whoever sends it.
    const bool is_only_leaf = revision == view.revision && !view.in_conflict;
    if (bodies.contains(revision) && !is_only_leaf) return;
    std::set<std::size_t> in;
    if (view.in_conflict) {
        // What disagrees is held, and is not in it; nor is what an older copy put aside.
        const auto own = agent.ledger.find(entry);
        if (own != agent.ledger.end())
            in.insert(own->second.deeds.begin(), own->second.deeds.end());
        std::erase_if(in, [&](std::size_t deed) { return puts_aside(agent, deed); });
    } else {
        in = known_to(agent, entry);
    }
    // What it comes from may never have been held here. A leaf that is made again on top of its
    // tombstone is made again since the decision that this tells of is not here.
    for (const std::string& ancestor : place.ancestors) {
        const auto before = bodies.find(ancestor);
        const auto known = trees_[id].find(ancestor);
        const bool is_end = known != trees_[id].end() && !known->second.into.empty();
        if (before != bodies.end() && !is_end)
            in.insert(before->second.begin(), before->second.end());
    }
    if (view.in_conflict) leave_out_unsaid(in, document);
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
