#pragma once

#include "platform/civil_time.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/tables.h"
#include "store/vault.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// The table that lists the entries in a delivery state.
[[nodiscard]] Table table_of(DeliveryState state);

/// The key of an entry among those of its month of application, in order of number.
[[nodiscard]] std::string month_key(const VaultReader& vault, platform::CivilDate date,
                                    EntryNumber number);

/// Finds entries in a snapshot. \throws StoreError, damaged, when one half of an entry is missing
class BookReader {
public:
    explicit BookReader(const VaultReader& vault) : vault_(vault) {}

    [[nodiscard]] std::optional<EntryHead> head(const EntryId& id) const;
    [[nodiscard]] std::optional<EntryId> id_of(EntryNumber number) const;
    [[nodiscard]] EntryNumber last_number() const {
        return EntryNumber{vault_.last_number(Table::numbers)};
    }
    /// As stored, for the journal's digest. Version 1 is the first.
    [[nodiscard]] std::string packed_version(const EntryId& id, std::uint32_t version) const;
    [[nodiscard]] EntryVersion version(const EntryId& id, std::uint32_t version) const {
        return EntryCodec::unpack(packed_version(id, version));
    }
    /// Of entries with a number from `first` on, those of that month; at most `count_max`.
    [[nodiscard]] std::vector<EntryId> of_month(platform::CivilDate month, EntryNumber first,
                                                std::size_t count_max) const;
    [[nodiscard]] EntryHead expect_head(const EntryId& id) const;

private:
    const VaultReader& vault_;
};

/// Changes entries within one transaction, so that number, versions, journal and delivery state
/// agree.
class BookWriter : public BookReader {
public:
    BookWriter(VaultWriter& vault, JournalWriter& journal)
        : BookReader(vault), vault_(vault), journal_(journal) {}

    /// Gives the next number, which is never given again.
    EntryHead insert(const EntryVersion& first, DeliveryState delivery, Act act);

    /// Adds a version on top and queues the entry anew; the body that waited or left is no longer
    /// current.
    void revise(const EntryVersion& version, EntryHead& head, DeliveryState state, Act act);

    /// To another delivery state; keeps its place in the order of leaving.
    void move(const EntryId& id, EntryHead& head, DeliveryState state);

    void save(const EntryId& id, const EntryHead& head);

private:
    std::uint64_t add_version(const EntryVersion& version, std::uint32_t number, Act act);
    void leave_queue(const EntryId& id, const EntryHead& head);
    void join_queue(const EntryId& id, EntryHead& head, DeliveryState state);

    VaultWriter& vault_;
    JournalWriter& journal_;
};

}  // namespace tizilim::store
