#pragma once

#include "platform/clock.h"
#include "platform/cms/cms_signature.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/book/timestamp_exchange.h"
#include "store/disk/reserve.h"
#include "store/disk/vault.h"
#include "store/entry/disclosure.h"
#include "store/merge/reconciler.h"
#include "store/merge/replication_writer.h"
#include "store/merge/tuning.h"
#include "store/replication/replication.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// Replication over the register's tables. Safe for threads.
class RegisterReplication final : public Replication {
public:
    /// The parts of the register that it works on; all outlive it.
    struct Parts {
        Vault& vault;
        const Reserve& reserve;
        const Identity& identity;
        const DisclosurePolicy& policy;
        platform::UtcOffset utc_offset;
        bool require_signature;
        const ForeignBounds& foreign;
        const platform::Clock& clock;
        platform::Random& random;
        const platform::TrustedCertificates& trusted;  ///< also by tokens of time-stamps
        /// Called after a write that may have added to the journal.
        std::function<void(const ChainHead&)> remember_chain_head;
    };
    explicit RegisterReplication(const Parts& parts);

    [[nodiscard]] TimestampExchange::State timestamp_state() const { return timestamps_.state(); }

    [[nodiscard]] std::string installation_id() const override;
    [[nodiscard]] Changes changes_after(OutboxPosition after, const BatchBounds& bounds) override;
    [[nodiscard]] std::vector<Leaf> missing(const std::vector<Leaf>& offered) const override;
    void apply(const std::string& peer, const std::vector<RemoteDocument>& documents,
               const Checkpoint& reached) override;
    void mark(const std::string& peer, const std::vector<Mark>& marks) override;
    [[nodiscard]] std::vector<Leaf> awaiting_receipt(std::size_t count_max) const override;
    [[nodiscard]] AuditSlice delivered_after(OutboxPosition after,
                                             std::size_t count_max) const override;
    [[nodiscard]] std::vector<Leaf> still_readable(const std::string& after,
                                                   std::size_t count_max) const override;
    [[nodiscard]] std::vector<Leaf> unverified(
        const std::vector<RemoteDocument>& documents) const override;
    [[nodiscard]] std::vector<Leaf> cut_histories(std::size_t count_max) const override;
    [[nodiscard]] bool reads_feed_first() const override;
    void feed_ended(const std::string& peer) override;
    [[nodiscard]] std::vector<Leaf> unified_to_ask(std::size_t count_max) const override;
    void unified_asked(const std::vector<Leaf>& asked) override;
    void release_quarantined() override;
    void distrust(const std::string& peer, const Checkpoint& restart) override;
    void record_own_rollback(const std::string& peer) override;
    void record_astray(const std::string& peer, const std::vector<Leaf>& leaves) override;
    [[nodiscard]] Checkpoint checkpoint(const std::string& peer) const override;
    void set_checkpoint(const std::string& peer, const Checkpoint& reached) override;
    [[nodiscard]] std::optional<platform::WallTime> timestamped_at() const override;
    [[nodiscard]] TimestampBytes timestamp_request() override;
    [[nodiscard]] std::optional<platform::Message> timestamp_answered(
        const TimestampBytes& answer) override;
    void timestamp_failed(const platform::Message& why) override;

private:
    [[nodiscard]] MergeRules rules() const;
    void write(const std::function<void(VaultWriter&, ReplicationWriter&)>& body);
    void read(const std::function<void(const VaultReader&)>& body) const;
    void store_timestamp(const TimestampRecord& record);
    void keep_room_for(const std::vector<RemoteDocument>& documents) const;
    [[nodiscard]] std::vector<Leaf> cut_histories_from(const std::string& after,
                                                       std::size_t count_max) const;
    const Parts parts_;
    TimestampExchange timestamps_;
    mutable std::string cut_histories_after_{};  ///< the key of the last one that was asked for
};

}  // namespace tizilim::store
