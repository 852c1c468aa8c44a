#include "tests/simulation/oracles.h"

#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "sync/replicator.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/violation.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_tree.h"
#include "tests/support/said.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::simulation {
namespace {

constexpr std::size_t kSampled = 2;
/// No digest vouches for what lies further back than this (store/merge/README.md, "Ancestry").
constexpr std::uint32_t kCoveredAncestors = 100;
constexpr std::chrono::seconds kTwoPolls{3600};

const support::RevisionNode* node_of(const support::CouchDatabase& database, const std::string& id,
                                     const std::string& revision) {
    const support::CouchDocument* document = database.find(document_id(id));
    const auto parsed = store::Revision::parse(revision);
    return document == nullptr || !parsed ? nullptr : document->tree.find(*parsed);
}

bool waits_for_nothing(const store::Balance& balance) {
    return balance.pending == 0 && balance.sent == 0 && balance.awaiting_signature == 0 &&
           balance.quarantined == 0 && balance.conflicts == 0;
}

/// Without what the protocol adds.
platform::JsonObject said_by(const platform::JsonValue& document) {
    platform::JsonObject members;
    for (const auto& member : *document.object()) {
        const bool is_of_the_wire = member.name.starts_with('_') || member.name == "by";
        if (!is_of_the_wire) members.push_back(member);
    }
    return members;
}

}  // namespace

Violation violation(const Agent& agent, const std::string& what) {
    return Violation("agent " + std::to_string(agent.index()) + ": " + what);
}

std::string document_id(const std::string& id) {
    return "entry:" + id;
}

std::string text_of(const store::Balance& balance) {
    std::string text;
    const auto append = [&](const char* name, std::uint64_t count) {
        if (count > 0) text += ' ' + std::to_string(count) + ' ' + name;
    };
    append("recorded", balance.recorded);
    append("local", balance.local);
    append("unsigned", balance.awaiting_signature);
    append("pending", balance.pending);
    append("sent", balance.sent);
    append("delivered", balance.delivered);
    append("quarantined", balance.quarantined);
    append("conflicts", balance.conflicts);
    return text;
}

bool is_out_of_sight(const support::RevisionNode& leaf, const support::RevisionNode& winner) {
    return leaf.revision.generation + kCoveredAncestors < winner.revision.generation;
}

void Oracles::check_balance(Agent& agent) {
    const store::Balance balance = agent.get().balance();
    if (balance.error() != 0) throw violation(agent, "the balance is off:" + text_of(balance));
    const auto own = static_cast<std::uint64_t>(std::ranges::count_if(
        agent.ledger, [](const auto& each) { return !each.second.pulled(); }));
    if (balance.recorded < own) {
        throw violation(agent,
                        "entries are lost:" + text_of(balance) + " of " + std::to_string(own));
    }
}

void Oracles::check(Agent& agent, const std::string& touched, bool all) {
    check_balance(agent);
    const std::string seen = agent.get().chain_head() + text_of(agent.get().balance());
    const bool moved = seen_[agent.index()] != seen && touched.empty();
    seen_[agent.index()] = seen;
    std::vector<const LedgerEntry*> entries;
    for (const auto& [id, entry] : agent.ledger) {
        if (!entry.pulled()) entries.push_back(&entry);
    }
    if (all) {
        for (const auto& [id, entry] : agent.ledger) note_shown(agent, id);
    }
    if (all || moved) {
        for (const LedgerEntry* entry : entries) check_entry(agent, *entry);
    } else if (!entries.empty()) {
        for (const LedgerEntry* entry : entries) {
            if (entry->id == touched) check_entry(agent, *entry);
        }
        for (std::size_t i = 0; i < kSampled; ++i) check_entry(agent, *world_.dice.of(entries));
    }
    check_synced(agent);
}

void Oracles::check_entry(Agent& agent, const LedgerEntry& entry) {
    const store::EntryView view = agent.owner().show(entry.id);
    const auto fault = fault_of(entry, view, agent.owner().history(entry.id));
    if (fault) throw violation(agent, "entry " + entry.id + ' ' + *fault);
    check_delivery(agent, entry, view);
}

bool Oracles::is_at_peer(Agent& agent, const std::string& leaf) const {
    const std::string id = leaf.substr(0, leaf.find(' '));
    const auto revision = store::Revision::parse(leaf.substr(leaf.find(' ') + 1));
    const support::CouchDocument* document = world_.unified.database().find(id);
    (void)agent;
    return document != nullptr && revision && document->tree.find(*revision) != nullptr;
}

