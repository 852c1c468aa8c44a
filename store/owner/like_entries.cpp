#include "store/owner/like_entries.h"

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/owner/owner_change.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

using platform::Message;

Message name_of(const EntryId& id, BookNumber number, const Books& books) {
    const std::size_t book_index = book_index_of(number);
    if (is_pulled(number) || book_index >= books.books.size())
        return platform::as_it_stands(id.to_string());
    const platform::JsonMember shown{"number", static_cast<std::uint64_t>(number_in_book(number))};
    if (book_index + 1 == books.books.size()) return {"entry.name", {shown}};
    return {"entry.name_in_book", {shown, {"book", books.books[book_index].label}}};
}

}  // namespace

/// Trims: entries of an earlier version of this program were stored untrimmed.
Digest32 OwnerSession::LikeEntries::digest_of(const EntryContent& content) {
    const RevealKey key;
    return Hasher(Hasher::Size::bytes32)
        .add(platform::format_date(content.application_date))
        .add(platform::trimmed_text(content.basis_number.reveal(key)))
        .add(platform::trimmed_text(content.essence.reveal(key)))
        .digest32();
}

std::optional<Message> OwnerSession::LikeEntries::find(const EntryContent& content) {
    const Month& month = month_of(content.application_date);
    const auto found = month.find(digest_of(content));
    if (found == month.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint64_t> OwnerSession::LikeEntries::find_or_note(const EntryContent& content,
                                                                     std::uint64_t line) {
    const auto [known, is_new] = lines_.try_emplace(digest_of(content), line);
    if (is_new) return std::nullopt;
    return known->second;
}

const OwnerSession::LikeEntries::Month& OwnerSession::LikeEntries::month_of(
    platform::CivilDate day) {
    const platform::CivilDate first = day.year() / day.month() / 1;
    const auto known = months_.find(first);
    if (known != months_.end()) return known->second;
    return months_.emplace(first, read_month(first)).first->second;
}

OwnerSession::LikeEntries::Month OwnerSession::LikeEntries::read_month(
    platform::CivilDate day) const {
    const RevealKey key;
    Month month;
    const BookReader book(vault_);
    const Books books = read_books(vault_);
    const std::string from = month_key(vault_, day, BookNumber{});
    const std::string_view prefix = std::string_view(from).substr(0, sizeof(Digest16));
    vault_.scan(Table::months, from, [&](std::string_view row, const std::string& raw) {
        if (!row.starts_with(prefix)) return false;
        const EntryId id = EntryId::from_raw(raw);
        const EntryHead head = book.expect_head(id);
        const Entry entry = book.version(id, head.versions).entry;
        const EntryContent& content = entry.content;
        // Another PC's entry may have an essence that is not known here.
        const std::string& essence = content.essence.reveal(key);
        if (entry.state == EntryState::voided || essence.empty()) return true;
        month.emplace(digest_of(content), name_of(id, head.number, books));
        return true;
    });
    return month;
}

std::optional<Message> OwnerSession::like(const EntryTexts& input) const {
    const auto draft = check(input, rule_context(open_, open_.clock.wall_now(), false));
    if (!draft) return std::nullopt;
    std::optional<Message> found;
    open_.vault.read(
        [&](const VaultReader& vault) { found = LikeEntries(vault).find(draft->content); });
    return found;
}

}  // namespace tizilim::store
