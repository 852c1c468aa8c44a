#include "tests/durability/office.h"

#include "platform/check.h"
#include "platform/text/message.h"
#include "store/entry/codes.h"
#include "store/entry/rules.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/store_error.h"
#include "tests/support/seeded_random.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::durability {
namespace {

store::EntryTexts input_of(std::uint64_t number, std::size_t essence_bytes) {
    constexpr std::array kClasses{"local", "partial", "full", ""};
    store::EntryTexts input;
    input.application_date = "2026-11-02";
    input.basis_type = "investigator_resolution";
    input.basis_number = "Т-" + std::to_string(number);
    input.basis_date = "2026-11-02";
    input.basis_issuer = "Учебный отдел полиции";
    input.essence = std::string(essence_bytes, static_cast<char>('a' + number % 26));
    input.form = "court";
    input.minutes = std::to_string(15 + number % 300);
    input.language = number % 2 == 0 ? "ru" : "kk";
    input.disclosure = kClasses[number % kClasses.size()];
    return input;
}

std::string line_of(const store::EntryView& entry) {
    std::string line;
    for (const std::string& field :
         {entry.id, entry.book, entry.state, entry.void_reason, entry.basis_number, entry.essence,
          entry.disclosure, entry.delivery, entry.revision, entry.would_leave,
          std::to_string(entry.versions), entry.minutes}) {
        line += field + "\n";
    }
    return line;
}

}  // namespace

Office::Office(std::uint64_t seed) : random_(seed), engine_(seed) {
    settings_.directory = directory_ / "register";
    settings_.anchor_directory = directory_ / "anchors";
    settings_.require_signature = false;
    std::filesystem::create_directory(settings_.anchor_directory);
    store::Register::create(settings_, keys_, clock_, random_);
    open();
}

void Office::open() {
    register_.reset();
    register_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
}

std::filesystem::path Office::file() const {
    return store::register_file(settings_.directory);
}

void Office::act() {
    clock_.advance(std::chrono::seconds(1));
    switch (engine_() % 8) {
        case 0:
        case 1:
        case 2:
            return add();
        case 3:
        case 4:
            return revise();
        case 5:
            return import_rows(1 + engine_() % 6, engine_() % 3000);
        default:
            return deliver();
    }
}

void Office::add() {
    ++added_;
    // Now and then one that needs pages of its own.
    const std::size_t essence = added_ % 7 == 0 ? 9000 : 20 + engine_() % 200;
    CHECK(store::OwnerSession(*register_).add(input_of(added_, essence)).has_value());
}

void Office::import_rows(std::size_t count, std::size_t essence_bytes) {
    std::vector<store::ImportRow> rows;
    ++imports_;
    for (std::size_t i = 0; i < count; ++i) {
        store::EntryTexts input = input_of(imports_ * 100'000 + i, essence_bytes + 1);
        input.recorded_date = input.application_date;
        rows.push_back({i + 2, std::move(input)});
    }
    CHECK(store::OwnerSession(*register_).import(rows, {}, {}).recorded == count);
}

void Office::revise() {
    const store::EntryPage page = store::OwnerSession(*register_).list({1, 1000, {}, {}, {}});
    if (page.entries.empty()) return add();
    const store::EntryView& entry = page.entries[engine_() % page.entries.size()];
    if (entry.state == "void" || entry.disclosure == "withdrawn") return add();
    const std::uint64_t choice = engine_() % 4;
    if (choice == 0) {
        (void)store::OwnerSession(*register_).void_entry(entry.id, "Recorded twice.");
    } else if (choice == 1 && entry.disclosure == "partial") {
        (void)store::OwnerSession(*register_)
            .classify(entry.id, store::DisclosureClass::full, "Agreed.");
    } else {
        const std::string minutes = std::to_string(std::stoul(entry.minutes) + 1);
        CHECK(store::OwnerSession(*register_)
                  .amend(entry.id, {{"minutes", minutes}}, "Miscounted.")
                  .has_value());
    }
}

void Office::deliver() {
    store::Replication& replication = register_->replication();
    if (!sent_.empty()) {
        std::vector<store::Mark> marks;
        for (const store::Leaf& leaf : std::exchange(sent_, {})) {
            marks.push_back({leaf, store::Verdict::delivered});
        }
        replication.mark("peer", marks);
    } else if (!minted_.empty()) {
        std::vector<store::Mark> marks;
        sent_ = std::exchange(minted_, {});
        for (const store::Leaf& leaf : sent_) marks.push_back({leaf, store::Verdict::sent});
        replication.mark("peer", marks);
    } else {
        for (const store::DisclosedEntry& entry :
             replication.changes_after({}, {10, std::size_t{1} << 20}).entries) {
            minted_.push_back({entry.document_id(), entry.revision()});
        }
    }
}

void Office::deliver_all() {
    for (int i = 0; i < 30; ++i) deliver();
}

Snapshot Office::snapshot(store::Register& from) {
    Snapshot snapshot;
    store::ListQuery query{1, 200, {}, {}, {}};
    for (bool more = true; more;) {
        const store::EntryPage page = store::OwnerSession(from).list(query);
        for (const store::EntryView& entry : page.entries) {
            CHECK(entry.number == store::EntryNumber{snapshot.entries.size() + 1});
            snapshot.entries.push_back(line_of(entry));
        }
        more = page.next.has_value();
        query.first = page.next.value_or(0);
    }
    const store::VerifyReport report = from.verify({});
    if (report.first_bad) {
        throw store::StoreError(store::StoreError::Kind::damaged, *report.first_bad);
    }
    const store::Balance balance = from.balance();
    if (balance.error() != 0 || balance.recorded != snapshot.entries.size()) {
        throw store::StoreError(store::StoreError::Kind::damaged,
                                platform::as_it_stands("the balance is off"));
    }
    snapshot.journal_records = report.journal_records;
    snapshot.chain_head = report.chain_head;
    for (const std::uint64_t count :
         {balance.local, balance.pending, balance.sent, balance.delivered}) {
        snapshot.queues += std::to_string(count) + " ";
    }
    return snapshot;
}

std::optional<std::string> difference(const Snapshot& is, const Snapshot& before,
                                      const Snapshot& after) {
    if (is == before || is == after) return {};
    const auto number = std::to_string(is.entries.size());
    if (is.entries.size() < before.entries.size()) return "only " + number + " entries are left";
    if (is.entries.size() > after.entries.size()) return number + " entries, more than were made";
    if (is.journal_records < before.journal_records) return "acts of the journal are lost";
    if (is.journal_records > after.journal_records) return "the journal has acts that never were";
    // An act of several transactions may have come half way, but no entry may.
    for (std::size_t i = 0; i < is.entries.size(); ++i) {
        const bool old = i < before.entries.size() && is.entries[i] == before.entries[i];
        if (!old && is.entries[i] != after.entries[i]) {
            return "entry " + std::to_string(i + 1) + " is neither as before nor as after";
        }
    }
    return {};
}

std::optional<std::string> Office::fault_of(const std::filesystem::path& directory,
                                            const Snapshot& before, const Snapshot& after) const {
    store::RegisterSettings settings = settings_;
    settings.directory = directory;
    settings.anchor_directory.clear();
    support::SeededRandom random(2);
    try {
        store::Register left(settings, keys_, clock_, random);
        return difference(snapshot(left), before, after);
    } catch (const store::StoreError& error) {
        return error.what();
    }
}

}  // namespace tizilim::durability