void Oracles::check_delivery(Agent& agent, const LedgerEntry& entry, const store::EntryView& view) {
    const auto wrong = [&](const std::string& what) {
        return violation(agent, "entry " + entry.id + " is " + view.delivery + ", but " + what);
    };
    std::string& before = delivery_[std::to_string(agent.index()) + ' ' + entry.id];
    if (before == "delivered" && view.delivery == "sent") world_.marks.hit("receipt taken back");
    if (before == "sent" && view.delivery == "pending") world_.marks.hit("sent again");
    if (before == "quarantined" && view.delivery == "pending") {
        world_.marks.hit("released from quarantine");
    }
    before = view.delivery;
    if ((view.disclosure == "local") != (view.delivery == "local")) {
        throw wrong("its class is " + view.disclosure);
    }
    if (view.delivery == "quarantined") {
        world_.marks.hit("quarantined");
        if (!view.delivery_reason) throw wrong("nobody knows why");
    }
    if (view.delivery != "delivered") return;
    world_.marks.hit("receipt");
    const std::string leaf = document_id(entry.id) + ' ' + view.revision;
    // An older copy of the register asks for what its later self sent a child of.
    // Nor was one that another PC made alike and wrote over before it left: it is there by name,
    // and what comes from it.
    const support::RevisionNode* node = node_of(world_.unified.database(), entry.id, view.revision);
    const bool is_written_over = node != nullptr && !node->leaf;
    if (!world_.witness.was_stored(leaf) && !agent.rolled_back && !is_written_over) {
        throw wrong("its body " + view.revision + " never was at the peer");
    }
    // What the lawyer left deleted there is known by the foreign tombstone.
    const bool is_left_deleted =
        !view.in_conflict && world_.unified.is_deleted(document_id(entry.id));
    if (!is_left_deleted && !world_.witness.was_confirmed(agent.index(), leaf)) {
        throw wrong("the peer was never asked for " + view.revision);
    }
    const bool greeted_since =
        world_.witness.greeted_at(agent.index()) > world_.unified.rolled_back_at();
    // What another PC sent it asks for itself: it may have been lost with a greeting of ours that
    // nobody heard the answer of.
    const bool is_own = world_.witness.was_made_by(agent.index(), leaf);
    if (is_own && greeted_since && !is_at_peer(agent, leaf)) {
        throw wrong("the peer lost " + view.revision + " before it was last greeted");
    }
}

/// A green light is computed from data: here it is compared with the peer's own.
void Oracles::check_synced(Agent& agent) {
    const sync::LinkState& link = agent.link();
    if (!waits_for_nothing(agent.get().balance())) return;
    if (link.outcome != sync::Outcome::idle || link.failing_since) return;
    if (!link.succeeded_at || *link.succeeded_at < agent.changed_at) return;
    if (agent.clock().now() - *link.succeeded_at > kTwoPolls) return;
    if (world_.witness.greeted_at(agent.index()) <= world_.unified.rolled_back_at()) return;
    world_.marks.hit("synced");
    for (const auto& [id, entry] : agent.ledger) {
        if (entry.pulled()) continue;
        const store::EntryView view = agent.owner().show(id);
        if (view.delivery == "local") continue;
        // Another PC asks for what it sent.
        const std::string leaf = document_id(id) + ' ' + view.revision;
        if (!world_.witness.was_made_by(agent.index(), leaf)) continue;
        const support::RevisionNode* node = node_of(world_.unified.database(), id, view.revision);
        // What another PC made of it since the last look may be all that the peer kept.
        const bool is_superseded = node != nullptr && !node->leaf;
        if (node == nullptr || (!node->body && !is_superseded) || node->deleted) {
            throw violation(
                agent, "is synced, but the peer has no " + document_id(id) + ' ' + view.revision);
        }
        const bool is_touched = world_.unified.is_touched(document_id(id));
        if (!node->leaf && !entry.others_too && !is_touched) {
            throw violation(agent, "is synced, but " + view.revision + " of " + document_id(id) +
                                       " is no leaf there");
        }
    }
}

void Oracles::check_leaving(Agent& agent, const platform::JsonValue& document) const {
    const platform::JsonValue* deleted = document.find("_deleted");
    if (deleted != nullptr) return;
    check_kept(agent, document);
    const std::string id =
        document.find("_id")->string()->substr(std::string_view("entry:").size());
    const store::EntryView view = agent.owner().show(id);
    const std::string& revision = *document.find("_rev")->string();
    // All see both leaves of a conflict, and neither shows more than the class lets out.
    if (revision != view.revision && view.in_conflict) {
        world_.marks.hit("a leaf that disagrees leaves");
        return check_narrowed(agent, document);
    }
    if (revision != view.revision) {
        throw violation(
            agent, "sends " + revision + " of " + id + ", whose current leaf is " + view.revision);
    }
    const auto would_leave = platform::read_json(view.would_leave);
    if (!would_leave) throw violation(agent, "sends " + id + ", of which nothing may leave");
    check_narrowed(agent, document);
    const std::string sent = platform::canonical_json(said_by(document));
    if (sent != platform::canonical_json(*would_leave)) {
        throw violation(agent, "sends of " + id + " other than it shows: " + sent + " and not " +
                                   platform::canonical_json(*would_leave));
    }
    const auto known = agent.ledger.find(id);
    // What the act that is under way now makes of it is not in the ledger yet.
    if (known == agent.ledger.end() || known->second.pulled()) return;
    const auto fault = fault_of(known->second.now(view), said_by(document));
    if (fault) throw violation(agent, "sends of entry " + id + ' ' + *fault);
}

