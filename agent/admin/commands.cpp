#include "agent/admin/commands.h"

#include "agent/admin/accounts.h"
#include "agent/admin/admin.h"
#include "agent/admin/check_output.h"
#include "agent/admin/handout.h"
#include "agent/admin/lawyers.h"
#include "agent/admin/provisioner.h"
#include "agent/admin/register_check.h"
#include "agent/admin/register_rules.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/visible.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

using platform::JsonArray;
using platform::JsonObject;
using platform::Message;

constexpr std::size_t kCsvBytesMax = std::size_t{16} << 20;

void say(const Command& command, std::string_view code, const JsonObject& values) {
    command.surroundings.out << platform::visible(command.words(code, values)) << '\n';
}

void complain(const Command& command, const Message& message) {
    command.surroundings.err << platform::visible(command.words(message)) << '\n';
}

/// Writes what a PC is given, says where it lies, and shows the password only if that was asked
/// for.
Provisioner::HandOut hand_out_by(const Command& command) {
    return [&command](const Register& account, const Lawyer& lawyer, const std::string& password) {
        const Options& options = command.options;
        std::string url = options.public_url.empty() ? options.server : options.public_url;
        while (url.ends_with('/')) url.pop_back();
        const Handout files = handout_of(options.output, account.database);
        write_handout(files, lawyer, {url + '/' + account.database, account.user, password});
        say(command, "admin.handed_out",
            {{"lawyer", account.lawyer},
             {"setup", files.setup.string()},
             {"sheet", files.sheet.string()}});
        if (options.show) say(command, "admin.password", {{"password", password}});
    };
}

std::vector<Lawyer> lawyers_of(const Command& command, Problems& problems) {
    const Options& options = command.options;
    if (options.csv.empty()) {
        problems = problems_of(options.lawyer);
        return {options.lawyer};
    }
    auto read = read_lawyers(platform::read_file(options.csv, kCsvBytesMax));
    if (read) return *std::move(read);
    problems = read.error();
    return {};
}

JsonArray parts_said(const std::vector<Part>& parts) {
    JsonArray said;
    for (const Part part : parts)
        said.emplace_back(platform::as_json({"admin_part." + std::string(code_of(part))}));
    return said;
}

void report(const Command& command, const Provisioned& result) {
    const JsonObject values{{"lawyer", result.account.lawyer},
                            {"database", result.account.database},
                            {"parts", parts_said(result.made)}};
    if (result.made.empty()) return say(command, "admin.all_there", values);
    if (command.options.dry_run && result.is_new()) {
        // Its database may still get its name.
        return say(command, "admin.would_make_register", values);
    }
    say(command, command.options.dry_run ? "admin.would_make" : "admin.made", values);
}

int make_nothing(const Command& command, const Problems& problems) {
    for (const Message& problem : problems) complain(command, problem);
    complain(command, {"admin.nothing_made"});
    return refused;
}

Register register_asked_for(const Command& command) {
    const auto found = find_register(registers_of(command.server), command.options.name);
    if (!found)
        throw platform::MessageError({"admin.no_such_register", {{"name", command.options.name}}});
    return *found;
}

}  // namespace

int run_provision(const Command& command) {
    Problems problems;
    const std::vector<Lawyer> lawyers = lawyers_of(command, problems);
    if (!problems.empty()) return make_nothing(command, problems);
    Provisioner provisioner(command.server, command.surroundings.random, hand_out_by(command));
    // What contradicts the server is known before the first is made, too.
    for (const Lawyer& lawyer : lawyers) {
        try {
            static_cast<void>(provisioner.plan(lawyer));
        } catch (const platform::MessageError& error) {
            problems.push_back(error.message());
            if (error.message().code == "admin.server_says") break;
        }
    }
    if (!problems.empty()) return make_nothing(command, problems);
    if (!command.options.dry_run) platform::make_private_directory(command.options.output);
    std::size_t made = 0;
    for (const Lawyer& lawyer : lawyers) {
        const Provisioned result =
            command.options.dry_run ? provisioner.plan(lawyer) : provisioner.provision(lawyer);
        if (!result.made.empty()) ++made;
        report(command, result);
    }
    say(command, command.options.dry_run ? "admin.would_make_number" : "admin.made_number",
        {{"number", made}, {"there", lawyers.size() - made}});
    return done;
}

int run_rotate(const Command& command) {
    const Register account = register_asked_for(command);
    platform::make_private_directory(command.options.output);
    Provisioner provisioner(command.server, command.surroundings.random, hand_out_by(command));
    provisioner.rotate(account);
    say(command, "admin.rotated", {{"lawyer", account.lawyer}, {"database", account.database}});
    return done;
}

int run_revoke(const Command& command) {
    const Register account = register_asked_for(command);
    Provisioner provisioner(command.server, command.surroundings.random, {});
    provisioner.revoke(account);
    say(command, "admin.revoked", {{"lawyer", account.lawyer}, {"database", account.database}});
    return done;
}

int run_check(const Command& command) {
    const platform::WallTime now = command.surroundings.clock.wall_now();
    std::vector<CheckedRegister> checked;
    for (const Register& account : registers_of(command.server))
        checked.push_back(check_register(command.server, account, now, command.options.bounds));
    std::ostream& out = command.surroundings.out;
    if (command.options.prometheus) {
        out << check_metrics(checked, now);
    } else if (command.options.json) {
        out << platform::to_json(check_json(checked)) << '\n';
    } else {
        out << platform::visible(check_table(checked, command.words));
    }
    const bool all_well = std::ranges::all_of(
        checked, [](const CheckedRegister& one) { return is_well(one.verdict); });
    return all_well ? done : refused;
}

}  // namespace tizilim::admin
