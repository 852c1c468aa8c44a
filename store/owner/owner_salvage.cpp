#include "platform/clock.h"
#include "platform/files/file_stream.h"
#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/backup/backup_file.h"
#include "store/book/anchor.h"
#include "store/book/books.h"
#include "store/book/records.h"
#include "store/book/salvaged_rows.h"
#include "store/disk/lmdb_pages.h"
#include "store/disk/tables.h"
#include "store/entry/codes.h"
#include "store/entry/entry.h"
#include "store/keys/seal.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"
#include "store/owner/owner_views.h"
#include "store/owner/salvage_report.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/store_error.h"
#include "store/translated.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

/// Infers act and time of a version whose journal record is lost.
void infer_act(VersionView& view, const EntryVersion& version) {
    if (version.made_at != platform::WallTime{})
        view.at = platform::format_time(version.made_at, version.entry.recorded_offset);
    if (view.version == 1) return;
    view.act = code_of(Act::amended);
    for (const FieldChange& change : view.changes) {
        if (change.field == "disclosure") view.act = code_of(Act::classified);
        if (change.field == "state") view.act = code_of(Act::voided);
    }
}

/// The last journal sequence by the anchor; nothing: there is none that can be read.
std::optional<std::uint64_t> last_act_of_anchor(const RegisterSettings& settings, const Seal& seal,
                                                const Books& books) {
    if (books.books.empty()) return {};
    const std::optional<AnchorState> noted =
        Anchor(settings.anchor_directory, seal, books.books.back().installation_id).read();
    return noted ? std::optional(noted->sequence) : std::nullopt;
}

}  // namespace

Salvaged OwnerSession::salvaged(const SalvagedRows& rows, const SalvagedEntry& entry) {
    Salvaged made;
    std::string void_reason;
    for (const auto& [number, version] : entry.versions) {
        while (made.missing.size() + made.history.size() + 1 < number)
            made.missing.push_back(
                static_cast<std::uint32_t>(made.missing.size() + made.history.size() + 1));
        const auto record = rows.act(version.sequence);
        EntryView view = content_view(version);
        VersionView shown = version_view(version, number, record);
        if (!made.history.empty()) shown.changes = changes_between(made.entry, view);
        if (!record) infer_act(shown, version);
        const auto signature = entry.signatures.find(number);
        if (signature != entry.signatures.end())
            shown.signature = store::view_of(signature->second, version.entry.recorded_offset);
        if (view.state != code_of(EntryState::voided)) void_reason.clear();
        if (view.state == code_of(EntryState::voided) && void_reason.empty())
            void_reason = typed_reason(shown.reason);
        made.entry = std::move(view);
        made.history.push_back(std::move(shown));
    }
    for (std::uint32_t number = entry.versions.rbegin()->first + 1; number <= entry.version_max();
         ++number)
        made.missing.push_back(number);
    made.uncertain = rows.may_lack_the_last(entry);
    EntryView& view = made.entry;
    view.void_reason = void_reason;
    view.versions = entry.version_max();
    view.pulled = entry.pulled();
    view.signature = made.history.back().signature;
    view.clock_warning = made.history.front().clock_warning;
    if (entry.number && !view.pulled) {
        view.number = number_in_book(*entry.number);
        view.book = label_of(rows.books(), *entry.number);
    }
    if (entry.head) {
        view.delivery = code_of(entry.head->delivery);
        if (!entry.head->reason.empty())
            view.delivery_reason = platform::unpacked(entry.head->reason);
        if (entry.head->leaf.generation > 0) view.revision = entry.head->leaf.to_string();
    }
    return made;
}

SalvageReport OwnerSession::tell(const SalvagedRows& rows, const VisitSalvaged& visit) {
    if (rows.all_closed()) {
        throw StoreError(StoreError::Kind::wrong_key, platform::Message{"key.opens_no_row"});
    }
    SalvageReport report;
    for (const SalvagedEntry& entry : rows.entries()) {
        const Salvaged made = salvaged(rows, entry);
        ++report.entries;
        report.versions += made.history.size();
        report.signatures += entry.signatures.size();
        if (made.uncertain) ++report.uncertain;
        report.signatures_lost += rows.signatures_lost(entry);
        visit(made);
    }
    report.lost = rows.lost();
    return report;
}

SalvageReport OwnerSession::salvage(const RegisterSettings& settings,
                                    const platform::KeyStore& keys, platform::Random& random,
                                    const VisitSalvaged& visit) {
    const platform::ProcessLock alone(folder_of_register(settings.directory));
    const Seal seal(key_of_register(keys), random);
    SalvagedRows rows(seal);
    salvage_rows(register_file(settings.directory),
                 [&](const SalvagedRow& row) { rows.take(row); });
    rows.finish(last_act_of_anchor(settings, seal, rows.books()));
    return tell(rows, visit);
}

SalvageReport OwnerSession::salvage_backup(const std::filesystem::path& file,
                                           const std::string& recovery_code,
                                           platform::Random& random, const VisitSalvaged& visit) {
    return translated([&] {
        const Seal seal(key_of_backup(file, recovery_code), random);
        SalvagedRows rows(seal);
        platform::FileReader bytes(file);
        BackupFileReader reader(file.string(),
                                [&](std::span<char> part) { return bytes.read(part); });
        const auto damaged_at =
            reader.salvage(seal, [&](Table table, std::string_view key, std::string_view value) {
                rows.take({name_of(table), key, value, true});
            });
        rows.finish({});
        SalvageReport report = tell(rows, visit);
        report.damaged_at = damaged_at;
        return report;
    });
}

}  // namespace tizilim::store
