#include "agent/cli/commands/flags.h"

#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/hints.h"
#include "agent/cli/terminal/reply.h"
#include "agent/input/codes.h"
#include "agent/texts/words.h"
#include "platform/text/json.h"
#include "store/entry/fields.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Option.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {

using store::EntryField;

namespace {

/// "court|legal_information" of a field that takes codes, for help and completion; empty: it takes
/// none. Words and numbers are taken, too.
std::string code_list(const EntryField& field) {
    std::string list;
    for (const Spelling& spelling : codes_of(field))
        list.append(list.empty() ? "" : "|").append(spelling.code);
    return list;
}

}  // namespace

void EntryFlags::add_to(CLI::App& command, const Words& words) {
    for (const EntryField& field : store::entry_fields()) {
        if (field.given_by == store::GivenBy::file) continue;
        Flag& flag = flags_.emplace_back(Flag{field});
        const std::string name = flag_of(field.name);
        const std::string help = words("field_help." + std::string(field.name));
        flag.option = is_yes_or_no(field)
                          ? command.add_flag(name + ",!--no-" + name.substr(2), flag.is_set, help)
                          : command.add_option(name, flag.text, help);
        if (const std::string codes = code_list(field); !codes.empty())
            flag.option->type_name(codes);
    }
    command.add_flag("--from-stdin", from_stdin_, words("help.add_from_stdin"));
}

AddOptions EntryFlags::given() const {
    AddOptions given;
    given.from_stdin = from_stdin_;
    for (const Flag& flag : flags_) {
        if (flag.option->count() == 0) continue;
        const platform::JsonValue value = is_yes_or_no(flag.field)
                                              ? platform::JsonValue(flag.is_set)
                                              : platform::JsonValue(flag.text);
        given.fields.push_back({std::string(flag.field.name), value});
    }
    return given;
}

void set_member(platform::JsonObject& object, platform::JsonMember member) {
    const auto same = [&](const platform::JsonMember& other) { return other.name == member.name; };
    std::erase_if(object, same);
    object.push_back(std::move(member));
}

int add_given_fields(const Command& command, const AddOptions& options,
                     platform::JsonObject& fields) {
    platform::JsonObject typed;
    if (options.from_stdin)
        if (const int failed = read_stdin_object(command, typed); failed != done) return failed;
    for (const platform::JsonMember& member : typed) set_member(fields, member);
    for (const platform::JsonMember& member : options.fields) set_member(fields, member);
    return done;
}

}  // namespace tizilim::agent
