#pragma once

#include <algorithm>
#include <cstddef>

namespace tizilim::sync {

/// Finds the document for which a server refuses a whole batch: the batch is halved until that one
/// is alone, in about log2 n requests, since an accepted half says that it is in the other. Counts
/// documents from the head of the outbox; a change of the outbox costs a few requests more.
class Suspects {
public:
    [[nodiscard]] bool any() const { return among_ > 0; }
    /// How many documents to send next.
    [[nodiscard]] std::size_t documents_max(std::size_t usual) const {
        return any() ? std::max<std::size_t>(1, among_ / 2) : usual;
    }
    void refused(std::size_t documents) { among_ = documents; }
    /// True when all were accepted in the end: the batch was too large as a whole.
    [[nodiscard]] bool accepted(std::size_t documents) {
        if (!any()) return false;
        among_ -= std::min(among_, documents);
        return !any();
    }
    /// Ends the search.
    void clear() { among_ = 0; }

private:
    std::size_t among_ = 0;  ///< it is one of so many; 0: no search
};

}  // namespace tizilim::sync