/// Of the id of an entry's document.
constexpr std::string_view kPrefix = "entry:";
/// And of one that the unified system wrote.
constexpr std::string_view kUnifiedPrefix = "unified:";

void Oracles::check_peer(const std::vector<std::unique_ptr<Agent>>& agents) const {
    for (const support::CouchDocument* document : world_.unified.database().by_id()) {
        if (!document->id.starts_with(kPrefix)) continue;
        for (const auto& agent : agents) {
            const bool knows =
                world_.witness.greeted_at(agent->index()) > world_.unified.rolled_back_at();
            if (agent->rolled_back || agent->misses_sent || !knows) continue;
            std::size_t live = 0;
            for (const support::RevisionNode* leaf : document->tree.leaves()) {
                const std::string name = document->id + ' ' + leaf->revision.to_string();
                const bool counts =
                    !leaf->deleted && !is_out_of_sight(*leaf, document->tree.winner());
                if (counts && world_.witness.was_made_by(agent->index(), name)) ++live;
            }
            if (live < 2) continue;
            const auto view = agent->owner().show(document->id.substr(kPrefix.size()));
            // A merged leaf goes out before the tombstones of those that lost to it, and what is
            // withheld leaves the winner at once, while the lawyer has still to decide.
            if (view.delivery == "delivered" && !view.in_conflict) {
                throw violation(*agent,
                                "made " + std::to_string(live) + " live leaves of " + document->id);
            }
        }
    }
}

void Oracles::check_journal(Agent& agent) {
    const store::VerifyReport report = agent.get().verify({});
    if (report.first_bad)
        throw violation(agent, "does not verify: " + platform::in_english(*report.first_bad));
}

/// What the lawyer keeps back from now on nobody shows any more. What another PC wrote before it
/// heard of that stands beside the winner until the lawyer decides.
void Oracles::check_floor(const Agent& agent, const LedgerEntry& entry, bool in_conflict,
                          const support::CouchDocument& document) const {
    if (entry.pulled() || agent.rolled_back) return;
    const std::string& wanted = entry.field("disclosure");
    for (const support::RevisionNode* leaf : document.tree.leaves()) {
        if (in_conflict && leaf != &document.tree.winner()) continue;
        // No tombstone reaches it there (seed 2011749612); of one that was withdrawn it is told
        // that it is still readable.
        if (is_out_of_sight(*leaf, document.tree.winner())) continue;
        const std::string name = document.id + ' ' + leaf->revision.to_string();
        if (leaf->deleted || !leaf->body || !world_.witness.is_of_agents(name)) continue;
        const auto body = platform::read_json('{' + *leaf->body + '}');
        const bool shows = body->find("essence") != nullptr;
        const bool asked_back = *body->find("state") == platform::JsonValue("withdrawn");
        if ((wanted == "partial" && shows) || (wanted == "withdrawn" && !asked_back)) {
            throw violation(agent, "entry " + entry.id + " is " + wanted + ", but the peer shows " +
                                       *leaf->body);
        }
    }
}

/// Entries over whose leaf somebody else wrote: a peer that compacts keeps it no more, and they
/// wait for the lawyer's decision.
std::uint64_t Oracles::covered_by_others(Agent& agent) const {
    const std::vector<store::ConflictView> conflicts = agent.owner().conflicts();
    return static_cast<std::uint64_t>(
        std::ranges::count_if(conflicts, [&](const store::ConflictView& conflict) {
            return world_.unified.is_touched(document_id(conflict.id));
        }));
}

