#pragma once

#include "platform/text/civil_time.h"
#include "store/entry/codes.h"
#include "store/owner/entry_view.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tizilim::store {

/// Which entries to list. With a month, in order of number within it; with a state alone, in order
/// of leaving; else in order of number.
struct ListQuery {
    std::uint64_t first = 0;  ///< a number, or the `next` of the page before; 0: from the beginning
    std::size_t count_max = 100;
    std::optional<platform::CivilDate> month{};  ///< any day of the month of application
    std::optional<DeliveryState> state{};
    std::string book{};   ///< its label; empty: the current one
    bool pulled = false;  ///< those recorded on other PCs instead; `month` and `book` don't count
    bool newest_first = false;  ///< in the reverse order
};

struct EntryPage {
    std::vector<EntryView> entries;
    std::optional<std::uint64_t> next;  ///< `first` of the page after; nothing: this is the last
};

/// One of the register's books. Numbers begin with 1 and have no gaps.
struct BookView {
    std::string label;
    bool is_current = false;  ///< new entries go into it; the others have ended
    std::uint64_t entries = 0;
    // RFC 3339, of an imported entry a date; empty: there is none.
    std::string first_recorded_at{};
    std::string last_recorded_at{};
};

struct BooksView {
    std::vector<BookView> books;  ///< the current one last
    std::uint64_t pulled = 0;     ///< entries of the lawyer's other PCs, which are in none of them
};

}  // namespace tizilim::store
