#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_lookup.h"
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
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/merge/reconciler.h"
#include "store/merge/revision_rows.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_change.h"
#include "store/owner/owner_session.h"
#include "store/owner/owner_views.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/replication/revision.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

/// An amended entry is kept here when the policy keeps here what it has become, and did not before;
/// one that concerns a minor in any case.
DisclosureClass class_after(const Entry& before, const EntryContent& after, bool has_left,
                            const DisclosurePolicy& policy) {
    const DisclosureClass now = before.disclosure;
    const bool out = now == DisclosureClass::partial || now == DisclosureClass::full;
    const auto usual = [&](const EntryContent& content) {
        return policy.default_for(content.basis_type, content.minor);
    };
    const bool stricter =
        usual(before.content) != DisclosureClass::local && usual(after) == DisclosureClass::local;
    if (!out || !(stricter || after.minor)) return now;
    return has_left ? DisclosureClass::withdrawn : DisclosureClass::local;
}

/// That an amended entry is kept here, and why.
Message kept_here(const EntryContent& content, DisclosureClass disclosure) {
    const char* const why = content.minor ? "entry.minor_kept_here" : "entry.policy_keeps_here";
    return {why, {{"class", code_of(disclosure)}}};
}

/// That an amendment would withdraw an entry, and why.
Message would_withdraw(const EntryContent& content) {
    return {content.minor ? "entry.minor_would_withdraw" : "entry.policy_would_withdraw"};
}

/// Of an entry recorded on another PC only the disclosed fields are known here, and can be amended.
void expect_disclosed(const GivenFields& fields, DisclosureClass disclosure) {
    for (const auto& [name, value] : fields) {
        const EntryField* const field = find_field(name);
        if (field == nullptr || field->given_by != GivenBy::person) continue;
        const bool essence_stays = name == "essence" && disclosure != DisclosureClass::full;
        if (essence_stays || field->wire.empty()) {
            throw refusal(Message{"entry.field_known_elsewhere", {{"field", name}}});
        }
    }
}

/// Whether the entry may get that class: nothing of a minor's entry leaves, and only the recording
/// PC widens the class.
void expect_allowed(const Change& change, DisclosureClass disclosure) {
    if (change.version.entry.disclosure == DisclosureClass::withdrawn) {
        throw refusal(Message{"entry.withdrawn_for_good"});
    }
    if (change.has_left() && disclosure == DisclosureClass::local) {
        throw refusal(Message{"entry.left_already"});
    }
    if (!change.has_left() && disclosure == DisclosureClass::withdrawn) {
        throw refusal(Message{"entry.has_not_left"});
    }
    if (disclosure == DisclosureClass::withdrawn) return;
    const Entry& entry = change.version.entry;
    if (disclosure != DisclosureClass::local && entry.content.minor) {
        throw refusal(Message{"entry.minor_stays"});
    }
    const bool narrows = entry.disclosure == DisclosureClass::full;
    if (is_pulled(change.head.number) && !narrows) {
        throw refusal(Message{"entry.widened_elsewhere"});
    }
    const bool waits = read_meta(change.writers.vault, kFeedFirstName).has_value();
    if (waits && disclosure != DisclosureClass::local) {
        throw refusal(Message{"entry.class_has_to_wait"});
    }
}

}  // namespace

std::string checked_reason(const std::string& reason) {
    auto text = check_text(reason, kShortTextBytesMax);
    if (!text)
        throw refusal(Message{"reason.not_kept", {{"why", platform::as_json(text.error())}}});
    if (text->find_first_not_of(" \t\r\n") == std::string::npos)
        throw refusal(Message{"reason.empty"});
    return *std::move(text);
}

Revised change_entry(OpenRegister& open, const std::string& name,
                     const std::function<void(Change&)>& act,
                     std::optional<std::uint32_t> seen_version) {
    Revised result;
    open.act(kEntryBytes, [&](const Writers& writers) {
        const EntryId id = find_entry(writers.vault, name);
        EntryHead head = writers.book.expect_head(id);
        if (seen_version.value_or(head.versions) != head.versions) throw ChangedMeanwhile();
        EntryVersion version = writers.book.version(id, head.versions);
        const platform::CivilDate named = last_day_of(version.entry);
        Change change{.open = open,
                      .writers = writers,
                      .id = id,
                      .head = std::move(head),
                      .version = std::move(version),
                      .named = named};
        act(change);
        result = {.number = number_shown(change.head.number),
                  .id = id.to_string(),
                  .version = change.head.versions,
                  .delivery = change.head.delivery,
                  .disclosure = change.version.entry.disclosure,
                  .earlier_version_left = change.has_left(),
                  .warnings = std::move(change.warnings)};
    });
    return result;
}

