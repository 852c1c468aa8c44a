#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"
#include "store/replication/revision.h"
#include "store/store_error.h"
#include "sync/replicator.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/deeds.h"
#include "tests/simulation/forger.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/oracles.h"
#include "tests/simulation/violation.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_tree.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::simulation {
/// What an agent shows of an entry at the end.
struct Oracles::Shown {
    Agent* agent;
    store::EntryView view;
    std::optional<store::ConflictView> conflict;
};

namespace {

std::optional<store::EntryView> shown_by(Agent& agent, const std::string& id) {
    try {
        return agent.owner().show(id);
    } catch (const store::StoreError& error) {
        if (error.kind() != store::StoreError::Kind::absent) throw;
        return {};
    }
}

/// Fields in conflict with their values, which are the same whoever calls them mine.
std::map<std::string, std::set<std::string>> values_of(const store::ConflictView& conflict) {
    std::map<std::string, std::set<std::string>> values;
    for (const store::ConflictField& field : conflict.fields) {
        values[field.field] = {field.mine, field.theirs};
    }
    return values;
}

std::string text_of(const std::map<std::string, std::set<std::string>>& conflict) {
    std::string text;
    for (const auto& [field, values] : conflict) {
        text += ' ' + field + ":";
        for (const std::string& value : values) text += ' ' + value;
        text += ';';
    }
    return text;
}

platform::JsonValue body_of(const support::RevisionNode& node) {
    return *platform::read_json('{' + node.body.value_or("") + '}');
}

bool says(const platform::JsonValue& body, std::string_view name, std::string_view text) {
    const platform::JsonValue* value = body.find(name);
    if (value == nullptr) return false;
    if (value->string() != nullptr) return *value->string() == text;
    return platform::to_json(*value) == text;
}

}  // namespace

/// One entry, when all is quiet.
struct Oracles::Case {
    std::string id;
    std::vector<Shown> shown;
    std::set<std::size_t> alive;  ///< deeds that somebody still knows of
    std::set<std::size_t> told;   ///< those that a PC knows of at which something may leave
    std::vector<const support::RevisionNode*>
        leaves;  ///< the lawyer's own at the peer, not deleted
    /// What the field says where nothing of the entry is to leave, by agent.
    std::set<std::pair<std::size_t, std::string>> kept;
    bool is_refused = false;
    bool is_void = false;

    /// Somebody else's revision stands on one: who had not pulled it before is not shown it.
    [[nodiscard]] bool is_covered() const {
        return std::ranges::any_of(leaves, [](const auto* leaf) { return !leaf->leaf; });
    }
    /// What such a leaf says is gone.
    [[nodiscard]] bool is_compacted() const {
        return std::ranges::any_of(leaves, [](const auto* leaf) { return !leaf->body; });
    }
    /// What is put aside at one PC no other can show.
    [[nodiscard]] bool may_be_put_aside(const Deeds& deeds, const Agent& agent) const {
        return agent.unsigned_once.contains(id) ||
               std::ranges::any_of(alive,
                                   [&](std::size_t deed) { return deeds.puts_aside(agent, deed); });
    }
    [[nodiscard]] bool has(const Deeds& deeds, Deed::Kind kind) const {
        return std::ranges::any_of(alive,
                                   [&](std::size_t deed) { return deeds.at(deed).kind == kind; });
    }
};

/// What somebody else put on top of a revision does not end it, nor does a decision over that: it
/// names nothing behind what was decided over.
std::vector<const support::RevisionNode*> Oracles::lawyers_leaves(
    const support::CouchDocument& document) const {
    std::vector<const support::RevisionNode*> made;
    std::set<store::Revision> inner;
    for (const support::RevisionNode& node : document.tree.nodes()) {
        const std::string name = document.id + ' ' + node.revision.to_string();
        if (!world_.witness.is_of_agents(name)) continue;
        made.push_back(&node);
        const support::RevisionPath path = document.tree.path_of(node);
        for (std::size_t i = 1; i < path.ids.size(); ++i) {
            const store::Revision before{path.start - static_cast<std::uint32_t>(i), path.ids[i]};
            inner.insert(before);
            if (world_.witness.ends_a_foreign_leaf(name)) break;
        }
    }
    std::erase_if(made, [&](const support::RevisionNode* node) {
        return node->deleted || inner.contains(node->revision);
    });
    std::ranges::sort(made, std::greater(), &support::RevisionNode::revision);
    if (made.empty()) return made;
    const support::RevisionNode& highest = *made.front();
    std::erase_if(
        made, [&](const support::RevisionNode* node) { return is_out_of_sight(*node, highest); });
    return made;
}

