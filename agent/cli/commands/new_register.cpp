#include "agent/cli/commands/commands.h"
#include "agent/cli/terminal/ask_code.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/progress_bar.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/config/config.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/files/key_store.h"
#include "platform/files/process_lock.h"
#include "platform/random.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"
#include "store/keys/pairing_code.h"
#include "store/register/register.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::agent {
namespace {

using platform::JsonObject;
using platform::JsonValue;
using platform::Message;

/// What works on a register's folder itself takes its machine's own.
struct Machine {
    explicit Machine(const Configuration& configuration) : keys(keys_directory(configuration)) {
        expect_own_folder(configuration);
    }
    platform::SystemClock clock;
    platform::SystemRandom random;
    platform::FileKeyStore keys;
};

/// Asks the daemon; where none listens, says that it can be done without one.
template <class Ask>
int or_say_how(const Command& command, const Ask& ask_daemon) {
    try {
        return ask_daemon();
    } catch (const NotRunning&) {
        throw Unreachable(Message{"cli.none_makes_it",
                                  {{"folder", command.configuration.control.directory.string()}}});
    }
}

/// `print` shows what the daemon answered.
int ask_to_make(const Command& command, const DaemonRequest& request,
                const std::function<int(const Command&, const JsonValue&)>& print) {
    return or_say_how(command, [&] {
        const DaemonReply reply = DaemonClient(command.configuration).ask(request);
        const JsonValue answer = read_reply(reply.body);
        return is_success(reply.status) ? print(command, answer) : refuse(command, answer);
    });
}

void print_code(const Command& command, const std::string& code) {
    say(command.console, '\n' + command.words("cli.recovery_code", {{"code", code}}));
}

/// A register that was made, as the API shows it.
int print_made(const Command& command, const JsonValue& made) {
    if (command.json) {
        print_json(command, made);
    } else {
        say(command.console, command.words("cli.made", {{"folder", text_at(made, "directory")},
                                                        {"book", text_at(made, "book")},
                                                        {"keys", text_at(made, "keys")}}));
        if (true_at(made, "joined")) say(command.console, command.words("cli.joined"));
        print_code(command, text_at(made, "recovery_code"));
    }
    const std::string problem = said(command.words, made, "problem");
    if (problem.empty()) return done;
    complain(command, command.words("cli.made_not_served", {{"why", problem}}));
    return refused;
}

int make_here(const Command& command, const store::PairingCode* pairing) {
    const store::RegisterSettings& settings = command.configuration.registry;
    Machine machine(command.configuration);
    const std::filesystem::path key_folder = keys_directory(command.configuration);
    platform::make_private_directory(key_folder);
    const platform::ProcessLock no_daemon(key_folder);
    const std::string code =
        pairing == nullptr
            ? store::Register::create(settings, machine.keys, machine.clock, machine.random)
            : store::Register::join(settings, machine.keys, *pairing, machine.clock,
                                    machine.random);
    const store::Register made(settings, machine.keys, machine.clock, machine.random);
    return print_made(command, JsonObject{{"book", made.book().label},
                                          {"directory", settings.directory.string()},
                                          {"keys", key_folder.string()},
                                          {"joined", pairing != nullptr},
                                          {"recovery_code", code}});
}

/// `pairing` of another PC of the lawyer; null: this is the first one.
int make_register(const Command& command, const store::PairingCode* pairing, bool here) {
    if (here) return make_here(command, pairing);
    JsonObject asked;
    if (pairing != nullptr) asked.push_back({"join", pairing->text()});
    return ask_to_make(command, posted("/api/v1/init", asked), print_made);
}

int print_new_code(const Command& command, const JsonValue& made) {
    if (command.json) {
        print_json(command, made);
        return done;
    }
    print_code(command, text_at(made, "recovery_code"));
    say(command.console, command.words("cli.code_from_now_on"));
    return done;
}

int renew_code(const Command& command, bool here) {
    if (!here)
        return ask_to_make(command, {.method = "POST", .path = "/api/v1/recovery-code"},
                           print_new_code);
    Machine machine(command.configuration);
    store::Register registry(command.configuration.registry, machine.keys, machine.clock,
                             machine.random);
    return print_new_code(command,
                          JsonObject{{"recovery_code", store::renew_recovery_code(registry)}});
}

int print_decided(const Command& command, const JsonValue& decided, std::string_view sentence) {
    if (command.json) {
        print_json(command, decided);
    } else {
        say(command.console, command.words(sentence, {{"book", text_at(decided, "book")}}));
    }
    return done;
}

int decide_book(const Command& command, bool begin_new, bool here) {
    const std::string_view sentence = begin_new ? "cli.book_begun" : "cli.book_continued";
    if (!here)
        return ask_to_make(command,
                           posted("/api/v1/book", {{"decision", begin_new ? "new" : "continue"}}),
                           [&](const Command& to, const JsonValue& decided) {
                               return print_decided(to, decided, sentence);
                           });
    Machine machine(command.configuration);
    store::Register registry(command.configuration.registry, machine.keys, machine.clock,
                             machine.random);
    begin_new ? registry.begin_new_book() : registry.continue_book();
    return print_decided(command, JsonObject{{"book", registry.book().label}}, sentence);
}

/// A register that was restored, as the API shows it.
void print_restored(const Command& command, const JsonValue& restored) {
    if (command.json) return print_json(command, restored);
    say(command.console, command.words("cli.restored", {{"count", value_at(restored, "entries")},
                                                        {"at", text_at(restored, "backed_up_at")},
                                                        {"folder", text_at(restored, "directory")},
                                                        {"book", text_at(restored, "book")}}));
}

int restore_here(const Command& command, const RestoreWish& wish, const std::string& code) {
    const store::RegisterSettings& settings = command.configuration.registry;
    Machine machine(command.configuration);
    // A daemon makes it before anything else; a backup that is none leaves the folder as it is.
    const std::filesystem::path key_folder = keys_directory(command.configuration);
    std::optional<platform::ProcessLock> no_daemon;
    if (std::filesystem::exists(key_folder)) no_daemon.emplace(key_folder);
    ProgressBar bar(command.console);
    const store::RestoreReport report = store::restore(
        settings,
        {.file = wish.file,
         .recovery_code = code,
         .continue_book = wish.continue_book,
         .progress = [&bar](std::uint64_t made, std::uint64_t total) { bar.show(made, total); }},
        machine.keys, machine.clock, machine.random);
    print_restored(command, JsonObject{{"book", report.book},
                                       {"entries", report.entries},
                                       {"backed_up_at", platform::format_time(report.backed_up_at,
                                                                              settings.utc_offset)},
                                       {"directory", settings.directory.string()}});
    return done;
}

int ask_to_restore(const Command& command, const RestoreWish& wish, const std::string& code) {
    const DaemonRequest request =
        posted("/api/v1/restore", {{"file", std::filesystem::absolute(wish.file).string()},
                                   {"recovery_code", code},
                                   {"continue_book", wish.continue_book}});
    return or_say_how(command, [&] {
        JsonValue restored;
        const int code_of_exit = follow(command, request, restored);
        if (code_of_exit == done) print_restored(command, restored);
        return code_of_exit;
    });
}

}  // namespace

