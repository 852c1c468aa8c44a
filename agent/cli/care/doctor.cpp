#include "agent/cli/care/doctor.h"

#include "agent/cli/care/bundle.h"
#include "agent/cli/care/finding.h"
#include "agent/cli/care/link_checks.h"
#include "agent/cli/care/place_checks.h"
#include "agent/cli/care/port_checks.h"
#include "agent/cli/commands/overview.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/entry_words.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/two_columns.h"
#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

Finding version_of(const JsonValue& status, std::string_view version) {
    const std::string theirs = text_at(value_at(status, "agent"), "version");
    if (theirs == version)
        return {"daemon", Verdict::ok, {"doctor.daemon_answers", {{"version", theirs}}}};
    return {"daemon",
            Verdict::warn,
            {"doctor.other_version", {{"version", theirs}, {"ours", std::string(version)}}}};
}

Finding register_of(const Message& lost) {
    const bool is_calm =
        lost.code == "overview.nothing_lost" || lost.code == "overview.nothing_recorded";
    return {"register", is_calm ? Verdict::ok : Verdict::fail, lost};
}

/// Empty: it does not run.
std::string network_pid(const JsonValue& status) {
    return text_at(value_at(value_at(status, "processes"), "network"), "pid");
}

Finding programs_of(const JsonValue& status) {
    const JsonValue& running = value_at(status, "processes");
    const JsonValue& network = value_at(running, "network");
    const std::string pid = network_pid(status);
    const std::int64_t* const restarts = value_at(network, "restarts").integer();
    const std::int64_t count = restarts == nullptr ? 0 : *restarts;
    if (pid.empty()) return {"processes", Verdict::warn, {"doctor.no_network_program"}};
    return {"processes",
            Verdict::ok,
            {"doctor.programs",
             {{"register", text_at(value_at(running, "register"), "pid")},
              {"network", pid},
              {"count", count}}}};
}

std::string listed(const JsonArray& held) {
    std::string list;
    for (const JsonValue& item : held) {
        const std::string* const name = item.string();
        if (name != nullptr) list += (list.empty() ? "" : ", ") + *name;
    }
    return list;
}

bool holds(std::string_view list) {
    return list.find("landlock") != std::string_view::npos &&
           list.find("seccomp") != std::string_view::npos;
}

Finding confinement_of(const JsonValue& status) {
    const JsonValue& confinement = value_at(status, "confinement");
    const std::string of_register = listed(array_at(confinement, "register"));
    const std::string of_network = listed(array_at(confinement, "network"));
    const bool is_register = !holds(of_register);
    // What confined one that has ended says nothing of the next.
    if (!is_register && network_pid(status).empty())
        return {"confinement", Verdict::ok, {"doctor.register_confined", {{"held", of_register}}}};
    const std::string& weak = is_register ? of_register : of_network;
    if (!is_register && holds(of_network))
        return {"confinement", Verdict::ok, {"doctor.confined", {{"held", of_register}}}};
    const std::string program = is_register ? "tizilim-register" : "tizilim-sync";
    if (weak.empty())
        return {"confinement", Verdict::warn, {"doctor.not_confined", {{"program", program}}}};
    return {"confinement",
            Verdict::warn,
            {"doctor.partly_confined", {{"program", program}, {"held", weak}}}};
}

Verdict verdict_of_state(std::string_view state) {
    if (state == "synced" || state == "pending") return Verdict::ok;
    if (state == "offline" || state == "captive_portal" || state == "paused") return Verdict::warn;
    return Verdict::fail;
}

/// Of the tasks in `seen`, the one with this beginning.
const Message* task_in(const Overview& seen, std::string_view beginning) {
    const auto found = std::ranges::find_if(
        seen.tasks, [&](const Message& task) { return task.code.starts_with(beginning); });
    return found == seen.tasks.end() ? nullptr : &*found;
}

Finding backup_of(const JsonValue& status, const Overview& seen) {
    if (const Message* const failed = task_in(seen, "overview.backup_failed"))
        return {"backup", Verdict::fail, *failed};
    if (const Message* const none = task_in(seen, "overview.no_backup"))
        return {"backup", Verdict::warn, *none};
    return {"backup",
            Verdict::ok,
            {"doctor.backup_made", {{"at", text_at(value_at(status, "backup"), "lastAt")}}}};
}

/// Nothing is said before the first.
std::optional<Finding> drill_of(const JsonValue& status, const Overview& seen) {
    if (const Message* const failed = task_in(seen, "overview.drill_failed"))
        return Finding{"drill", Verdict::fail, *failed};
    const std::string tried_at = text_at(value_at(value_at(status, "backup"), "drill"), "triedAt");
    if (tried_at.empty()) return {};
    return Finding{"drill", Verdict::ok, {"doctor.drill", {{"at", tried_at}}}};
}

Finding clock_of(const Overview& seen) {
    if (const Message* const odd = task_in(seen, "overview.clock"))
        return {"clock", Verdict::warn, *odd};
    return {"clock", Verdict::ok, {"doctor.clock_agrees"}};
}

/// Nothing is said where none was ever asked for.
std::optional<Finding> timestamps_of(const JsonValue& status) {
    const JsonValue& stamps = value_at(status, "timestamps");
    const std::string last_at = text_at(stamps, "lastAt");
    if (const std::string failed_at = text_at(stamps, "failedAt"); !failed_at.empty()) {
        const Message why = platform::message_of(stamps).value_or(Message{"timestamp.not_asked"});
        return Finding{"timestamps",
                       Verdict::warn,
                       {"doctor.no_timestamp", {{"at", failed_at}, {"why", as_json(why)}}}};
    }
    if (last_at.empty()) return {};
    return Finding{"timestamps", Verdict::ok, {"doctor.timestamp", {{"at", last_at}}}};
}