platform::CivilDate last_day_of(const Entry& entry) {
    const EntryContent& content = entry.content;
    return std::max({platform::civil_day(entry.recorded_at, entry.recorded_offset),
                     content.application_date,
                     content.basis_date.value_or(content.application_date)});
}

RuleContext OwnerSession::rules_for(const Change& change) const {
    const Entry& entry = change.version.entry;
    RuleContext context = rule_context(open_, open_.clock.wall_now(), false);
    context.today = std::max(context.today, change.named);
    context.recorded_on = platform::civil_day(entry.recorded_at, entry.recorded_offset);
    const RevealKey key;
    context.has_late_reason =
        is_pulled(change.head.number) || !entry.content.late_reason.reveal(key).empty();
    return context;
}

std::optional<ConflictRecord> conflict_on(const VaultReader& vault, const EntryId& id) {
    const auto bytes = vault.get(Table::conflicts, id.raw());
    if (!bytes) return {};
    return unpack<ConflictRecord>(*bytes);
}

/// An act on the whole entry resolves its conflict: the leaf that disagreed is merged into the
/// revision that this act makes.
void Change::end_conflict() {
    const auto conflict = conflict_on(writers.vault, id);
    if (!conflict) return;
    const bool is_there = has_revision(writers.vault, {Table::revisions, id}, conflict->other);
    // Whose an unverifiable leaf is can't be told: only a withdrawal ends it.
    const bool is_unclear = conflict->kind == ConflictKind::unverifiable &&
                            version.entry.disclosure != DisclosureClass::withdrawn;
    if (is_there && !is_unclear && conflict->kind != ConflictKind::deleted) {
        std::vector<store::Revision>& ending = head.ending;
        if (std::ranges::find(ending, conflict->other) == ending.end())
            ending.push_back(conflict->other);
    }
    writers.vault.erase(Table::conflicts, id.raw());
}

/// Updates the class tags (store/merge/README.md, "Class"): a narrowing adds a tag, a raise raises
/// all it sees.
void Change::record_class_act(DisclosureClass before) {
    constexpr std::size_t kTagBytes = ClassTags::kTagChars / 2;
    Entry& entry = version.entry;
    const bool is_out =
        entry.disclosure == DisclosureClass::partial || entry.disclosure == DisclosureClass::full;
    // What is local here may have left after the backup from which this register was restored.
    const bool is_local = entry.disclosure == DisclosureClass::local;
    if (!has_left() && is_out && entry.tags.are_usual()) {
        entry.tags = ClassTags::of(entry.disclosure);
    } else if (entry.disclosure == DisclosureClass::full) {
        entry.tags.raise();
    } else if (is_local || (is_out && before == DisclosureClass::full)) {
        entry.tags.narrow(open.random.hex(kTagBytes));
        // This PC does not know all withheld fields of a pulled entry, so it can't commit to them.
        if (is_pulled(head.number)) entry.commitment.clear();
    }
    // It was local in between: `partial` needs a tag that is not raised.
    if (entry.disclosure == DisclosureClass::partial && entry.tags.lets_all_out()) {
        entry.tags.narrow(open.random.hex(kTagBytes));
    }
}

void Change::finish(const std::string& reason, Act act) {
    version.reason = Confidential(reason);
    const EntryVersion before = writers.book.version(id, head.versions);
    // A pulled entry's commitment is that of its recording installation, and carried along.
    const bool is_stale =
        version.salt == Digest32{} || !EntryCodec::withhold_the_same(before, version);
    if (!is_pulled(head.number) && is_stale) {
        version.salt = open.random.bytes<sizeof(Digest32)>();
    }
    EntryCodec::commit(version, open.settings.policy);
    open.stamp_author_and_clock(version, writers.journal);
    const DisclosureClass disclosure = version.entry.disclosure;
    writers.book.revise(version, head, open.first_state(disclosure), act);
    const bool comes_out =
        before.entry.disclosure == DisclosureClass::local && disclosure != DisclosureClass::local;
    // What the peer shows of it changed nothing while it concerned a minor: a withdrawal, say.
    const bool was_a_minors = before.entry.content.minor && !version.entry.content.minor;
    // Of a local entry nobody minds what somebody else wrote by its name.
    if (comes_out || was_a_minors) reconcile();
}

