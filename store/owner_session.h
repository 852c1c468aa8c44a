#pragma once

#include "platform/civil_time.h"
#include "platform/clock.h"
#include "store/register.h"
#include "store/rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

class BookReader;
struct EntryHead;
struct EntryVersion;

/// An entry in clear, for the eyes of the register's owner.
struct EntryView {
    EntryNumber number{};  ///< 0: of another PC's book
    std::string id;
    std::string language;
    std::string application_date;
    std::string recorded_at;  ///< RFC 3339, or a date where an import knew no more
    bool late = false;
    std::string late_reason;
    bool imported = false;
    std::string state;  ///< of the entry: "recorded"…
    std::string basis_type;
    std::string basis_number;
    std::string basis_date;
    std::string basis_issuer;
    std::string essence;
    std::string form;
    std::uint32_t minutes = 0;
    bool minor = false;
    std::string disclosure;
    std::string delivery;         ///< delivery state: "unsigned", "pending"…
    std::string delivery_reason;  ///< of a quarantine
    std::string revision;         ///< the leaf that left; empty while none did
    std::string would_leave;      ///< the document's body as it would leave; empty: nothing would
};

struct Recorded {
    EntryNumber number{};
    std::string id;
    DeliveryState delivery{};
    std::vector<FieldError> warnings;
};

struct Classified {
    DeliveryState delivery{};
    /// An earlier version left, or was handed to the network: it may be readable at the peer.
    bool earlier_version_left = false;
};

/// One row of a file: its line, for messages, and what it says.
struct ImportRow {
    std::uint64_t line = 0;
    EntryInput input;
};

struct RowProblem {
    std::uint64_t line = 0;
    FieldError error;
};

struct ImportReport {
    std::uint64_t recorded = 0;
    std::uint64_t already_there = 0;  ///< rows of an earlier import of the same file
    bool became_pending = false;
    std::vector<RowProblem> errors;  ///< not empty: nothing was imported
    std::vector<RowProblem> warnings;
};

/// The acts of the register's owner. Made by Register::owner(); cheap to make, keep none.
class OwnerSession {
public:
    /// Durable when it returns. \throws StoreError
    [[nodiscard]] platform::Expected<Recorded, std::vector<FieldError>> add(
        const EntryInput& input);

    /// What would leave if this were recorded now, as JSON; empty: nothing would.
    [[nodiscard]] platform::Expected<std::string, std::vector<FieldError>> preview(
        const EntryInput& input) const;

    /// All rows in one transaction, or none. A row that an earlier import brought is recognised:
    /// the k-th of equal rows in a file is the k-th of equal rows there.
    [[nodiscard]] ImportReport import(const std::vector<ImportRow>& rows, const Progress& progress);

    /// Gives an entry another class. A body that waits in its old class leaves the outbox here, so
    /// what was never sent leaves no trace. \throws StoreError: absent; refused when what has left
    /// already was to become `local`
    [[nodiscard]] Classified classify(const std::string& name, DisclosureClass disclosure,
                                      const std::string& reason);

    /// By number, id, or a prefix of an id that names one entry only. \throws StoreError, absent
    [[nodiscard]] EntryView show(const std::string& name) const;

    /// From `first` on, in order of number. \throws StoreError
    [[nodiscard]] std::vector<EntryView> list(EntryNumber first, std::size_t count_max) const;

    /// The same, of those whose day of application is in the month of `month`.
    [[nodiscard]] std::vector<EntryView> list_month(platform::CivilDate month, EntryNumber first,
                                                    std::size_t count_max) const;

private:
    struct Import;
    friend class Register;
    explicit OwnerSession(Register::Impl& impl) : impl_(impl) {}

    [[nodiscard]] RuleContext rules(platform::WallTime now, bool importing) const;
    [[nodiscard]] EntryVersion version_of(EntryDraft&& draft, platform::WallTime now,
                                          bool importing) const;
    [[nodiscard]] EntryView view_of(const EntryVersion& version, const EntryHead& head) const;
    [[nodiscard]] std::vector<EntryView> views(const BookReader& book,
                                               const std::vector<EntryId>& ids) const;

    Register::Impl& impl_;
};

}  // namespace tizilim::store
