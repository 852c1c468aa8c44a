#include "store/book/entry_lookup.h"

#include "platform/text/message.h"
#include "store/book/books.h"
#include "store/book/entry_rows.h"
#include "store/book/records.h"
#include "store/disk/tables.h"
#include "store/disk/vault.h"
#include "store/entry/entry.h"
#include "store/store_error.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

StoreError absent(platform::Message what) {
    return {StoreError::Kind::absent, std::move(what)};
}

/// By number, by id, or by a prefix of one. At least this many characters, so that a typing error
/// in a number names nothing.
constexpr std::size_t kPrefixCharactersMin = 4;

std::optional<EntryNumber> number_in(const std::string& name) {
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stopped, failed] = std::from_chars(name.data(), end, number);
    // An id begins with a 0 for the next two thousand years; a number never does.
    if (failed != std::errc{} || stopped != end || name[0] == '0') return {};
    return EntryNumber{number};
}

EntryId find_by_prefix(const VaultReader& vault, const std::string& prefix) {
    const std::string zero = EntryId{}.to_string();
    const std::optional<EntryId> from = prefix.size() > zero.size()
                                            ? std::nullopt
                                            : EntryId::parse(prefix + zero.substr(prefix.size()));
    if (!from || prefix.size() < kPrefixCharactersMin) {
        throw absent({"entry.no_such_name", {{"count", kPrefixCharactersMin}}});
    }
    std::vector<EntryId> found;
    vault.scan(Table::entries, from->raw(), [&](std::string_view key, const std::string&) {
        const EntryId id = EntryId::from_raw(key);
        if (!id.to_string().starts_with(prefix)) return false;
        found.push_back(id);
        return found.size() < 2;
    });
    if (found.empty()) throw absent({"entry.no_such_id"});
    if (found.size() > 1) throw absent({"entry.id_of_several"});
    return found.front();
}

}  // namespace

EntryId find_entry(const VaultReader& vault, const std::string& name) {
    const std::optional<EntryNumber> number = number_in(name);
    if (!number) return find_by_prefix(vault, name);
    const Books books = read_books(vault);
    const std::optional<EntryId> id = BookReader(vault).id_of(
        book_number(books.books.size() - 1, static_cast<std::uint64_t>(*number)));
    if (id) return *id;
    const std::uint64_t last = last_number(vault, books);
    const auto asked = static_cast<std::uint64_t>(*number);
    if (last == 0) throw absent({"entry.empty_book", {{"number", asked}}});
    throw absent({"entry.no_such_number", {{"number", asked}, {"last", last}}});
}

}  // namespace tizilim::store
