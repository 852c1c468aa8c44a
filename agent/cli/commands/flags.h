#pragma once

#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
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

/// Puts `member` in, instead of one of that name.
void set_member(platform::JsonObject& object, platform::JsonMember member);

/// Adds the flags' fields, and those of standard input with --from-stdin. Returns an ExitCode.
int add_given_fields(const Command& command, const AddOptions& options,
                     platform::JsonObject& fields);

}  // namespace tizilim::agent
