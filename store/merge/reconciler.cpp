#include "store/merge/reconciler.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/random.h"
#include "platform/text/base64.h"
#include "platform/text/json.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/class_tags.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/merge/disclosed_reader.h"
#include "store/merge/fold.h"
#include "store/merge/merge.h"
#include "store/merge/revision_rows.h"
#include "store/merge/revision_tree.h"
#include "store/merge/unified_questions.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/revision.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonObject;

DocumentName name_of(const EntryId& id) {
    return {Table::revisions, id};
}

void append_new(std::vector<Revision>& revisions, const Revision& revision) {
    if (std::ranges::find(revisions, revision) == revisions.end()) revisions.push_back(revision);
}

/// The class that a pulled document gives an entry. It never widens that of an entry that concerns
/// a minor, which only this PC knows.
DisclosureClass class_by(const Entry& shown, const Entry& current) {
    const bool withdrawn = shown.disclosure == DisclosureClass::withdrawn;
    if (!current.content.minor || withdrawn) return shown.disclosure;
    if (current.disclosure == DisclosureClass::withdrawn) return current.disclosure;
    return std::min(current.disclosure, shown.disclosure);
}

}  // namespace

/// The merge of all live leaves, minted.
struct Reconciler::Tip {
    RevisionRecord leaf;
    JsonObject body;  ///< of `leaf`, without its signature
    Entry shown{};
    bool made_here = false;                ///< `leaf` is a merge of ours
    bool is_news = false;                  ///< something of it has still to go out
    std::optional<ConflictRecord> open{};  ///< with a leaf that disagrees
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

/// A leaf's part in a merge does not depend on its signature: its revision is verified.
std::optional<JsonObject> Reconciler::readable(const EntryId& id,
                                               const RevisionRecord& leaf) const {
    JsonObject body = body_of(leaf);
    if (!read_disclosed(id, body, rules_.policy, rules_.offset)) return {};
    return without_signature(std::move(body));
}

/// The stored revisions, with the leaves whose tombstones are made when the next leaf goes out.
RevisionSet Reconciler::set_of(const EntryId& id, const std::optional<EntryHead>& head) const {
    RevisionSet set(revisions_of(vault_, name_of(id)));
    if (!head || (head->ending.empty() && decided_over_.empty())) return set;
    const std::optional<Edit> edit = edit_of(id, *head);
    const Revision into = edit ? edit->record.revision : head->leaf;
    for (const Revision& over : decided_over_) set.decide(over, into);
    for (const Revision& leaf : head->ending) {
        if (leaf != into) set.end(leaf, into);
    }
    return set;
}

std::optional<Fold> Reconciler::fold_of(const EntryId& id, const RevisionSet& set) const {
    return fold(set, [&](const RevisionRecord& leaf) { return readable(id, leaf); });
}

/// Mints the fold's result. What goes out with it is added to `head`.
Reconciler::Tip Reconciler::committed(const EntryId& id, Fold fold, EntryHead& head) {
    const std::string document = document_id(id);
    const auto minted = [&](const LiveLeaf& leaf) {
        RevisionRecord child = child_of(rules_.register_key, document, leaf.record,
                                        platform::canonical_json(leaf.body));
        put_revision(vault_, name_of(id), child);
        return child;
    };
    Tip tip{.leaf = fold.tip.record, .body = fold.tip.body};
    tip.made_here = fold.tip.is_changed();
    if (tip.made_here) tip.leaf = minted(fold.tip);
    for (const Revision& leaf : fold.taken_in) append_new(head.ending, leaf);
    for (LiveLeaf& leaf : fold.open) {
        if (!leaf.is_changed()) continue;
        leaf.record = minted(leaf);
        append_new(head.beside, leaf.record.revision);
    }
    const bool waited = std::erase(head.beside, tip.leaf.revision) > 0;
    tip.is_news = tip.made_here || waited || !head.ending.empty() || !head.beside.empty();
    if (!fold.open.empty()) {
        // The highest, as on every PC; some may just have been minted.
        const LiveLeaf& other = *std::ranges::max_element(
            fold.open, {}, [](const LiveLeaf& leaf) { return leaf.record.revision; });
        ConflictRecord open = conflict_with(other.record, ConflictKind::edited);
        open.aside = platform::canonical_json(other.body);
        open.base = other.base;
        open.shown = platform::canonical_json(tip.body);
        open.shown_is_ours = other.record.origin != Origin::ours || tip.leaf.origin == Origin::ours;
        tip.open = std::move(open);
    }
    auto shown = read_disclosed(id, body_of(tip.leaf), rules_.policy, rules_.offset);
    // A merge of readable documents has each field from one of them.
    CHECK(shown.has_value());
    tip.shown = *std::move(shown);
    return tip;
}

EntryVersion Reconciler::with_disclosed(const EntryVersion& current, const Entry& shown) {
    EntryVersion version = current;
    Entry& entry = version.entry;
    entry.eds.reset();
    version.reason = {};
    entry.disclosure = class_by(shown, entry);
    if (entry.disclosure == DisclosureClass::withdrawn) return version;
    entry.tags = shown.tags;
    for (const EntryField& field : entry_fields()) {
        const bool stays = is_confidential(field) && shown.disclosure != DisclosureClass::full;
        if (!field.wire.empty() && !stays) copy_field(field, shown.content, entry.content);
    }
    entry.content.released_essence = shown.content.released_essence;
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
    // The salt is of the fields withheld when the commitment was made: it can't be made again here.
    const bool same_class = current.entry.disclosure == entry.disclosure;
    if (entry.commitment != shown.commitment || !same_class) version.salt = {};
    entry.commitment = shown.commitment;
    return version;
}

std::optional<Reconciler::Edit> Reconciler::edit_of(const EntryId& id,
                                                    const EntryHead& head) const {
    if (head.leaf.generation > 0 && head.leaf_is_current) return {};
    const auto disclosed = disclose(book_.current(id, head).entry, rules_.policy);
    if (!disclosed) return {};
    const auto parent = find_revision(vault_, name_of(id), head.leaf);
    Edit edit{book_.version(id, head.versions), {}, {}};
    edit.record = parent
                      ? child_of(rules_.register_key, document_id(id), *parent, disclosed->body())
                      : first_of(rules_.register_key, document_id(id), disclosed->body());
    edit.body = without_signature(body_of(edit.record));
    return edit;
}

bool Reconciler::shows_the_same(const EntryVersion& a, const EntryVersion& b) const {
    const auto one = disclose(a.entry, rules_.policy);
    const auto other = disclose(b.entry, rules_.policy);
    return one && other && one->body() == other->body();
}

/// A restored register may pull a signature that it holds already.
bool Reconciler::has_signature(const EntryId& id, const EntryHead& head, const Eds& shown) const {
    const auto held = book_.signature(id, head.versions);
    return held && platform::to_base64(held->cms) == shown.cms;
}

void Reconciler::adopt(const EntryId& id, const std::optional<EntryHead>& head, const Tip& tip,
                       const std::string& peer, const EntryHead& beginning) {
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
    EntryCodec::commit(version, rules_.policy);
    Adopted adopted;
    const bool is_signed_anew =
        tip.shown.eds && !(head && has_signature(id, *head, *tip.shown.eds));
    // A signature alone makes no version: it belongs to the current one.
    adopted.adds_version = !head || !shows_the_same(current, version) ||
                           (is_signed_anew && book_.signature(id, head->versions));
    adopted.leaf = tip.leaf.revision;
    if (tip.is_news) adopted.state = DeliveryState::pending;
    if (tip.made_here) adopted.act = Act::merged;
    adopted.detail = tip.leaf.revision.to_string() + " at " + peer;
    if (is_signed_anew || (tip.shown.eds && adopted.adds_version))
        adopted.signature = signature_of(tip.shown, version.entry);
    book_.adopt(std::move(version), head, adopted, beginning);
}

/// Makes the edit a future child of `leaf`; a version of its own where `merged` differs from it.
void Reconciler::rebase(EntryHead& head, const EntryVersion& current, const Revision& leaf,
                        const JsonObject& merged) {
    const EntryId id = current.entry.id;
    head.leaf = leaf;
    const auto shown = read_disclosed(id, merged, rules_.policy, rules_.offset);
    CHECK(shown.has_value());
    EntryVersion version = with_disclosed(current, *shown);
    EntryCodec::commit(version, rules_.policy);
    if (shows_the_same(current, version)) return book_.save(id, head);
    Adopted adopted;
    adopted.leaf = leaf;
    adopted.leaf_is_current = false;
    const bool withdrawn = version.entry.disclosure == DisclosureClass::withdrawn;
    adopted.state = rules_.require_signature && !withdrawn ? DeliveryState::awaiting_signature
                                                           : DeliveryState::pending;
    adopted.act = Act::merged;
    adopted.detail = leaf.to_string();
    book_.adopt(std::move(version), head, adopted);
}

std::optional<ConflictRecord> Reconciler::follow(const EntryId& id, EntryHead head, Fold fold,
                                                 const std::string& peer) {
    narrow_disputed(fold, nullptr);
    const Tip tip = committed(id, std::move(fold), head);
    // Of what stays here it may be known that it left, and nothing of it is taken yet.
    if (head.leaf != tip.leaf.revision || head.delivery == DeliveryState::local) {
        adopt(id, head, tip, peer);
    } else if (tip.is_news && head.leaf_is_current) {
        book_.move(id, head, DeliveryState::pending);
    } else {
        book_.save(id, head);
    }
    return tip.open;
}

/// Merges open leaves into an edit of the tip: a void edit, or a withdrawal, may agree with a leaf
/// with which the tip does not. Returns the edit's body, narrowed as the leaves still open demand.
JsonObject Reconciler::on_top(EntryHead& head, Fold& fold, const RevisionSet& set,
                              Revisions contained, JsonObject body) {
    std::erase_if(fold.open, [&](const LiveLeaf& leaf) {
        const Revisions of_leaf = set.contained_in(leaf.record);
        Merged both = merge(base_body(set, contained, of_leaf), body, leaf.body);
        if (!both.disagreements.empty()) return false;
        body = std::move(both.body);
        contained.insert(of_leaf.begin(), of_leaf.end());
        append_new(head.ending, leaf.record.revision);
        return true;
    });
    narrow_disputed(fold, &body);
    return body;
}

std::optional<ConflictRecord> Reconciler::follow_with(const EntryId& id, EntryHead head, Fold fold,
                                                      const Edit& edit, const std::string& peer) {
    // An edit made while the entry was local is a child of no revision that left.
    const bool is_on_top = head.delivery != DeliveryState::local &&
                           head.leaf == fold.tip.record.revision && !fold.tip.is_changed() &&
                           fold.taken_in.empty();
    const RevisionSet set = set_of(id, head);
    Revisions contained = set.contained_in(edit.record);
    JsonObject body = edit.body;
    if (!is_on_top) {
        Merged both = merge(base_body(set, fold.contained, contained), fold.tip.body, edit.body);
        if (!both.disagreements.empty()) {
            return dispute_edit(id, head, std::move(fold), edit, peer);
        }
        const bool brings_a_signature =
            edit.body == fold.tip.body && !fold.tip.is_changed() &&
            fold.tip.record.body.find("\"eds\":") == std::string::npos &&
            book_.signature(id, head.versions);
        if (both.body == fold.tip.body && !brings_a_signature) {
            return follow(id, std::move(head), std::move(fold), peer);
        }
        body = std::move(both.body);
        contained.insert(fold.contained.begin(), fold.contained.end());
    }
    body = on_top(head, fold, set, std::move(contained), std::move(body));
    const Tip tip = committed(id, std::move(fold), head);
    if (is_on_top && body == edit.body) {
        book_.save(id, head);
    } else {
        rebase(head, edit.current, tip.leaf.revision, body);
    }
    return tip.open;
}

/// The edit becomes a leaf, so that all installations see both. One that waits for the lawyer's
/// signature, or of an entry that is local here, does not leave: it is set aside here.
std::optional<ConflictRecord> Reconciler::dispute_edit(const EntryId& id, EntryHead head, Fold fold,
                                                       const Edit& edit, const std::string& peer) {
    const bool stays =
        head.delivery == DeliveryState::awaiting_signature || head.delivery == DeliveryState::local;
    if (stays) return set_aside_for_decision(id, std::move(head), std::move(fold), edit, peer);
    put_revision(vault_, name_of(id), edit.record);
    append_new(head.beside, edit.record.revision);
    const Revisions seemed_foreign = std::exchange(decided_over_, {});
    head.ending.insert(head.ending.end(), seemed_foreign.begin(), seemed_foreign.end());
    for (const Revision& leaf : std::exchange(head.ending, {})) {
        auto record = find_revision(vault_, name_of(id), leaf);
        if (!record || leaf == edit.record.revision) continue;
        // As if the decision had left before.
        if (seemed_foreign.contains(leaf)) record->origin = Origin::foreign;
        const RevisionRecord tombstone =
            tombstone_of(rules_.register_key, document_id(id), *record, edit.record.revision);
        put_revision(vault_, name_of(id), tombstone);
        append_new(head.beside, tombstone.revision);
    }
    head.leaf_is_current = true;
    auto with_edit = fold_of(id, set_of(id, head));
    CHECK(with_edit.has_value());
    return follow(id, std::move(head), *std::move(with_edit), peer);
}

/// One that was put aside before stays: what came on top of it is of the class alone, since a
/// conflict is decided before anything else is amended.
std::optional<ConflictRecord> Reconciler::set_aside_for_decision(const EntryId& id, EntryHead head,
                                                                 Fold fold, const Edit& edit,
                                                                 const std::string& peer) {
    const RevisionSet set = set_of(id, head);
    auto base = base_body(set, fold.contained, set.contained_in(edit.record));
    narrow_disputed(fold, nullptr);
    JsonObject shown = fold.tip.body;
    if (!base) {
        // Fields in which both agree now are undisputed; of the others the base is unknown.
        base = shown;
        for (const Disagreement& other : merge(std::nullopt, shown, edit.body).disagreements)
            mark_unknown(*base, other.field);
    }
    ConflictRecord open;
    open.kind = ConflictKind::edited;
    open.base = platform::canonical_json(*base);
    open.aside = platform::canonical_json(edit.body);
    ClassTags tags = tags_of(shown);
    tags.unite(tags_of(edit.body));
    const Tip tip = committed(id, std::move(fold), head);
    // What was narrowed is no part of the dispute, and a later raise elsewhere has to have seen it.
    const bool narrows = withholds_essence(edit.body) && !tags.lets_all_out();
    if (narrows && tags != tags_of(shown)) {
        if (!withholds_essence(shown)) shown = narrowed(std::move(shown), edit.body);
        set_tags(shown, tags);
        rebase(head, edit.current, tip.leaf.revision, shown);
    } else {
        adopt(id, head, tip, peer);
    }
    open.shown = platform::canonical_json(shown);
    return has_put_aside(id) ? tip.open : std::optional(open);
}

/// All its leaves ended, and no live one is held: the entry is sent again.
void Reconciler::go_on(const EntryId& id) {
    std::optional<EntryHead> head = book_.head(id);
    if (!head || !head->leaf_is_current || head->delivery == DeliveryState::quarantined) return;
    book_.send_again(id, *head);
}

/// What `leaf` says in the place of `current`: what it changed since the two parted. Nothing where
/// that is nothing.
std::optional<Entry> Reconciler::news_of(const RevisionRecord& leaf, const EntryVersion& current,
                                         const EntryHead& head, const RevisionSet& set) const {
    JsonObject said = without_signature(body_of(leaf));
    const RevisionRecord* base = set.base_of(set.contained_in(head.leaf), set.contained_in(leaf));
    const auto now = base == nullptr ? std::nullopt : let_out(current, said);
    if (now) {
        const JsonObject before = body_of(*base);
        for (const EntryField& field : entry_fields()) {
            const std::string name(field.name);
            if (field_text(said, name) == field_text(before, name)) put_field(said, name, *now);
        }
        JsonObject compared = said;
        take_commitment(compared, *now);
        if (platform::canonical_json(compared) == platform::canonical_json(*now)) return {};
    }
    return read_disclosed(current.entry.id, said, rules_.policy, rules_.offset);
}

/// What was pulled and loses to a withdrawal stays readable among the versions.
void Reconciler::take_over_pulled(const EntryId& id, EntryHead& head, const Fold& fold,
                                  const RevisionSet& set) {
    if (!is_withdrawal(fold.tip.body)) return;
    for (const RevisionRecord* leaf : set.live_leaves()) {
        const bool counts = leaf->origin == Origin::pulled && !is_withdrawal(body_of(*leaf));
        if (!counts) continue;
        const EntryVersion current = book_.version(id, head.versions);
        const auto shown = news_of(*leaf, current, head, set);
        if (!shown) continue;
        EntryVersion version = with_disclosed(current, *shown);
        version.made_by.clear();
        EntryCodec::commit(version, rules_.policy);
        if (shows_the_same(current, version)) continue;
        const std::string detail = leaf->revision.to_string();
        book_.keep_version(version, head, Act::pulled, detail);
        if (current.entry.disclosure != DisclosureClass::withdrawn) continue;
        version.entry.disclosure = DisclosureClass::withdrawn;
        EntryCodec::commit(version, rules_.policy);
        book_.keep_version(std::move(version), head, Act::pulled, detail);
    }
}

void Reconciler::reconcile(const EntryId& id, const std::string& peer,
                           const Revisions& decided_over) {
    decided_over_ = decided_over;
    // Twice at most: what was put aside is taken up once.
    while (!reconcile_once(id, peer)) continue;
}

/// False: an edit that was set aside has been taken up, and is to be reconciled like any other.
bool Reconciler::reconcile_once(const EntryId& id, const std::string& peer) {
    std::optional<EntryHead> head = book_.head(id);
    const RevisionSet set = set_of(id, head);
    std::optional<Fold> folded = fold_of(id, set);
    if (head && is_kept_minor(id, *head)) {
        remember_what_left(id, *head, folded);
        return true;
    }
    // A withdrawal of an entry that was never here makes no entry.
    if (!head && (!folded || is_withdrawal(folded->tip.body))) return true;
    std::optional<ConflictRecord> open;
    if (folded && head) {
        take_over_pulled(id, *head, *folded, set);
        keep_narrowed(id, *head, *folded);
        std::optional<Edit> edit = edit_of(id, *head);
        if (!edit) edit = kept_here(id, *head, *folded);
        open = edit ? follow_with(id, *head, *std::move(folded), *edit, peer)
                    : follow(id, *head, *std::move(folded), peer);
    } else if (folded) {
        EntryHead none;
        narrow_disputed(*folded, nullptr);
        const Tip tip = committed(id, *std::move(folded), none);
        adopt(id, {}, tip, peer, none);
        ask_for_unified(vault_, id);
        open = tip.open;
    }
    const bool puts_aside = open && open->other.generation == 0;
    if (!puts_aside && take_up_aside(id)) return false;
    if (!open && !stays_here(id)) open = outside(id, set);
    store_conflict(id, open);
    remember_other_leaves(id);
    return true;
}

void Reconciler::reconcile_at_feed_end(const EntryId& id, const std::string& peer,
                                       platform::Random& random) {
    std::optional<EntryHead> head = book_.head(id);
    if (!head || is_kept_minor(id, *head)) {
        vault_.erase(Table::at_feed_end, id.raw());
        return;
    }
    const RevisionSet set = set_of(id, head);
    const std::vector<Dangling> dangling = set.dangling();
    if (dangling.empty() && !has_no_leaf(set)) return commit_again(id, random);
    for (const auto& [tombstone, leaf] : dangling) {
        // A tombstone over what seemed foreign names no ancestor but the leaf.
        RevisionRecord parent = *tombstone;
        parent.ancestors = {leaf->revision.digest};
        parent.ancestors.insert(parent.ancestors.end(), leaf->ancestors.begin(),
                                leaf->ancestors.end());
        const RevisionRecord again =
            child_of(rules_.register_key, document_id(id), parent, leaf->body);
        put_revision(vault_, name_of(id), again);
        append_new(head->beside, again.revision);
    }
    book_.save(id, *head);
    if (dangling.empty()) go_on(id);
    reconcile(id, peer);
    commit_again(id, random);
}

/// With one leaf, and the feed read to its end, the recording PC puts its own commitment.
void Reconciler::commit_again(const EntryId& id, platform::Random& random) {
    EntryHead head = book_.expect_head(id);
    const RevisionSet set = set_of(id, head);
    const bool is_at_rest = head.leaf_is_current && set.live_leaves().size() == 1 &&
                            set.live_leaves().front()->revision == head.leaf &&
                            !vault_.has(Table::conflicts, id.raw());
    if (!is_at_rest || !lacks_commitment(id, head)) return;
    EntryVersion version = book_.version(id, head.versions);
    version.salt = random.bytes<sizeof(Digest32)>();
    version.reason = {};
    version.made_by.clear();
    EntryCodec::commit(version, rules_.policy);
    book_.revise(std::move(version), head, DeliveryState::pending, Act::merged);
    remember_other_leaves(id);
}

}  // namespace tizilim::store
