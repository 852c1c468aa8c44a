#pragma once

#include "platform/random.h"
#include "store/book/records.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

inline constexpr int kNumberBits = 48;
/// The last number that a book could have.
inline constexpr std::uint64_t kNumberMax = (std::uint64_t{1} << kNumberBits) - 1;

/// Number `number` of the book that is at `book_index` in Books.
[[nodiscard]] BookNumber book_number(std::size_t book_index, std::uint64_t number);
[[nodiscard]] std::size_t book_index_of(BookNumber number);
[[nodiscard]] EntryNumber number_in_book(BookNumber number);

/// \throws StoreError, damaged
[[nodiscard]] Books read_books(const VaultReader& vault);
void write_books(VaultWriter& vault, const Books& books);

/// The index of the book with that label; empty: the current one. \throws StoreError, absent
[[nodiscard]] std::size_t book_index_of(const Books& books, std::string_view label);
/// Empty: the entry is of another installation.
[[nodiscard]] std::string label_of(const Books& books, BookNumber number);

/// The last number given in the current book; 0: none yet. \throws StoreError, damaged, when the
/// numbers have gaps: then the next is not known
[[nodiscard]] std::uint64_t last_number(const VaultReader& vault, const Books& books);

/// The index of entries recorded on other installations, after all books. They have no number
/// that a person sees.
inline constexpr std::size_t kPulledIndex = 0xffff;
[[nodiscard]] inline bool is_pulled(BookNumber number) {
    return book_index_of(number) == kPulledIndex;
}
/// The number in its book; 0 for an entry of another installation.
[[nodiscard]] inline EntryNumber number_shown(BookNumber number) {
    return is_pulled(number) ? EntryNumber{} : number_in_book(number);
}
/// How many entries of other installations are here.
[[nodiscard]] std::uint64_t count_pulled(const VaultReader& vault);
/// \throws StoreError, damaged, when those numbers have gaps
[[nodiscard]] BookNumber next_pulled_number(const VaultReader& vault);

/// 10 random characters, without 0, O, 1 and I.
[[nodiscard]] std::string new_book_label(platform::Random& random);
[[nodiscard]] std::string new_installation_id(platform::Random& random);

/// Meta: the books. Stored, as a keyed hash. Never rename.
inline constexpr std::string_view kBooksName = "books";

/// Meta: the peer that showed this register to be an older copy. Stored, as a keyed hash. Never
/// rename.
inline constexpr std::string_view kRollbackNoticedName = "rollback_noticed";

/// Meta: present while the peer's feed must be read to its end before anything is sent. Stored, as
/// a keyed hash. Never rename.
inline constexpr std::string_view kFeedFirstName = "feed_first";

/// A setting of the register, a row of its own in table `meta`.
[[nodiscard]] std::optional<std::string> read_meta(const VaultReader& vault, std::string_view name);
void write_meta(VaultWriter& vault, std::string_view name, std::string_view value);
void erase_meta(VaultWriter& vault, std::string_view name);

}  // namespace tizilim::store
