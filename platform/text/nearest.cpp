#include "platform/text/nearest.h"

#include "platform/text/unicode.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::platform {
namespace {

/// No name is longer; what is longer was no slip.
constexpr std::size_t kTypedBytesMax = 128;
constexpr std::size_t kSlipsMax = 2;

std::u32string letters_of(std::string_view text) {
    std::u32string letters;
    while (!text.empty()) {
        const CodePoint next = first_code_point(text);
        letters += next.value;
        text.remove_prefix(next.bytes);
    }
    return letters;
}

std::size_t slips_between(std::u32string_view a, std::u32string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> last(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min(
                {last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = std::exchange(last, std::move(row));
    }
    return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, std::span<const std::string> known) {
    if (typed.empty() || typed.size() > kTypedBytesMax) return {};
    const std::u32string letters = letters_of(typed);
    std::string best;
    // A word of three letters is not another word with two of them changed.
    std::size_t fewest = std::min(kSlipsMax, letters.size() / 2) + 1;
    for (const std::string& name : known) {
        const std::size_t slips = slips_between(letters, letters_of(name));
        if (slips < fewest) {
            fewest = slips;
            best = name;
        }
    }
    return best;
}

}  // namespace tizilim::platform