int run_init(const Command& command, InitWish wish, bool here) {
    switch (wish) {
        case InitWish::new_register:
            return make_register(command, nullptr, here);
        case InitWish::new_recovery_code:
            return renew_code(command, here);
        case InitWish::new_book:
            return decide_book(command, true, here);
        case InitWish::continue_book:
            return decide_book(command, false, here);
    }
    return usage;
}

int run_join(const Command& command, const std::string& code, bool here) {
    const auto problem = [](const std::string& text) -> std::optional<Message> {
        const auto parsed = store::PairingCode::parse(text);
        return parsed ? std::nullopt : std::optional(parsed.error());
    };
    std::optional<std::string> given = code;
    if (code == "-") {
        given = ask_for_code(command, {.question = command.words("cli.pairing_code_question"),
                                       .file = {},
                                       .when_missing = Message{"cli.no_pairing_code"},
                                       .problem = problem});
        if (!given) return refused;
    }
    const auto parsed = store::PairingCode::parse(*given);
    if (!parsed) return refuse_here(command, parsed.error());
    return make_register(command, &*parsed, here);
}

int run_restore(const Command& command, const RestoreWish& wish) {
    const std::optional<std::string> code =
        ask_for_recovery_code(command, wish.code_file, wish.file);
    if (!code) return refused;
    return wish.here ? restore_here(command, wish, *code) : ask_to_restore(command, wish, *code);
}

}  // namespace tizilim::agent
