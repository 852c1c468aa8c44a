#pragma once

#include <type_traits>
#include <utility>

namespace tizilim::store {

/// Permission to read confidential values. The friends below are the complete list of who may:
/// add one and the reviewer sees it here.
class RevealKey {
    explicit RevealKey() = default;
    friend class EntryCodec;    // seals entries to the local disk
    friend class OwnerSession;  // shows entries to the person who wrote them
};

/// A value that never leaves this device. It cannot be printed, compared, hashed or serialised.
template <class T>
class Confidential {
public:
    Confidential() = default;
    explicit Confidential(T value) noexcept(std::is_nothrow_move_constructible_v<T>)
        : value_(std::move(value)) {}

    bool operator==(const Confidential&) const = delete;

    [[nodiscard]] const T& reveal(RevealKey) const noexcept { return value_; }

private:
    T value_{};
};

}  // namespace tizilim::store
