#pragma once

#include "platform/text/civil_time.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// The table that lists the entries in a delivery state.
[[nodiscard]] Table table_of(DeliveryState state);

/// The key of an entry among those of its month of application, in order of number.
[[nodiscard]] std::string month_key(const VaultReader& vault, platform::CivilDate date,
                                    BookNumber number);

/// The key of a version of an entry, and of that version's signature.
[[nodiscard]] std::string version_key(const EntryId& id, std::uint32_t version);

/// The key in Table::attached of a signature with that message digest.
[[nodiscard]] std::string attached_key(const VaultReader& vault, const std::string& digest);

/// One version of one entry.
struct VersionName {
    EntryId id;
    std::uint32_t number = 0;

    bool operator==(const VersionName&) const = default;
};

/// Finds entries in a snapshot. \throws StoreError, damaged, when a row of an entry is missing
class BookReader {
public:
    explicit BookReader(const VaultReader& vault) : vault_(vault) {}

    [[nodiscard]] std::optional<EntryHead> head(const EntryId& id) const;
    [[nodiscard]] std::optional<EntryId> id_of(BookNumber number) const;
    /// The stored bytes, for the journal's digest. Version 1 is the first.
    [[nodiscard]] std::string packed_version(const EntryId& id, std::uint32_t version) const;
    [[nodiscard]] EntryVersion version(const EntryId& id, std::uint32_t version) const {
        return EntryCodec::unpack(packed_version(id, version));
    }
    [[nodiscard]] EntryHead expect_head(const EntryId& id) const;
    /// The current version as it may leave: with its signature, if it has one.
    [[nodiscard]] EntryVersion current(const EntryId& id, const EntryHead& head) const;
    [[nodiscard]] std::optional<SignatureRecord> signature(const EntryId& id,
                                                           std::uint32_t version) const;
    /// The first version to which a signature over bytes of that digest was attached.
    [[nodiscard]] std::optional<VersionName> signed_over(const std::string& digest) const;

private:
    const VaultReader& vault_;
};

/// How adopt() stores a version that was pulled or merged.
struct Adopted {
    Revision leaf;
    bool leaf_is_current = true;  ///< false: the version is a change that has not left
    bool adds_version = true;     ///< false: the current one shows the same
    DeliveryState state = DeliveryState::delivered;
    std::optional<SignatureRecord> signature{};
    Act act = Act::pulled;
    std::string detail{};  ///< "<leaf> at <peer>"
};

/// Changes entries within one transaction, and with them number, versions, journal and delivery
/// state.
class BookWriter : public BookReader {
public:
    BookWriter(VaultWriter& vault, JournalWriter& journal)
        : BookReader(vault), vault_(vault), journal_(journal) {}

    /// A new entry with the next number of the current book; with `pulled`, which says that another
    /// PC recorded it, with none that a person sees. `detail`: of its journal record.
    EntryHead insert(EntryVersion first, DeliveryState delivery, Act act, std::string detail = {},
                     bool pulled = false);

    /// Adds a version and queues the entry anew; the body that waited or left is no longer current.
    /// A withdrawn entry stays in its queue: nothing more of it leaves.
    void revise(EntryVersion version, EntryHead& head, DeliveryState state, Act act,
                std::string detail = {});

    /// Stores the signature of the current version. An entry that may leave becomes pending: also
    /// one that left unsigned is sent again, with the signature.
    void attach(const EntryId& id, EntryHead& head, SignatureRecord signature, std::string note);

    /// A version that was pulled or merged, with the leaf that shows it. Without a head it is the
    /// first of an entry recorded on another PC: it gets no number of a book here, and its head
    /// begins as `beginning`.
    void adopt(EntryVersion version, std::optional<EntryHead> head, const Adopted& adopted,
               const EntryHead& beginning = {});

    /// Adds a version to be read; what waits or left stays as it is.
    void keep_version(EntryVersion version, EntryHead& head, Act act, std::string detail);

    /// The current version leaves as a new revision, whether or not it left before.
    void send_again(const EntryId& id, EntryHead& head,
                    DeliveryState state = DeliveryState::pending);

    /// To another delivery state; keeps its position.
    void move(const EntryId& id, EntryHead& head, DeliveryState state);

    void save(const EntryId& id, const EntryHead& head);

    /// Read once in this transaction.
    [[nodiscard]] const Books& books();

private:
    /// Returns its sequence in the journal.
    std::uint64_t add_version(EntryVersion& version, std::uint32_t number, Act act,
                              std::string detail);
    EntryHead begin_pulled(const EntryVersion& first, EntryHead head);
    void keep_signature(const EntryId& id, const EntryHead& head, SignatureRecord signature,
                        std::string note);
    void list_anew_under_month(const EntryVersion& version, const EntryHead& head);
    void list_under_month(const EntryVersion& version, const EntryHead& head);
    /// The body that left, or waited, is no longer the current one.
    void queue_anew(const EntryId& id, EntryHead& head, DeliveryState state,
                    std::uint64_t position);
    void leave_queue(const EntryId& id, const EntryHead& head);
    void join_queue(const EntryId& id, EntryHead& head, DeliveryState state);

    VaultWriter& vault_;
    JournalWriter& journal_;
    std::optional<Books> books_;
};

}  // namespace tizilim::store
