#include "store/reconciler.h"

#include "platform/base64.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/cms_signature.h"
#include "platform/json.h"
#include "platform/json_reader.h"
#include "store/book.h"
#include "store/codes.h"
#include "store/confidential.h"
#include "store/disclosed_entry.h"
#include "store/disclosed_reader.h"
#include "store/disclosure.h"
#include "store/entry.h"
#include "store/leaves.h"
#include "store/merge.h"
#include "store/records.h"
#include "store/revision.h"
#include "store/revisions.h"
#include "store/tables.h"
#include "store/vault.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonObject;

/// A body that was stored here.
JsonObject body_of(const RevisionRecord& record) {
    auto read = platform::read_json(record.body);
    if (!read || read->object() == nullptr) return {};
    return *read->object();
}

std::string document_id(const EntryId& id) {
    return "entry:" + id.to_string();
}

DocumentName name_of(const EntryId& id) {
    return {Table::revisions, id};
}

ConflictRecord told_by(const RevisionRecord& leaf, ConflictKind kind) {
    ConflictRecord record;
    record.kind = kind;
    record.other = leaf.revision;
    record.aside = leaf.body;
    record.shown_is_ours = true;
    return record;
}

/// The class that a pulled document gives an entry. One that concerns a minor, which only this PC
/// knows, is never let out further by it.
DisclosureClass class_by(const Entry& shown, const Entry& current) {
    const bool withdrawn = shown.disclosure == DisclosureClass::withdrawn;
    if (!current.content.minor || withdrawn) return shown.disclosure;
    if (current.disclosure == DisclosureClass::withdrawn) return current.disclosure;
    return std::min(current.disclosure, shown.disclosure);
}

}  // namespace

/// What all live leaves come to.
struct Reconciler::Tip {
    RevisionRecord leaf;
    JsonObject body;  ///< of `leaf`, without its signature
    Entry shown{};
    bool made_here = false;                ///< `leaf` is a merge of ours
    std::vector<RevisionRecord> losers{};  ///< leaves that it makes obsolete
    std::vector<Revision> buried{};        ///< their tombstones
    std::optional<ConflictRecord> open{};  ///< a leaf that it disagrees with

    [[nodiscard]] bool has_news_for_the_peer() const { return made_here || !buried.empty(); }
};

/// What was changed here and has not left yet.
struct Reconciler::Edit {
    EntryVersion current;
    std::optional<JsonObject> body;  ///< as it would leave, without signature; nothing would
    std::optional<JsonObject> base;
    std::string base_bytes;
};

std::optional<SignatureRecord> Reconciler::signature_of(const Entry& shown,
                                                        const Entry& entry) const {
    if (!shown.eds) return {};
    const auto cms = platform::from_base64(shown.eds->cms);
    if (!cms) return {};
    static const auto no_authorities = *platform::TrustedCertificates::parse("");
    const auto examined =
        platform::examine_cms(*cms, signing_bytes(entry, rules_.policy), no_authorities);
    if (examined.status == platform::SignatureStatus::invalid) return {};
    SignatureRecord record = signature_record(examined, *cms);
    // As the document has it, so that the very same bytes can be sent again.
    record.algorithm = shown.eds->algorithm;
    record.signed_at = shown.eds->signed_at;
    return record;
}

std::optional<JsonObject> Reconciler::readable(const EntryId& id,
                                               const RevisionRecord& leaf) const {
    JsonObject body = body_of(leaf);
    const auto shown = read_disclosed(id, body, rules_.policy, rules_.offset);
    if (!shown || (shown->eds && !signature_of(*shown, *shown))) return {};
    return without_signature(std::move(body));
}

std::optional<Reconciler::Tip> Reconciler::fold(const EntryId& id, const RevisionSet& set) const {
    std::optional<Tip> tip;
    JsonObject merged;
    for (const RevisionRecord* leaf : set.live_leaves()) {
        const auto body = readable(id, *leaf);
        if (!body) continue;
        if (!tip) {
            tip = Tip{.leaf = *leaf, .body = *body};
            merged = *body;
            continue;
        }
        const RevisionRecord* base = set.base_of(tip->leaf, *leaf);
        const Merged both =
            merge(base == nullptr ? std::nullopt : std::optional(body_of(*base)), merged, *body);
        if (both.disagreements.empty()) {
            merged = both.body;
            tip->losers.push_back(*leaf);
            continue;
        }
        if (withholds_more(*body, merged)) merged = narrowed(std::move(merged), *body);
        if (tip->open) continue;
        ConflictRecord open = told_by(*leaf, ConflictKind::edited);
        open.aside = platform::canonical_json(*body);
        if (base != nullptr) open.base = base->body;
        open.shown_is_ours = leaf->origin != Origin::ours || tip->leaf.origin == Origin::ours;
        tip->open = std::move(open);
    }
    if (tip && merged != tip->body) {
        tip->body = std::move(merged);
        tip->made_here = true;
    }
    return tip;
}

