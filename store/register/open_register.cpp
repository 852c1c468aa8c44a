#include "store/register/open_register.h"

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/files/file.h"
#include "platform/files/key_store.h"
#include "platform/hex.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "store/book/anchor.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/lmdb.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/merge/foreign_documents.h"
#include "store/register/register.h"
#include "store/register/schema.h"
#include "store/store_error.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

// Stored, as keyed hashes. Never rename.
constexpr std::string_view kRequireSignatureName = "require_signature";
constexpr std::string_view kPeerClockName = "peer_clock";

/// What the peer confirms of our time is kept so often: an idle poll must not wake the disk.
constexpr std::chrono::hours kAgreedTimeStep{1};

/// With what the owner has to decide.
Message undecided(const Message& why) {
    return {"book.decide_first", {{"why", platform::as_json(why)}}};
}

platform::TrustedCertificates trusted_by(const RegisterSettings& settings) {
    auto trusted = platform::TrustedCertificates::parse(settings.trusted_certificates);
    if (trusted) return *std::move(trusted);
    throw refusal(
        Message{"certificate.trusted_unreadable", {{"why", platform::as_json(trusted.error())}}});
}

bool matters(std::chrono::seconds ahead) {
    return std::chrono::abs(ahead) >= kClockTolerance;
}

/// With the current book in the place of the first.
Identity identity_now(Vault& vault) {
    Identity identity = open_schema(vault);
    vault.read([&](const VaultReader& reader) {
        const BookRecord current = read_books(reader).books.back();
        identity.book = current.label;
        identity.installation_id = current.installation_id;
    });
    return identity;
}

AnchorState reached_by(const VaultReader& vault) {
    const ChainHead end = store::chain_head(vault);
    return {end.sequence, last_number(vault, read_books(vault)), end.hash,
            latest_time(vault, end).at};
}

}  // namespace

std::filesystem::path register_file(const std::filesystem::path& directory) {
    return directory / "register.mdb";
}

platform::MasterKey key_of_register(const platform::KeyStore& keys) {
    std::optional<platform::MasterKey> key = keys.load(kKeyName);
    if (key) return *std::move(key);
    throw StoreError(StoreError::Kind::wrong_key, Message{"key.not_in_store"});
}

bool has_register(const std::filesystem::path& directory) {
    std::error_code failed;
    const bool is_there = std::filesystem::exists(register_file(directory), failed);
    if (!failed) return is_there;
    throw StoreError(StoreError::Kind::read_only,
                     Message{"register.not_reachable",
                             {{"directory", directory.string()},
                              {"system", as_json(platform::system_message(failed))}}});
}

std::filesystem::path folder_of_register(const std::filesystem::path& directory) {
    if (has_register(directory)) return directory;
    throw StoreError(StoreError::Kind::absent,
                     Message{"register.none_there", {{"directory", directory.string()}}});
}

OpenRegister& opened(const Register& registry) {
    return *registry.open_;
}

OpenRegister::OpenRegister(RegisterSettings chosen, const platform::KeyStore& key_store,
                           const platform::Clock& time, platform::Random& source)
    : settings(std::move(chosen)),
      keys(key_store),
      clock(time),
      random(source),
      lock(folder_of_register(settings.directory)),
      key(key_of_register(keys)),
      vault(register_file(settings.directory), Environment::Open::existing, key, source),
      reserve(vault),
      trusted(trusted_by(settings)),
      identity(identity_now(vault)),
      replication({vault, reserve, identity, settings.policy, settings.utc_offset,
                   settings.require_signature, settings.foreign, time, source, trusted,
                   [this](const ChainHead& reached) { remember_chain_head(reached); }}),
      anchor_(settings.anchor_directory, vault.seal(), identity.installation_id) {
    learn_time();
    count_foreign();
    read_books_and_clock();
    apply_signature_setting();
}

/// An entry that is sealed under a key that is gone would be lost with the next start.
std::optional<Message> OpenRegister::path_problem() const {
    if (auto moved = vault.path_problem()) return moved;
    Message problem;
    try {
        if (key_of_register(keys).bytes() == key.bytes()) return std::nullopt;
        problem = {"key.replaced"};
    } catch (const StoreError&) {
        problem = {"key.removed"};
    } catch (const platform::FileError& error) {
        problem = {"key.unreadable", {{"why", platform::as_json(error.message())}}};
    }
    return Message{"key.put_it_back", {{"why", platform::as_json(problem)}}};
}

DeliveryState OpenRegister::first_state(DisclosureClass disclosure) const {
    if (disclosure == DisclosureClass::local) return DeliveryState::local;
    if (disclosure == DisclosureClass::withdrawn) return DeliveryState::pending;
    return settings.require_signature ? DeliveryState::awaiting_signature : DeliveryState::pending;
}