void Oracles::check_quiet(Agent& agent) const {
    const store::Balance balance = agent.get().balance();
    const std::uint64_t waiting = balance.pending + balance.sent + balance.awaiting_signature;
    if (waiting > 0 && waiting > covered_by_others(agent)) {
        throw violation(agent, "entries still wait:" + text_of(balance) + "; " +
                                   support::said(agent.link().reason));
    }
    if (balance.conflicts != agent.owner().conflicts().size()) {
        throw violation(agent, "counts " + std::to_string(balance.conflicts) +
                                   " conflicts and lists " +
                                   std::to_string(agent.owner().conflicts().size()));
    }
    for (const store::ConflictView& conflict : agent.owner().conflicts()) {
        if (conflict.kind == "edited" || world_.unified.is_touched(document_id(conflict.id)))
            continue;
        const auto* document = world_.unified.database().find(document_id(conflict.id));
        const bool is_out_of_sight =
            document != nullptr && world_.unified.forger().shows_twins(document->id) &&
            document->tree.winner().revision.generation > kCoveredAncestors;
        // A peer that was restored lost it before it told the truth of it.
        const auto other = agent.disputed(conflict.id);
        const bool is_lost = document != nullptr && other && !document->tree.find(*other);
        if (is_out_of_sight || is_lost) continue;
        throw violation(agent, "takes a revision of the lawyer's own for somebody else's: " +
                                   document_id(conflict.id));
    }
    const bool is_kept_waiting = agent.link().outcome == sync::Outcome::refused && waiting > 0;
    if (agent.link().outcome != sync::Outcome::idle && !is_kept_waiting) {
        throw violation(agent, "is not idle: " + support::said(agent.link().reason));
    }
    for (const auto& [id, entry] : agent.ledger) {
        const store::EntryView view = agent.owner().show(id);
        if (view.delivery == "local") continue;
        const auto would_leave = platform::read_json(view.would_leave);
        const bool refused = would_leave && world_.unified.refuses(*would_leave->object());
        // The peer may refuse a leaf that disagrees with the one that is shown.
        const bool is_told = refused == (view.delivery == "quarantined") || view.in_conflict;
        if (!is_told && view.delivery != "delivered") {
            throw violation(agent, "entry " + id + " is " + view.delivery +
                                       (refused ? ", and refused" : ", and not refused any more"));
        }
        if (refused) continue;
        const support::CouchDocument* document = world_.unified.database().find(document_id(id));
        if (document == nullptr) throw violation(agent, "entry " + id + " never arrived");
        const auto live =
            std::ranges::count_if(document->tree.leaves(), [&](const support::RevisionNode* leaf) {
                return !leaf->deleted && !is_out_of_sight(*leaf, document->tree.winner());
            });
        check_floor(agent, entry, view.in_conflict, *document);
        if (live != 1 && !view.in_conflict && !world_.unified.is_deleted(document_id(id))) {
            throw violation(
                agent, "entry " + id + " has " + std::to_string(live) + " live leaves at the peer");
        }
    }
}

/// Whatever the peer has for it, an agent has.
void Oracles::check_pulled(Agent& agent) const {
    std::vector<store::Leaf> leaves;
    for (const support::CouchDocument* document : world_.unified.database().by_id()) {
        const bool is_entry = document->id.starts_with(kPrefix);
        if (!is_entry && !document->id.starts_with(kUnifiedPrefix)) continue;
        std::set<std::string> held;
        if (is_entry) held = agent.held(document->id.substr(kPrefix.size()));
        for (const support::RevisionNode* leaf : document->tree.leaves()) {
            if (leaf->deleted || !leaf->body) continue;
            // It is asked for again wherever it is shown under another's copy that names it: a peer
            // may go on to show both.
            const std::string revision = leaf->revision.to_string();
            if (held.contains(revision)) continue;
            const std::string name = document->id + ' ' + revision;
            // What somebody else wrote is kept aside, and asked for again whenever it is shown.
            if (is_entry && !world_.witness.is_of_agents(name)) continue;
            // It had this one, and its successor, which a restored peer then lost.
            const bool may_be_older = !is_entry && world_.unified.rolled_back_at() > 0;
            if (may_be_older && world_.witness.was_confirmed(agent.index(), name)) continue;
            leaves.push_back({document->id, leaf->revision});
        }
    }
    const std::vector<store::Leaf> missing = agent.get().replication().missing(leaves);
    if (missing.empty()) return;
    throw violation(agent, "never got " + missing.front().document_id + ' ' +
                               missing.front().revision.to_string());
}

void Oracles::check_agreement(const std::vector<std::unique_ptr<Agent>>& agents) const {
    for (const auto& agent : agents) {
        for (const auto& [id, entry] : agent->ledger) {
            const store::EntryView view = agent->owner().show(id);
            if (view.delivery == "local" || view.in_conflict) continue;
            if (view.delivery == "quarantined") continue;
            const auto winner = world_.unified.database().body(document_id(id));
            if (!winner && world_.unified.is_deleted(document_id(id))) continue;
            if (!winner) throw violation(*agent, "entry " + id + " is deleted at the peer");
            const auto shown = platform::read_json(view.would_leave);
            if (!shown) throw violation(*agent, "shows nothing of entry " + id);
            const std::string there = platform::canonical_json(said_by(*winner));
            if (there != platform::canonical_json(*shown)) {
                throw violation(*agent, "shows of entry " + id + ' ' + view.would_leave +
                                            " where the winner says " + there);
            }
        }
    }
}

}  // namespace tizilim::simulation