/// Mints what the fold came to.
Reconciler::Tip Reconciler::settled(const EntryId& id, Tip tip) {
    const std::string document = document_id(id);
    if (tip.made_here) {
        tip.leaf =
            child_of(rules_.register_key, document, tip.leaf, platform::canonical_json(tip.body));
        put_revision(vault_, name_of(id), tip.leaf);
    }
    for (const RevisionRecord& loser : tip.losers) {
        const RevisionRecord tombstone = tombstone_of(rules_.register_key, document, loser);
        put_revision(vault_, name_of(id), tombstone);
        tip.buried.push_back(tombstone.revision);
    }
    if (tip.open) tip.open->shown = platform::canonical_json(tip.body);
    auto shown = read_disclosed(id, body_of(tip.leaf), rules_.policy, rules_.offset);
    // A merge of readable documents has each field from one of them.
    CHECK(shown.has_value());
    tip.shown = *std::move(shown);
    return tip;
}

void Reconciler::bury(const EntryId& id, EntryHead& head, const RevisionRecord& leaf) {
    const RevisionRecord tombstone = tombstone_of(rules_.register_key, document_id(id), leaf);
    put_revision(vault_, name_of(id), tombstone);
    head.buried.push_back(tombstone.revision);
    head.has_graves = true;
}

EntryVersion Reconciler::with_disclosed(const EntryVersion& current, const Entry& shown) {
    EntryVersion version = current;
    Entry& entry = version.entry;
    entry.eds.reset();
    version.reason = {};
    entry.disclosure = class_by(shown, entry);
    if (entry.disclosure == DisclosureClass::withdrawn) return version;
    Confidential<std::string> essence = std::move(entry.content.essence);
    Confidential<std::string> number = std::move(entry.content.basis.number);
    Confidential<std::string> issuer = std::move(entry.content.basis.issuer);
    Confidential<std::string> late_reason = std::move(entry.content.late_reason);
    const bool minor = entry.content.minor;
    entry.content = shown.content;
    if (shown.disclosure != DisclosureClass::full) entry.content.essence = std::move(essence);
    entry.content.basis.number = std::move(number);
    entry.content.basis.issuer = std::move(issuer);
    entry.content.late_reason = std::move(late_reason);
    entry.content.minor = minor;
    entry.state = shown.state;
    entry.late = shown.late;
    const bool same_time =
        std::chrono::floor<std::chrono::seconds>(entry.recorded_at) == shown.recorded_at &&
        entry.recorded_offset == shown.recorded_offset && entry.imported == shown.imported;
    if (!same_time) {
        entry.recorded_at = shown.recorded_at;
        entry.recorded_offset = shown.recorded_offset;
        entry.imported = shown.imported;
    }
    // It is of what was withheld when it was made: nothing here makes the same again.
    const bool same_class = current.entry.disclosure == entry.disclosure;
    if (entry.commitment != shown.commitment || !same_class) version.salt = {};
    entry.commitment = shown.commitment;
    return version;
}

std::optional<Reconciler::Edit> Reconciler::edit_of(const EntryId& id, const EntryHead& head,
                                                    const RevisionSet& set) const {
    if (head.leaf.generation > 0 && head.leaf_is_current) return {};
    Edit edit{book_.version(id, head.versions), {}, {}, {}};
    if (const auto disclosed = disclose(edit.current.entry, rules_.policy)) {
        RevisionRecord record;
        record.body = disclosed->body();
        edit.body = body_of(record);
    }
    if (const RevisionRecord* base = set.find(head.leaf)) {
        edit.base = without_signature(body_of(*base));
        edit.base_bytes = base->body;
    }
    return edit;
}

