#include "store/entry/class_tags.h"

#include "store/entry/codes.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::store {
namespace {

using Tags = std::vector<std::string>;

Tags united(const Tags& a, const Tags& b) {
    Tags all;
    std::ranges::set_union(a, b, std::back_inserter(all));
    return all;
}

bool is_tag(std::string_view text) {
    const auto is_plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
    const bool fits = text == ClassTags::kFirst || text.size() == ClassTags::kTagChars;
    return fits && std::ranges::all_of(text, is_plain);
}

bool is_list(const Tags& tags) {
    return std::ranges::all_of(tags, is_tag) &&
           std::ranges::adjacent_find(tags, std::ranges::greater_equal()) == tags.end();
}

}  // namespace

ClassTags ClassTags::of(DisclosureClass disclosure) {
    ClassTags tags;
    if (disclosure != DisclosureClass::full) tags.narrowed.emplace_back(kFirst);
    return tags;
}

bool ClassTags::lets_all_out() const {
    return std::ranges::includes(raised, narrowed);
}

bool ClassTags::are_usual() const {
    const bool is_first = narrowed.size() == 1 && narrowed.front() == kFirst;
    return raised.empty() && (narrowed.empty() || is_first);
}

bool ClassTags::are_in_order() const {
    return is_list(narrowed) && is_list(raised) && std::ranges::includes(narrowed, raised);
}

void ClassTags::unite(const ClassTags& other) {
    narrowed = united(narrowed, other.narrowed);
    raised = united(raised, other.raised);
}

void ClassTags::narrow(std::string tag) {
    narrowed = united(narrowed, {std::move(tag)});
}

void ClassTags::raise() {
    raised = united(raised, narrowed);
}

}  // namespace tizilim::store
