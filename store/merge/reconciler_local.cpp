#include "platform/check.h"
#include "platform/text/json.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/class_tags.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/merge/fold.h"
#include "store/merge/merge.h"
#include "store/merge/reconciler.h"
#include "store/merge/revision_rows.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/revision.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What becomes of an entry that is local here, and left all the same.
namespace tizilim::store {

namespace {

using platform::JsonObject;

}  // namespace

/// What `version`, of an entry that is local here, would say in the place of `shown`.
std::optional<JsonObject> Reconciler::let_out(EntryVersion version, const JsonObject& shown) const {
    Entry& entry = version.entry;
    entry.disclosure = withholds_essence(shown) ? DisclosureClass::partial : DisclosureClass::full;
    entry.tags = tags_of(shown);
    EntryCodec::commit(version, rules_.policy);
    const auto disclosed = disclose(entry, rules_.policy);
    if (!disclosed) return {};
    RevisionRecord record;
    record.body = disclosed->body();
    return without_signature(body_of(record));
}

/// The last version that was known where the entry left: a backup has what it was made of. Of a
/// register that was copied otherwise nobody knows more than that it was recorded.
std::uint32_t Reconciler::last_version_elsewhere(const EntryId& id, const EntryHead& head) const {
    const std::uint64_t first = book_.version(id, 1).sequence;
    for (std::uint64_t at = journal_.next() - 1; at > first; --at) {
        const auto bytes = vault_.get(Table::journal, key_of(at));
        if (!bytes || unpack<JournalRecord>(*bytes).act != Act::restored) continue;
        std::uint32_t last = head.versions;
        while (last > 1 && book_.version(id, last).sequence > at) --last;
        return last;
    }
    return 1;
}

/// What was written here of an entry that is local here, and left all the same after the backup
/// that this register was made of. Nothing of it was to leave: without a base to merge from, each
/// field is in dispute that was changed since then.
std::optional<Reconciler::Edit> Reconciler::kept_here(const EntryId& id, const EntryHead& head,
                                                      const Fold& fold) const {
    Edit edit{book_.version(id, head.versions), {}, {}};
    const JsonObject& shown = fold.tip.body;
    const bool is_kept = edit.current.entry.disclosure == DisclosureClass::local;
    if (!is_kept || is_withdrawal(shown)) return {};
    const auto now = let_out(edit.current, shown);
    if (!now) return {};
    edit.body = *now;
    if (const auto before = let_out(book_.version(id, last_version_elsewhere(id, head)), shown)) {
        if (*before == *now) return {};
        const Merged changed = merge({}, *before, *now);
        for (const Disagreement& other : merge({}, shown, *now).disagreements) {
            const bool is_as_before = std::ranges::none_of(
                changed.disagreements,
                [&](const Disagreement& change) { return change.field == other.field; });
            if (is_as_before) put_field(edit.body, other.field, shown);
        }
    }
    // That of what is withheld is no word of the lawyer's.
    take_commitment(edit.body, shown);
    edit.record =
        first_of(rules_.register_key, document_id(id), platform::canonical_json(edit.body));
    return edit;
}

/// It was made local by who did not know that it had left: it shows no more than `partial` does.
void Reconciler::keep_narrowed(const EntryId& id, const EntryHead& head, Fold& fold) const {
    Entry entry = book_.version(id, head.versions).entry;
    if (entry.disclosure != DisclosureClass::local || is_withdrawal(fold.tip.body)) return;
    ClassTags tags = entry.tags;
    std::erase(tags.narrowed, ClassTags::kFirst);  // that is no act
    if (tags.narrowed.empty()) return;
    tags.unite(tags_of(fold.tip.body));
    entry.disclosure = DisclosureClass::partial;
    const auto stricter = disclose(entry, rules_.policy);
    CHECK(stricter.has_value());
    RevisionRecord record;
    record.body = stricter->body();
    if (!tags.lets_all_out() && !withholds_essence(fold.tip.body))
        fold.tip.body = narrowed(std::move(fold.tip.body), body_of(record));
    set_tags(fold.tip.body, tags);
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
void Reconciler::remember_what_left(const EntryId& id, EntryHead head,
                                    const std::optional<Fold>& shown) {
    if (!shown || head.leaf == shown->tip.record.revision) return;
    head.leaf = shown->tip.record.revision;
    head.leaf_is_current = false;
    book_.save(id, head);
}

}  // namespace tizilim::store
