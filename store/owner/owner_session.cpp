#include "store/owner/owner_session.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "store/book/books.h"
#include "store/book/entry_lookup.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/entry/fields.h"
#include "store/entry/rules.h"
#include "store/keys/seal.h"
#include "store/owner/act_results.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_change.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/replication/disclosed_entry.h"

#include <chrono>
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

/// UUIDv7, RFC 9562 section 5.7.
EntryId new_id(platform::WallTime now, platform::Random& random) {
    EntryId id{random.bytes<sizeof(EntryId::bytes)>()};
    auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
    for (std::size_t i = 6; i-- > 0; milliseconds >>= 8) {
        id.bytes[i] = static_cast<std::byte>(milliseconds & 0xff);
    }
    id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x70};
    id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    return id;
}

/// Collects the ids of one page, and where the next begins.
class PageOfIds {
public:
    explicit PageOfIds(std::size_t count_max) : count_max_(count_max) {}

    /// False when the page is full: `cursor` begins the next.
    bool add(const EntryId& id, std::uint64_t cursor) {
        if (ids_.size() >= count_max_) {
            next_ = cursor;
            return false;
        }
        ids_.push_back(id);
        return true;
    }
    [[nodiscard]] const std::vector<EntryId>& ids() const { return ids_; }
    [[nodiscard]] std::optional<std::uint64_t> next() const { return next_; }

private:
    const std::size_t count_max_;
    std::vector<EntryId> ids_;
    std::optional<std::uint64_t> next_;
};

/// Finds a ListQuery's entries by the table that fits it, so that no others are read.
class Listing {
public:
    Listing(const VaultReader& vault, const ListQuery& query)
        : vault_(vault), book_(vault), query_(query), page_(query.count_max) {
        book_index_ = query.pulled ? kPulledIndex : book_index_of(read_books(vault), query.book);
    }

    PageOfIds run() {
        if (query_.month && !query_.pulled) {
            by_month(*query_.month);
        } else if (query_.state && !query_.pulled) {
            by_state(*query_.state);
        } else {
            by_number();
        }
        return std::move(page_);
    }

private:
    [[nodiscard]] BookNumber first() const {
        const bool from_end = query_.first == 0 && query_.newest_first;
        return book_number(book_index_, from_end ? kNumberMax : query_.first);
    }

    void scan(Table table, std::string_view from,
              const std::function<bool(std::string_view key, const std::string& raw)>& visit) {
        if (query_.newest_first) {
            vault_.scan_back(table, from, visit);
        } else {
            vault_.scan(table, from, visit);
        }
    }

    /// False once the page is full or another book begins.
    bool add(std::uint64_t number, const EntryId& id) {
        if (book_index_of(BookNumber{number}) != book_index_) return false;
        if (query_.state && book_.expect_head(id).delivery != *query_.state) return true;
        return page_.add(id, static_cast<std::uint64_t>(number_in_book(BookNumber{number})));
    }

    void by_number() {
        scan(Table::numbers, key_of(static_cast<std::uint64_t>(first())),
             [&](std::string_view key, const std::string& raw) {
                 return add(number_of(key), EntryId::from_raw(raw));
             });
    }

    void by_month(platform::CivilDate month) {
        const std::string from = month_key(vault_, month, first());
        const std::string_view prefix = std::string_view(from).substr(0, sizeof(Digest16));
        scan(Table::months, from, [&](std::string_view key, const std::string& raw) {
            if (!key.starts_with(prefix)) return false;
            return add(number_of(key.substr(prefix.size())), EntryId::from_raw(raw));
        });
    }

    void by_state(DeliveryState state) {
        constexpr std::uint64_t kEnd = UINT64_MAX;
        const bool from_end = query_.first == 0 && query_.newest_first;
        scan(table_of(state), key_of(from_end ? kEnd : query_.first),
             [&](std::string_view key, const std::string& raw) {
                 const EntryId id = EntryId::from_raw(raw);
                 const bool of_book = query_.book.empty() ||
                                      book_index_of(book_.expect_head(id).number) == book_index_;
                 return !of_book || page_.add(id, number_of(key));
             });
    }

