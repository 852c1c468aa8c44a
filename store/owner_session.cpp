#include "store/owner_session.h"

#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/hex.h"
#include "platform/random.h"
#include "store/book.h"
#include "store/codes.h"
#include "store/confidential.h"
#include "store/disclosed_entry.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/register.h"
#include "store/register_impl.h"
#include "store/rules.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
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

/// What an entry takes of the disk beside its texts: its rows in the tables, and the pages on the
/// way to them that a transaction writes anew.
constexpr std::uint64_t kEntryBytes = std::uint64_t{64} << 10;

StoreError absent(const std::string& what) {
    return {StoreError::Kind::absent, what};
}

/// By number, by id, or by a prefix of one. At least this many characters, so that a typing error
/// in a number names nothing.
constexpr std::size_t kPrefixCharactersMin = 4;

std::optional<EntryNumber> number_in(const std::string& name) {
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, failed] = std::from_chars(name.data(), end, number);
    // An id begins with a 0 for the next two thousand years; a number never does.
    if (failed != std::errc{} || stopped != end || name[0] == '0') return {};
    return EntryNumber{number};
}

EntryId find_by_prefix(const VaultReader& vault, const std::string& prefix) {
    const std::string zero = EntryId{}.to_string();
    const std::optional<EntryId> from = prefix.size() > zero.size()
                                            ? std::nullopt
                                            : EntryId::parse(prefix + zero.substr(prefix.size()));
    if (!from || prefix.size() < kPrefixCharactersMin) {
        throw absent("no entry has that name; use a number of this book, an id, or at least " +
                     std::to_string(kPrefixCharactersMin) + " characters of one");
    }
    std::vector<EntryId> found;
    vault.scan(Table::entries, from->raw(), [&](std::string_view key, const std::string&) {
        const EntryId id = EntryId::from_raw(key);
        if (!id.to_string().starts_with(prefix)) return false;
        found.push_back(id);
        return found.size() < 2;
    });
    if (found.empty()) throw absent("no entry has that id");
    if (found.size() > 1) throw absent("more than one entry has an id like that; give more of it");
    return found.front();
}

EntryId find_entry(const VaultReader& vault, const std::string& name) {
    const std::optional<EntryNumber> number = number_in(name);
    if (!number) return find_by_prefix(vault, name);
    const std::optional<EntryId> id = BookReader(vault).id_of(*number);
    if (!id) throw absent("this book has no entry number " + name);
    return *id;
}

}  // namespace

RuleContext OwnerSession::rules(platform::WallTime now, bool importing) const {
    const RegisterSettings& settings = impl_.settings;
    return {platform::civil_day(now, settings.utc_offset), settings.language, importing,
            settings.policy};
}

EntryVersion OwnerSession::version_of(EntryDraft&& draft, platform::WallTime now,
                                      bool importing) const {
    EntryVersion version;
    Entry& entry = version.entry;
    entry.id = new_id(now, impl_.random);
    entry.content = std::move(draft.content);
    entry.disclosure = draft.disclosure;
    entry.recorded_offset = impl_.settings.utc_offset;
    entry.recorded_at = now;
    if (importing) {
        entry.recorded_at = std::chrono::sys_days(draft.recorded_date) - entry.recorded_offset;
    }
    entry.imported = importing;
    entry.late = draft.late;
    version.salt = impl_.random.bytes<sizeof(Digest32)>();
    EntryCodec::settle(version, impl_.settings.policy);
    return version;
}

platform::Expected<Recorded, std::vector<FieldError>> OwnerSession::add(const EntryInput& input) {
    // Read once: midnight between two looks would make an entry late unnoticed.
    const platform::WallTime now = impl_.clock.wall_now();
    auto draft = check(input, rules(now, false));
    if (!draft) return platform::Unexpected{draft.error()};
    Recorded recorded;
    recorded.warnings = draft->warnings;
    const EntryVersion version = version_of(EntryDraft(*draft), now, false);
    recorded.id = version.entry.id.to_string();
    impl_.reserve.keep(kEntryBytes);
    impl_.vault.write([&](VaultWriter& vault) {
        JournalWriter journal(vault, impl_.clock, impl_.random);
        BookWriter book(vault, journal);
        const EntryHead head =
            book.insert(version, impl_.first_state(version.entry.disclosure), Act::recorded);
        recorded.number = head.number;
        recorded.delivery = head.delivery;
    });
    return recorded;
}

