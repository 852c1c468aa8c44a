#include "store/register/verify.h"

#include "platform/cms/cms_signature.h"
#include "platform/hex.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/book/timestamps.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/merge/revision_rows.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::JsonObject;
using platform::Message;

constexpr std::uint64_t kProgressEvery = 256;

constexpr std::array kStates{DeliveryState::local,     DeliveryState::awaiting_signature,
                             DeliveryState::pending,   DeliveryState::sent,
                             DeliveryState::delivered, DeliveryState::quarantined};

/// Walks each table once, in order of key, and looks up what a row must agree with: memory stays
/// the same however large the register is.
class Verification {
public:
    Verification(const VaultReader& vault, const Progress& progress)
        : vault_(vault), book_(vault), progress_(progress) {
        for (const Table table :
             {Table::journal, Table::versions, Table::signatures, Table::numbers}) {
            total_ += vault.count(table);
        }
        for (const DeliveryState state : kStates) total_ += vault.count(table_of(state));
    }

    VerifyReport run() {
        try {
            for (const auto check :
                 {&Verification::journal, &Verification::timestamps, &Verification::versions,
                  &Verification::signatures, &Verification::older_versions, &Verification::entries,
                  &Verification::counts, &Verification::queues, &Verification::balance,
                  &Verification::seals}) {
                (this->*check)();
                if (report_.first_bad) break;
            }
        } catch (const StoreError& error) {
            report_.first_bad = error.message();
        }
        if (progress_) progress_(total_, total_);
        return std::move(report_);
    }

private:
    bool bad(Message what) {
        report_.first_bad = std::move(what);
        return false;
    }
    void step() {
        if (++done_ % kProgressEvery == 0 && progress_) progress_(done_, total_);
    }

    void journal() {
        JournalChecker checker;
        vault_.scan(Table::journal, {}, [&](std::string_view key, const std::string& bytes) {
            const JournalRecord record = record_in(key, bytes);
            if (const auto wrong = checker.next(record)) return bad(*wrong);
            step();
            // One that was examined again was vouched for before.
            if (record.content != Digest32{} && record.act != Act::examined) ++vouching_;
            if (record.act == Act::timestamped) timestamps_.push_back(record.sequence);
            return true;
        });
        report_.journal_records = checker.count();
        report_.chain_head = platform::to_hex(checker.head());
    }

    [[nodiscard]] static JournalRecord record_in(std::string_view key, const std::string& bytes) {
        try {
            return unpack<JournalRecord>(bytes);
        } catch (const StoreError& error) {
            throw StoreError(error.kind(), Message{"verify.journal_record",
                                                   {{"record", number_of(key)},
                                                    {"why", platform::as_json(error.message())}}});
        }
    }

    [[nodiscard]] std::optional<JournalRecord> record_at(std::uint64_t sequence) const {
        const auto bytes = vault_.get(Table::journal, key_of(sequence));
        if (!bytes) return {};
        return unpack<JournalRecord>(*bytes);
    }

    /// Each token is for the record of the journal that its own record names.
    void timestamps() {
        report_.timestamps = timestamps_.size();
        for (const std::uint64_t sequence : timestamps_) {
            const auto wrong = timestamp_fault(record_at(sequence).value_or(JournalRecord{}));
            if (!wrong) continue;
            bad({"verify.timestamp_wrong",
                 {{"record", sequence}, {"why", platform::as_json(*wrong)}}});
            return;
        }
        const auto last = last_timestamp(vault_);
        if ((last ? last->sequence : 0) != (timestamps_.empty() ? 0 : timestamps_.back()))
            bad({"verify.timestamp_missing"});
    }

    [[nodiscard]] std::optional<Message> timestamp_fault(const JournalRecord& kept) const {
        const auto record = unpack<TimestampRecord>(kept.detail);
        if (record.sequence >= kept.sequence) return Message{"timestamp.other_imprint"};
        const auto stamp = examine(vault_, record, kept.at, no_authorities_);
        return stamp ? std::nullopt : std::optional(stamp.error());
    }

    /// Whether the record that a version or a signature names vouches for it.
    [[nodiscard]] bool vouched(std::uint64_t sequence, const EntryId& id,
                               std::string_view packed) const {
        const auto record = record_at(sequence);
        return record && record->entry == id && record->content == content_digest(packed);
    }

