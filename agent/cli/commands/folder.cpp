#include "agent/api/entry_json.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/ask_code.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/config/config.h"
#include "agent/documents/export.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/files/file_stream.h"
#include "platform/files/key_store.h"
#include "platform/process/crash_message.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/owner/owner_session.h"
#include "store/owner/salvage_report.h"
#include "store/register/register.h"
#include "store/register/signature_examination.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tizilim::agent {

int run_verify_offline(const Command& command) {
    const platform::SystemClock clock;
    platform::SystemRandom random;
    expect_own_folder(command.configuration);
    platform::explain_crashes(
        "tizilim: " + command.words(crash_advice(command.configuration.registry.directory)));
    const platform::FileKeyStore keys(keys_directory(command.configuration));
    const store::Register opened(command.configuration.registry, keys, clock, random);
    ProgressBar bar(command.console);
    const store::RegisterCheck check = store::verify_and_examine(
        opened, [&bar](std::uint64_t verified, std::uint64_t total) { bar.show(verified, total); });
    bar.clear();
    return print_verification(command, json_of(check));
}

namespace {

/// Writes what `salvage` finds to `file`, and says what to do with it.
int write_salvage(
    const Command& command, const std::string& file,
    const std::function<store::SalvageReport(const store::VisitSalvaged& visit)>& salvage) {
    expect_outside_register(command, file);
    platform::NewFile out(file);
    const store::SalvageReport report = salvage([&](const store::Salvaged& entry) {
        out.write(platform::to_json(salvaged_json(entry)) + '\n');
    });
    out.sync();
    out.publish();
    if (command.json) {
        platform::JsonObject json{{"entries", report.entries},
                                  {"versions", report.versions},
                                  {"signatures", report.signatures},
                                  {"uncertain", report.uncertain},
                                  {"lost", report.lost},
                                  {"signatures_lost", report.signatures_lost},
                                  {"file", file}};
        if (report.damaged_at) json.push_back({"damaged_at", *report.damaged_at});
        print_json(command, json);
        return report.entries > 0 ? done : refused;
    }
    const Words& words = command.words;
    if (report.damaged_at)
        warn(command, words("cli.backup_damaged", {{"byte", *report.damaged_at}}));
    if (report.entries == 0) return refuse_here(command, platform::Message{"cli.none_salvaged"});
    say(command.console, words("cli.salvaged", {{"count", report.entries},
                                                {"versions", report.versions},
                                                {"signatures", report.signatures},
                                                {"file", file}}));
    say(command.console, words("cli.salvaged_next", {{"file", file}}));
    if (report.uncertain > 0)
        warn(command, words("cli.salvaged_uncertain", {{"count", report.uncertain}}));
    if (report.lost > 0) warn(command, words("cli.salvaged_lost", {{"count", report.lost}}));
    if (report.signatures_lost > 0)
        warn(command, words("cli.salvaged_signatures_lost", {{"count", report.signatures_lost}}));
    return done;
}

}  // namespace

int run_salvage(const Command& command, const std::string& file) {
    expect_own_folder(command.configuration);
    platform::SystemRandom random;
    const platform::FileKeyStore keys(keys_directory(command.configuration));
    return write_salvage(command, file, [&](const store::VisitSalvaged& visit) {
        return store::OwnerSession::salvage(command.configuration.registry, keys, random, visit);
    });
}

int run_salvage_backup(const Command& command, const RestoreWish& wish) {
    const std::optional<std::string> code =
        ask_for_recovery_code(command, wish.code_file, wish.file);
    if (!code) return refused;
    platform::SystemRandom random;
    return write_salvage(command, wish.salvage, [&](const store::VisitSalvaged& visit) {
        return store::OwnerSession::salvage_backup(wish.file, *code, random, visit);
    });
}

}  // namespace tizilim::agent
