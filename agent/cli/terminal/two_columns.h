#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::agent {

/// Names and their texts, one below the other; the texts begin at one column, in every language.
class TwoColumns {
public:
    /// The texts begin at `column_min`, or where the longest name leaves room.
    explicit TwoColumns(std::size_t column_min = kColumnMin) : column_min_(column_min) {}

    /// Nothing for an empty text.
    void add(std::string name, const std::string& text);
    /// In lines that end within `cells_max`.
    void print(std::ostream& out, std::size_t cells_max) const;

private:
    static constexpr std::size_t kColumnMin = 18;

    std::size_t column_min_;
    std::vector<std::pair<std::string, std::string>> rows_;
};

}  // namespace tizilim::agent