platform::Expected<std::string, std::vector<FieldError>> OwnerSession::preview(
    const EntryInput& input) const {
    // Read once: midnight between two looks would make an entry late unnoticed.
    const platform::WallTime now = impl_.clock.wall_now();
    auto draft = check(input, rules(now, false));
    if (!draft) return platform::Unexpected{draft.error()};
    const EntryVersion version = version_of(EntryDraft(*draft), now, false);
    const std::optional<DisclosedEntry> disclosed = disclose(version.entry, impl_.settings.policy);
    return disclosed ? disclosed->body() : std::string();
}

/// One import: rows checked first, then written in one transaction.
struct OwnerSession::Import {
    OwnerSession& session;
    platform::WallTime now;
    ImportReport report;
    std::vector<std::pair<EntryVersion, std::string>> versions;  ///< with the row's identity

    void check_row(const ImportRow& row, const RuleContext& context) {
        auto draft = check(row.input, context);
        if (!draft) {
            for (const FieldError& error : draft.error())
                report.errors.push_back({row.line, error});
            return;
        }
        for (const FieldError& warning : draft->warnings) {
            report.warnings.push_back({row.line, warning});
        }
        versions.emplace_back(session.version_of(EntryDraft(*draft), now, true),
                              row_identity(row.input));
    }

    /// Of disk, at most.
    [[nodiscard]] std::uint64_t bytes() const {
        constexpr std::uint64_t kRowBytes = 4096;
        return kEntryBytes + versions.size() * kRowBytes + 2 * text_bytes;
    }

    /// Equal rows in one file are different cases; an index tells the first from the second.
    std::string row_identity(const EntryInput& input) {
        std::string text;
        for (const std::string* field :
             {&input.application_date, &input.recorded_date, &input.late_reason, &input.basis_type,
              &input.basis_number, &input.basis_date, &input.basis_issuer, &input.essence,
              &input.form, &input.minutes, &input.minor, &input.disclosure, &input.language}) {
            text += std::to_string(field->size()) + ':' + *field;
        }
        text_bytes += text.size();
        const Digest32 digest = Hasher(Hasher::Size::bytes32).add(text).digest32();
        const std::string name = platform::to_hex(digest);
        return name + '/' + std::to_string(++occurrences[name]);
    }

    void write(VaultWriter& vault, const Progress& progress) {
        JournalWriter journal(vault, session.impl_.clock, session.impl_.random);
        BookWriter book(vault, journal);
        report.recorded = 0;
        report.already_there = 0;
        report.became_pending = false;
        std::uint64_t done = 0;
        for (const auto& [version, identity] : versions) {
            if (progress) progress(done++, versions.size());
            const std::string key = vault.index("import", identity);
            if (vault.has(Table::imports, key)) {
                ++report.already_there;
                continue;
            }
            const DeliveryState state = session.impl_.first_state(version.entry.disclosure);
            book.insert(version, state, Act::imported);
            vault.put(Table::imports, key, version.entry.id.raw());
            ++report.recorded;
            report.became_pending |= state == DeliveryState::pending;
        }
    }

    std::uint64_t text_bytes = 0;
    std::map<std::string, std::uint64_t> occurrences;  ///< of equal rows, so far
};

ImportReport OwnerSession::import(const std::vector<ImportRow>& rows, const Progress& progress) {
    Import import{*this, impl_.clock.wall_now(), {}, {}, 0, {}};
    const RuleContext context = rules(import.now, true);
    for (const ImportRow& row : rows) import.check_row(row, context);
    if (import.report.errors.empty() && !import.versions.empty()) {
        impl_.reserve.keep(import.bytes());
        impl_.vault.write([&](VaultWriter& vault) { import.write(vault, progress); });
        if (progress) progress(rows.size(), rows.size());
    }
    return std::move(import.report);
}

