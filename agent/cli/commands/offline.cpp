#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/ask_code.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/reply.h"
#include "agent/config/config.h"
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

void print_code(const Command& command, const std::string& code) {
    command.console.out << '\n' << command.words("cli.recovery_code", {{"code", code}}) << '\n';
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
        print_json(command, JsonObject{{"book", made.book().label},
                                       {"directory", directory},
                                       {"keys", key_folder},
                                       {"joined", pairing != nullptr},
                                       {"recovery_code", code}});
        return done;
    }
    command.console.out << command.words("cli.made", {{"folder", directory},
                                                      {"book", made.book().label},
                                                      {"keys", key_folder}})
                        << '\n';
    if (pairing != nullptr) command.console.out << command.words("cli.joined") << '\n';
    print_code(command, code);
    return done;
}

int renew_code(const Command& command) {
    Machine machine(command.configuration);
    const std::string code = store::renew_recovery_code(
        command.configuration.registry, machine.keys, machine.clock, machine.random);
    if (command.json) {
        print_json(command, JsonObject{{"recovery_code", code}});
        return done;
    }
    print_code(command, code);
    command.console.out << command.words("cli.code_from_now_on") << '\n';
    return done;
}

int decide_book(const Command& command, bool begin_new) {
    Machine machine(command.configuration);
    store::Register registry(command.configuration.registry, machine.keys, machine.clock,
                             machine.random);
    begin_new ? registry.begin_new_book() : registry.continue_book();
    const std::string label = registry.book().label;
    if (command.json) {
        print_json(command, JsonObject{{"book", label}});
    } else {
        command.console.out << command.words(begin_new ? "cli.book_begun" : "cli.book_continued",
                                             {{"book", label}})
                            << '\n';
    }
    return done;
}

void print_restored(const Command& command, const store::RestoreReport& report) {
    const std::string at =
        platform::format_time(report.backed_up_at, command.configuration.registry.utc_offset);
    const std::string directory = command.configuration.registry.directory.string();
    if (command.json) {
        print_json(command, JsonObject{{"book", report.book},
                                       {"entries", report.entries},
                                       {"backed_up_at", at},
                                       {"directory", directory}});
        return;
    }
    command.console.out << command.words("cli.restored", {{"count", report.entries},
                                                          {"at", at},
                                                          {"folder", directory},
                                                          {"book", report.book}})
                        << '\n';
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
    const auto problem = [](const std::string& text) -> std::optional<platform::Message> {
        const auto parsed = store::PairingCode::parse(text);
        return parsed ? std::nullopt : std::optional(parsed.error());
    };
    std::optional<std::string> given = code;
    if (code == "-") {
        given = ask_for_code(command, {.question = command.words("cli.pairing_code_question") + ' ',
                                       .file = {},
                                       .when_missing = platform::Message{"cli.no_pairing_code"},
                                       .problem = problem});
        if (!given) return refused;
    }
    const auto parsed = store::PairingCode::parse(*given);
    if (!parsed) return refuse_here(command, parsed.error());
    return make_register(command, &*parsed);
}

int run_backup(const Command& command, const std::string& directory, std::uint32_t keep) {
    if (directory.empty())
        return usage_problem(command, platform::Message{"cli.backup_folder_empty"});
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
        print_json(command, result);
        return done;
    }
    command.console.out << command.words("cli.backed_up", {{"count", value_at(result, "entries")},
                                                           {"file", text_at(result, "file")},
                                                           {"bytes", value_at(result, "bytes")}})
                        << '\n';
    if (text_at(result, "removed") != "0")
        command.console.out << command.words("cli.backups_removed",
                                             {{"count", value_at(result, "removed")}})
                            << '\n';
    for (const char* const name : {"not_removed", "folder_warning"}) {
        const std::string warning = said(command.words, result, name);
        if (!warning.empty()) warn(command, warning);
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