/// What the parser found odd in the file; a fault would have ended the command.
Findings findings_in_configuration(const Command& command) {
    Findings found;
    found.reserve(command.configuration.warnings.size() + 1);
    for (const ConfigProblem& odd : command.configuration.warnings)
        found.push_back({"configuration", Verdict::warn, odd.message});
    if (found.empty()) found.push_back({"configuration", Verdict::ok, {"doctor.configuration"}});
    return found;
}

/// Delivery goes on from a part of it, whatever fills the disk.
Finding reserve_of(const JsonValue& status) {
    constexpr std::int64_t kReserveNeededBytes = std::int64_t{1} << 20;
    const std::int64_t* const bytes = value_at(value_at(status, "store"), "reserveBytes").integer();
    const std::int64_t held = bytes == nullptr ? 0 : *bytes;
    if (held < kReserveNeededBytes) return {"reserve", Verdict::warn, {"doctor.reserve_used"}};
    return {"reserve", Verdict::ok, {"doctor.reserve", {{"bytes", held}}}};
}

void append(Findings& to, Findings more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What is asked of a daemon that answers. \throws Unreachable
void examine_daemon(const Command& command, const DaemonClient& daemon, Examined& seen) {
    const Configuration& configuration = command.configuration;
    const platform::WallTime now = command.console.now();
    append(seen.findings, findings_of(seen.status, TIZILIM_VERSION));
    seen.findings.push_back(
        page_finding(page_of(daemon), page_at(configuration.status), configuration.status));
    if (text_at(seen.status, "state") == "no_register") return;
    seen.findings.push_back(reserve_of(seen.status));
    append(seen.findings,
           link_findings(seen.status, configuration.unified.url, configuration.unified.proxy, now));
    if (const std::string end = own_certificate_end(daemon); !end.empty())
        seen.findings.push_back(
            end_of_certificate("own_certificate", "doctor.renew_own", end, now));
}

void print_findings(const Command& command, const Findings& findings) {
    if (command.json) return print_json(command, JsonObject{{"checks", json_of(findings)}});
    TwoColumns lines(0);
    for (const Finding& finding : findings)
        lines.add(
            word_of(command.words, "doctor_result.", code_of(finding.verdict)),
            command.words("doctor.line",
                          {{"subject", word_of(command.words, "doctor_check.", finding.subject)},
                           {"found", as_json(finding.message)}}));
    lines.print(command.console.out, command.console.cells_max());
}

}  // namespace

std::string_view code_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::warn:
            return "warn";
        case Verdict::fail:
            return "fail";
    }
    return "fail";
}

Findings findings_of(const JsonValue& status, std::string_view version) {
    const Overview seen = overview(status);
    Findings found{version_of(status, version)};
    if (text_at(status, "state") == "no_register") {
        found.push_back({"register", Verdict::fail, {"register.none"}});
        return found;
    }
    found.push_back(register_of(seen.lost));
    found.push_back(programs_of(status));
    found.push_back(confinement_of(status));
    found.push_back({"delivery", verdict_of_state(text_at(status, "state")), seen.delivery});
    found.push_back(backup_of(status, seen));
    if (auto drill = drill_of(status, seen)) found.push_back(*std::move(drill));
    found.push_back(clock_of(seen));
    if (auto stamps = timestamps_of(status)) found.push_back(*std::move(stamps));
    return found;
}

std::string own_certificate_end(const DaemonClient& daemon) {
    // Where something is signed at all, some of the newest are.
    const DaemonReply reply = daemon.ask({.path = "/api/v1/entries?order=newest&limit=100"});
    if (!is_success(reply.status)) return {};
    const JsonValue answer = read_reply(reply.body);
    for (const JsonValue& entry : array_at(answer, "entries"))
        if (std::string end = text_at(value_at(entry, "signature"), "valid_to"); !end.empty())
            return end;
    return {};
}

JsonArray json_of(const Findings& findings) {
    JsonArray checks;
    for (const Finding& finding : findings) {
        JsonObject check{{"check", std::string(finding.subject)},
                         {"result", std::string(code_of(finding.verdict))}};
        platform::append_message(check, "message", finding.message);
        checks.emplace_back(std::move(check));
    }
    return checks;
}

Examined examine(const Command& command) {
    Examined seen{.findings = findings_in_configuration(command), .status = {}, .code = done};
    const DaemonClient daemon(command.configuration);
    bool is_running = false;
    try {
        const DaemonReply reply = daemon.ask({.path = "/status"});
        is_running = true;
        seen.status = read_reply(reply.body);
        examine_daemon(command, daemon, seen);
    } catch (const Unreachable& error) {
        seen.findings.push_back({"daemon", Verdict::fail, error.message()});
        seen.code = unreachable;
    } catch (const platform::FileError& error) {
        seen.findings.push_back({"daemon", Verdict::fail, error.message()});
        seen.code = unreachable;
    }
    append(seen.findings, place_findings(command.configuration, is_running, command.console.now()));
    seen.findings.push_back(ncalayer_finding(kNcaLayerPort));
    const auto failed = [](const Finding& one) { return one.verdict == Verdict::fail; };
    if (seen.code == done && std::ranges::any_of(seen.findings, failed)) seen.code = refused;
    return seen;
}

int run_doctor(const Command& command, const std::string& bundle) {
    const Examined seen = examine(command);
    print_findings(command, seen.findings);
    if (!bundle.empty()) write_bundle(command, seen, bundle);
    return seen.code;
}

}  // namespace tizilim::agent