Oracles::Case Oracles::case_of(const std::vector<std::unique_ptr<Agent>>& agents,
                               const std::string& id) const {
    Case at;
    at.id = id;
    for (const auto& agent : agents) {
        const auto view = shown_by(*agent, id);
        if (!view) continue;
        at.is_refused = at.is_refused || view->delivery == "quarantined";
        at.is_void = at.is_void || view->state == "void";
        const std::set<std::size_t> known = world_.deeds.known_to(*agent, id);
        at.alive.insert(known.begin(), known.end());
        // What concerns a minor stays where it is, also where its older self had sent it: nobody
        // hears what is done to its class there before the lawyer withdraws it.
        const bool stays = view->disclosure == "local" && view->minor == "yes";
        if (!stays) at.told.insert(known.begin(), known.end());
        if (view->disclosure == "local") {
            at.kept.insert({agent->index(), view->minutes});
            continue;
        }
        Shown shown{agent.get(), *view, {}};
        for (const store::ConflictView& conflict : agent->owner().conflicts()) {
            if (conflict.id == id && conflict.kind == "edited") shown.conflict = conflict;
        }
        at.shown.push_back(std::move(shown));
    }
    const support::CouchDocument* document = world_.unified.database().find(document_id(id));
    if (document != nullptr) at.leaves = lawyers_leaves(*document);
    return at;
}

void Oracles::check_deeds(const std::vector<std::unique_ptr<Agent>>& agents) {
    std::set<std::string> ids;
    for (const auto& agent : agents) {
        for (const auto& [id, entry] : agent->ledger) {
            ids.insert(id);
            note_shown(*agent, id);
        }
    }
    for (const std::string& id : ids) {
        const Case at = case_of(agents, id);
        if (at.shown.empty() || at.is_refused) continue;
        check_leaves(at);
        check_last_words(at);
        check_essence(at);
        if (at.is_covered()) continue;
        check_conflicts(at);
        check_withdrawal(at);
        check_class(at);
    }
}

/// All stand on the leaf that the lawyer's own revisions at the peer come to.
void Oracles::check_leaves(const Case& at) const {
    if (at.leaves.empty()) {
        throw Violation("of entry " + at.id + " no revision of the lawyer's is a leaf at the peer");
    }
    if (at.leaves.size() > 1 || at.is_covered()) return;
    const std::string leaf = at.leaves.front()->revision.to_string();
    for (const Shown& shown : at.shown) {
        if (shown.view.revision == leaf || shown.conflict) continue;
        throw violation(*shown.agent, "entry " + at.id + " stands on " + shown.view.revision +
                                          ", where the peer has " + leaf);
    }
}

/// Who disagrees is the same to all, and it is never about what only a program writes.
void Oracles::check_conflicts(const Case& at) const {
    for (const Shown& shown : at.shown) {
        if (shown.conflict && shown.conflict->fields.empty()) {
            throw violation(*shown.agent, "entry " + at.id + " is in conflict over nothing");
        }
    }
    if (at.leaves.size() < 2) return;
    world_.marks.hit("a conflict at rest");
    const Shown& first = at.shown.front();
    for (const Shown& shown : at.shown) {
        if (!shown.conflict) {
            throw violation(*shown.agent, "entry " + at.id + " has " +
                                              std::to_string(at.leaves.size()) +
                                              " leaves at the peer, and no conflict here");
        }
        const auto values = values_of(*shown.conflict);
        const auto others = values_of(*first.conflict);
        // Where the base was never held, each field that differs is in dispute.
        if (at.may_be_put_aside(world_.deeds, *shown.agent) ||
            at.may_be_put_aside(world_.deeds, *first.agent))
            continue;
        if (std::ranges::includes(values, others) || std::ranges::includes(others, values))
            continue;
        throw violation(*shown.agent, "entry " + at.id + " is in conflict over" + text_of(values) +
                                          " and at another PC over" + text_of(others));
    }
}

