#pragma once

#include "agent/documents/entry_source.h"
#include "store/entry/entry.h"
#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::support {

/// An entry as the register would show it, unremarkable in every way.
inline store::EntryView entry_view(std::uint64_t number) {
    store::EntryView view;
    view.number = store::EntryNumber{number};
    view.book = "BOOK000001";
    view.id = "id-" + std::to_string(number);
    view.language = "ru";
    view.application_date = "2026-11-02";
    view.recorded_date = "2026-11-02";
    view.recorded_at = "2026-11-02T09:15:00+05:00";
    view.state = "recorded";
    view.basis_type = "court_resolution";
    view.basis_number = "C-1";
    view.basis_date = "2026-11-01";
    view.basis_issuer = "Суд";
    view.essence = "Суть";
    view.form = "court";
    view.minutes = "90";
    view.minor = "no";
    view.disclosure = "partial";
    view.delivery = "delivered";
    view.signature.status = "verified";
    view.signature.signer = "ИВАНОВ ИВАН";
    return view;
}

/// Entries in memory, given page by page; counts what is asked of it.
class FakeEntries {
public:
    explicit FakeEntries(std::vector<store::EntryView> entries) : entries_(std::move(entries)) {}

    std::map<std::string, std::vector<store::VersionView>> histories;
    std::vector<store::ListQuery> queries;
    std::vector<std::string> histories_asked;

    [[nodiscard]] agent::EntrySource source() {
        return {.list = [this](const store::ListQuery& query) { return page(query); },
                .history =
                    [this](const std::string& id) {
                        histories_asked.push_back(id);
                        return histories[id];
                    }};
    }

private:
    store::EntryPage page(const store::ListQuery& query) {
        queries.push_back(query);
        store::EntryPage result;
        std::size_t at = std::max<std::uint64_t>(query.first, 1) - 1;
        while (at < entries_.size() && result.entries.size() < query.count_max) {
            const bool of_book = query.book.empty() || entries_[at].book == query.book;
            if (entries_[at].pulled == query.pulled && (of_book || query.pulled))
                result.entries.push_back(entries_[at]);
            ++at;
        }
        if (at < entries_.size()) result.next = at + 1;
        return result;
    }

    std::vector<store::EntryView> entries_;
};

}  // namespace tizilim::support
