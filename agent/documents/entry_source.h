#pragma once

#include "store/owner/entry_list.h"
#include "store/owner/entry_view.h"
#include "store/register/register.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tizilim::agent {

/// Gives entries to a document a page at a time: no register is ever in memory whole.
struct EntrySource {
    std::function<store::EntryPage(const store::ListQuery& query)> list;
    std::function<std::vector<store::VersionView>(const std::string& id)> history;
};

/// The entries of `registry`, which outlives it.
[[nodiscard]] EntrySource entries_of(store::Register& registry);

/// Entries a page; each page is one snapshot of the register.
inline constexpr std::size_t kDocumentPageEntries = 200;

/// A document is written in parts of about this size: texts and histories of a page can be long.
inline constexpr std::size_t kPartBytes = std::size_t{256} * 1024;

/// Calls `visit` with each page of `query`, in order. Entries of other PCs are left out, unless
/// `query` asks for them.
void for_each_page(const EntrySource& source, store::ListQuery query,
                   const std::function<void(const std::vector<store::EntryView>&)>& visit);

}  // namespace tizilim::agent