/// Entries that have not left go where today's setting sends them. Remembers what it did last: a
/// large register must not be walked through at every start.
void OpenRegister::apply_signature_setting() {
    const bool required = settings.require_signature;
    const std::string wanted = required ? "yes" : "no";
    std::vector<EntryId> ids;
    bool is_applied = false;
    vault.read([&](const VaultReader& reader) {
        is_applied = read_meta(reader, kRequireSignatureName) == wanted;
        if (is_applied) return;
        const BookReader book(reader);
        const DeliveryState from =
            required ? DeliveryState::pending : DeliveryState::awaiting_signature;
        reader.scan(table_of(from), {}, [&](std::string_view, const std::string& raw) {
            const EntryId id = EntryId::from_raw(raw);
            const EntryHead head = book.expect_head(id);
            // What may have left unsigned goes on: the peer has to hear of it.
            const bool on_its_way = head.leaf.generation > 0 && head.leaf_is_current;
            const EntryVersion current = book.current(id, head);
            const bool may_go =
                current.entry.eds || current.entry.disclosure == DisclosureClass::withdrawn;
            if (!on_its_way && !may_go) ids.push_back(id);
            return true;
        });
    });
    if (is_applied) return;
    vault.write([&](VaultWriter& writer) {
        JournalWriter journal(writer, clock, random);
        BookWriter book(writer, journal);
        for (const EntryId& id : ids) {
            EntryHead head = book.expect_head(id);
            book.move(id, head,
                      required ? DeliveryState::awaiting_signature : DeliveryState::pending);
        }
        write_meta(writer, kRequireSignatureName, wanted);
    });
}

/// Of a register that an earlier version of this program wrote, once.
void OpenRegister::count_foreign() {
    try {
        bool is_counted = false;
        vault.read([&](const VaultReader& reader) { is_counted = foreign_are_counted(reader); });
        if (!is_counted) vault.write([](VaultWriter& writer) { recount_foreign(writer); });
    } catch (const StoreError&) {
        // As in learn_time().
        return;
    }
}

std::string OpenRegister::machine() const {
    if (settings.machine_id.empty()) return {};
    return platform::to_hex(vault.seal().index("machine", settings.machine_id));
}

std::optional<Message> OpenRegister::rollback_reason(const Books& books,
                                                     const VaultReader& reader) {
    const std::string here = machine();
    const std::string& there = books.books.back().machine;
    if (!here.empty() && !there.empty() && here != there) {
        return undecided({"book.copied_here"});
    }
    const std::optional<AnchorState> noted = anchor_.read();
    if (!noted) return {};
    const ChainHead end = store::chain_head(reader);
    if (noted->sequence > end.sequence) {
        return undecided(
            {"book.older_copy", {{"recorded", noted->sequence}, {"known", end.sequence}}});
    }
    const auto bytes = reader.get(Table::journal, key_of(noted->sequence));
    if (bytes && unpack<JournalRecord>(*bytes).hash == noted->head) return {};
    return undecided({"book.other_copy_went_on"});
}

void OpenRegister::read_books_and_clock() {
    Books books;
    AnchorState reached;
    vault.read([&](const VaultReader& reader) {
        books = read_books(reader);
        try {
            reached = reached_by(reader);
            book_problem_ = rollback_reason(books, reader);
        } catch (const StoreError& error) {
            // What is readable can be read, and verify can say more.
            book_problem_ = error.message();
        }
        if (const auto known = read_meta(reader, kPeerClockName)) {
            peer_ahead_ = std::chrono::seconds(unpack<PeerClock>(*known).ahead_seconds);
        }
    });
    if (book_problem_) return;
    anchor_.set(reached);
    if (!books.books.back().machine.empty() || machine().empty()) return;
    books.books.back().machine = machine();
    vault.write([&](VaultWriter& writer) { write_books(writer, books); });
}

BookState OpenRegister::book_state() const {
    bool rollback_noticed = false;
    vault.read([&](const VaultReader& reader) {
        rollback_noticed = read_meta(reader, kRollbackNoticedName).has_value();
    });
    const std::optional<Message> place = path_problem();
    const std::scoped_lock guard(mutex_);
    std::optional<Message> warning;
    if (rollback_noticed && !book_problem_) warning = {"book.later_state_known"};
    return {identity.book, place ? place : book_problem_, std::move(warning), anchor_.problem()};
}

void OpenRegister::expect_may_act() const {
    {
        const std::scoped_lock guard(mutex_);
        if (book_problem_) throw refusal(*book_problem_);
    }
    if (const auto place = path_problem()) throw refusal(*place);
}

void OpenRegister::act(std::uint64_t bytes, const std::function<void(const Writers&)>& body) {
    expect_may_act();
    reserve.keep(bytes);
    commit(body);
}

void OpenRegister::act_freeing(const std::function<void(const Writers&)>& body) {
    expect_may_act();
    commit(body);
}

void OpenRegister::commit(const std::function<void(const Writers&)>& body) {
    AnchorState reached;
    vault.write([&](VaultWriter& writer) {
        JournalWriter journal(writer, clock, random);
        BookWriter book(writer, journal);
        body({writer, journal, book});
        reached = {journal.next() - 1, last_number(writer, book.books()), journal.head(),
                   journal.latest()};
    });
    anchor_.advance(reached);
}