void Oracles::check_withdrawal(const Case& at) const {
    if (!at.has(world_.deeds, Deed::Kind::withdrawn)) return;
    for (const Shown& shown : at.shown) {
        if (shown.view.disclosure == "withdrawn") continue;
        throw violation(*shown.agent, "entry " + at.id + " was withdrawn, and is " +
                                          shown.view.disclosure + " here");
    }
    for (const support::RevisionNode* leaf : at.leaves) {
        if (says(body_of(*leaf), "state", "withdrawn")) continue;
        throw Violation("entry " + at.id + " was withdrawn, and the peer has " +
                        leaf->revision.to_string() + " of it");
    }
}

/// A raise before an entry ever left is told by no tag: an older copy of the register, in which the
/// entry is `partial` still, keeps back what its later self let out.
bool Oracles::is_raise_lost(const Case& at) const {
    return std::ranges::any_of(at.alive, [&](std::size_t number) {
        const Deed& deed = world_.deeds.at(number);
        if (deed.kind != Deed::Kind::raised || deed.had_left) return false;
        return std::ranges::any_of(at.shown, [&](const Shown& shown) {
            return shown.agent->index() == deed.agent && shown.agent->rolled_back;
        });
    });
}

/// Full if and only if each narrowing was seen by a raise (store/merge/README.md, "Class").
void Oracles::check_class(const Case& at) const {
    if (at.has(world_.deeds, Deed::Kind::withdrawn)) return;
    const bool is_full = world_.deeds.all_raised(at.told);
    const bool raised = at.has(world_.deeds, Deed::Kind::raised);
    // What waited for a signature and is in dispute is put aside: it is in no body, though the
    // raise is an act of who put it there.
    const bool may_be_aside = std::ranges::any_of(at.shown, [&](const Shown& shown) {
        return shown.agent->unsigned_once.contains(at.id) && shown.view.in_conflict;
    });
    const bool is_certain = !may_be_aside && !is_raise_lost(at) &&
                            !world_.unified.forger().lied_about(document_id(at.id));
    for (const Shown& shown : at.shown) {
        if (!is_full && shown.view.disclosure == "full") {
            throw violation(*shown.agent,
                            "entry " + at.id + " is full, though a narrowing was never raised");
        }
        const bool is_decided = is_certain && !shown.conflict;
        if (is_full && raised && is_decided && shown.view.disclosure == "partial") {
            throw violation(*shown.agent,
                            "entry " + at.id + " is partial, though nobody opposed its raise");
        }
    }
}

/// By a PC that counts it among the lawyer's own.
bool Oracles::is_held(const Case& at, const support::RevisionNode& node) {
    return std::ranges::any_of(at.shown, [&](const Shown& shown) {
        return shown.agent->held(at.id).contains(node.revision.to_string());
    });
}

/// What was narrowed and not raised since no leaf shows.
void Oracles::check_essence(const Case& at) const {
    if (world_.deeds.all_raised(at.told)) return;
    for (const support::RevisionNode* leaf : at.leaves) {
        if (body_of(*leaf).find("essence") == nullptr) continue;
        // Under a foreign revision no PC is shown it that does not hold it already.
        if (!leaf->leaf && !is_held(at, *leaf)) continue;
        throw Violation("entry " + at.id + " was narrowed, and the peer has its essence in " +
                        leaf->revision.to_string());
    }
}

/// Of acts that gave the field a value those that no other of `alive` knew of.
std::vector<std::size_t> Oracles::last_words(const std::set<std::size_t>& alive) const {
    std::vector<std::size_t> last;
    for (const std::size_t deed : alive) {
        if (!world_.deeds.at(deed).given.contains(kField)) continue;
        const bool is_overruled = std::ranges::any_of(alive, [&](std::size_t later) {
            const Deed& other = world_.deeds.at(later);
            return other.given.contains(kField) && other.seen.contains(deed);
        });
        if (!is_overruled) last.push_back(deed);
    }
    return last;
}

