#pragma once

#include "platform/clock.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"
#include "store/replication/messages.h"
#include "store/replication/revision.h"
#include "sync/replicator.h"
#include "tests/durability/crash_images.h"
#include "tests/simulation/faulty_network.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/weights.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_clock.h"

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

namespace tizilim::simulation {

/// How something that writes ended.
enum class Ending {
    done,      ///< it returned; what it did is on the disk
    failed,    ///< the register said that it can't
    uncertain  ///< the machine stopped in its midst: it is done or it is not
};

/// One office PC: a real register in a folder of its own, a real replicator, and the lawyer's own
/// memory of what was done.
class Agent {
public:
    /// Makes the register; with `code` it joins that of another agent.
    Agent(World& world, std::size_t index, const std::filesystem::path& folder,
          const store::PairingCode* code);

    [[nodiscard]] std::size_t index() const { return index_; }
    [[nodiscard]] store::Register& get() { return *register_; }
    [[nodiscard]] store::OwnerSession owner() { return store::OwnerSession(*register_); }
    [[nodiscard]] support::SimClock& clock() { return clock_; }
    [[nodiscard]] FaultyNetwork& network() { return network_; }
    [[nodiscard]] const sync::LinkState& link() const { return replicator_->link(); }
    [[nodiscard]] const store::RegisterSettings& settings() const { return settings_; }
    /// Revisions of an entry that count here as made by the lawyer's own installations.
    [[nodiscard]] std::set<std::string> held(const std::string& entry) const;
    /// Of these, those that are leaves here, and not deleted.
    [[nodiscard]] std::set<std::string> live_leaves(const std::string& entry) const;
    /// Over which revision of an entry the lawyer has to decide here.
    [[nodiscard]] std::optional<store::Revision> disputed(const std::string& entry) const;
    /// Whether that is over an edit of his own that does not leave: it is in no revision.
    [[nodiscard]] bool has_put_aside(const std::string& entry) const;
    /// When the next step is due.
    [[nodiscard]] platform::Instant due() const { return due_; }

    /// By id.
    std::map<std::string, LedgerEntry> ledger;
    /// Leaves made before an older image was put back: others to what is here now.
    bool rolled_back = false;
    /// An image was put back that lacks no act, but revisions that had left: nothing can notice
    /// that before they come back with the feed.
    bool misses_sent = false;
    /// Entries of which something waited for a signature: of what was put aside nobody else knows.
    std::set<std::string> unsigned_once;
    /// How often an older copy took the place of the register.
    unsigned copies = 0;
    /// Something changed here since the last successful exchange began.
    platform::Instant changed_at{};

    /// Runs `write` while the disk gives that trouble, and brings the agent up again if need be.
    Ending perform(const std::optional<Weighted<DiskTrouble>>& trouble,
                   const std::function<void()>& write);
    /// One step of the replicator, as the agent's loop makes it.
    void step();
    void pending_added();
    void sync_now();
    void network_came();
    void restart();
    void toggle_signature();

    /// A copy of the register, to be put back one day.
    void keep_image();
    [[nodiscard]] bool has_image() const { return image_.has_value(); }
    /// The register as it was then. The owner goes on in a new book.
    void put_back_image();

    /// Beside the one before, which goes.
    void keep_backup();
    [[nodiscard]] bool has_backup() const { return backup_.has_value(); }
    /// A new machine, on which the backup is restored; the book goes on where nothing was recorded
    /// since.
    void restore_backup();

private:
    void open();
    void close();
    [[nodiscard]] std::filesystem::path file() const;
    Ending cut_power(const std::function<void()>& write);
    Ending fail_disk(DiskTrouble trouble, const std::function<void()>& write);
    void tell_of_clock();

    struct Image {
        durability::FileImage bytes;
        std::map<std::string, LedgerEntry> ledger;
        std::string chain_head;
    };

    struct Backup {
        std::filesystem::path file;
        std::map<std::string, LedgerEntry> ledger;
        std::string book;
    };

    World& world_;
    const std::size_t index_;
    support::SimClock clock_;
    support::SeededRandom random_;
    support::MemoryKeyStore keys_;
    store::RegisterSettings settings_;
    FaultyNetwork network_;
    std::unique_ptr<store::Register> register_;
    std::optional<store::RemoteReplication> framed_;  ///< of the register
    std::unique_ptr<sync::Replicator> replicator_;
    platform::Instant due_{};
    bool stepping_ = false;
    bool added_ = false;  ///< something became pending since the step began
    std::optional<platform::Instant> told_clock_at_;
    std::optional<Image> image_;
    std::optional<Backup> backup_;
    std::string recovery_code_;
};

}  // namespace tizilim::simulation
