#pragma once

#include "agent/cli/commands/commands.h"
#include "agent/texts/words.h"
#include "store/entry/fields.h"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <deque>
#include <string>
#include <string_view>

namespace tizilim::agent {

/// One command's flags for the fields of an entry that a person gives.
class EntryFlags {
public:
    /// With `field_help.<field>` as the help of each.
    void add_to(CLI::App& command, const Words& words);
    [[nodiscard]] AddOptions given() const;

private:
    struct Flag {
        const store::EntryField& field;
        std::string text{};
        bool is_set = false;
        CLI::Option* option = nullptr;
    };
    std::deque<Flag> flags_;  ///< options point into it
    bool from_stdin_ = false;
};

}  // namespace tizilim::agent
