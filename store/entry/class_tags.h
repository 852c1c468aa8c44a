#pragma once

#include "store/entry/codes.h"

#include <string>
#include <string_view>
#include <vector>

namespace tizilim::store {

/// What was done to an entry's class, on whichever PC: two lists that only grow
/// (store/merge/README.md, "Class"). Of two histories of one entry both lists are united, so that
/// all PCs come to the same class without asking what came before what.
struct ClassTags {
    /// One tag an act that narrowed the class. Sorted, none twice.
    std::vector<std::string> narrowed;
    /// Those of them that a later raise saw. Sorted, none twice.
    std::vector<std::string> raised;

    bool operator==(const ClassTags&) const = default;

    /// Of an entry of which nothing has left: `full` begins without a tag, any other with kFirst.
    [[nodiscard]] static ClassTags of(DisclosureClass disclosure);
    /// Each narrowing was raised again: the class is `full`.
    [[nodiscard]] bool lets_all_out() const;
    /// They say no more than the class itself does.
    [[nodiscard]] bool are_usual() const;
    /// Both lists are as they are kept: sorted, without doubles, of tags; nothing is raised that
    /// was not narrowed.
    [[nodiscard]] bool are_in_order() const;
    void unite(const ClassTags& other);
    /// `tag` is fresh: kTagChars random characters.
    void narrow(std::string tag);
    void raise();

    static constexpr std::string_view kFirst = "0";
    static constexpr std::size_t kTagChars = 8;
};

}  // namespace tizilim::store
