#include "tests/unit/sync/fake_register.h"

#include "platform/check.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iomanip>
#include <ios>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {

// These tests link without the store, which shows that sync can: they bring a door of their own.
struct Entry {
    std::string document_id;
    std::string text;
};
class DisclosurePolicy {};

std::optional<DisclosedEntry> disclose(const Entry& entry, const DisclosurePolicy&) {
    return DisclosedEntry(entry.document_id,
                          {{"type", "entry"}, {"schema", 1}, {"essence", entry.text}});
}

}  // namespace tizilim::store

namespace tizilim {
namespace {

std::string numbered(const std::string& prefix, unsigned number) {
    std::ostringstream id;
    id << prefix << "0192f0c1-7c3e-7b6a-9d55-" << std::setw(12) << std::setfill('0') << number;
    return id.str();
}

std::string digest_of(const std::string& text) {
    std::ostringstream digest;
    digest << std::hex << std::setw(32) << std::setfill('0') << std::hash<std::string>{}(text);
    return digest.str();
}

}  // namespace

using store::DeliveryState;

store::DisclosedEntry disclosed(const std::string& document_id, const std::string& text) {
    return store::disclose({document_id, text}, store::DisclosurePolicy{}).value();
}

std::string entry_id(unsigned number) {
    return numbered("entry:", number);
}
std::string unified_id(unsigned number) {
    return numbered("unified:", number);
}

void FakeRegister::add(unsigned number, const std::string& text) {
    places_[entry_id(number)] = items.size();
    items.push_back({disclosed(entry_id(number), text).minted({1, digest_of(text)}, {})});
}

void FakeRegister::add_like_a_real_one(unsigned number, platform::Random& random) {
    const auto two_digits = [&](unsigned below) {
        const auto drawn = std::to_string(10 + random.below(below));
        return drawn;
    };
    const std::string date = "2025-" + two_digits(3) + '-' + two_digits(18);
    const std::string text =
        R"("basis":{"date":")" + date + R"(","type":"investigator_resolution"},)" +
        R"("form":"criminal_prosecution_bodies","language":"ru","late":false,)" + R"("minutes":)" +
        std::to_string(15 * (1 + random.below(32))) + R"(,"recordedAt":")" + date + 'T' +
        two_digits(9) + ':' + two_digits(49) + ':' + two_digits(49) + "+05:00" +
        R"(","state":"recorded","withheld":["basis.issuer","essence"])" + random.hex(32);
    std::string id = entry_id(number);
    id.replace(id.size() - 22, 22, random.hex(2) + '-' + random.hex(2) + '-' + random.hex(6));
    places_[id] = items.size();
    items.push_back({disclosed(id, text).minted({1, random.hex(16)}, {})});
}

void FakeRegister::amend(unsigned number, const std::string& text) {
    Item* item = find(entry_id(number));
    CHECK(item != nullptr);
    std::vector<std::string> ancestors = item->entry.ancestors();
    ancestors.insert(ancestors.begin(), item->entry.revision().digest);
    const auto generation = item->entry.revision().generation + 1;
    item->entry = disclosed(entry_id(number), text)
                      .minted({generation, digest_of(text)}, std::move(ancestors));
    item->state = DeliveryState::pending;
    item->handed_out = false;
    item->tombstones.clear();
}

void FakeRegister::withdraw(unsigned number) {
    readable.push_back(leaves_of(item(number)).front());
    amend(number, "withdrawn");
    withdrawn_.push_back(entry_id(number));
}

void FakeRegister::end_leaf(unsigned number, const store::Revision& loser) {
    Item* item = find(entry_id(number));
    CHECK(item != nullptr);
    item->tombstones.push_back(store::DisclosedEntry::tombstone(
        entry_id(number), {loser.generation + 1, digest_of("end of " + loser.digest)},
        {loser.digest}, item->entry.revision()));
}

FakeRegister::Item* FakeRegister::find(const std::string& document_id) {
    const auto place = places_.find(document_id);
    return place == places_.end() ? nullptr : &items[place->second];
}

const FakeRegister::Item& FakeRegister::item(unsigned number) const {
    return items.at(places_.at(entry_id(number)));
}

std::vector<store::Leaf> FakeRegister::leaves_of(const Item& item) {
    std::vector<store::Leaf> leaves{{item.entry.document_id(), item.entry.revision()}};
    for (const store::DisclosedEntry& tombstone : item.tombstones) {
        leaves.push_back({tombstone.document_id(), tombstone.revision()});
    }
    if (item.asked_for) leaves.push_back({item.entry.document_id(), *item.asked_for});
    return leaves;
}

bool FakeRegister::has(const Item& item, const store::Revision& revision) {
    return std::ranges::any_of(leaves_of(item),
                               [&](const store::Leaf& leaf) { return leaf.revision == revision; });
}

