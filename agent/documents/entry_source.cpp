#include "agent/documents/entry_source.h"

#include "store/entry/entry.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/owner/owner_session.h"
#include "store/register/register.h"

#include <functional>
#include <string>
#include <vector>

namespace tizilim::agent {

EntrySource entries_of(store::Register& registry) {
    return {.list =
                [&registry](const store::ListQuery& query) {
                    return store::OwnerSession(registry).list(query);
                },
            .history =
                [&registry](const std::string& id) {
                    return store::OwnerSession(registry).history(id);
                }};
}

void for_each_page(const EntrySource& source, store::ListQuery query,
                   const std::function<void(const std::vector<store::EntryView>&)>& visit) {
    query.count_max = kDocumentPageEntries;
    for (;;) {
        store::EntryPage page = source.list(query);
        std::erase_if(page.entries, [&query](const store::EntryView& entry) {
            return !query.pulled && entry.number == store::EntryNumber{};
        });
        visit(page.entries);
        if (!page.next) return;
        query.first = *page.next;
    }
}

}  // namespace tizilim::agent
