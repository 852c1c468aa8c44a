#pragma once

#include "platform/random.h"
#include "store/entry/codes.h"
#include "store/replication/disclosed_entry.h"
#include "store/replication/replication.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tizilim {

/// A document as the store would let it leave.
[[nodiscard]] store::DisclosedEntry disclosed(const std::string& document_id,
                                              const std::string& text);
/// "entry:0192f0c1-7c3e-7b6a-9d55-000000000001" for 1.
[[nodiscard]] std::string entry_id(unsigned number);
[[nodiscard]] std::string unified_id(unsigned number);

/// What the register shows of itself to sync, in memory. Minting is deterministic.
class FakeRegister final : public store::Replication {
public:
    struct Item {
        store::DisclosedEntry entry;
        store::DeliveryState state = store::DeliveryState::pending;
        unsigned receipts = 0;
        std::string reason{};
        bool handed_out = false;
        unsigned attempts = 0;
        /// Of leaves that lost a merge; they share its state.
        std::vector<store::DisclosedEntry> tombstones{};
        /// The peer should have it, too; it never goes out again.
        std::optional<store::Revision> asked_for{};
    };

    void add(unsigned number, const std::string& text = "text");
    /// An entry with as much in it that no compression finds as a real one has.
    void add_like_a_real_one(unsigned number, platform::Random& random);
    /// A new version of an entry: its own text, a child of the one before.
    void amend(unsigned number, const std::string& text);
    /// It goes out first.
    void withdraw(unsigned number);
    /// A leaf of `number` that lost: its end goes out behind the entry.
    void end_leaf(unsigned number, const store::Revision& loser);
    [[nodiscard]] store::DeliveryState state(unsigned number) const;
    [[nodiscard]] const Item& item(unsigned number) const;
    [[nodiscard]] std::size_t count(store::DeliveryState state) const;
    [[nodiscard]] const std::map<std::string, store::RemoteDocument>& pulled() const {
        return pulled_;
    }
    /// All that is durable, to be compared.
    [[nodiscard]] std::string dump() const;

    /// The write after so many others throws: before it takes place, or as if the machine had
    /// stopped right after it.
    void fail_write(std::size_t after, bool done) { failing_ = {after, done}; }
    [[nodiscard]] std::size_t writes() const { return writes_; }

    /// What health() says.
    std::optional<store::PcHealth> pc_health{};

    [[nodiscard]] std::string installation_id() const override { return "installation-1"; }
    [[nodiscard]] std::optional<store::PcHealth> health() const override { return pc_health; }
    [[nodiscard]] store::Changes changes_after(store::OutboxPosition after,
                                               const store::BatchBounds& bounds) override;
    [[nodiscard]] std::vector<store::Leaf> missing(
        const std::vector<store::Leaf>& offered) const override;
    void apply(const std::string& peer, const std::vector<store::RemoteDocument>& documents,
               const store::Checkpoint& reached) override;
    void mark(const std::string& peer, const std::vector<store::Mark>& marks) override;
    [[nodiscard]] std::vector<store::Leaf> awaiting_receipt(std::size_t count_max) const override;
    [[nodiscard]] store::AuditSlice delivered_after(store::OutboxPosition after,
                                                    std::size_t count_max) const override;
    [[nodiscard]] std::vector<store::Leaf> still_readable(const std::string& after,
                                                          std::size_t count_max) const override;
    [[nodiscard]] std::vector<store::Leaf> unverified(
        const std::vector<store::RemoteDocument>& documents) const override;
    [[nodiscard]] std::vector<store::Leaf> cut_histories(std::size_t count_max) const override;
    [[nodiscard]] bool reads_feed_first() const override { return reads_first; }
    void feed_ended(const std::string& peer) override;
    void record_astray(const std::string& peer, const std::vector<store::Leaf>& leaves) override;
    [[nodiscard]] std::vector<store::Leaf> unified_to_ask(std::size_t count_max) const override;
    void unified_asked(const std::vector<store::Leaf>& asked) override;
    void release_quarantined() override;
    void distrust(const std::string& peer, const store::Checkpoint& restart) override;
    void record_own_rollback(const std::string& peer) override;
    [[nodiscard]] store::Checkpoint checkpoint(const std::string& peer) const override;
    void set_checkpoint(const std::string& peer, const store::Checkpoint& reached) override;

    std::vector<Item> items;
    std::vector<store::Leaf> readable;       ///< superseded revisions of withdrawn entries
    std::vector<std::string> distrusted;     ///< peers, in order
    std::vector<std::string> own_rollbacks;  ///< peers that showed one, in order
    unsigned releases = 0;                   ///< of what was quarantined
    bool reads_first = false;                ///< the feed, before anything is sent
    unsigned feed_ends = 0;                  ///< that were told
    std::vector<store::Leaf> astray;         ///< in order
    /// What unified_to_ask() gives, in order.
    std::vector<store::Leaf> unified_questions;
    /// Document ids that are passed over in the feed, and asked for when their entry was pulled.
    std::map<std::string, std::string> waits_for_entry;
    std::vector<store::Leaf> cut;  ///< what cut_histories() gives
    /// Names of leaves ("id rev") whose ancestors must be these to verify; all others do.
    std::map<std::string, std::vector<std::string>> true_ancestors;

private:
    struct Failing {
        std::size_t after = 0;
        bool done = false;
    };
    template <class Act>
    void write(const Act& act);
    [[nodiscard]] Item* find(const std::string& document_id);
    [[nodiscard]] static bool has(const Item& item, const store::Revision& revision);
    [[nodiscard]] static std::vector<store::Leaf> leaves_of(const Item& item);
    void note(Item& item, const store::Mark& mark);
    [[nodiscard]] bool verifies(const store::RemoteDocument& document) const;
    [[nodiscard]] std::vector<Item*> outbox();

    std::map<std::string, std::size_t> places_;  ///< in items, by document id
    std::vector<std::string> withdrawn_;         ///< document ids

    std::map<std::string, store::RemoteDocument> pulled_;
    std::map<std::string, store::Checkpoint> checkpoints_;
    std::optional<Failing> failing_;
    std::size_t writes_ = 0;
};

}  // namespace tizilim
