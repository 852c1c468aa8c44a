#pragma once

#include "agent/cli/entries.h"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tizilim::agent {

inline constexpr std::size_t kEntryFlags = 11;

/// The flags that give columns of an entry, of one command.
class EntryFlags {
public:
    void add_to(CLI::App& command);
    [[nodiscard]] AddOptions given() const;

private:
    std::array<std::string, kEntryFlags> values_;
    std::array<CLI::Option*, kEntryFlags> options_{};
    CLI::Option* minor_option_ = nullptr;
    bool minor_ = false;
    bool from_stdin_ = false;
};

/// The flag that gives a column, as it is typed; the column itself where there is none.
[[nodiscard]] std::string flag_of(std::string_view column);

}  // namespace tizilim::agent