    /// Each version is vouched for by the journal record that it names, and has the next number of
    /// its entry. Counted against the records that vouch, in counts(), there is none besides.
    void versions() {
        EntryId last{};
        std::uint32_t number = 0;
        vault_.scan(Table::versions, {}, [&](std::string_view key, const std::string& bytes) {
            step();
            const EntryId id = id_in(key);
            number = id == last ? number + 1 : 1;
            last = id;
            const JsonObject named{{"version", number}, {"entry", id.to_string()}};
            if (key != version_key(id, number)) return bad({"verify.version_missing", named});
            const EntryVersion version = EntryCodec::unpack(bytes);
            if (version.entry.id != id) return bad({"verify.version_of_another_entry", named});
            if (number == 1) ++entries_seen_;
            if (version.sequence == 0) {
                older_.insert(content_digest(bytes));
                return true;
            }
            if (vouched(version.sequence, id, bytes)) return true;
            return bad({"verify.version_not_vouched_for", with_record(named, version.sequence)});
        });
    }

    /// `named`, and the journal record that should vouch for it.
    [[nodiscard]] static JsonObject with_record(JsonObject named, std::uint64_t sequence) {
        named.push_back({"record", sequence});
        return named;
    }

    void signatures() {
        vault_.scan(Table::signatures, {}, [&](std::string_view key, const std::string& bytes) {
            step();
            const EntryId id = id_in(key);
            const auto signature = unpack<SignatureRecord>(bytes);
            const JsonObject named{{"version", signature.version}, {"entry", id.to_string()}};
            if (key != version_key(id, signature.version))
                return bad({"verify.signature_misplaced", named});
            const auto version = vault_.get(Table::versions, key);
            if (!version) return bad({"verify.signature_of_no_version", named});
            const Entry entry = EntryCodec::unpack(*version).entry;
            const auto examined = platform::examine_cms(
                signature.cms, signing_bytes(entry, DisclosurePolicy{}), no_authorities_);
            if (!fits(signature.status, examined.status))
                return bad({"verify.signature_does_not_fit", named});
            if (!vault_.has(Table::attached, attached_key(vault_, examined.message_digest)))
                return bad({"verify.signature_not_listed", named});
            if (vouched(signature.sequence, id, bytes)) return true;
            return bad(
                {"verify.signature_not_vouched_for", with_record(named, signature.sequence)});
        });
    }

    /// One that was not verified may be by now: see store/register/signature_examination.h.
    [[nodiscard]] static bool fits(platform::SignatureStatus stored,
                                   platform::SignatureStatus examined) {
        return examined == stored || stored != platform::SignatureStatus::verified;
    }

    /// Versions made before schema 3 don't say which record vouches for them.
    void older_versions() {
        if (older_.empty()) return;
        vault_.scan(Table::journal, {}, [&](std::string_view, const std::string& bytes) {
            older_.erase(unpack<JournalRecord>(bytes).content);
            return true;
        });
        if (!older_.empty()) bad({"verify.older_version_not_vouched_for"});
    }

    void entries() {
        const Books books = read_books(vault_);
        std::size_t book_index = 0;
        std::uint64_t expected = 0;
        vault_.scan(Table::numbers, {}, [&](std::string_view key, const std::string& raw) {
            const BookNumber number{number_of(key)};
            if (book_index_of(number) != book_index) {
                if (!is_whole(books, book_index, expected)) {
                    return bad({"verify.book_cut_short"});
                }
                book_index = book_index_of(number);
                expected = 0;
            }
            if (number != book_number(book_index, ++expected))
                return bad({"verify.number_missing", {{"number", expected}}});
            step();
            ++report_.entries;
            return entry(number, EntryId::from_raw(raw));
        });
        const bool listed = book_index < books.books.size() || book_index == kPulledIndex;
        if (!report_.first_bad && !listed) bad({"verify.book_not_listed"});
    }

    /// The current book has no last number yet.
    [[nodiscard]] static bool is_whole(const Books& books, std::size_t book_index,
                                       std::uint64_t last) {
        if (book_index >= books.books.size()) return false;
        return book_index + 1 == books.books.size() || books.books[book_index].last == last;
    }

    bool entry(BookNumber number, const EntryId& id) {
        const JsonObject named{{"number", static_cast<std::uint64_t>(number_in_book(number))}};
        const EntryHead head = book_.expect_head(id);
        if (head.number != number) return bad({"verify.entry_of_another_number", named});
        if (vault_.has(Table::versions, version_key(id, head.versions + 1)))
            return bad({"verify.entry_unknown_version", named});
        const Entry current = book_.version(id, head.versions).entry;
        const bool kept_here = current.disclosure == DisclosureClass::local;
        if (kept_here != (head.delivery == DeliveryState::local))
            return bad({"verify.entry_state_not_allowed", named});
        if (head.delivery == DeliveryState::delivered && !has_receipt(id, head))
            return bad({"verify.entry_without_receipt", named});
        if (head.leaf.generation > 0 && !has_revision(vault_, {Table::revisions, id}, head.leaf))
            return bad({"verify.entry_without_revision", named});
        return is_listed(number, id, head, current);
    }

