#include "platform/clock.h"
#include "platform/expected.h"
#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_lookup.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/disclosure.h"
#include "store/entry/entry.h"
#include "store/owner/act_results.h"
#include "store/owner/owner_session.h"
#include "store/owner/signature_rules.h"
#include "store/register/open_register.h"
#include "store/register/register.h"
#include "store/store_error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {
namespace {

using platform::Message;

SigningTask task_of(const BookReader& book, const EntryId& id, const DisclosurePolicy& policy) {
    const EntryHead head = book.expect_head(id);
    const EntryVersion version = book.version(id, head.versions);
    return {number_shown(head.number), id.to_string(), head.versions,
            signing_bytes(version.entry, policy)};
}

}  // namespace

SigningPage OwnerSession::to_sign(std::uint64_t first, std::size_t count_max) const {
    SigningPage page{.tasks = {},
                     .next = {},
                     .iin = open_.settings.lawyer_iin,
                     .own_key_only = open_.settings.own_key_only};
    open_.vault.read([&](const VaultReader& vault) {
        const BookReader book(vault);
        vault.scan(
            Table::to_sign, key_of(first), [&](std::string_view key, const std::string& raw) {
                if (page.tasks.size() >= count_max) {
                    page.next = number_of(key);
                    return false;
                }
                page.tasks.push_back(task_of(book, EntryId::from_raw(raw), open_.settings.policy));
                return true;
            });
    });
    return page;
}

SigningTask OwnerSession::to_sign(const std::string& name) const {
    SigningTask task;
    open_.vault.read([&](const VaultReader& vault) {
        const EntryId id = find_entry(vault, name);
        const BookReader book(vault);
        if (book.signature(id, book.expect_head(id).versions)) {
            throw refusal(Message{"entry.signed_already"});
        }
        task = task_of(book, id, open_.settings.policy);
    });
    return task;
}

Signed OwnerSession::attach(const std::string& name, std::uint32_t version, std::string_view cms) {
    Signed result;
    std::string id;
    open_.act(kEntryBytes + cms.size(), [&](const Writers& writers) {
        const EntryId entry = find_entry(writers.vault, name);
        id = entry.to_string();
        EntryHead head = writers.book.expect_head(entry);
        if (version != head.versions) {
            throw refusal(Message{"entry.version_not_current",
                                  {{"version", version}, {"current", head.versions}}});
        }
        if (writers.book.signature(entry, version)) throw refusal(Message{"entry.signed_already"});
        const SignatureRules rules{open_.settings, open_.trusted, open_.clock.wall_now()};
        const auto accepted = accept_signature(writers.book, {entry, version}, cms, rules);
        if (!accepted) {
            throw refusal(
                Message{"signature.not_attached", {{"why", platform::as_json(accepted.error())}}});
        }
        result.warnings = accepted->warnings;
        writers.book.attach(entry, head, accepted->record,
                            result.warnings.empty() ? std::string() : "with_warnings");
        result.delivery = head.delivery;
    });
    result.signature = show(id).signature;
    return result;
}

}  // namespace tizilim::store
