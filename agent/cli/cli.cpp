#include "agent/cli/cli.h"

#include "agent/cli/commands/checks.h"
#include "agent/cli/commands/commands.h"
#include "agent/cli/commands/conflicts.h"
#include "agent/cli/commands/documents.h"
#include "agent/cli/commands/flags.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/hints.h"
#include "agent/cli/terminal/language.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/visible_stream.h"
#include "agent/config/config.h"
#include "agent/documents/text_table.h"
#include "agent/texts/words.h"
#include "platform/files/file.h"
#include "platform/files/process_lock.h"
#include "platform/text/json.h"
#include "platform/text/visible.h"
#include "store/store_error.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

using Run = std::function<int(const Command&)>;

void print_error(std::ostream& out, std::string_view code, const std::string& message) {
    out << platform::to_json(platform::JsonObject{{"error", code}, {"message", message}}) << '\n';
}

/// Builds the parser; the command that was asked for is left in `run`.
class Parser {
public:
    explicit Parser(const Words& words) : words_(words) {
        app_.require_subcommand(1);
        app_.add_option("--config", config, "the configuration file")->type_name("FILE");
        app_.add_flag("--json", json, "print JSON");
        app_.add_option("--language", language_,
                        "kk, ru or en; default: the register's, else the system's")
            ->check(CLI::IsMember({"kk", "ru", "en"}));
        app_.set_version_flag("--version", "tizilim " TIZILIM_VERSION, "print the version");
        app_.fallthrough();
        add_folder_commands();
        add_entry_commands();
        add_delivery_commands();
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
        const std::string hint = hint_for(app_, arguments_);
        if (error.get_exit_code() != 0 && !hint.empty()) {
            if (json) print_error(console.out, "usage", hint);
            console.err << "tizilim: " << hint << '\n';
            return usage;
        }
        std::ostringstream out;
        const int code = app_.exit(error, out, console.err);
        if (code == 0) {
            console.out << out.str();
            return done;
        }
        if (json) print_error(console.out, "usage", error.what());
        return usage;
    }

    std::string config;
    bool json = false;
    Run run;

private:
    CLI::App* command(const std::string& name, const std::string& help, Run action) {
        CLI::App* const sub = app_.add_subcommand(name, help);
        sub->callback([this, action = std::move(action)] { run = action; });
        return sub;
    }

    void add_folder_commands() {
        add_backup_commands();
        CLI::App* const verify =
            command("verify", "recompute the whole register", [this](const Command& c) {
                if (!salvage_.empty()) return run_salvage(c, salvage_);
                return offline_ ? run_verify_offline(c) : run_verify(c);
            });
        CLI::Option* const offline =
            verify->add_flag("--offline", offline_, "on the folder itself, while no tizilimd runs");
        verify
            ->add_option(
                "--salvage", salvage_,
                "write what a damaged register still says to FILE, as JSON Lines for `tizilim "
                "import`")
            ->type_name("FILE")
            ->needs(offline);
    }

    void add_backup_commands() {
        CLI::App* const init = command("init", "make a new register", [this](const Command& c) {
            return join_.empty() ? run_init(c, init_) : run_join(c, join_);
        });
        CLI::Option_group* const wishes = init->add_option_group("instead, of a register there is");
        CLI::Option* const join =
            init->add_option("--join", join_,
                             "share the entries of your other computer: the code that `tizilim "
                             "pair` shows there, or - to be asked for it (other users of this "
                             "machine can read flags)")
                ->type_name("CODE")
                ->check(is_given());
        const auto wish = [&](const char* flag, InitWish wanted, const char* help) {
            wishes->add_flag_callback(
                      flag, [this, wanted] { init_ = wanted; }, help)
                ->excludes(join);
        };
        wish("--new-recovery-code", InitWish::new_recovery_code, "make another recovery code");
        wish("--new-book", InitWish::new_book, "close the book and begin a new one");
        wish("--continue-book", InitWish::continue_book, "this is the book's only copy: go on");
        wishes->require_option(0, 1);
        CLI::App* const backup =
            command("backup", "back the register up, while tizilimd runs",
                    [this](const Command& c) { return run_backup(c, backup_folder_, keep_); });
        backup->add_option("directory", backup_folder_, "the folder for it")->required();
        backup->add_option("--keep", keep_, "remove older ones beyond this; default: keep all");
        CLI::App* const restore =
            command("restore", "make a register of a backup, where there is none",
                    [this](const Command& c) {
                        return restore_.salvage.empty() ? run_restore(c, restore_)
                                                        : run_salvage_backup(c, restore_);
                    });
        restore->add_option("file", restore_.file, "the backup")->required();
        restore->add_option("--code-file", restore_.code_file,
                            "holds the recovery code; default: standard input, or asked for");
        CLI::Option* const continued = restore->add_flag(
            "--continue-book", restore_.continue_book,
            "go on with the book: the computer that kept it is gone, and nothing was "
            "recorded after the backup");
        restore
            ->add_option("--salvage", restore_.salvage,
                         "of a damaged backup: restore nothing, write what it still says to FILE, "
                         "as JSON Lines for `tizilim import`")
            ->type_name("FILE")
            ->excludes(continued);
    }