    bool is_listed(BookNumber number, const EntryId& id, const EntryHead& head,
                   const Entry& current) {
        const JsonObject named{{"number", static_cast<std::uint64_t>(number_in_book(number))}};
        const std::string raw(id.raw());
        if (vault_.get(Table::months,
                       month_key(vault_, current.content.application_date, number)) != raw) {
            return bad({"verify.entry_not_under_month", named});
        }
        const bool is_signed = vault_.has(Table::signatures, version_key(id, head.versions));
        const bool to_sign = vault_.has(Table::to_sign, key_of(static_cast<std::uint64_t>(number)));
        if (is_signed == to_sign) return bad({"verify.entry_wrongly_to_sign", named});
        const auto queued = vault_.get(table_of(head.delivery), key_of(head.position));
        if (queued != raw) return bad({"verify.entry_not_in_queue", named});
        return true;
    }

    [[nodiscard]] bool has_receipt(const EntryId& id, const EntryHead& head) const {
        const auto record = record_at(head.receipt);
        const bool tells = record && (record->act == Act::delivered || record->act == Act::pulled);
        return tells && record->entry == id &&
               record->detail.starts_with(head.leaf.to_string() + " at ");
    }

    /// Together with the lookups: there are no rows besides.
    void counts() {
        const std::uint64_t heads = vault_.count(Table::entries);
        if (entries_seen_ != report_.entries || heads != report_.entries) {
            bad({"verify.entries_differ",
                 {{"versions", entries_seen_}, {"numbers", report_.entries}, {"heads", heads}}});
        } else if (vouching_ != vault_.count(Table::versions) + vault_.count(Table::signatures)) {
            bad({"verify.vouched_for_differ", {{"vouched", vouching_}}});
        } else if (vault_.count(Table::months) != report_.entries) {
            bad({"verify.months_too_many"});
        }
    }

    /// Together with the balance: each entry stands in its own queue, and there is nothing besides.
    void queues() {
        for (const DeliveryState state : kStates) {
            vault_.scan(table_of(state), {}, [&](std::string_view key, const std::string& raw) {
                step();
                const EntryHead head = book_.expect_head(EntryId::from_raw(raw));
                if (head.delivery == state && head.position == number_of(key)) return true;
                return bad({"verify.queue_position_wrong",
                            {{"position", number_of(key)}, {"queue", code_of(state)}}});
            });
        }
    }

    void balance() {
        std::uint64_t queued = 0;
        for (const DeliveryState state : kStates) queued += vault_.count(table_of(state));
        const std::uint64_t recorded = vault_.count(Table::entries);
        if (queued == recorded) return;
        bad({"verify.balance_off", {{"entries", recorded}, {"queued", queued}}});
    }

    void seals() {
        for (const Table table :
             {Table::meta, Table::revisions, Table::unified, Table::conflicts, Table::imports,
              Table::peers, Table::to_sign, Table::to_forget, Table::attached, Table::drafts}) {
            vault_.scan(table, {}, [](std::string_view, const std::string&) { return true; });
        }
    }

    static EntryId id_in(std::string_view key) {
        if (key.size() < sizeof(EntryId::bytes)) {
            throw StoreError(StoreError::Kind::damaged, Message{"verify.key_size"});
        }
        return EntryId::from_raw(key.substr(0, sizeof(EntryId::bytes)));
    }

    const VaultReader& vault_;
    BookReader book_;
    const Progress& progress_;
    VerifyReport report_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    std::uint64_t vouching_ = 0;      ///< journal records that vouch for a version or a signature
    std::uint64_t entries_seen_ = 0;  ///< as the versions have them
    /// Whom to trust was decided when a signature was attached.
    const platform::TrustedCertificates no_authorities_ = *platform::TrustedCertificates::parse("");
    std::vector<std::uint64_t> timestamps_;  ///< their records
    std::set<Digest32> older_;               ///< of versions that don't name their record
};

}  // namespace

VerifyReport verify_register(const VaultReader& vault, const Progress& progress) {
    return Verification(vault, progress).run();
}

}  // namespace tizilim::store
