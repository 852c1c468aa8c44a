#include "tests/simulation/agent.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/merge/revision_rows.h"
#include "store/merge/revision_tree.h"
#include "store/owner/owner_session.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/replication/replication.h"
#include "store/replication/revision.h"
#include "store/store_error.h"
#include "sync/replicator.h"
#include "tests/durability/crash_images.h"
#include "tests/durability/recorded_disk.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/unified_system.h"
#include "tests/simulation/violation.h"
#include "tests/simulation/weights.h"
#include "tests/simulation/witness.h"
#include "tests/support/cheap_recovery.h"
#include "tests/support/framed_replication.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::simulation {
namespace {

/// As the agent's own loop waits after the register failed a step.
constexpr std::chrono::seconds kStoreProblemDelay{30};
constexpr std::chrono::seconds kPollInterval{1800};
/// Most acts write fewer times; a cut behind the last write is a plain `kill -9`.
constexpr std::uint64_t kEventsOfAct = 40;

using Files = std::map<std::string, durability::FileImage>;

Files files_of(const std::filesystem::path& folder) {
    Files files;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        files.emplace(file.path().filename().string(), durability::FileImage::read(file.path()));
    }
    return files;
}

void put_back(const std::filesystem::path& folder, const Files& files) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (!files.contains(file.path().filename().string())) std::filesystem::remove(file.path());
    }
    for (const auto& [name, image] : files) image.write(folder / name);
}

store::EntryTexts plain_input() {
    store::EntryTexts input;
    input.application_date = "2026-10-01";
    input.late_reason = "late";
    input.basis_type = "application";
    input.essence = "question";
    input.form = "court";
    input.minutes = "10";
    return input;
}

durability::Fault fault_of(DiskTrouble trouble) {
    switch (trouble) {
        case DiskTrouble::no_space:
            return durability::Fault::no_space;
        case DiskTrouble::short_write:
            return durability::Fault::short_write;
        case DiskTrouble::sync_fails:
            return durability::Fault::sync_fails;
        case DiskTrouble::io_error:
        case DiskTrouble::power_cut:
            break;
    }
    return durability::Fault::io_error;
}

}  // namespace

Agent::Agent(World& world, std::size_t index, const std::filesystem::path& folder,
             const store::PairingCode* code)
    : world_(world), index_(index), random_(world.dice.seed()), network_(world, index, clock_) {
    settings_.directory = folder / "register";
    settings_.anchor_directory = folder / "anchors";
    settings_.require_signature = false;
    settings_.recovery_cost = support::kCheapRecovery;
    std::filesystem::create_directories(settings_.anchor_directory);
    recovery_code_ = code == nullptr
                         ? store::Register::create(settings_, keys_, clock_, random_)
                         : store::Register::join(settings_, keys_, *code, clock_, random_);
    open();
}

std::filesystem::path Agent::file() const {
    return store::register_file(settings_.directory);
}

void Agent::open() {
    register_ = std::make_unique<store::Register>(settings_, keys_, clock_, random_);
    sync::ReplicatorSettings peer{
        .database_url = kDatabaseUrl, .authorization = {}, .poll_interval = kPollInterval};
    framed_.emplace(support::framed(register_->replication()));
    // The second PC keeps its register in one process, and delivers in another.
    store::Replication& seen = index_ == 1 ? *framed_ : register_->replication();
    replicator_ =
        std::make_unique<sync::Replicator>(std::move(peer), network_, seen, clock_, random_);
    due_ = clock_.now();
    stepping_ = false;
    told_clock_at_.reset();
    network_.power_on();
    // Nothing is known of the peer before it is greeted, nor what it asked for.
    network_.may_ask_at_once();
    world_.witness.forget_greeting(index_);
}

void Agent::close() {
    replicator_.reset();
    framed_.reset();
    register_.reset();
}

void Agent::restart() {
    close();
    open();
}

