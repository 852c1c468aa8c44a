#include "agent/cli/terminal/withdrawal.h"

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/documents/text_table.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstddef>
#include <optional>
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
    const platform::JsonObject values{{"entry", named}};
    if (!command.console.ask)
        return refuse_here(command, platform::Message{"cli.withdraw_no_terminal", values});
    const std::optional<std::string> typed =
        command.console.ask(command.words("cli.withdraw_question", values));
    if (typed && without_outer_spaces(*typed) == name) return done;
    return refuse_here(command, platform::Message{"cli.withdraw_not_typed", values});
}

int ask_agreed(const Command& command, EntryAct act, const PrintAnswer& print) {
    const DaemonReply reply = send(command, act);
    const platform::JsonValue answer = read_reply(reply.body);
    if (is_success(reply.status) || text_at(answer, "error") != "withdraws")
        return conclude(command, reply, print);
    complain(command, said(command.words, answer));
    if (const int refusal = confirm_withdrawal(command, act.name, act.agreed); refusal != done)
        return refusal;
    act.agreed = true;
    return conclude(command, send(command, act), print);
}

}  // namespace tizilim::agent
