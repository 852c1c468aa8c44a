#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/ask_code.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/reply.h"
#include "agent/config/config.h"
#include "agent/documents/text_table.h"
#include "platform/clock.h"
#include "platform/files/key_store.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;

/// What works on a register's folder itself takes its machine's own.
struct Machine {
    explicit Machine(const Configuration& configuration) : keys(keys_directory(configuration)) {
        expect_own_folder(configuration);
    }
    platform::SystemClock clock;
    platform::SystemRandom random;
    platform::FileKeyStore keys;
};

void print_json(const Command& command, const JsonObject& json) {
    command.console.out << platform::to_json(json) << '\n';
}

void print_code(std::ostream& out, const std::string& code) {
    out << "\nRecovery code, shown this once and kept nowhere:\n\n    " << code
        << "\n\nWrite it down and keep it away from this computer. Whoever has it and a backup can "
           "read the register; without it, and without the key, nobody can.\n";
}

/// `pairing` of another PC of the lawyer; null: this is the first one.
int make_register(const Command& command, const store::PairingCode* pairing) {
    const store::RegisterSettings& settings = command.configuration.registry;
    Machine machine(command.configuration);
    const std::string code =
        pairing == nullptr
            ? store::Register::create(settings, machine.keys, machine.clock, machine.random)
            : store::Register::join(settings, machine.keys, *pairing, machine.clock,
                                    machine.random);
    const store::Register made(settings, machine.keys, machine.clock, machine.random);
    const std::string directory = settings.directory.string();
    const std::string key_folder = keys_directory(command.configuration).string();
    if (command.json) {
        print_json(command, {{"book", made.book().label},
                             {"directory", directory},
                             {"keys", key_folder},
                             {"joined", pairing != nullptr},
                             {"recovery_code", code}});
        return done;
    }
    command.console.out << "Made a register in " << directory << "\nBook " << made.book().label
                        << "\nIts key is in " << key_folder
                        << ": this computer opens the register with it.\n";
    if (pairing != nullptr)
        command.console.out << "Joined: what your other computers deliver comes here with the next "
                               "exchange. New entries go in this computer's own book.\n";
    print_code(command.console.out, code);
    return done;
}

int renew_code(const Command& command) {
    Machine machine(command.configuration);
    const std::string code = store::renew_recovery_code(
        command.configuration.registry, machine.keys, machine.clock, machine.random);
    if (command.json) {
        print_json(command, {{"recovery_code", code}});
        return done;
    }
    print_code(command.console.out, code);
    command.console.out
        << "It opens backups made from now on. Earlier ones open with the code that "
           "was in force then: keep that too.\n";
    return done;
}

int decide_book(const Command& command, bool begin_new) {
    Machine machine(command.configuration);
    store::Register registry(command.configuration.registry, machine.keys, machine.clock,
                             machine.random);
    begin_new ? registry.begin_new_book() : registry.continue_book();
    const std::string label = registry.book().label;
    if (command.json) {
        print_json(command, {{"book", label}});
    } else {
        command.console.out << (begin_new ? "Began book " : "Goes on with book ") << label << '\n';
    }
    return done;
}

void print_restored(const Command& command, const store::RestoreReport& report) {
    const std::string at =
        platform::format_time(report.backed_up_at, command.configuration.registry.utc_offset);
    const std::string directory = command.configuration.registry.directory.string();
    if (command.json) {
        print_json(command, {{"book", report.book},
                             {"entries", report.entries},
                             {"backed_up_at", at},
                             {"directory", directory}});
        return;
    }
    command.console.out << "Restored " << report.entries << " entries, backed up at " << at
                        << ", to " << directory << "\nNew entries go in book " << report.book
                        << "\nWhat had been delivered is asked for anew at the unified system.\n";
}

}  // namespace

int run_init(const Command& command, InitWish wish) {
    switch (wish) {
        case InitWish::new_register:
            return make_register(command, nullptr);
        case InitWish::new_recovery_code:
            return renew_code(command);
        case InitWish::new_book:
            return decide_book(command, true);
        case InitWish::continue_book:
            return decide_book(command, false);
    }
    return usage;
}

int run_join(const Command& command, const std::string& code) {
    const auto problem = [](const std::string& text) -> std::optional<std::string> {
        const auto parsed = store::PairingCode::parse(text);
        return parsed ? std::nullopt : std::optional(in_english(parsed.error()));
    };
    std::optional<std::string> given = code;
    if (code == "-") {
        given = ask_for_code(command, {.question = "Pairing code: ",
                                       .file = {},
                                       .when_missing = "type the one that `tizilim pair` shows on "
                                                       "your first computer",
                                       .problem = problem});
        if (!given) return refused;
    }
    const auto parsed = store::PairingCode::parse(*given);
    if (!parsed) return refuse_here(command, in_english(parsed.error()));
    return make_register(command, &*parsed);
}

int run_backup(const Command& command, const std::string& directory, std::uint32_t keep) {
    if (directory.empty())
        return usage_problem(command, "the name of the folder for backups is empty; name one");
    expect_outside_register(command, directory);
    const std::string folder = std::filesystem::absolute(directory).string();
    const DaemonRequest request{
        .method = "POST",
        .path = "/api/v1/backup",
        .content_type = "application/json",
        .body = platform::to_json(JsonObject{{"directory", folder}, {"keep", keep}})};
    JsonValue result;
    if (const int code = follow(command, request, result); code != done) return code;
    if (command.json) {
        command.console.out << platform::to_json(result) << '\n';
        return done;
    }
    command.console.out << "Backed up " << text_at(result, "entries") << " entries to "
                        << text_at(result, "file") << " (" << text_at(result, "bytes")
                        << " bytes, read back and compared)\n";
    if (text_at(result, "removed") != "0")
        command.console.out << "Removed older ones: " << text_at(result, "removed") << '\n';
    for (const char* const name : {"not_removed", "folder_warning"}) {
        const std::string warning = text_at(result, name);
        if (!warning.empty())
            command.console.err << "warning: " << shown(warning, kWidthMax) << '\n';
    }
    return done;
}

int run_restore(const Command& command, const RestoreWish& wish) {
    const std::optional<std::string> code = ask_for_recovery_code(command, wish.code_file);
    if (!code) return refused;
    Machine machine(command.configuration);
    ProgressBar bar(command.console);
    const store::RestoreReport report = store::restore(
        command.configuration.registry,
        {.file = wish.file,
         .recovery_code = *code,
         .continue_book = wish.continue_book,
         .progress = [&bar](std::uint64_t made, std::uint64_t total) { bar.show(made, total); }},
        machine.keys, machine.clock, machine.random);
    print_restored(command, report);
    return done;
}

}  // namespace tizilim::agent