    void add_entry_commands() {
        add_add();
        add_list();
        CLI::App* const show =
            entry_command("show", "one entry, and what of it would leave",
                          [this](const Command& c) { return run_show(c, name_, history_); });
        show->add_flag("--history", history_, "all its versions: who, when, why, what changed");
        add_revisions();
        add_sign();
        add_document_commands(app_, [this](Run chosen) { run = std::move(chosen); });
        add_peer_commands(app_, [this](Run chosen) { run = std::move(chosen); });
    }

    /// A command on one entry.
    CLI::App* entry_command(const std::string& name, const std::string& help, Run action) {
        CLI::App* const sub = command(name, help, std::move(action));
        sub->add_option("name", name_, "number, id, or the beginning of an id")
            ->required()
            ->check(is_entry_name());
        return sub;
    }

    void add_add() {
        CLI::App* const add = command("add", "record an entry", [this](const Command& c) {
            AddOptions options = recorded_.given();
            options.dry_run = dry_run_;
            options.again = again_;
            return run_add(c, options);
        });
        recorded_.add_to(*add);
        add->add_flag("--dry-run", dry_run_, "record nothing, show what would leave");
        add->add_flag("--again", again_,
                      "record it although an entry of that day has the same basis number and "
                      "essence");
    }

    void add_list() {
        CLI::App* const list = command("list", "entries of this book",
                                       [this](const Command& c) { return run_list(c, list_); });
        CLI::Option* const first =
            list->add_option("--first", list_.first, "begin with this number")
                ->check(CLI::PositiveNumber);
        CLI::Option* const limit =
            list->add_option("--limit", list_.limit, "at most so many, up to 1000")
                ->check(CLI::Range(1, 1000));
        CLI::Option* const month =
            list->add_option("--month", list_.month, "of application, as 2026-11")
                ->check(is_month());
        CLI::Option* const state =
            list->add_option("--state", list_.state, "in this delivery state, in order of leaving");
        state->check(
            CLI::IsMember({"local", "unsigned", "pending", "sent", "delivered", "quarantined"}));
        CLI::Option* const book = list->add_option("--book", list_.book, "of this closed book");
        CLI::Option* const pulled =
            list->add_flag("--pulled", list_.pulled, "of your other PCs, instead of this book")
                ->excludes(month, state, book);
        list->add_option("--search", list_.search,
                         "of every book, with this text in a field or in a reason")
            ->excludes(first, limit, month, state, book, pulled);
    }

    void add_revisions() {
        CLI::App* const amend = entry_command(
            "amend", "correct an entry; all its versions stay readable", [this](const Command& c) {
                AddOptions options = amended_.given();
                options.agreed = agreed_;
                return run_amend(c, name_, options, reason_);
            });
        amended_.add_to(*amend);
        amend->add_flag("--yes", agreed_, kAgreedHelp);
        amend->add_option("--reason", reason_, "why")->required();
        CLI::App* const void_entry =
            entry_command("void", "mark an entry as a mistake; it stays readable",
                          [this](const Command& c) { return run_void(c, name_, reason_); });
        void_entry->add_option("--reason", reason_, "why")->required();
        CLI::App* const classify = entry_command(
            "classify", "let an entry leave in another class", [this](const Command& c) {
                return run_classify(
                    c, name_, {.disclosure = disclosure_, .reason = reason_, .agreed = agreed_});
            });
        classify
            ->add_option("class", disclosure_,
                         "local, partial, full; or withdrawn: ask the unified system to forget "
                         "what has left, for good")
            ->required()
            ->check(CLI::IsMember({"local", "partial", "full", "withdrawn"}));
        classify->add_option("--reason", reason_, "why")->required();
        classify->add_flag("--yes", agreed_, kAgreedHelp);
    }

