#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "store/disclosure.h"
#include "store/records.h"
#include "store/replication.h"
#include "store/vault.h"

#include <cstddef>
#include <string>
#include <vector>

namespace tizilim::store {

/// Replication over the register's tables. Safe for threads.
class RegisterReplication final : public Replication {
public:
    RegisterReplication(Vault& vault, const Identity& identity, const DisclosurePolicy& policy,
                        const platform::Clock& clock, platform::Random& random)
        : vault_(vault), identity_(identity), policy_(policy), clock_(clock), random_(random) {}

    [[nodiscard]] std::string installation_id() const override;
    [[nodiscard]] Changes changes_after(OutboxPosition after, const BatchBounds& bounds) override;
    [[nodiscard]] std::vector<Leaf> missing(const std::vector<Leaf>& offered) const override;
    void apply(const std::string& peer, const std::vector<RemoteDocument>& documents,
               const Checkpoint& reached) override;
    void mark(const std::string& peer, const std::vector<Mark>& marks) override;
    [[nodiscard]] std::vector<Leaf> awaiting_receipt(std::size_t count_max) const override;
    void distrust(const std::string& peer, const Checkpoint& restart) override;
    [[nodiscard]] Checkpoint checkpoint(const std::string& peer) const override;
    void set_checkpoint(const std::string& peer, const Checkpoint& reached) override;

private:
    Vault& vault_;
    const Identity& identity_;
    const DisclosurePolicy& policy_;
    const platform::Clock& clock_;
    platform::Random& random_;
};

}  // namespace tizilim::store