void Agent::toggle_signature() {
    settings_.require_signature = !settings_.require_signature;
    // What waits to leave now waits for a signature once it is merged.
    for (const auto& [id, entry] : ledger) {
        if (owner().show(id).delivery == "pending") unsigned_once.insert(id);
    }
    restart();
    changed_at = clock_.now();
}

std::set<std::string> Agent::held(const std::string& entry) const {
    std::set<std::string> held;
    const auto id = store::EntryId::parse(entry);
    store::opened(*register_).vault.read([&](const store::VaultReader& vault) {
        held.clear();
        for (const auto& record : store::revisions_of(vault, {store::Table::revisions, *id})) {
            if (record.is_verified()) held.insert(record.revision.to_string());
        }
    });
    return held;
}

std::set<std::string> Agent::live_leaves(const std::string& entry) const {
    std::set<std::string> live;
    const auto id = store::EntryId::parse(entry);
    store::opened(*register_).vault.read([&](const store::VaultReader& vault) {
        live.clear();
        const store::RevisionSet set(store::revisions_of(vault, {store::Table::revisions, *id}));
        for (const auto* leaf : set.live_leaves()) live.insert(leaf->revision.to_string());
    });
    return live;
}

std::optional<store::Revision> Agent::disputed(const std::string& entry) const {
    std::optional<store::Revision> other;
    const auto id = store::EntryId::parse(entry);
    store::opened(*register_).vault.read([&](const store::VaultReader& vault) {
        const auto record = vault.get(store::Table::conflicts, id->raw());
        if (record) other = store::unpack<store::ConflictRecord>(*record).other;
    });
    return other;
}

bool Agent::has_put_aside(const std::string& entry) const {
    const auto other = disputed(entry);
    return other && other->generation == 0;
}

Ending Agent::perform(const std::optional<Weighted<DiskTrouble>>& trouble,
                      const std::function<void()>& write) {
    if (!trouble) {
        write();
        return Ending::done;
    }
    world_.marks.hit(std::string(trouble->name));
    world_.trace.say("  disk: " + std::string(trouble->name));
    network_.disk_is_troubled(true);
    const Ending ending = trouble->kind == DiskTrouble::power_cut ? cut_power(write)
                                                                  : fail_disk(trouble->kind, write);
    network_.disk_is_troubled(false);
    return ending;
}

Ending Agent::cut_power(const std::function<void()>& write) {
    const durability::FileImage before = durability::FileImage::read(file());
    const auto cut_at = static_cast<std::size_t>(world_.dice.between(1, kEventsOfAct));
    Files anchors;
    bool cut = false;
    durability::disk().watch(file());
    durability::disk().at_event(cut_at, [&] {
        cut = true;
        anchors = files_of(settings_.anchor_directory);
        network_.cut_power();
    });
    try {
        write();
    } catch (const PowerCut&) {
        CHECK(cut);
    }
    const std::vector<durability::DiskEvent> events = durability::disk().stop();
    close();
    durability::CrashImages images(before, events, durability::Syncs::all);
    for (std::size_t i = 0; i < std::min(cut_at, events.size()); ++i) CHECK(images.next());
    images.after_crash(world_.dice.below(12)).write(file());
    if (cut) put_back(settings_.anchor_directory, anchors);
    open();
    return cut ? Ending::uncertain : Ending::done;
}

Ending Agent::fail_disk(DiskTrouble trouble, const std::function<void()>& write) {
    durability::disk().watch(file());
    durability::disk().fail_after(world_.dice.below(12), fault_of(trouble));
    Ending ending = Ending::done;
    bool known = true;
    try {
        write();
    } catch (const store::StoreError& error) {
        ending = Ending::failed;
        known = std::string_view(error.what()).find("is not known") == std::string_view::npos;
        world_.trace.say("  the register can't");
    }
    const std::uint64_t failed = durability::disk().mend();
    (void)durability::disk().stop();
    if (!known) {
        close();  // takes the act back
        open();
    }
    if (ending == Ending::failed && failed == 0) {
        throw Violation("the register failed on a disk that did not");
    }
    return ending;
}

