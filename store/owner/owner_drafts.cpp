#include "platform/clock.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/store_error.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

std::string key_of_draft(const VaultReader& vault, std::string_view id) {
    return vault.index("draft", id);
}

std::optional<DraftRecord> draft_at(const VaultReader& vault, std::string_view key) {
    const auto packed = vault.get(Table::drafts, key);
    if (!packed) return {};
    return EntryCodec::unpack_draft(*packed);
}

/// By which the same entry is known again, and nothing of it is kept.
std::string mark_of(const VaultReader& vault, const EntryTexts& input) {
    std::string all;
    for (const EntryField& field : entry_fields()) (all += input.*field.text) += '\0';
    return vault.index("draft content", all);
}

bool is_recorded(const DraftRecord& draft) {
    return draft.recorded != EntryId{};
}

/// All of them, the oldest first.
std::vector<DraftRecord> all_drafts(const VaultReader& vault) {
    std::vector<DraftRecord> all;
    vault.scan(Table::drafts, {}, [&](std::string_view, const std::string& packed) {
        all.push_back(EntryCodec::unpack_draft(packed));
        return true;
    });
    std::ranges::stable_sort(all, {}, &DraftRecord::kept_at);
    return all;
}

/// For one more: what is left of the oldest draft from which an entry was recorded goes.
void make_room(VaultWriter& vault) {
    const std::vector<DraftRecord> all = all_drafts(vault);
    if (all.size() < OwnerSession::kDraftsMax) return;
    const auto ended = std::ranges::find_if(all, is_recorded);
    if (ended == all.end())
        throw refusal({"draft.too_many", {{"count", OwnerSession::kDraftsMax}}});
    vault.erase(Table::drafts, key_of_draft(vault, ended->id));
}

}  // namespace

std::vector<DraftView> OwnerSession::drafts() const {
    std::vector<DraftView> views;
    open_.vault.read([&](const VaultReader& vault) {
        for (const DraftRecord& draft : all_drafts(vault))
            if (!is_recorded(draft))
                views.push_back({draft.id, draft.text.reveal(RevealKey()), draft.kept_at});
    });
    return views;
}

void OwnerSession::keep_draft(std::string_view id, std::string text) {
    if (id.empty() || id.size() > kDraftNameMax)
        throw refusal({"draft.bad_name", {{"max", kDraftNameMax}}});
    if (text.size() > kDraftBytesMax)
        throw refusal({"draft.too_long", {{"kibibytes", kDraftBytesMax / 1024}}});
    open_.reserve.keep(kEntryBytes + text.size());
    const Confidential kept(std::move(text));
    open_.vault.write([&](VaultWriter& vault) {
        const std::string key = key_of_draft(vault, id);
        const auto before = draft_at(vault, key);
        if (before && is_recorded(*before)) throw refusal({"draft.recorded"});
        if (!before) make_room(vault);
        vault.put(Table::drafts, key,
                  EntryCodec::pack(DraftRecord{std::string(id), kept, open_.clock.wall_now()}));
    });
}

void OwnerSession::discard_draft(std::string_view id) {
    open_.vault.write(
        [&](VaultWriter& vault) { vault.erase(Table::drafts, key_of_draft(vault, id)); });
}

std::optional<Recorded> OwnerSession::recorded_from(std::string_view draft_id,
                                                    const EntryTexts& input) const {
    std::optional<Recorded> recorded;
    open_.vault.read(
        [&](const VaultReader& vault) { recorded = recorded_in(vault, draft_id, input); });
    return recorded;
}

std::optional<Recorded> OwnerSession::recorded_in(const VaultReader& vault,
                                                  std::string_view draft_id,
                                                  const EntryTexts& input) {
    if (draft_id.empty()) return {};
    const auto draft = draft_at(vault, key_of_draft(vault, draft_id));
    if (!draft || !is_recorded(*draft)) return {};
    if (draft->text.reveal(RevealKey()) != mark_of(vault, input)) throw refusal({"draft.recorded"});
    const EntryHead head = BookReader(vault).expect_head(draft->recorded);
    return Recorded{.number = number_in_book(head.number),
                    .id = draft->recorded.to_string(),
                    .delivery = head.delivery,
                    .warnings = {},
                    .is_repeated = true};
}

void OwnerSession::end_draft(VaultWriter& vault, std::string_view draft_id, const EntryTexts& input,
                             const EntryId& entry) {
    if (draft_id.empty()) return;
    const std::string key = key_of_draft(vault, draft_id);
    if (!draft_at(vault, key)) make_room(vault);
    vault.put(
        Table::drafts, key,
        EntryCodec::pack(DraftRecord{std::string(draft_id), Confidential(mark_of(vault, input)),
                                     open_.clock.wall_now(), entry}));
}

}  // namespace tizilim::store