/// A copy that is in doubt must not write over what tells it.
void OpenRegister::remember_chain_head(const ChainHead& reached) {
    const std::scoped_lock guard(mutex_);
    if (book_problem_) return;
    anchor_.advance_acts({reached.sequence, 0, reached.hash, reached.at});
}

void OpenRegister::stamp_author_and_clock(EntryVersion& version,
                                          const JournalWriter& journal) const {
    version.made_by = settings.lawyer;
    version.clock = 0;
    const std::scoped_lock guard(mutex_);
    if (journal.clock_went_back() || journal.now() + kClockTolerance < agreed_time())
        version.clock |= ClockMark::went_back;
    if (matters(peer_ahead_)) version.clock |= ClockMark::off_from_peer;
}

void OpenRegister::change_books(Act act, const std::function<void(Books&)>& change) {
    AnchorState reached;
    Books books;
    vault.write([&](VaultWriter& writer) {
        books = read_books(writer);
        JournalWriter journal(writer, clock, random);
        books.books.back().last = last_number(writer, books);
        change(books);
        books.books.back().machine = machine();
        write_books(writer, books);
        erase_meta(writer, kRollbackNoticedName);
        write_meta(writer, kFeedFirstName, "");
        journal.append(act, {}, {}, books.books.back().label);
        reached = {journal.next() - 1, last_number(writer, books), journal.head(),
                   journal.latest()};
    });
    const std::scoped_lock guard(mutex_);
    identity.book = books.books.back().label;
    identity.installation_id = books.books.back().installation_id;
    book_problem_.reset();
    // The anchor of a book that was closed stays, and tells a copy of it that is put back.
    anchor_.set(reached);
    anchor_.follow(identity.installation_id, reached);
}

/// What was recorded before this program kept the latest time, and what an older file that was put
/// back can't know: the anchor does.
void OpenRegister::learn_time() {
    try {
        platform::WallTime known{};
        platform::WallTime learnt{};
        vault.read([&](const VaultReader& reader) {
            const ChainHead end = store::chain_head(reader);
            known = latest_time(reader, end).at;
            learnt = latest_of_acts(reader);
            const std::optional<AnchorState> noted = anchor_.read();
            if (noted && noted->sequence > end.sequence) learnt = std::max(learnt, noted->at);
        });
        if (learnt <= known) return;
        vault.write([&](VaultWriter& writer) { set_latest_time(writer, learnt); });
    } catch (const StoreError&) {
        // What is readable can be read: whoever needs what is damaged meets it, and says so.
        return;
    }
}

platform::WallTime OpenRegister::agreed_time() const {
    if (!agreed_) return {};
    return agreed_->first +
           std::chrono::floor<std::chrono::milliseconds>(clock.now() - agreed_->second);
}

void OpenRegister::observe_peer_clock(std::chrono::seconds ahead) {
    bool is_news = false;
    {
        const std::scoped_lock guard(mutex_);
        is_news = matters(ahead) != matters(peer_ahead_) ||
                  std::chrono::abs(ahead - peer_ahead_) >= kClockTolerance;
        if (is_news) peer_ahead_ = ahead;
    }
    if (is_news) {
        vault.write([&](VaultWriter& writer) {
            write_meta(writer, kPeerClockName, pack(PeerClock{ahead.count()}));
        });
    }
    if (!matters(ahead)) confirm_time(clock.wall_now());
}

/// Our clock is right now: whatever showed a later time before was wrong.
void OpenRegister::confirm_time(platform::WallTime now) {
    {
        const std::scoped_lock guard(mutex_);
        agreed_ = {now, clock.now()};
    }
    platform::WallTime known{};
    AnchorState reached;
    vault.read([&](const VaultReader& reader) {
        reached = reached_by(reader);
        known = reached.at;
    });
    const bool was_ahead = known > now + kClockTolerance;
    const bool is_news = now >= known + kAgreedTimeStep ||
                         (now > known && platform::civil_day(now, settings.utc_offset) !=
                                             platform::civil_day(known, settings.utc_offset));
    if (!was_ahead && !is_news) return;
    vault.write([&](VaultWriter& writer) { set_latest_time(writer, now); });
    reached.at = now;
    const std::scoped_lock guard(mutex_);
    if (was_ahead && !book_problem_) anchor_.set(reached);
}

ClockState OpenRegister::clock_state() const {
    platform::WallTime latest{};
    vault.read([&](const VaultReader& reader) {
        const auto last = reader.last_key(Table::journal);
        const auto bytes = last ? reader.get(Table::journal, *last) : std::nullopt;
        if (!bytes) return;
        const auto record = unpack<JournalRecord>(*bytes);
        latest = latest_time(reader, {record.sequence, record.hash, record.at}).at;
    });
    const std::scoped_lock guard(mutex_);
    ClockState state;
    state.went_back = clock.wall_now() + kClockTolerance < std::max(latest, agreed_time());
    if (matters(peer_ahead_)) state.behind_peer = peer_ahead_;
    return state;
}

}  // namespace tizilim::store
