#include "platform/expected.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/entry/rules.h"
#include "store/merge/disclosed_reader.h"
#include "store/merge/fold.h"
#include "store/merge/merge.h"
#include "store/merge/reconciler.h"
#include "store/owner/act_results.h"
#include "store/owner/conflict_view.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_change.h"
#include "store/owner/owner_session.h"
#include "store/owner/owner_views.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/replication/disclosed_entry.h"
#include "store/store_error.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonObject;
using platform::Message;

constexpr std::string_view kDeleted = "deleted";
// Details of journal records. Stored; never rename.
constexpr auto kAsShown = "as_shown";
constexpr auto kWrittenAgain = "written_again";
constexpr auto kLeftDeleted = "left_deleted";

JsonObject parsed(std::string_view text) {
    auto read = platform::read_json(text.empty() ? "{}" : text);
    if (!read || read->object() == nullptr) return {};
    return without_signature(*read->object());
}

std::string_view kind_name(ConflictKind kind) {
    switch (kind) {
        case ConflictKind::edited:
            return "edited";
        case ConflictKind::foreign:
            return "foreign";
        case ConflictKind::deleted:
            return kDeleted;
        case ConflictKind::unverifiable:
            return "unverifiable";
    }
    return "foreign";
}

/// A conflict and its two sides as they are now.
struct Dispute {
    ConflictRecord record;
    JsonObject shown;  ///< what all installations show, as this one holds it
    JsonObject aside;
    Merged merged;  ///< where the two agree, and where they don't

    [[nodiscard]] const std::string& mine(const Disagreement& of) const {
        return record.shown_is_ours ? of.ours : of.theirs;
    }
    [[nodiscard]] const std::string& theirs(const Disagreement& of) const {
        return record.shown_is_ours ? of.theirs : of.ours;
    }
};

Dispute dispute_of(const ConflictRecord& record, const Entry& current,
                   const DisclosurePolicy& policy) {
    Dispute dispute{record, {}, parsed(record.aside), {}};
    if (const auto disclosed = disclose(current, policy)) dispute.shown = parsed(disclosed->body());
    if (record.kind == ConflictKind::deleted) return dispute;
    const bool has_base = record.kind == ConflictKind::edited && !record.base.empty();
    dispute.merged = merge(has_base ? std::optional(parsed(record.base)) : std::nullopt,
                           dispute.shown, dispute.aside);
    return dispute;
}

/// The choice for a field. \throws StoreError, refused
Choice choice_of(const std::string& field, const std::map<std::string, Choice>& choices,
                 const std::optional<Choice::Side>& keep) {
    const auto choice = choices.find(field);
    if (choice != choices.end()) return choice->second;
    if (keep) return {*keep, {}};
    throw refusal(Message{"conflict.choice_missing", {{"field", field}}});
}

/// The new value of each field in conflict. \throws StoreError, refused
GivenFields chosen(const Dispute& dispute, const std::map<std::string, Choice>& choices,
                   const std::optional<Choice::Side>& keep) {
    GivenFields values;
    for (const Disagreement& field : dispute.merged.disagreements) {
        const Choice choice = choice_of(field.field, choices, keep);
        switch (choice.side) {
            case Choice::Side::mine:
                values[field.field] = dispute.mine(field);
                break;
            case Choice::Side::theirs:
                values[field.field] = dispute.theirs(field);
                break;
            case Choice::Side::text:
                values[field.field] = choice.text;
                break;
        }
    }
    if (values.empty() && !keep && choices.empty()) {
        throw refusal(Message{"conflict.no_field_differs"});
    }
    for (const auto& [name, choice] : choices) {
        // The user may have typed a value in place of a name: it is not repeated.
        if (!values.contains(name)) throw refusal(Message{"conflict.field_not_in_it"});
    }
    return values;
}

/// The last date among values taken from a side: it was accepted there by that PC's clock.
platform::CivilDate last_day_taken(const std::map<std::string, Choice>& choices,
                                   const GivenFields& values) {
    platform::CivilDate last{};
    for (const char* field : {"application_date", "basis_date"}) {
        const auto choice = choices.find(field);
        const bool is_text = choice != choices.end() && choice->second.side == Choice::Side::text;
        const auto value = values.find(field);
        if (is_text || value == values.end()) continue;
        const auto day = platform::parse_date(value->second);
        if (day) last = std::max(last, *day);
    }
    return last;
}

/// Queues the current version as a child of the shown leaf. Its signature stays.
void send_again(Change& change) {
    BookWriter& book = change.writers.book;
    const bool is_signed = book.signature(change.id, change.head.versions).has_value();
    book.send_again(change.id, change.head,
                    is_signed ? DeliveryState::pending
                              : change.open.first_state(change.version.entry.disclosure));
}

void resolve_deletion(Change& change, const std::map<std::string, Choice>& choices,
                      const Resolution& how) {
    const Writers& writers = change.writers;
    const std::string field(kDeleted);
    const bool is_of_another = choices.size() > choices.count(field);
    const Choice choice =
        is_of_another ? Choice{Choice::Side::text, {}} : choice_of(field, choices, how.keep);
    if (choice.side == Choice::Side::text) {
        throw refusal(Message{"conflict.deleted_there"});
    }
    writers.vault.erase(Table::conflicts, change.id.raw());
    const bool again = choice.side == Choice::Side::mine && may_leave(change.version.entry);
    writers.journal.append(Act::resolved, change.id, {}, again ? kWrittenAgain : kLeftDeleted);
    if (again) send_again(change);
}

}  // namespace