    void add_sign() {
        CLI::App* const sign = command("sign", "sign one entry, or all that wait",
                                       [this](const Command& c) { return run_sign(c, sign_); });
        sign->add_option("name", sign_.name, "number, id, or the beginning of an id; none: all")
            ->check(is_entry_name());
        CLI::Option_group* const way = sign->add_option_group("how", "one of these");
        CLI::Option* const key =
            way->add_option("--key", sign_.key, "with this key, a file of PKCS #12 (.p12)");
        way->add_option("--export", sign_.export_to,
                        "write the bytes to be signed elsewhere into this folder, or of one "
                        "entry into this file");
        way->add_option("--attach", sign_.attach,
                        "take the signature of an entry from this file, or signatures of "
                        "exported files from this folder");
        way->require_option(1);
        CLI::Option* const file =
            sign->add_option("--password-file", sign_.password_file,
                             "with the key's password, readable by you alone; default: ask")
                ->needs(key);
        sign->add_flag("--password-stdin", sign_.password_stdin,
                       "the key's password is on standard input")
            ->needs(key)
            ->excludes(file);
    }

    void add_delivery_commands() {
        command("status", "what waits, what was delivered, and why", run_status);
        command("sync", "deliver now", [](const Command& c) { return run_delivery(c, "sync"); });
        command("pause", "stop delivery",
                [](const Command& c) { return run_delivery(c, "pause"); });
        command("resume", "go on after a pause",
                [](const Command& c) { return run_delivery(c, "resume"); });
        command("version", "print the version", run_version);
    }

    Words words_;
    std::vector<std::string> arguments_;  ///< as typed
    std::string language_;                ///< user_language() has read it
    CLI::App app_{"Keeps an advocate's electronic register of state-guaranteed legal assistance."};
    EntryFlags recorded_;
    EntryFlags amended_;
    ListOptions list_;
    SignOptions sign_;
    bool dry_run_ = false;
    bool again_ = false;
    bool history_ = false;
    bool offline_ = false;
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
};

int fail(const Parser& parser, const Console& console, ExitCode code, const std::string& message) {
    if (parser.json) {
        const auto name = code == unreachable ? "unreachable" : code == usage ? "usage" : "refused";
        print_error(console.out, name, message);
    }
    console.err << "tizilim: " << shown(message, kWidthMax) << '\n';
    return code;
}

}  // namespace

namespace {

/// \throws what commands throw
int run_command(const Parser& parser, const Console& console, const Environment& environment,
                const Words& words) {
    const Places places = find_places(parser.config, environment);
    const int code = parser.run({.configuration = load_configuration(places, Credentials::leave),
                                 .json = parser.json,
                                 .console = console,
                                 .words = words});
    // A recovery code that nobody saw, or half a list, is no success.
    if (console.out.flush() || code != done) return code;
    console.err << "tizilim: it was done, but its output could not be written whole; check "
                   "where standard output goes\n";
    return refused;
}

int run_visibly(std::vector<std::string> arguments, const Console& console,
                const Environment& environment) {
    const Words words = words_of(arguments, environment);
    Parser parser(words);
    try {
        parser.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return parser.explain(error, console);
    }
    try {
        return run_command(parser, console, environment, words);
    } catch (const ConfigError& error) {
        return fail(parser, console, usage, error.what());
    } catch (const Unreachable& error) {
        return fail(parser, console, unreachable, error.what());
    } catch (const store::StoreError& error) {
        return fail(parser, console, refused, error.what());
    } catch (const platform::LockHeld& error) {
        return fail(parser, console, refused, error.what());
    } catch (const platform::FileError& error) {
        return fail(parser, console, refused, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        // The folder that one stands in may be gone.
        return fail(parser, console, refused, error.what());
    }
}

}  // namespace

int run_cli(std::vector<std::string> arguments, const Console& console,
            const Environment& environment) {
    VisibleStream out(console.out);
    VisibleStream err(console.err);
    Console visible{.in = console.in, .out = out, .err = err};
    visible.progress = console.progress;
    visible.bar = &console.err;
    if (!console.out_is_terminal) visible.document = &console.out;
    if (console.ask_secret) {
        visible.ask_secret = [&](std::string_view question) {
            return console.ask_secret(platform::visible(question));
        };
    }
    if (console.ask) {
        visible.ask = [&](std::string_view question) {
            return console.ask(platform::visible(question));
        };
    }
    visible.now = console.now;
    const int code = run_visibly(std::move(arguments), visible, environment);
    out.flush();
    err.flush();
    return code;
}

}  // namespace tizilim::agent