DeliveryState FakeRegister::state(unsigned number) const {
    return places_.contains(entry_id(number)) ? item(number).state : DeliveryState::local;
}

std::size_t FakeRegister::count(DeliveryState state) const {
    return static_cast<std::size_t>(
        std::ranges::count(items, state, [](const Item& item) { return item.state; }));
}

std::string FakeRegister::dump() const {
    std::string text;
    for (const Item& item : items) {
        text += item.entry.document_id() + ' ' + item.entry.revision().to_string() + ' ' +
                std::string(std::to_string(static_cast<int>(item.state))) + item.reason + '\n';
    }
    for (const auto& [name, document] : pulled_) {
        text += name + ' ' + platform::to_json(document.body) + '\n';
    }
    for (const auto& [peer, reached] : checkpoints_) {
        text += peer + ' ' + reached.pulled + ' ' + std::to_string(reached.epoch) + ' ' +
                reached.nonce + ' ' + reached.peer_instance + '\n';
    }
    return text + std::to_string(distrusted.size());
}

template <class Act>
void FakeRegister::write(const Act& act) {
    const bool fails = failing_ && writes_ >= failing_->after;
    ++writes_;
    if (!fails || failing_->done) act();
    if (fails) {
        failing_.reset();
        throw store::StoreError(store::StoreError::Kind::disk_full,
                                platform::as_it_stands("the disk is full"));
    }
}

/// Withdrawals first, then as they were added.
std::vector<FakeRegister::Item*> FakeRegister::outbox() {
    std::vector<Item*> order;
    for (const std::string& id : withdrawn_) order.push_back(find(id));
    for (Item& item : items) {
        const bool first =
            std::ranges::find(withdrawn_, item.entry.document_id()) != withdrawn_.end();
        if (!first) order.push_back(&item);
    }
    return order;
}

store::Changes FakeRegister::changes_after(store::OutboxPosition after,
                                           const store::BatchBounds& bounds) {
    store::Changes changes{{}, {}, after};
    const std::vector<Item*> order = outbox();
    std::size_t bytes = 0;
    std::size_t taken = 0;
    for (std::size_t at = static_cast<std::size_t>(after); at < order.size(); ++at) {
        Item& item = *order[at];
        if (item.state != DeliveryState::pending) continue;
        if (taken >= bounds.entries_max || bytes >= bounds.bytes_max) break;
        changes.last = store::OutboxPosition{at + 1};
        ++taken;
        changes.entries.push_back(item.entry);
        std::ranges::copy(item.tombstones, std::back_inserter(changes.entries));
        if (item.handed_out) {
            std::ranges::copy(leaves_of(item), std::back_inserter(changes.handed_out_before));
        }
        item.handed_out = true;
        bytes += item.entry.body().size();
    }
    return changes;
}

std::vector<store::Leaf> FakeRegister::missing(const std::vector<store::Leaf>& offered) const {
    std::vector<store::Leaf> result;
    for (const store::Leaf& leaf : offered) {
        const auto place = places_.find(leaf.document_id);
        const bool own = place != places_.end() && has(items[place->second], leaf.revision);
        const std::string name = leaf.document_id + ' ' + leaf.revision.to_string();
        const bool waits = waits_for_entry.contains(leaf.document_id);
        if (!own && !waits && !pulled_.contains(name)) result.push_back(leaf);
    }
    return result;
}

void FakeRegister::apply(const std::string& peer,
                         const std::vector<store::RemoteDocument>& documents,
                         const store::Checkpoint& reached) {
    write([&] {
        for (const store::RemoteDocument& document : documents) {
            const std::string name = document.id + ' ' + document.revision.to_string();
            for (const auto& [unified, entry] : waits_for_entry) {
                const bool came = entry == document.id && !pulled_.contains(name);
                if (came) unified_questions.push_back({unified, {}});
            }
            if (verifies(document) || !pulled_.contains(name)) pulled_[name] = document;
        }
        checkpoints_[peer] = reached;
    });
}

void FakeRegister::mark(const std::string& /*peer*/, const std::vector<store::Mark>& marks) {
    write([&] {
        std::set<const Item*> lost;
        for (const store::Mark& mark : marks) {
            if (mark.verdict == store::Verdict::missing) lost.insert(find(mark.leaf.document_id));
        }
        for (const store::Mark& mark : marks) {
            if (mark.verdict == store::Verdict::forgotten) std::erase(readable, mark.leaf);
            Item* item = find(mark.leaf.document_id);
            if (item == nullptr || !has(*item, mark.leaf.revision)) continue;
            // The entry's leaf speaks for its tombstones, unless one of them is not there.
            const bool speaks = mark.leaf.revision == item->entry.revision();
            if (mark.verdict == store::Verdict::missing || (speaks && !lost.contains(item))) {
                note(*item, mark);
            }
        }
    });
}

