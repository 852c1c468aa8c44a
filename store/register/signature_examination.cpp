#include "store/register/signature_examination.h"

#include "platform/cms/cms_signature.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/journal.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using platform::CmsSignature;
using platform::SignatureStatus;

/// In one transaction: for each there must be room on the disk.
constexpr std::size_t kChangesAtOnce = 16;

struct Verdict {
    SignatureStatus status{};
    bool issuer_checked = false;
    bool operator==(const Verdict&) const = default;
};

struct Change {
    std::string key;
    EntryId entry;
    Verdict verdict;
};

/// Of the signatures, `done` were looked at.
using Step = std::function<void(std::uint64_t done)>;

class Examiner {
public:
    explicit Examiner(OpenRegister& open) : open_(open) {}

    SignatureExamination run(const Step& step) {
        open_.vault.read([&](const VaultReader& vault) {
            std::uint64_t done = 0;
            vault.scan(Table::signatures, {}, [&](std::string_view key, const std::string& bytes) {
                ++done;
                const auto record = unpack<SignatureRecord>(bytes);
                if (is_settled({record.status, record.issuer_checked})) return true;
                examine(vault, key, record);
                step(done);
                return true;
            });
        });
        try {
            for (std::size_t at = 0; at < changes_.size(); at += kChangesAtOnce) {
                store(std::span(changes_).subspan(at).first(
                    std::min(kChangesAtOnce, changes_.size() - at)));
            }
        } catch (const StoreError& error) {
            const bool at_a_later_call = error.kind() == StoreError::Kind::refused ||
                                         error.kind() == StoreError::Kind::disk_full;
            if (!at_a_later_call) throw;
        }
        return std::move(result_);
    }
    [[nodiscard]] std::uint64_t stored() const { return stored_; }

private:
    /// Nothing can have changed for one that was verified as far as there are trusted certificates.
    [[nodiscard]] bool is_settled(const Verdict& verdict) const {
        return verdict.status == SignatureStatus::verified &&
               (verdict.issuer_checked || open_.trusted.empty());
    }

    void examine(const VaultReader& vault, std::string_view key, const SignatureRecord& record) {
        const Verdict before{record.status, record.issuer_checked};
        const EntryId id = EntryId::from_raw(key.substr(0, sizeof(EntryId::bytes)));
        const BookReader book(vault);
        const std::string bytes =
            signing_bytes(book.version(id, record.version).entry, DisclosurePolicy{});
        CmsSignature found = platform::examine_cms(record.cms, bytes, open_.trusted);
        const auto why = found.reason;
        // A ca_file that lacks an issuer takes nothing from the signature itself.
        if (found.status == SignatureStatus::invalid && !open_.trusted.empty()) {
            found = platform::examine_cms(record.cms, bytes, nobody_);
        }
        if (found.status != SignatureStatus::parsed_not_verified && why) {
            tell({shown_name(book.expect_head(id), id), record.version, *why});
        }
        const Verdict after{found.status, found.issuer_checked};
        if (after != before) changes_.push_back({std::string(key), id, after});
    }

    [[nodiscard]] static std::string shown_name(const EntryHead& head, const EntryId& id) {
        const auto number = static_cast<std::uint64_t>(number_shown(head.number));
        return number == 0 ? id.to_string() : std::to_string(number);
    }

    void tell(DoubtfulSignature signature) {
        ++result_.doubtful;
        if (result_.shown.size() < SignatureExamination::kShownMax) {
            result_.shown.push_back(std::move(signature));
        }
    }

    void store(std::span<const Change> changes) {
        std::uint64_t lifted = 0;
        open_.act(changes.size() * (kEntryBytes + platform::kCmsBytesMax),
                  [&](const Writers& writers) {
                      lifted = 0;
                      for (const Change& change : changes) {
                          store(writers, change);
                          if (change.verdict.status == SignatureStatus::verified) ++lifted;
                      }
                  });
        result_.lifted += lifted;
        stored_ += changes.size();
    }

    static void store(const Writers& writers, const Change& change) {
        auto record = unpack<SignatureRecord>(
            writers.vault.get(Table::signatures, change.key).value_or(std::string()));
        record.status = change.verdict.status;
        record.issuer_checked = change.verdict.issuer_checked;
        record.sequence = writers.journal.next();
        const std::string packed = pack(record);
        writers.vault.put(Table::signatures, change.key, packed);
        writers.journal.append(
            Act::examined, change.entry, packed,
            std::string(platform::code_of(record.status, record.issuer_checked)));
    }

    OpenRegister& open_;
    const platform::TrustedCertificates nobody_ = *platform::TrustedCertificates::parse("");
    SignatureExamination result_;
    std::vector<Change> changes_;
    std::uint64_t stored_ = 0;
};

}  // namespace

RegisterCheck verify_and_examine(const Register& registry, const Progress& progress) {
    OpenRegister& open = opened(registry);
    std::uint64_t signatures = 0;
    open.vault.read([&](const VaultReader& vault) { signatures = vault.count(Table::signatures); });
    std::uint64_t rows = 0;
    const auto tell = [&](std::uint64_t done) {
        if (progress) progress(done, rows + signatures);
    };
    RegisterCheck check{.report = registry.verify([&](std::uint64_t done, std::uint64_t total) {
                            rows = total;
                            tell(done);
                        }),
                        .signatures = {},
                        .timestamp = {}};
    if (check.report.first_bad) return check;
    check.timestamp = registry.head_timestamp();
    Examiner examiner(open);
    check.signatures = examiner.run([&](std::uint64_t done) { tell(rows + done); });
    tell(rows + signatures);
    if (examiner.stored() == 0) return check;
    check.report.journal_records += examiner.stored();
    check.report.chain_head = registry.chain_head();
    return check;
}

}  // namespace tizilim::store
