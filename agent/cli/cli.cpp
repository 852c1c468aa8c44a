#include "agent/cli/cli.h"

#include "agent/cli/care/watch.h"
#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/conflicts.h"
#include "agent/cli/commands/documents.h"
#include "agent/cli/commands/flags.h"
#include "agent/cli/commands/lists.h"
#include "agent/cli/completion.h"
#include "agent/cli/help.h"
#include "agent/cli/recording/recording.h"
#include "agent/cli/signing/signing.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/hints.h"
#include "agent/cli/terminal/language.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/cli/terminal/visible_stream.h"
#include "agent/cli/usage_error.h"
#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/files/process_lock.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/system_message.h"
#include "platform/text/visible.h"
#include "store/store_error.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using Run = std::function<int(const Command&)>;

constexpr std::uint64_t kKeptBackupsMax = 100'000;

/// Builds the parser; the command that was asked for is left in `run`.
class Parser {
public:
    /// Help in lines of at most `cells_max`.
    Parser(const Words& words, std::size_t cells_max) : words_(words), app_(words("help.program")) {
        app_.formatter(std::make_shared<Help>(words, cells_max));
        app_.set_help_flag("-h,--help", words("help.help"));
        app_.require_subcommand(1);
        app_.add_option("--config", config, words("help.config"))->type_name("FILE");
        app_.add_flag("--json", json, words("help.json"));
        take_one_of(app_.add_option("--language", language_, words("help.language")),
                    {"kk", "ru", "en"});
        app_.set_version_flag("--version", "tizilim " TIZILIM_VERSION, words("help.version"));
        app_.fallthrough();
        add_folder_commands();
        add_entry_commands();
        add_delivery_commands();
        add_completion();
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// \throws CLI::ParseError
    void parse(std::vector<std::string> arguments) {
        // What stops the parser may stand before the flag.
        json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
        arguments_ = arguments;
        std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end
        app_.parse(std::move(arguments));
    }
    [[nodiscard]] int explain(const CLI::ParseError& error, const Console& console) const {
        if (error.get_exit_code() == 0) return app_.exit(error, console.out, console.err);
        const auto hint = hint_for(app_, arguments_);
        print_error(console, words_, json, {{"error", "usage"}},
                    hint ? *hint : usage_error(app_, error));
        const bool says_what_was_meant = hint && hint->code != "cli.no_flag";
        if (says_what_was_meant) return usage;
        std::string command = "tizilim";
        for (const CLI::App* const sub : app_.get_subcommands()) command += ' ' + sub->get_name();
        say_beside(console, words_("cli.see_help", {{"command", command}}));
        return usage;
    }

    [[nodiscard]] const CLI::App& app() const { return app_; }

    std::string config;
    bool json = false;
    std::string shell;  ///< of `completion`; empty: another command
    Run run;

private:
    CLI::App* command(const char* name, std::string_view help, Run action) {
        CLI::App* const sub = app_.add_subcommand(name, words_(help));
        sub->callback([this, action = std::move(action)] { run = action; });
        return sub;
    }

    void add_folder_commands() {
        add_init();
        add_backup_commands();
        CLI::App* const verify = command("verify", "help.verify", [this](const Command& c) {
            if (!salvage_.empty()) return run_salvage(c, salvage_);
            return offline_ ? run_verify_offline(c) : run_verify(c);
        });
        CLI::Option* const offline =
            verify->add_flag("--offline", offline_, words_("help.verify_offline"));
        verify->add_option("--salvage", salvage_, words_("help.verify_salvage"))
            ->type_name("FILE")
            ->needs(offline);
    }

    void add_init() {
        CLI::App* const init = command("init", "help.init", [this](const Command& c) {
            return join_.empty() ? run_init(c, init_, here_) : run_join(c, join_, here_);
        });
        CLI::Option_group* const wishes = init->add_option_group("wish", words_("help.init_wish"));
        wishes->set_help_flag();  // the command's is enough
        CLI::Option* const join = init->add_option("--join", join_, words_("help.init_join"))
                                      ->type_name("CODE")
                                      ->check(is_given());
        init->add_flag("--here", here_, words_("help.here"));
        const auto wish = [&](const char* flag, InitWish wanted, std::string_view help) {
            wishes->add_flag_callback(
                      flag, [this, wanted] { init_ = wanted; }, words_(help))
                ->excludes(join);
        };
        wish("--new-recovery-code", InitWish::new_recovery_code, "help.init_new_recovery_code");
        wish("--new-book", InitWish::new_book, "help.init_new_book");
        wish("--continue-book", InitWish::continue_book, "help.init_continue_book");
        wishes->require_option(0, 1);
    }

    void add_backup_commands() {
        CLI::App* const backup = command("backup", "help.backup", [this](const Command& c) {
            return run_backup(c, backup_folder_, keep_);
        });
        backup->add_option("directory", backup_folder_, words_("help.backup_directory"))
            ->required()
            ->type_name("FOLDER");
        backup->add_option("--keep", keep_, words_("help.backup_keep"))
            ->check(is_number(0, kKeptBackupsMax));
        CLI::App* const restore = command("restore", "help.restore", [this](const Command& c) {
            return restore_.salvage.empty() ? run_restore(c, restore_)
                                            : run_salvage_backup(c, restore_);
        });
        restore->add_option("file", restore_.file, words_("help.restore_file"))
            ->required()
            ->type_name("FILE");
        restore->add_option("--code-file", restore_.code_file, words_("help.restore_code_file"))
            ->type_name("FILE");
        CLI::Option* const continued = restore->add_flag("--continue-book", restore_.continue_book,
                                                         words_("help.restore_continue_book"));
        restore->add_flag("--here", restore_.here, words_("help.here"));
        restore->add_option("--salvage", restore_.salvage, words_("help.restore_salvage"))
            ->type_name("FILE")
            ->excludes(continued);
    }

    void add_entry_commands() {
        add_recording_commands(app_, words_, [this](Run chosen) { run = std::move(chosen); });
        add_list_commands(app_, words_, [this](Run chosen) { run = std::move(chosen); });
        CLI::App* const show = entry_command(
            "show", "help.show", [this](const Command& c) { return run_show(c, name_, history_); });
        show->add_flag("--history", history_, words_("help.show_history"));
        add_revisions();
        add_sign();
        add_document_commands(app_, words_, [this](Run chosen) { run = std::move(chosen); });
        add_peer_commands(app_, words_, [this](Run chosen) { run = std::move(chosen); });
    }

    /// A command on one entry.
    CLI::App* entry_command(const char* name, std::string_view help, Run action) {
        CLI::App* const sub = command(name, help, std::move(action));
        sub->add_option("name", name_, words_("help.entry"))->required()->check(is_entry_name());
        return sub;
    }

    void add_revisions() {
        CLI::App* const amend = entry_command("amend", "help.amend", [this](const Command& c) {
            AddOptions options = amended_.given();
            options.agreed = agreed_;
            return run_amend(c, name_, options, reason_);
        });
        amended_.add_to(*amend, words_);
        amend->add_flag("--yes", agreed_, words_("help.agreed"));
        amend->add_option("--reason", reason_, words_("help.reason"))->required();
        CLI::App* const void_entry = entry_command(
            "void", "help.void", [this](const Command& c) { return run_void(c, name_, reason_); });
        void_entry->add_option("--reason", reason_, words_("help.reason"))->required();
        CLI::App* const classify =
            entry_command("classify", "help.classify", [this](const Command& c) {
                return run_classify(
                    c, name_, {.disclosure = disclosure_, .reason = reason_, .agreed = agreed_});
            });
        take_new_class(
            classify->add_option("class", disclosure_, words_("help.classify_class"))->required());
        classify->add_option("--reason", reason_, words_("help.reason"))->required();
        classify->add_flag("--yes", agreed_, words_("help.agreed"));
    }

    void add_sign() {
        CLI::App* const sign =
            command("sign", "help.sign", [this](const Command& c) { return run_sign(c, sign_); });
        sign->add_option("name", sign_.name, words_("help.sign_name"))->check(is_entry_name());
        CLI::Option_group* const way = sign->add_option_group("way", words_("help.sign_way"));
        way->set_help_flag();  // the command's is enough
        CLI::Option* const key =
            way->add_option("--key", sign_.key, words_("help.sign_key"))->type_name("FILE");
        way->add_option("--export", sign_.export_to, words_("help.sign_export"))
            ->type_name("FOLDER");
        way->add_option("--attach", sign_.attach, words_("help.sign_attach"))->type_name("FOLDER");
        CLI::Option* const ncalayer =
            way->add_flag("--ncalayer", sign_.ncalayer, words_("help.sign_ncalayer"));
        way->require_option(1);
        sign->add_option("--ncalayer-ca", sign_.ncalayer_ca, words_("help.sign_ncalayer_ca"))
            ->type_name("FILE")
            ->needs(ncalayer);
        sign->add_option("--ncalayer-port", sign_.ncalayer_port, words_("help.sign_ncalayer_port"))
            ->needs(ncalayer);
        CLI::Option* const file = sign->add_option("--password-file", sign_.password_file,
                                                   words_("help.sign_password_file"))
                                      ->type_name("FILE")
                                      ->needs(key);
        sign->add_flag("--password-stdin", sign_.password_stdin, words_("help.sign_password_stdin"))
            ->needs(key)
            ->excludes(file);
        sign->add_flag("--yes", sign_.agreed, words_("help.sign_yes"))->needs(key);
    }

    void add_delivery_commands() {
        CLI::App* const open = command("open", "help.open", [this](const Command& c) {
            return ends_pages_ ? run_open_end(c) : run_open(c);
        });
        open->add_flag("--end", ends_pages_, words_("help.open_end"));
        command("status", "help.status", run_status);
        add_care_commands(app_, words_, [this](Run chosen) { run = std::move(chosen); });
        command("sync", "help.sync", [](const Command& c) { return run_delivery(c, "sync"); });
        command("pause", "help.pause", [](const Command& c) { return run_delivery(c, "pause"); });
        command("resume", "help.resume",
                [](const Command& c) { return run_delivery(c, "resume"); });
        command("version", "help.version", run_version);
    }

    /// For who installs it; no help names it.
    void add_completion() {
        CLI::App* const completion = app_.add_subcommand("completion", words_("help.completion"));
        completion->group("");
        take_one_of(
            completion->add_option("shell", shell, words_("help.completion_shell"))->required(),
            {"bash", "zsh", "fish"});
    }

    Words words_;
    std::vector<std::string> arguments_;  ///< as typed
    std::string language_;                ///< user_language() has read it
    CLI::App app_;
    EntryFlags amended_;
    SignOptions sign_;
    bool history_ = false;
    bool offline_ = false;
    bool here_ = false;
    std::string salvage_;
    InitWish init_ = InitWish::new_register;
    std::string join_;
    RestoreWish restore_;
    std::string backup_folder_;
    std::uint32_t keep_ = 0;
    std::string name_;
    std::string disclosure_;
    std::string reason_;
    bool agreed_ = false;
    bool ends_pages_ = false;
};

/// \throws what commands throw
int run_command(const Parser& parser, const Console& console, const Environment& environment,
                const Words& words) {
    int code = done;
    if (const auto shell = parse_shell(parser.shell)) {
        print_completion(console.out, parser.app(), *shell);
    } else {
        const Places places = find_places(parser.config, environment);
        code = parser.run({.configuration = load_configuration(places, Credentials::leave),
                           .json = parser.json,
                           .console = console,
                           .words = words});
    }
    // A recovery code that nobody saw, or half a list, is no success.
    if (console.out.flush() || code != done) return code;
    say_beside(console, "tizilim: " + words("cli.output_lost"));
    return refused;
}

/// Each fault of a configuration on a line of its own.
int explain(const ConfigError& error, const Console& console, const Words& words, bool json) {
    if (json)
        console.out << platform::to_json(platform::JsonObject{
                           {"error", "usage"}, {"message", english(error.message())}})
                    << '\n';
    for (const platform::Message& line : error.lines())
        print_error(console, words, false, {}, line);
    return usage;
}

int run_visibly(std::vector<std::string> arguments, const Console& console,
                const Environment& environment) {
    const Words words = words_of(arguments, environment);
    Parser parser(words, console.cells_max());
    try {
        parser.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return parser.explain(error, console);
    }
    const auto fail = [&](ExitCode code, const char* error, const platform::Message& message) {
        print_error(console, words, parser.json, {{"error", error}}, message);
        return code;
    };
    try {
        return run_command(parser, console, environment, words);
    } catch (const ConfigError& error) {
        return explain(error, console, words, parser.json);
    } catch (const Unreachable& error) {
        return fail(unreachable, "unreachable", error.message());
    } catch (const store::StoreError& error) {
        return fail(refused, "refused", error.message());
    } catch (const platform::LockHeld& error) {
        return fail(refused, "refused", error.message());
    } catch (const platform::FileError& error) {
        return fail(refused, "refused", error.message());
    } catch (const std::filesystem::filesystem_error& error) {
        // The folder that one stands in may be gone.
        return fail(refused, "refused",
                    {"file.path_unusable",
                     {{"path", error.path1().string()},
                      {"system", as_json(platform::system_message(error.code()))}}});
    }
}

}  // namespace