void FakeRegister::note(Item& item, const store::Mark& mark) {
    switch (mark.verdict) {
        case store::Verdict::sent:
            item.state = DeliveryState::sent;
            break;
        case store::Verdict::missing:
            item.state = DeliveryState::pending;
            break;
        case store::Verdict::quarantined:
            item.state = DeliveryState::quarantined;
            item.reason = platform::in_english(mark.reason);
            break;
        case store::Verdict::delivered:
            item.state = DeliveryState::delivered;
            ++item.receipts;
            break;
        case store::Verdict::deferred:
            ++item.attempts;
            item.reason = platform::in_english(mark.reason);
            break;
        case store::Verdict::forgotten:
            break;
    }
}

std::vector<store::Leaf> FakeRegister::awaiting_receipt(std::size_t count_max) const {
    std::vector<store::Leaf> leaves;
    for (const Item& item : items) {
        if (leaves.size() >= count_max) break;
        if (item.state != DeliveryState::sent) continue;
        std::ranges::copy(leaves_of(item), std::back_inserter(leaves));
    }
    return leaves;
}

store::AuditSlice FakeRegister::delivered_after(store::OutboxPosition after,
                                                std::size_t count_max) const {
    store::AuditSlice slice;
    for (std::size_t at = static_cast<std::size_t>(after); at < items.size(); ++at) {
        if (items[at].state != DeliveryState::delivered) continue;
        if (slice.leaves.size() >= count_max) return slice;
        std::ranges::copy(leaves_of(items[at]), std::back_inserter(slice.leaves));
        slice.last = store::OutboxPosition{at + 1};
    }
    slice.last = {};
    return slice;
}

std::vector<store::Leaf> FakeRegister::still_readable(const std::string& after,
                                                      std::size_t count_max) const {
    std::vector<store::Leaf> leaves;
    for (const store::Leaf& leaf : readable) {
        const auto place = places_.find(leaf.document_id);
        const bool waits =
            place != places_.end() && items[place->second].state != DeliveryState::delivered;
        if (!waits && leaf.document_id > after && leaves.size() < count_max) leaves.push_back(leaf);
    }
    return leaves;
}

std::vector<store::Leaf> FakeRegister::cut_histories(std::size_t count_max) const {
    const auto count = std::min(count_max, cut.size());
    return {cut.begin(), cut.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<store::Leaf> FakeRegister::unified_to_ask(std::size_t count_max) const {
    const auto count = std::min(count_max, unified_questions.size());
    return {unified_questions.begin(),
            unified_questions.begin() + static_cast<std::ptrdiff_t>(count)};
}

void FakeRegister::unified_asked(const std::vector<store::Leaf>& asked) {
    write([&] {
        std::erase_if(unified_questions, [&](const store::Leaf& leaf) {
            return std::ranges::find(asked, leaf) != asked.end();
        });
    });
}

void FakeRegister::release_quarantined() {
    write([&] {
        ++releases;
        for (Item& item : items) {
            if (item.state == DeliveryState::quarantined) item.state = DeliveryState::pending;
        }
    });
}

void FakeRegister::distrust(const std::string& peer, const store::Checkpoint& restart) {
    write([&] {
        distrusted.push_back(peer);
        for (Item& item : items) {
            if (item.state == DeliveryState::delivered) item.state = DeliveryState::sent;
        }
        checkpoints_[peer] = restart;
    });
}

void FakeRegister::record_own_rollback(const std::string& peer) {
    write([&] {
        own_rollbacks.push_back(peer);
        reads_first = true;
    });
}

store::Checkpoint FakeRegister::checkpoint(const std::string& peer) const {
    const auto found = checkpoints_.find(peer);
    return found == checkpoints_.end() ? store::Checkpoint{} : found->second;
}

std::vector<store::Leaf> FakeRegister::unverified(
    const std::vector<store::RemoteDocument>& documents) const {
    std::vector<store::Leaf> leaves;
    for (const store::RemoteDocument& document : documents) {
        if (!verifies(document)) leaves.push_back({document.id, document.revision});
    }
    return leaves;
}

bool FakeRegister::verifies(const store::RemoteDocument& document) const {
    const auto known = true_ancestors.find(document.id + ' ' + document.revision.to_string());
    return known == true_ancestors.end() || known->second == document.ancestors;
}

void FakeRegister::feed_ended(const std::string& /*peer*/) {
    ++feed_ends;
    if (reads_first) write([&] { reads_first = false; });
}

void FakeRegister::record_astray(const std::string& /*peer*/,
                                 const std::vector<store::Leaf>& leaves) {
    write([&] { astray.insert(astray.end(), leaves.begin(), leaves.end()); });
}

void FakeRegister::set_checkpoint(const std::string& peer, const store::Checkpoint& reached) {
    write([&] { checkpoints_[peer] = reached; });
}

}  // namespace tizilim