std::vector<ConflictView> OwnerSession::conflicts() const {
    std::map<BookNumber, ConflictView> found;
    open_.vault.read([&](const VaultReader& vault) {
        found.clear();
        const BookReader book(vault);
        const Books books = read_books(vault);
        vault.scan(Table::conflicts, {}, [&](std::string_view key, const std::string& bytes) {
            const EntryId id = EntryId::from_raw(key);
            const EntryHead head = book.expect_head(id);
            const auto record = unpack<ConflictRecord>(bytes);
            const Entry current = book.version(id, head.versions).entry;
            ConflictView view;
            view.number = number_shown(head.number);
            view.book = label_of(books, head.number);
            view.id = id.to_string();
            view.kind = kind_name(record.kind);
            view.since = platform::format_time(record.since, open_.settings.utc_offset);
            const Dispute dispute = dispute_of(record, current, open_.settings.policy);
            for (const Disagreement& field : dispute.merged.disagreements) {
                view.fields.push_back({field.field, dispute.mine(field), dispute.theirs(field)});
            }
            if (record.kind == ConflictKind::deleted) {
                view.fields.push_back({std::string(kDeleted), "no", "yes"});
            }
            found.emplace(head.number, std::move(view));
            return true;
        });
    });
    std::vector<ConflictView> views;
    views.reserve(found.size());
    for (auto& [number, view] : found) views.push_back(std::move(view));
    return views;
}

/// A foreign revision that withholds the essence may have superseded one of ours that did, and
/// never came here: the class is narrowed.
void Change::keep_back(const ConflictRecord& conflict) {
    const bool is_of_others =
        conflict.kind == ConflictKind::foreign || conflict.kind == ConflictKind::unverifiable;
    if (!is_of_others || version.entry.disclosure != DisclosureClass::full) return;
    RevisionRecord other;
    other.body = conflict.aside;
    if (!withholds_essence(body_of(other))) return;
    version.entry.disclosure = DisclosureClass::partial;
    record_class_act(DisclosureClass::full);
}

/// Undisputed changes are carried along, so that two resolutions that differ are a conflict again.
void OwnerSession::resolve_fields(Change& change, const ConflictRecord& record,
                                  const std::map<std::string, Choice>& choices,
                                  const Resolution& how) const {
    const Writers& writers = change.writers;
    const Dispute dispute = dispute_of(record, change.version.entry, open_.settings.policy);
    const GivenFields values = chosen(dispute, choices, how.keep);
    const EntryView before = content_view(change.version);
    const Entry shown = change.version.entry;
    Entry& entry = change.version.entry;
    if (record.kind == ConflictKind::edited) {
        const auto agreed = read_disclosed(change.id, dispute.merged.body, open_.settings.policy,
                                           open_.settings.utc_offset);
        if (agreed) change.version = Reconciler::with_disclosed(change.version, *agreed);
    } else {
        change.keep_back(record);
    }
    change.named = std::max({change.named, last_day_of(entry), last_day_taken(choices, values)});
    put_content(change, values);
    change.end_conflict();
    const bool says_the_same = changes_between(before, content_view(change.version)).empty() &&
                               entry.tags == shown.tags && entry.commitment == shown.commitment;
    // A new version would need a new signature: of a signed one the journal alone gets the reason.
    const bool is_signed = writers.book.signature(change.id, change.head.versions).has_value();
    if (!says_the_same || (!how.reason.empty() && !is_signed)) {
        const std::string resolved = platform::packed({"conflict.resolved"});
        change.finish(how.reason.empty() ? resolved : how.reason, Act::resolved);
    } else {
        writers.journal.append(Act::resolved, change.id, {},
                               how.reason.empty() ? kAsShown : how.reason);
        if (may_leave(entry)) send_again(change);
    }
    change.reconcile();
}

platform::Expected<Revised, std::vector<FieldError>> OwnerSession::resolve(
    const std::string& name, const std::map<std::string, Choice>& choices, const Resolution& how) {
    Resolution asked = how;
    if (!how.reason.empty()) asked.reason = checked_reason(how.reason);
    const auto act = [&](Change& change) {
        change.withdrawal = asked.withdrawal;
        const auto record = conflict_on(change.writers.vault, change.id);
        if (!record) throw refusal(Message{"conflict.not_in_one"});
        if (record->kind == ConflictKind::unverifiable) {
            throw refusal(Message{"conflict.unverifiable"});
        }
        if (record->kind == ConflictKind::deleted) return resolve_deletion(change, choices, asked);
        resolve_fields(change, *record, choices, asked);
    };
    try {
        return change_entry(open_, name, act);
    } catch (BadFields& bad) {
        return platform::Unexpected{std::move(bad.errors)};
    }
}

Revised OwnerSession::retry(const std::string& name) {
    return change_entry(open_, name, [](Change& change) {
        if (change.head.delivery != DeliveryState::quarantined) {
            throw refusal(
                Message{"entry.not_quarantined", {{"state", code_of(change.head.delivery)}}});
        }
        if (!may_leave(change.version.entry)) throw refusal(Message{"entry.minor_never_leaves"});
        change.writers.journal.append(Act::retried, change.id);
        change.writers.book.move(change.id, change.head, DeliveryState::pending);
    });
}

}  // namespace tizilim::store
