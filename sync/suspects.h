#pragma once

#include <algorithm>
#include <cstddef>

namespace tizilim::sync {

/// A server that refuses a whole batch for one of its documents does not always say for which. So
/// the batch is halved until that one is alone: with n documents in it, in about log2 n requests,
/// since the half that was taken says that it is in the other. Counts documents at the head of the
/// outbox; should the outbox change under it, it takes a few requests more.
class Suspects {
public:
    [[nodiscard]] bool any() const { return among_ > 0; }
    /// How many documents to send next.
    [[nodiscard]] std::size_t documents_max(std::size_t usual) const {
        return any() ? std::max<std::size_t>(1, among_ / 2) : usual;
    }
    void refused(std::size_t documents) { among_ = documents; }
    /// True when nothing is left to suspect, and none was found: the batch was too large as such.
    [[nodiscard]] bool accepted(std::size_t documents) {
        if (!any()) return false;
        among_ -= std::min(among_, documents);
        return !any();
    }
    /// It was found, or nobody looks for it any more.
    void clear() { among_ = 0; }

private:
    std::size_t among_ = 0;  ///< one of so many is it; 0: none is suspected
};

}  // namespace tizilim::sync
