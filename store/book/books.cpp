#include "store/book/books.h"

#include "platform/random.h"
#include "platform/text/message.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/store_error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {
namespace {

constexpr std::size_t kLabelCharacters = 10;
constexpr std::size_t kInstallationBytes = 16;
// Stored, as a keyed hash. Never rename.

}  // namespace

BookNumber book_number(std::size_t book_index, std::uint64_t number) {
    return BookNumber{static_cast<std::uint64_t>(book_index) << kNumberBits | number};
}

std::size_t book_index_of(BookNumber number) {
    return static_cast<std::uint64_t>(number) >> kNumberBits;
}

EntryNumber number_in_book(BookNumber number) {
    return EntryNumber{static_cast<std::uint64_t>(number) & kNumberMax};
}

Books read_books(const VaultReader& vault) {
    const std::optional<std::string> bytes = read_meta(vault, kBooksName);
    Books books = bytes ? unpack<Books>(*bytes) : Books{};
    if (!books.books.empty()) return books;
    throw StoreError(StoreError::Kind::damaged, platform::Message{"book.lost"});
}

void write_books(VaultWriter& vault, const Books& books) {
    write_meta(vault, kBooksName, pack(books));
}

std::size_t book_index_of(const Books& books, std::string_view label) {
    if (label.empty()) return books.books.size() - 1;
    const auto found = std::find_if(books.books.begin(), books.books.end(),
                                    [&](const BookRecord& book) { return book.label == label; });
    if (found != books.books.end()) {
        return static_cast<std::size_t>(found - books.books.begin());
    }
    throw StoreError(StoreError::Kind::absent, platform::Message{"book.no_such_label"});
}

std::string label_of(const Books& books, BookNumber number) {
    const std::size_t book_index = book_index_of(number);
    return book_index < books.books.size() ? books.books[book_index].label : std::string();
}

std::uint64_t count_pulled(const VaultReader& vault) {
    const std::optional<std::string> key = vault.last_key(Table::numbers);
    if (!key || !is_pulled(BookNumber{number_of(*key)})) return 0;
    return static_cast<std::uint64_t>(number_in_book(BookNumber{number_of(*key)}));
}

namespace {

StoreError lost_row() {
    return {StoreError::Kind::damaged,
            platform::Message{"disk.row_lost", {{"table", name_of(Table::numbers)}}}};
}

bool has_number(const VaultReader& vault, BookNumber number) {
    return vault.has(Table::numbers, key_of(static_cast<std::uint64_t>(number)));
}

}  // namespace

std::uint64_t last_number(const VaultReader& vault, const Books& books) {
    const std::size_t book_index = books.books.size() - 1;
    std::uint64_t elsewhere = count_pulled(vault);
    for (std::size_t i = 0; i < book_index; ++i) elsewhere += books.books[i].last;
    const std::uint64_t count = vault.count(Table::numbers);
    if (count < elsewhere) throw lost_row();
    const std::uint64_t last = count - elsewhere;
    if (last > 0 && !has_number(vault, book_number(book_index, last))) throw lost_row();
    if (has_number(vault, book_number(book_index, last + 1))) throw lost_row();
    return last;
}

BookNumber next_pulled_number(const VaultReader& vault) {
    return book_number(kPulledIndex, count_pulled(vault) + 1);
}

std::string new_book_label(platform::Random& random) {
    constexpr std::string_view kSigns = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    std::string label;
    while (label.size() < kLabelCharacters) label += kSigns[random.below(kSigns.size())];
    return label;
}

std::string new_installation_id(platform::Random& random) {
    return random.hex(kInstallationBytes);
}

std::optional<std::string> read_meta(const VaultReader& vault, std::string_view name) {
    return vault.get(Table::meta, vault.index("meta", name));
}

void write_meta(VaultWriter& vault, std::string_view name, std::string_view value) {
    vault.put(Table::meta, vault.index("meta", name), value);
}

void erase_meta(VaultWriter& vault, std::string_view name) {
    vault.erase(Table::meta, vault.index("meta", name));
}

}  // namespace tizilim::store
