#include "store/owner/owner_views.h"

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/hex.h"
#include "platform/text/base64.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "platform/text/unicode.h"
#include "store/book/books.h"
#include "store/book/entry_lookup.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/confidential.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/keys/seal.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/replication/disclosed_entry.h"
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

std::string time_text(platform::WallTime time, platform::UtcOffset offset) {
    return platform::format_time(time, offset);
}

/// How many entries a search looks at in one transaction: long enough to be fast, short enough not
/// to keep old pages of the file from being used again.
constexpr std::size_t kSearchPage = 512;

}  // namespace

std::optional<platform::Message> clock_warning(std::uint8_t marks) {
    const bool went_back = (marks & ClockMark::went_back) != 0;
    const bool differed = (marks & ClockMark::off_from_peer) != 0;
    if (went_back && differed) return platform::Message{"clock.had_gone_back_and_differed"};
    if (went_back) return platform::Message{"clock.had_gone_back"};
    if (differed) return platform::Message{"clock.differed"};
    return std::nullopt;
}

std::string typed_reason(const std::string& reason) {
    const platform::Message message = platform::unpacked(reason);
    return message == platform::as_it_stands(reason) ? reason : std::string();
}

SignatureView view_of(const std::optional<SignatureRecord>& record, platform::UtcOffset offset) {
    if (!record) return {};
    return {.status = std::string(platform::code_of(record->status, record->issuer_checked)),
            .issuer_checked = record->issuer_checked,
            .signer = record->signer,
            .iin = record->iin,
            .issuer = record->issuer,
            .serial = record->serial,
            .valid_from = time_text(record->not_before, offset),
            .valid_to = time_text(record->not_after, offset),
            .algorithm = record->algorithm,
            .signed_at = record->signed_at ? time_text(*record->signed_at, offset) : std::string(),
            .cms = platform::to_base64(record->cms)};
}

std::vector<FieldChange> changes_between(const EntryView& before, const EntryView& after) {
    std::vector<FieldChange> changes;
    for (const EntryField& field : entry_fields()) {
        // Fields that only an import gives belong to the first version, but for the state.
        const bool can_change = field.given_by != GivenBy::file || field.name == "state";
        const std::string& one = before.*(field.text);
        const std::string& other = after.*(field.text);
        if (can_change && one != other) changes.push_back({std::string(field.name), one, other});
    }
    return changes;
}

EntryView OwnerSession::content_view(const EntryVersion& version) {
    const RevealKey key;
    const Entry& entry = version.entry;
    const EntryContent& content = entry.content;
    EntryView view;
    for (const EntryField& field : entry_fields())
        view.*(field.text) = write_field(field, content, key);
    view.id = entry.id.to_string();
    view.recorded_date =
        platform::format_date(platform::civil_day(entry.recorded_at, entry.recorded_offset));
    view.recorded_at = entry.imported
                           ? view.recorded_date
                           : platform::format_time(entry.recorded_at, entry.recorded_offset);
    view.late = entry.late;
    view.imported = entry.imported;
    view.state = code_of(entry.state);
    view.disclosure = code_of(entry.disclosure);
    return view;
}

std::string OwnerSession::void_reason(const BookReader& book, const EntryVersion& current,
                                      const EntryHead& head) {
    if (current.entry.state != EntryState::voided) return {};
    const RevealKey key;
    std::string reason = current.reason.reveal(key);
    // The class may have been changed since: the reason is that of the first void version.
    for (std::uint32_t number = head.versions - 1; number > 0; --number) {
        const EntryVersion version = book.version(current.entry.id, number);
        if (version.entry.state != EntryState::voided) break;
        reason = version.reason.reveal(key);
    }
    return reason;
}

EntryView OwnerSession::view_of(const VaultReader& vault, const Books& books,
                                const EntryId& id) const {
    const BookReader book(vault);
    const EntryHead head = book.expect_head(id);
    EntryVersion version = book.version(id, head.versions);
    const std::optional<SignatureRecord> signature = book.signature(id, head.versions);
    if (signature) version.entry.eds = eds_of(*signature);
    EntryView view = content_view(version);
    view.pulled = is_pulled(head.number);
    if (!view.pulled) view.number = number_in_book(head.number);
    view.book = label_of(books, head.number);
    view.void_reason = void_reason(book, version, head);
    view.delivery = code_of(head.delivery);
    if (!head.reason.empty()) view.delivery_reason = platform::unpacked(head.reason);
    view.attempts = head.attempts;
    if (head.attempts > 0) view.tried_at = time_text(head.tried_at, version.entry.recorded_offset);
    view.in_conflict = vault.has(Table::conflicts, id.raw());
    if (version.entry.disclosure == DisclosureClass::withdrawn &&
        head.delivery == DeliveryState::delivered) {
        view.delivery_reason =
            platform::Message{vault.has(Table::to_forget, id.raw()) ? "entry.still_readable_there"
                                                                    : "entry.forgotten_there"};
    }
    if (head.leaf.generation > 0) view.revision = head.leaf.to_string();
    if (const auto disclosed = disclose(version.entry, open_.settings.policy)) {
        view.would_leave = disclosed->body();
    }
    view.versions = head.versions;
    const std::uint8_t marks = head.versions == 1 ? version.clock : book.version(id, 1).clock;
    view.clock_warning = clock_warning(marks);
    view.signature = store::view_of(signature, version.entry.recorded_offset);
    return view;
}

