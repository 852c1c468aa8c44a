#include "agent/cli/recording/recording.h"

#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/flags.h"
#include "agent/cli/recording/codes.h"
#include "agent/cli/terminal/command.h"
#include "agent/texts/words.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <functional>
#include <memory>
#include <string>

namespace tizilim::agent {
namespace {

struct RecordingOptions {
    EntryFlags fields;
    bool dry_run = false;
    bool again = false;
    std::string like;
    std::string kind;
};

}  // namespace

void add_recording_commands(CLI::App& app, const Words& words,
                            const std::function<void(std::function<int(const Command&)>)>& chosen) {
    // The parser keeps the callbacks, and they keep what it writes to.
    const auto given = std::make_shared<RecordingOptions>();
    CLI::App* const add = app.add_subcommand("add", words("help.add"));
    add->callback([chosen, given] {
        chosen([given](const Command& command) {
            AddOptions options = given->fields.given();
            options.dry_run = given->dry_run;
            options.again = given->again;
            options.like = given->like;
            return run_add(command, options);
        });
    });
    given->fields.add_to(*add, words);
    add->add_flag("--dry-run", given->dry_run, words("help.add_dry_run"));
    add->add_flag("--again", given->again, words("help.add_again"));
    add->add_option("--like", given->like, words("help.add_like"))
        ->type_name("ENTRY")
        ->check(is_entry_name());

    CLI::App* const codes = app.add_subcommand("codes", words("help.codes"));
    codes->callback([chosen, given] {
        chosen([given](const Command& command) { return run_codes(command, given->kind); });
    });
    take_one_of(codes->add_option("kind", given->kind, words("help.codes_kind")), code_kinds());
}

}  // namespace tizilim::agent