bool Oracles::are_decisions(const std::vector<std::size_t>& words) const {
    return std::ranges::all_of(words, [&](std::size_t word) {
        return world_.deeds.at(word).kind == Deed::Kind::resolved;
    });
}

/// A value that was there before may be no change against what the other side came from.
bool Oracles::tells(std::size_t word, bool all_decided) const {
    const Deed& deed = world_.deeds.at(word);
    const bool is_new =
        deed.typed.contains(kField) &&
        world_.deeds.count(deed.entry, kField, deed.given.find(kField)->second) == 1;
    const bool is_told = all_decided && !deed.over_own && !deed.as_shown;
    return deed.certain && (is_new || is_told);
}

/// Whether the value that was chosen was amended by who had not heard of the choice, nor the choice
/// of that: against what the amendment came from it is no change.
bool Oracles::was_amended(std::size_t word, const std::set<std::size_t>& alive) const {
    const Deed& choice = world_.deeds.at(word);
    const auto gave = world_.deeds.that_gave(choice.entry, kField, choice.given.at(kField));
    return std::ranges::any_of(alive, [&](std::size_t later) {
        const Deed& other = world_.deeds.at(later);
        if (other.kind == Deed::Kind::resolved || !other.given.contains(kField)) return false;
        if (choice.seen.contains(later) || other.seen.contains(word)) return false;
        return std::ranges::any_of(gave,
                                   [&](std::size_t first) { return other.seen.contains(first); });
    });
}

/// What an agent knows of the field's value of one entry.
struct Oracles::Held {
    std::string id;
    std::string shown;
    std::set<std::size_t> alive;  ///< deeds
};

void Oracles::check_held(Agent& agent) const {
    // Who has just started has not come to rest yet.
    const sync::LinkState& link = agent.link();
    if (link.outcome != sync::Outcome::idle || link.failing_since || !link.succeeded_at) return;
    const Forger& forger = world_.unified.forger();
    for (const auto& [id, entry] : agent.ledger) {
        const store::EntryView view = agent.owner().show(id);
        if (view.delivery == "local" || view.state == "void" || view.in_conflict) continue;
        // Of one that was withdrawn each PC shows what it has left to read.
        if (view.disclosure == "withdrawn") continue;
        // What a leaf went into is hidden: until the feed ends nobody can say that it is nowhere.
        if (forger.tells(Lie::hidden_merge) && forger.lied_about(document_id(id))) continue;
        const Held held{id, view.minutes, world_.deeds.known_to(agent, id)};
        const bool is_over = std::ranges::any_of(held.alive, [&](std::size_t deed) {
            const Deed::Kind kind = world_.deeds.at(deed).kind;
            return kind == Deed::Kind::withdrawn || kind == Deed::Kind::voided;
        });
        if (is_over) continue;
        check_shown(agent, held);
    }
}

void Oracles::check_shown(const Agent& agent, const Held& held) const {
    for (const std::size_t word : last_words(held.alive)) {
        const Deed& deed = world_.deeds.at(word);
        const std::string& value = deed.given.find(kField)->second;
        if (!tells(word, false) || value == held.shown) continue;
        throw violation(agent, "holds of entry " + held.id + " what agent " +
                                   std::to_string(deed.agent) + " said last, " + value +
                                   " minutes, and shows " + held.shown);
    }
}

/// One dispute is listed at a time, and an edit that was put aside comes first. A leaf that
/// disagrees, too, waits behind that, and may be held here alone: a peer that compacts keeps
/// nothing of it where others wrote over what had come from it (seed 2011749712).
bool Oracles::is_next_dispute(const Shown& shown, const std::string& value) const {
    const std::string& id = shown.view.id;
    if (!shown.conflict || !shown.agent->has_put_aside(id)) return false;
    return std::ranges::any_of(shown.agent->live_leaves(id), [&](const std::string& leaf) {
        return world_.deeds.said_in(id, leaf) == value;
    });
}