void show_parser(const Words& words, const std::function<void(const CLI::App&)>& look) {
    constexpr std::size_t kCells = 80;
    const Parser parser(words, kCells);
    look(parser.app());
}

int run_cli(std::vector<std::string> arguments, const Console& console,
            const Environment& environment) {
    VisibleStream out(console.out);
    VisibleStream err(console.err);
    Console visible{.in = console.in, .out = out, .err = err};
    visible.progress = console.progress;
    visible.bar = &console.err;
    visible.out_is_terminal = console.out_is_terminal;
    visible.size = console.size;
    if (!console.out_is_terminal) visible.document = &console.out;
    const auto asked = [&](std::string_view question) {
        return in_lines(platform::visible(question), 0, console.size.columns) + ' ';
    };
    if (console.ask_secret) {
        visible.ask_secret = [&](std::string_view question) {
            return console.ask_secret(asked(question));
        };
    }
    if (console.ask) {
        visible.ask = [&](std::string_view question) { return console.ask(asked(question)); };
    }
    visible.now = console.now;
    visible.open_file = console.open_file;
    visible.notify = console.notify;
    visible.home = console.home;
    visible.state = console.state;
    visible.wait = console.wait;
    const int code = run_visibly(std::move(arguments), visible, environment);
    out.flush();
    err.flush();
    return code;
}

}  // namespace tizilim::agent