Classified OwnerSession::classify(const std::string& name, DisclosureClass disclosure,
                                  const std::string& reason) {
    if (reason.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw StoreError(StoreError::Kind::refused,
                         "the reason is empty; say why the class changes");
    }
    Classified result;
    impl_.reserve.keep(kEntryBytes);
    impl_.vault.write([&](VaultWriter& vault) {
        const EntryId id = find_entry(vault, name);
        JournalWriter journal(vault, impl_.clock, impl_.random);
        BookWriter book(vault, journal);
        EntryHead head = book.expect_head(id);
        if (disclosure == DisclosureClass::local && head.leaf.generation > 0) {
            throw StoreError(StoreError::Kind::refused,
                             "the entry has left already, or was about to: what was sent can't be "
                             "unsent; choose partial");
        }
        EntryVersion version = book.version(id, head.versions);
        result = {head.delivery, head.leaf.generation > 0};
        if (version.entry.disclosure == disclosure) return;
        version.entry.disclosure = disclosure;
        version.reason = Confidential(reason);
        version.salt = impl_.random.bytes<sizeof(Digest32)>();
        EntryCodec::settle(version, impl_.settings.policy);
        book.revise(version, head, impl_.first_state(disclosure), Act::classified);
        result.delivery = head.delivery;
    });
    return result;
}

EntryView OwnerSession::view_of(const EntryVersion& version, const EntryHead& head) const {
    const RevealKey key;
    const Entry& entry = version.entry;
    const EntryContent& content = entry.content;
    EntryView view;
    view.number = head.number;
    view.id = entry.id.to_string();
    view.language = code_of(content.language);
    view.application_date = platform::format_date(content.application_date);
    view.recorded_at =
        entry.imported
            ? platform::format_date(platform::civil_day(entry.recorded_at, entry.recorded_offset))
            : platform::format_time(entry.recorded_at, entry.recorded_offset);
    view.late = entry.late;
    view.late_reason = content.late_reason.reveal(key);
    view.imported = entry.imported;
    view.state = code_of(entry.state);
    view.basis_type = code_of(content.basis.type);
    view.basis_number = content.basis.number.reveal(key);
    if (content.basis.date) view.basis_date = platform::format_date(*content.basis.date);
    view.basis_issuer = content.basis.issuer.reveal(key);
    view.essence = content.essence.reveal(key);
    view.form = code_of(content.form);
    view.minutes = content.minutes;
    view.minor = content.minor;
    view.disclosure = code_of(entry.disclosure);
    view.delivery = code_of(head.delivery);
    view.delivery_reason = head.reason;
    if (head.leaf.generation > 0) view.revision = head.leaf.to_string();
    if (const auto disclosed = disclose(entry, impl_.settings.policy)) {
        view.would_leave = disclosed->body();
    }
    return view;
}

std::vector<EntryView> OwnerSession::views(const BookReader& book,
                                           const std::vector<EntryId>& ids) const {
    std::vector<EntryView> result;
    for (const EntryId& id : ids) {
        const EntryHead head = book.expect_head(id);
        result.push_back(view_of(book.version(id, head.versions), head));
    }
    return result;
}

EntryView OwnerSession::show(const std::string& name) const {
    EntryView view;
    impl_.vault.read([&](const VaultReader& vault) {
        view = views(BookReader(vault), {find_entry(vault, name)}).front();
    });
    return view;
}

std::vector<EntryView> OwnerSession::list(EntryNumber first, std::size_t count_max) const {
    std::vector<EntryView> result;
    impl_.vault.read([&](const VaultReader& vault) {
        std::vector<EntryId> ids;
        vault.scan(Table::numbers, key_of(static_cast<std::uint64_t>(first)),
                   [&](std::string_view, const std::string& raw) {
                       if (ids.size() >= count_max) return false;
                       ids.push_back(EntryId::from_raw(raw));
                       return true;
                   });
        result = views(BookReader(vault), ids);
    });
    return result;
}

std::vector<EntryView> OwnerSession::list_month(platform::CivilDate month, EntryNumber first,
                                                std::size_t count_max) const {
    std::vector<EntryView> result;
    impl_.vault.read([&](const VaultReader& vault) {
        const BookReader book(vault);
        result = views(book, book.of_month(month, first, count_max));
    });
    return result;
}

}  // namespace tizilim::store