bool Reconciler::shows_the_same(const EntryVersion& a, const EntryVersion& b) const {
    const auto one = disclose(a.entry, rules_.policy);
    const auto other = disclose(b.entry, rules_.policy);
    return one && other && one->body() == other->body();
}

void Reconciler::adopt(const EntryId& id, const std::optional<EntryHead>& head, const Tip& tip,
                       const std::string& peer) {
    EntryVersion current;
    if (head) {
        current = book_.version(id, head->versions);
    } else {
        current.entry = tip.shown;
    }
    EntryVersion version = with_disclosed(current, tip.shown);
    version.made_by.clear();
    version.clock = 0;
    if (head && journal_.clock_went_back()) version.clock = ClockMark::went_back;
    EntryCodec::settle(version, rules_.policy);
    Adopted adopted;
    // A signature alone makes no version: it is of the one that it was made for.
    adopted.adds_version = !head || !shows_the_same(current, version) ||
                           (tip.shown.eds && book_.signature(id, head->versions));
    adopted.leaf = tip.leaf.revision;
    adopted.buried = tip.buried;
    if (tip.has_news_for_the_peer()) adopted.state = DeliveryState::pending;
    if (tip.made_here) adopted.act = Act::merged;
    adopted.detail = tip.leaf.revision.to_string() + " at " + peer;
    if (tip.shown.eds) adopted.signature = signature_of(tip.shown, version.entry);
    book_.adopt(std::move(version), head, adopted);
}

/// The edit goes on top of the tip, as a version of its own if the tip brings something new.
void Reconciler::rebase(EntryHead& head, const EntryVersion& current, const Tip& tip,
                        const JsonObject& merged) {
    const EntryId id = current.entry.id;
    head.leaf = tip.leaf.revision;
    head.buried.insert(head.buried.end(), tip.buried.begin(), tip.buried.end());
    const auto shown = read_disclosed(id, merged, rules_.policy, rules_.offset);
    CHECK(shown.has_value());
    EntryVersion version = with_disclosed(current, *shown);
    EntryCodec::settle(version, rules_.policy);
    if (shows_the_same(current, version)) return book_.save(id, head);
    Adopted adopted;
    adopted.leaf = tip.leaf.revision;
    adopted.leaf_is_current = false;
    const bool withdrawn = version.entry.disclosure == DisclosureClass::withdrawn;
    adopted.state = rules_.require_signature && !withdrawn ? DeliveryState::awaiting_signature
                                                           : DeliveryState::pending;
    adopted.act = Act::merged;
    adopted.detail = "on top of " + tip.leaf.revision.to_string();
    book_.adopt(std::move(version), head, adopted);
}

std::optional<ConflictRecord> Reconciler::follow(const EntryId& id, EntryHead head,
                                                 const RevisionSet& set, const Tip& tip,
                                                 const std::string& peer) {
    const std::optional<Edit> edit = edit_of(id, head, set);
    if (head.leaf == tip.leaf.revision) {
        head.buried.insert(head.buried.end(), tip.buried.begin(), tip.buried.end());
        const bool has_news = !edit && !tip.buried.empty();
        has_news ? book_.move(id, head, DeliveryState::pending) : book_.save(id, head);
        return tip.open;
    }
    if (!edit || !edit->body) {
        adopt(id, head, tip, peer);
        return tip.open;
    }
    const bool only_signed = edit->body == tip.body && !tip.shown.eds && !tip.made_here &&
                             book_.signature(id, head.versions);
    if (only_signed) {
        rebase(head, edit->current, tip, tip.body);
        return tip.open;
    }
    const Merged both = merge(edit->base, tip.body, *edit->body);
    if (both.disagreements.empty() && both.body != tip.body) {
        rebase(head, edit->current, tip, both.body);
        return tip.open;
    }
    JsonObject shown = tip.body;
    if (withholds_more(*edit->body, shown)) {
        shown = narrowed(std::move(shown), *edit->body);
        rebase(head, edit->current, tip, shown);
    } else {
        adopt(id, head, tip, peer);
    }
    if (both.disagreements.empty()) return tip.open;
    ConflictRecord open;
    open.kind = ConflictKind::edited;
    open.base = edit->base_bytes;
    open.shown = platform::canonical_json(shown);
    open.aside = platform::canonical_json(*edit->body);
    return open;
}