void Agent::step() {
    stepping_ = true;
    added_ = false;
    try {
        (void)replicator_->step();
        tell_of_clock();
        due_ = replicator_->link().next.at;
    } catch (const store::StoreError&) {
        stepping_ = false;
        due_ = clock_.now() + kStoreProblemDelay;
        throw;
    }
    stepping_ = false;
    if (added_) pending_added();
}

void Agent::tell_of_clock() {
    const sync::LinkState& link = replicator_->link();
    if (!link.peer_clock_ahead || link.peer_clock_read_at == told_clock_at_) return;
    told_clock_at_ = link.peer_clock_read_at;
    register_->observe_peer_clock(*link.peer_clock_ahead);
}

/// What happens during a step is told when it has ended, as the agent's loop does.
void Agent::pending_added() {
    added_ = true;
    if (stepping_) return;
    replicator_->pending_added();
    due_ = replicator_->link().next.at;
}

void Agent::sync_now() {
    replicator_->retry_now();
    network_.may_ask_at_once();
    due_ = clock_.now();
}

void Agent::network_came() {
    replicator_->network_came();
    due_ = replicator_->link().next.at;
}

void Agent::keep_image() {
    image_ = Image{durability::FileImage::read(file()), ledger, register_->chain_head()};
}

void Agent::put_back_image() {
    const Image image = *std::exchange(image_, {});
    const bool older = register_->chain_head() != image.chain_head;
    std::map<std::string, std::set<std::string>> before;
    for (const auto& [id, entry] : ledger) before[id] = held(id);
    close();
    image.bytes.write(file());
    open();
    if (older != register_->book().problem.has_value()) {
        throw Violation(older ? "an older copy of the register was put back unnoticed"
                              : "a copy that misses nothing is taken for an older one");
    }
    if (older) ledger = image.ledger;
    // What left since comes back as somebody else's; to send is no act, and misses no number.
    for (auto& [id, entry] : ledger) {
        entry.others_too = true;
        misses_sent = misses_sent || held(id) != before[id];
    }
    if (!older) return;
    rolled_back = true;
    ++copies;
    world_.witness.reads_feed_first(index_);
    try {
        (void)store::OwnerSession(*register_).add(plain_input());
        throw Violation("an older copy of the register took an entry");
    } catch (const store::StoreError& error) {
        if (error.kind() != store::StoreError::Kind::refused) throw;
    }
    register_->begin_new_book();
    changed_at = clock_.now();
}

void Agent::keep_backup() {
    const std::filesystem::path folder = settings_.directory.parent_path() / "backups";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const store::BackupReport report = store::back_up(*register_, {.directory = folder}, {});
    backup_ = Backup{report.file, ledger, register_->book().label};
}

void Agent::restore_backup() {
    const Backup backup = *std::exchange(backup_, {});
    const auto recorded = [](const std::map<std::string, LedgerEntry>& entries) {
        return std::ranges::count_if(entries, [](const auto& e) { return !e.second.pulled(); });
    };
    const bool goes_on =
        recorded(ledger) == recorded(backup.ledger) && register_->book().label == backup.book;
    close();
    std::filesystem::remove_all(settings_.directory);
    std::filesystem::remove_all(settings_.anchor_directory);
    std::filesystem::create_directories(settings_.anchor_directory);
    const store::RestoreOptions options{
        .file = backup.file, .recovery_code = recovery_code_, .continue_book = goes_on};
    (void)store::restore(settings_, options, keys_, clock_, random_);
    world_.marks.hit(goes_on ? "restored, the book goes on" : "restored, in a new book");
    open();
    if (const auto problem = register_->book().problem) {
        throw Violation("a restored register is in doubt: " + platform::in_english(*problem));
    }
    ledger = backup.ledger;
    for (auto& [id, entry] : ledger) entry.others_too = true;
    rolled_back = true;
    ++copies;
    world_.witness.reads_feed_first(index_);
    image_.reset();
    changed_at = clock_.now();
}

}  // namespace tizilim::simulation