VersionView OwnerSession::version_view(const EntryVersion& version, std::uint32_t number,
                                       const std::optional<JournalRecord>& record) {
    const RevealKey key;
    const platform::UtcOffset offset = version.entry.recorded_offset;
    VersionView view;
    view.version = number;
    view.at = content_view(version).recorded_at;
    view.act = version.entry.imported ? "imported" : "recorded";
    if (record && record->act == Act::brought_over) {
        view.act = record->detail;
        view.at = time_text(version.made_at, offset);
        view.brought_over = time_text(record->at, offset);
    } else if (record) {
        view.act = code_of(record->act);
        view.at = time_text(record->at, offset);
    }
    view.by = version.made_by;
    view.reason = version.reason.reveal(key);
    view.clock_marks = version.clock;
    view.clock_warning = clock_warning(version.clock);
    view.commitment = version.entry.commitment;
    if (version.salt != Digest32{}) view.salt = platform::to_hex(version.salt);
    return view;
}

std::vector<VersionView> OwnerSession::history(const std::string& name) const {
    std::vector<VersionView> versions;
    open_.vault.read([&](const VaultReader& vault) {
        const EntryId id = find_entry(vault, name);
        const BookReader book(vault);
        const EntryHead head = book.expect_head(id);
        EntryView before;
        for (std::uint32_t number = 1; number <= head.versions; ++number) {
            const EntryVersion version = book.version(id, number);
            EntryView after = content_view(version);
            const auto bytes = vault.get(Table::journal, key_of(version.sequence));
            const auto record = bytes ? std::optional(unpack<JournalRecord>(*bytes)) : std::nullopt;
            versions.push_back(version_view(version, number, record));
            versions.back().signature =
                store::view_of(book.signature(id, number), version.entry.recorded_offset);
            if (number > 1) versions.back().changes = changes_between(before, after);
            before = std::move(after);
        }
    });
    return versions;
}

BooksView OwnerSession::books() const {
    BooksView view;
    open_.vault.read([&](const VaultReader& vault) {
        const BookReader book(vault);
        const Books books = read_books(vault);
        view = {.books = {}, .pulled = count_pulled(vault)};
        const auto recorded_at = [&](BookNumber number) {
            const std::optional<EntryId> id = book.id_of(number);
            return id ? content_view(book.version(*id, 1)).recorded_at : std::string();
        };
        for (std::size_t book_index = 0; book_index < books.books.size(); ++book_index) {
            const bool is_current = book_index + 1 == books.books.size();
            const std::uint64_t last =
                is_current ? last_number(vault, books) : books.books[book_index].last;
            view.books.push_back({.label = books.books[book_index].label,
                                  .is_current = is_current,
                                  .entries = last,
                                  .first_recorded_at = recorded_at(book_number(book_index, 1)),
                                  .last_recorded_at = recorded_at(book_number(book_index, last))});
        }
    });
    return view;
}

bool OwnerSession::has_text(const EntryVersion& version, std::string_view folded) {
    const RevealKey key;
    const auto has = [&](const std::string& text) {
        // Most entries have no reason; folding nothing takes time, too.
        return !text.empty() && platform::fold_for_search(text).find(folded) != std::string::npos;
    };
    return has(typed_reason(version.reason.reveal(key))) ||
           std::ranges::any_of(entry_fields(), [&](const EntryField& field) {
               return is_confidential(field) && has(write_field(field, version.entry.content, key));
           });
}

void OwnerSession::search(std::string_view text, const std::function<bool(const EntryView&)>& visit,
                          const Progress& progress) const {
    if (platform::invalid_utf8_at(text)) {
        throw refusal(platform::Message{"search.no_utf8"});
    }
    const std::string folded = platform::fold_for_search(platform::to_nfc(text));
    std::string from;
    std::uint64_t done = 0;
    for (bool more = true; more;) {
        std::vector<EntryView> found;
        std::uint64_t total = 0;
        open_.vault.read([&](const VaultReader& vault) {
            const BookReader book(vault);
            const Books books = read_books(vault);
            total = vault.count(Table::numbers);
            std::size_t looked_at = 0;
            more = false;
            vault.scan(Table::numbers, from, [&](std::string_view key, const std::string& raw) {
                if (looked_at++ == kSearchPage) {
                    more = true;
                    from = key;
                    return false;
                }
                const EntryId id = EntryId::from_raw(raw);
                const EntryVersion version = book.version(id, book.expect_head(id).versions);
                if (has_text(version, folded)) found.push_back(view_of(vault, books, id));
                return true;
            });
            done += std::min(looked_at, kSearchPage);
        });
        for (const EntryView& view : found) {
            if (!visit(view)) return;
        }
        if (progress) progress(done, total);
    }
}

}  // namespace tizilim::store
