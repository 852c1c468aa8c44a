#pragma once

#include "store/tables.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// What a transaction does to rows, in its order, as bytes that it can be done again from.
class RowChanges {
public:
    /// No longer ones are kept: bytes() is then empty, and kept() false.
    explicit RowChanges(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    void put(Table table, std::string_view key, std::string_view value);
    void erase(Table table, std::string_view key);

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] bool kept() const { return kept_; }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }

    struct Row {
        Table table;
        std::string_view key;
        std::optional<std::string_view> value;  ///< nothing: the row was erased
    };
    /// In their order. False when the bytes are not of this kind, or name a table that is not
    /// known; some rows may have been visited.
    [[nodiscard]] static bool visit(std::string_view bytes,
                                    const std::function<void(const Row&)>& visitor);

private:
    void begin(char kind, Table table, std::string_view key, std::size_t value_bytes);

    std::size_t bytes_max_;
    std::string bytes_;
    std::size_t count_ = 0;
    bool kept_ = true;
};

}  // namespace tizilim::store
