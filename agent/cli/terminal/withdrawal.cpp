#include "agent/cli/terminal/withdrawal.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/text_table.h"
#include "platform/text/json.h"

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>

namespace tizilim::agent {
namespace {

DaemonReply send(const Command& command, const EntryAct& act) {
    return DaemonClient(command.configuration)
        .ask({.method = "POST",
              .path = entry_path(act.name) + "/" + act.what + (act.agreed ? "?withdraw=1" : ""),
              .content_type = "application/json",
              .body = platform::to_json(act.body)});
}

std::string without_outer_spaces(const std::string& text) {
    constexpr const char* kSpaces = " \t\r";
    const std::size_t from = text.find_first_not_of(kSpaces);
    if (from == std::string::npos) return {};
    return text.substr(from, text.find_last_not_of(kSpaces) + 1 - from);
}

}  // namespace

int confirm_withdrawal(const Command& command, const std::string& name, bool agreed) {
    if (agreed) return done;
    const std::string named = shown(name, kWidthMax);
    if (!command.console.ask)
        return refuse_here(command, "entry " + named +
                                        " was not withdrawn: that is for good, and there is no "
                                        "terminal to ask at. Give --yes if it is meant");
    const std::optional<std::string> typed = command.console.ask(
        "The unified system will be asked to forget entry " + named +
        ", for good: nothing of it is ever sent again. Type " + named + " again to withdraw it: ");
    if (typed && without_outer_spaces(*typed) == name) return done;
    return refuse_here(command, "nothing was changed: what was typed is not " + named);
}

int ask_agreed(const Command& command, EntryAct act, const PrintAnswer& print) {
    const DaemonReply reply = send(command, act);
    const platform::JsonValue answer = read_reply(reply.body);
    if (is_success(reply.status) || text_at(answer, "error") != "withdraws")
        return conclude(command, reply, print);
    command.console.err << "tizilim: " << shown(text_at(answer, "message"), kWidthMax) << '\n';
    if (const int refusal = confirm_withdrawal(command, act.name, act.agreed); refusal != done)
        return refusal;
    act.agreed = true;
    return conclude(command, send(command, act), print);
}

}  // namespace tizilim::agent