/// The last word of each lawyer's PC on a field stands in a leaf, or waits to be decided over.
void Oracles::check_last_words(const Case& at) const {
    if (at.is_void || at.has(world_.deeds, Deed::Kind::withdrawn)) return;
    if (at.has(world_.deeds, Deed::Kind::voided) || at.is_compacted()) return;
    const std::vector<std::size_t> last = last_words(at.alive);
    const bool is_deleted = world_.unified.is_deleted(document_id(at.id));
    for (const std::size_t word : last) {
        if (!tells(word, are_decisions(last) && !was_amended(word, at.alive))) continue;
        const Deed& deed = world_.deeds.at(word);
        const std::string& value = deed.given.find(kField)->second;
        const bool stands = std::ranges::any_of(at.leaves, [&](const support::RevisionNode* leaf) {
            return says(body_of(*leaf), kField, value);
        });
        const bool waits = std::ranges::any_of(at.shown, [&](const Shown& shown) {
            // Over a deletion, too, and a foreign revision: then this is what is shown. So it is
            // where the lawyer left it deleted, which may be on top of what an older copy lacks.
            const bool may_stand = shown.view.in_conflict || is_deleted;
            const bool is_shown = may_stand && shown.view.minutes == value;
            // What it changed without dispute is not listed: a decision carries it along.
            const bool is_aside = shown.conflict && shown.agent->unsigned_once.contains(at.id) &&
                                  shown.agent->index() == deed.agent;
            return is_shown || is_aside || is_next_dispute(shown, value) ||
                   (shown.conflict && values_of(*shown.conflict)[kField].contains(value));
        });
        // Nothing of the entry was to leave then, or before it did: an older copy may have been
        // made so of what its later self had sent.
        const bool stays =
            (deed.kept || !world_.deeds.has_left(word)) && at.kept.contains({deed.agent, value});
        if (stands || waits || stays) continue;
        throw Violation("what agent " + std::to_string(deed.agent) + " said last of entry " +
                        at.id + ", " + value + " minutes, stands nowhere");
    }
}

/// Who knows that the essence is kept back sends it only after a raise that knew of it, too.
void Oracles::check_narrowed(Agent& agent, const platform::JsonValue& document) const {
    if (document.find("essence") == nullptr) return;
    const std::string id =
        document.find("_id")->string()->substr(std::string_view("entry:").size());
    if (world_.deeds.all_raised(world_.deeds.known_to(agent, id))) return;
    throw violation(agent, "sends the essence of " + id + ", which was narrowed");
}

/// What was said while the entry was to stay leaves once somebody let it go who knew of it.
void Oracles::check_kept(const Agent& agent, const platform::JsonValue& document) const {
    const platform::JsonValue* said = document.find(kField);
    if (said == nullptr) return;
    const std::string id =
        document.find("_id")->string()->substr(std::string_view("entry:").size());
    const std::string value = platform::to_json(*said);
    const auto words = world_.deeds.that_gave(id, kField, value);
    const bool may_leave = words.empty() || std::ranges::any_of(words, [&](std::size_t word) {
                               return world_.deeds.is_let_out(word);
                           });
    if (may_leave) return;
    throw violation(agent, "sends of entry " + id + ' ' + value +
                               " minutes, said while nothing of it was to leave");
}

/// What an agent once showed stays among its versions.
void Oracles::note_shown(Agent& agent, const std::string& id) {
    const store::EntryView view = agent.owner().show(id);
    auto& values =
        shown_[std::to_string(agent.index()) + ' ' + std::to_string(agent.copies) + ' ' + id];
    values.insert({"minutes", view.minutes});
    if (!view.essence.empty()) values.insert({"essence", view.essence});
    std::set<std::pair<std::string, std::string>> found;
    for (const Fields& fields : contents_of(view, agent.owner().history(id))) {
        for (const char* name : {"minutes", "essence"}) found.insert({name, fields.at(name)});
    }
    for (const auto& value : values) {
        if (found.contains(value)) continue;
        throw violation(agent, "entry " + id + " showed " + value.first + ' ' + value.second +
                                   ", which is among none of its versions");
    }
}

}  // namespace tizilim::simulation