/// What somebody else did to the entry, the highest revision of it.
std::optional<ConflictRecord> Reconciler::outside(const EntryId& id, const RevisionSet& set) const {
    for (const RevisionRecord* leaf : set.foreign_leaves()) {
        // Beside a live leaf nobody sees that another one was deleted.
        if (leaf->deleted && !set.is_deleted()) continue;
        return told_by(*leaf, leaf->deleted ? ConflictKind::deleted : ConflictKind::foreign);
    }
    for (const RevisionRecord* leaf : set.live_leaves()) {
        if (!readable(id, *leaf)) return told_by(*leaf, ConflictKind::foreign);
    }
    return {};
}

/// Two PCs that knew of different leaves ended each other's: the entry goes out anew.
void Reconciler::go_on(const EntryId& id) {
    std::optional<EntryHead> head = book_.head(id);
    if (!head || !head->leaf_is_current || head->delivery == DeliveryState::quarantined) return;
    book_.send_again(id, *head);
}

/// Of a local entry nothing has to be there.
bool Reconciler::stays_here(const EntryId& id) const {
    const EntryHead head = book_.expect_head(id);
    return book_.version(id, head.versions).entry.disclosure == DisclosureClass::local;
}

bool Reconciler::is_kept_minor(const EntryId& id, const EntryHead& head) const {
    const Entry entry = book_.version(id, head.versions).entry;
    return entry.content.minor && entry.disclosure == DisclosureClass::local;
}

/// What concerns a minor and stays here is changed by no peer. Where one shows it all the same (it
/// left after the backup that this register was restored from), it can be withdrawn.
void Reconciler::note_left(const EntryId& id, EntryHead head, const std::optional<Tip>& shown) {
    if (!shown || head.leaf == shown->leaf.revision) return;
    head.leaf = shown->leaf.revision;
    head.leaf_is_current = false;
    book_.save(id, head);
}

void Reconciler::note_conflict(const EntryId& id, const std::optional<ConflictRecord>& found) {
    const auto bytes = vault_.get(Table::conflicts, id.raw());
    std::optional<ConflictRecord> known;
    if (bytes) known = unpack<ConflictRecord>(*bytes);
    if (!found) {
        // An edit that was put aside waits for the lawyer, whatever else is pulled.
        const bool of_an_edit =
            known && known->kind == ConflictKind::edited && known->other.generation == 0;
        if (known && !of_an_edit) vault_.erase(Table::conflicts, id.raw());
        return;
    }
    ConflictRecord record = *found;
    record.since = known ? known->since : journal_.now();
    vault_.put(Table::conflicts, id.raw(), pack(record));
}

void Reconciler::reconcile(const EntryId& id, const std::string& peer) {
    const RevisionSet set(revisions_of(vault_, name_of(id)));
    const std::optional<EntryHead> head = book_.head(id);
    std::optional<Tip> folded = fold(id, set);
    if (head && is_kept_minor(id, *head)) return note_left(id, *head, folded);
    // What was withdrawn before it came here is nothing to this PC.
    if (!head && (!folded || is_withdrawal(folded->body))) return;
    std::optional<ConflictRecord> open;
    if (!folded) {
        if (set.is_ended()) go_on(id);
    } else {
        const Tip tip = settled(id, *std::move(folded));
        if (head) {
            open = follow(id, *head, set, tip, peer);
        } else {
            adopt(id, {}, tip, peer);
            open = tip.open;
        }
    }
    if (!open && !stays_here(id)) open = outside(id, set);
    note_conflict(id, open);
    note_others(id, set);
}

void Reconciler::note_others(const EntryId& id, const RevisionSet& set) {
    EntryHead head = book_.expect_head(id);
    Revision found;
    for (const RevisionRecord* leaf : set.foreign_leaves()) {
        if (head.leaf_is_current && RevisionSet::descends(*leaf, head.leaf)) {
            found = leaf->revision;
            break;
        }
    }
    // Another PC merged ours into what somebody else has written over: its end is there.
    const RevisionRecord* grave = set.grave_of(head.leaf);
    if (found.generation == 0 && head.leaf_is_current && grave != nullptr) found = grave->revision;
    const bool has_graves = head.has_graves || set.has_graves() || !head.buried.empty();
    if (head.followed_by == found && head.has_graves == has_graves) return;
    head.followed_by = std::move(found);
    head.has_graves = has_graves;
    book_.save(id, head);
}

}  // namespace tizilim::store
