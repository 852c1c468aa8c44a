#include "store/verifier.h"

#include "platform/hex.h"
#include "store/book.h"
#include "store/codes.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/register.h"
#include "store/revisions.h"
#include "store/seal.h"
#include "store/store_error.h"
#include "store/tables.h"
#include "store/vault.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::store {
namespace {

constexpr std::uint64_t kProgressEvery = 256;

constexpr std::array kStates{DeliveryState::local,     DeliveryState::awaiting_signature,
                             DeliveryState::pending,   DeliveryState::sent,
                             DeliveryState::delivered, DeliveryState::quarantined};

class Verification {
public:
    Verification(const VaultReader& vault, const Progress& progress)
        : vault_(vault), book_(vault), progress_(progress) {
        total_ = vault.count(Table::journal) + vault.count(Table::numbers);
        for (const DeliveryState state : kStates) total_ += vault.count(table_of(state));
    }

    VerifyReport run() {
        try {
            journal();
            if (!report_.first_bad) entries();
            if (!report_.first_bad) queues();
            if (!report_.first_bad) balance();
            if (!report_.first_bad) seals();
        } catch (const StoreError& error) {
            report_.first_bad = error.what();
        }
        if (progress_) progress_(total_, total_);
        return std::move(report_);
    }

private:
    bool bad(std::string what) {
        report_.first_bad = std::move(what);
        return false;
    }
    void step() {
        if (++done_ % kProgressEvery == 0 && progress_) progress_(done_, total_);
    }

    void journal() {
        JournalChecker checker;
        vault_.scan(Table::journal, {}, [&](std::string_view, const std::string& bytes) {
            const auto record = unpack<JournalRecord>(bytes);
            if (const auto wrong = checker.next(record)) return bad(*wrong);
            step();
            if (record.act == Act::delivered) receipts_[record.entry] = record.detail;
            return record.content == Digest32{} || version_matches(record);
        });
        report_.journal_records = checker.count();
        report_.chain_head = platform::to_hex(checker.head());
    }

    /// The n-th act that made a version of an entry vouches for its n-th version.
    bool version_matches(const JournalRecord& record) {
        const std::uint32_t version = ++versions_[record.entry];
        if (content_digest(book_.packed_version(record.entry, version)) == record.content) {
            return true;
        }
        return bad("version " + std::to_string(version) + " of entry " + record.entry.to_string() +
                   " is not the one that journal record " + std::to_string(record.sequence) +
                   " vouches for");
    }

    void entries() {
        std::uint64_t expected = 0;
        vault_.scan(Table::numbers, {}, [&](std::string_view key, const std::string& raw) {
            const std::uint64_t number = number_of(key);
            if (number != ++expected)
                return bad("entry number " + std::to_string(expected) + " is missing");
            step();
            return entry(number, EntryId::from_raw(raw));
        });
        report_.entries = expected;
        const std::uint64_t heads = vault_.count(Table::entries);
        if (report_.first_bad) return;
        if (vault_.count(Table::months) != expected) bad("the list by months has a row too many");
        if (versions_.size() == expected && heads == expected) return;
        bad("the journal knows " + std::to_string(versions_.size()) + " entries, the book has " +
            std::to_string(expected) + " numbers and " + std::to_string(heads) + " entries");
    }

    bool entry(std::uint64_t number, const EntryId& id) {
        const std::string name = "entry number " + std::to_string(number);
        const EntryHead head = book_.expect_head(id);
        if (head.number != EntryNumber{number}) return bad(name + " carries another number");
        const auto versions = versions_.find(id);
        if (versions == versions_.end() || versions->second != head.versions) {
            return bad(name + " has versions that the journal does not know, or lacks some");
        }
        const Entry current = book_.version(id, head.versions).entry;
        const bool kept_here = current.disclosure == DisclosureClass::local;
        if (kept_here != (head.delivery == DeliveryState::local)) {
            return bad(name + " is in a delivery state that its class does not allow");
        }
        if (head.delivery == DeliveryState::delivered && !has_receipt(id, head.leaf)) {
            return bad(name + " is called delivered without a receipt");
        }
        if (head.leaf.generation > 0 && !has_revision(vault_, {Table::revisions, id}, head.leaf)) {
            return bad(name + " lacks the revision that left");
        }
        const std::string month = month_key(vault_, current.content.application_date, head.number);
        if (vault_.get(Table::months, month) != std::string(id.raw())) {
            return bad(name + " is not listed under its month");
        }
        const auto queued = vault_.get(table_of(head.delivery), key_of(head.position));
        if (queued != std::string(id.raw())) return bad(name + " is not in its delivery queue");
        return true;
    }

    [[nodiscard]] bool has_receipt(const EntryId& id, const Revision& leaf) const {
        const auto receipt = receipts_.find(id);
        return receipt != receipts_.end() && receipt->second.starts_with(leaf.to_string() + " at ");
    }

    /// Together with the balance: each entry stands in its own queue, and there is nothing besides.
    void queues() {
        for (const DeliveryState state : kStates) {
            vault_.scan(table_of(state), {}, [&](std::string_view key, const std::string& raw) {
                step();
                const EntryHead head = book_.expect_head(EntryId::from_raw(raw));
                if (head.delivery == state && head.position == number_of(key)) return true;
                return bad("position " + std::to_string(number_of(key)) + " of queue " +
                           std::string(code_of(state)) + " names an entry that is elsewhere");
            });
        }
    }

    void balance() {
        std::uint64_t queued = 0;
        for (const DeliveryState state : kStates) queued += vault_.count(table_of(state));
        const std::uint64_t recorded = vault_.count(Table::entries);
        if (queued == recorded) return;
        bad("the balance is off: " + std::to_string(recorded) + " entries, " +
            std::to_string(queued) + " in delivery states");
    }

    void seals() {
        for (const Table table : {Table::meta, Table::revisions, Table::unified, Table::conflicts,
                                  Table::imports, Table::peers}) {
            vault_.scan(table, {}, [](std::string_view, const std::string&) { return true; });
        }
    }

    const VaultReader& vault_;
    BookReader book_;
    const Progress& progress_;
    VerifyReport report_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    std::map<EntryId, std::uint32_t> versions_;  ///< as the journal counts them
    std::map<EntryId, std::string> receipts_;    ///< the last of each entry
};

}  // namespace

VerifyReport verify_register(const VaultReader& vault, const Progress& progress) {
    return Verification(vault, progress).run();
}

}  // namespace tizilim::store
