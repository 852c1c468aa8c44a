#include "agent/texts/catalogue.h"

#include "platform/check.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tizilim::agent {
namespace {

constexpr std::uint32_t kOriginals = 12;     ///< where the header names the table of originals
constexpr std::uint32_t kTranslations = 16;  ///< and that of translations
constexpr char kEndOfContext = '\4';

}  // namespace

std::string_view Catalogue::Entry::form(std::size_t index) const {
    std::string_view rest = forms;
    for (; index > 0; --index) {
        const std::size_t end = rest.find('\0');
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return rest.substr(0, rest.find('\0'));
}

std::uint32_t Catalogue::number_at(std::size_t place) const {
    CHECK(place + 4 <= bytes_.size());
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(bytes_[place + i]);
    return number;
}

std::string_view Catalogue::text_at(std::uint32_t table, std::uint32_t index) const {
    const std::size_t row = number_at(table) + std::size_t{8} * index;
    return bytes_.substr(number_at(row + 4), number_at(row));
}

std::string_view Catalogue::code_at(std::uint32_t index) const {
    const std::string_view original = text_at(kOriginals, index);
    const std::size_t end = original.find(kEndOfContext);
    return end == std::string_view::npos ? std::string_view() : original.substr(0, end);
}

std::optional<Catalogue::Entry> Catalogue::find(std::string_view code) const {
    if (code.empty()) return std::nullopt;
    // Sorted by bytes, the header's empty code first.
    std::uint32_t first = 0;
    std::uint32_t last = size();
    while (first < last) {
        const std::uint32_t middle = first + (last - first) / 2;
        if (code_at(middle) < code) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    if (first == size() || code_at(first) != code) return std::nullopt;
    std::string_view english = text_at(kOriginals, first).substr(code.size() + 1);
    return Entry{english.substr(0, english.find('\0')), text_at(kTranslations, first)};
}

}  // namespace tizilim::agent