    const VaultReader& vault_;
    const BookReader book_;
    const ListQuery& query_;
    PageOfIds page_;
    std::size_t book_index_ = 0;
};

}  // namespace

OwnerSession::OwnerSession(Register& registry, std::optional<std::uint32_t> seen_version)
    : open_(opened(registry)), seen_version_(seen_version) {}

RuleContext rule_context(const OpenRegister& open, platform::WallTime now, bool importing) {
    const RegisterSettings& settings = open.settings;
    return {platform::civil_day(now, settings.utc_offset), settings.language, importing,
            settings.policy};
}

EntryVersion first_version(OpenRegister& open, EntryDraft&& draft, platform::WallTime now,
                           bool importing) {
    EntryVersion version;
    Entry& entry = version.entry;
    entry.id = new_id(now, open.random);
    entry.content = std::move(draft.content);
    entry.disclosure = draft.disclosure;
    entry.recorded_offset = open.settings.utc_offset;
    entry.recorded_at = now;
    if (importing) {
        entry.recorded_at = std::chrono::sys_days(draft.recorded_date) - entry.recorded_offset;
    }
    entry.imported = importing;
    entry.late = draft.late;
    version.salt = open.random.bytes<sizeof(Digest32)>();
    EntryCodec::commit(version, open.settings.policy);
    return version;
}

platform::Expected<Recorded, std::vector<FieldError>> OwnerSession::add(const EntryTexts& input,
                                                                        std::string_view draft_id) {
    // Read once: midnight between two looks would make an entry late unnoticed.
    const platform::WallTime now = open_.clock.wall_now();
    auto draft = check(input, rule_context(open_, now, false));
    if (!draft) return platform::Unexpected{draft.error()};
    Recorded recorded;
    recorded.warnings = draft->warnings;
    EntryVersion version = first_version(open_, EntryDraft(*draft), now, false);
    recorded.id = version.entry.id.to_string();
    open_.act(kEntryBytes, [&](const Writers& writers) {
        if (auto before = recorded_in(writers.vault, draft_id, input)) {
            recorded = *std::move(before);
            return;
        }
        open_.stamp_author_and_clock(version, writers.journal);
        const EntryHead head = writers.book.insert(
            version, open_.first_state(version.entry.disclosure), Act::recorded);
        end_draft(writers.vault, draft_id, input, version.entry.id);
        recorded.number = number_in_book(head.number);
        recorded.delivery = head.delivery;
    });
    return recorded;
}

platform::Expected<std::string, std::vector<FieldError>> OwnerSession::preview(
    const EntryTexts& input) const {
    // Read once: midnight between two looks would make an entry late unnoticed.
    const platform::WallTime now = open_.clock.wall_now();
    auto draft = check(input, rule_context(open_, now, false));
    if (!draft) return platform::Unexpected{draft.error()};
    const EntryVersion version = first_version(open_, EntryDraft(*draft), now, false);
    const std::optional<DisclosedEntry> disclosed = disclose(version.entry, open_.settings.policy);
    return disclosed ? disclosed->body() : std::string();
}

EntryView OwnerSession::show(const std::string& name) const {
    EntryView view;
    open_.vault.read([&](const VaultReader& vault) {
        const Books books = read_books(vault);
        view = view_of(vault, books, find_entry(vault, name));
    });
    return view;
}

EntryPage OwnerSession::list(const ListQuery& query) const {
    EntryPage page;
    open_.vault.read([&](const VaultReader& vault) {
        const PageOfIds found = Listing(vault, query).run();
        const Books books = read_books(vault);
        for (const EntryId& id : found.ids()) page.entries.push_back(view_of(vault, books, id));
        page.next = found.next();
    });
    return page;
}

}  // namespace tizilim::store