void Change::reconcile() {
    Reconciler(writers.vault, writers.journal, writers.book, open.merge_rules()).reconcile(id, {});
    head = writers.book.expect_head(id);
}

void OwnerSession::put_content(Change& change, const GivenFields& given) const {
    Entry& entry = change.version.entry;
    auto draft = check_amended(entry.content, given, rules_for(change));
    if (!draft) throw BadFields{draft.error()};
    const DisclosureClass before = entry.disclosure;
    entry.disclosure = class_after(entry, draft->content, change.has_left(), open_.settings.policy);
    entry.content = draft->content;
    entry.late = draft->late;
    change.warnings = draft->warnings;
    if (entry.disclosure == before) return;
    change.record_class_act(before);
    const bool withdraws = entry.disclosure == DisclosureClass::withdrawn;
    if (withdraws && change.withdrawal != Withdrawal::agreed)
        throw StoreError(StoreError::Kind::withdraws, would_withdraw(entry.content));
    change.warnings.push_back({"disclosure", kept_here(entry.content, entry.disclosure)});
}

platform::Expected<Revised, std::vector<FieldError>> OwnerSession::amend(const std::string& name,
                                                                         const GivenFields& fields,
                                                                         const std::string& reason,
                                                                         Withdrawal withdrawal) {
    const std::string why = checked_reason(reason);
    const auto act = [&](Change& change) {
        change.withdrawal = withdrawal;
        Entry& entry = change.version.entry;
        if (entry.state == EntryState::voided) {
            throw refusal(Message{"entry.void_not_amended"});
        }
        const EntryView before = content_view(change.version);
        if (is_pulled(change.head.number)) expect_disclosed(fields, entry.disclosure);
        if (conflict_on(change.writers.vault, change.id)) {
            throw refusal(Message{"entry.conflict_comes_first"});
        }
        const DisclosureClass now = entry.disclosure;
        put_content(change, fields);
        if (changes_between(before, content_view(change.version)).empty()) {
            throw refusal(Message{"entry.nothing_would_change"});
        }
        const bool withdraws =
            entry.disclosure != now && entry.disclosure == DisclosureClass::withdrawn;
        change.finish(why, withdraws ? Act::withdrawn : Act::amended);
    };
    try {
        return change_entry(open_, name, act, seen_version_);
    } catch (BadFields& bad) {
        return platform::Unexpected{std::move(bad.errors)};
    }
}

Revised OwnerSession::void_entry(const std::string& name, const std::string& reason) {
    const std::string why = checked_reason(reason);
    const auto act = [&](Change& change) {
        EntryState& state = change.version.entry.state;
        if (state == EntryState::voided) throw refusal(Message{"entry.void_already"});
        state = EntryState::voided;
        const auto conflict = conflict_on(change.writers.vault, change.id);
        if (conflict) change.keep_back(*conflict);
        change.end_conflict();
        change.finish(why, Act::voided);
        if (conflict) change.reconcile();
    };
    return change_entry(open_, name, act, seen_version_);
}

Revised OwnerSession::classify(const std::string& name, DisclosureClass disclosure,
                               const std::string& reason) {
    const std::string why = checked_reason(reason);
    const auto act = [&](Change& change) {
        DisclosureClass& now = change.version.entry.disclosure;
        if (now == disclosure) return;
        expect_allowed(change, disclosure);
        const DisclosureClass before = std::exchange(now, disclosure);
        change.record_class_act(before);
        const bool was_disputed = conflict_on(change.writers.vault, change.id).has_value();
        const bool withdraws = disclosure == DisclosureClass::withdrawn;
        if (withdraws) change.end_conflict();
        change.finish(why, withdraws ? Act::withdrawn : Act::classified);
        // The other leaves of the conflict follow the class at once.
        if (was_disputed) change.reconcile();
        const EntryContent& content = change.version.entry.content;
        const bool leaves =
            disclosure == DisclosureClass::partial || disclosure == DisclosureClass::full;
        if (leaves && open_.settings.policy.default_for(content.basis_type, content.minor) ==
                          DisclosureClass::local) {
            change.warnings.push_back({"disclosure", Message{"entry.class_wider_than_policy"}});
        }
    };
    return change_entry(open_, name, act, seen_version_);
}

}  // namespace tizilim::store
