#include "agent/admin/admin.h"

#include "agent/admin/commands.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/lawyers.h"
#include "agent/texts/words.h"
#include "platform/files/exposure.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/message.h"
#include "platform/text/text_input.h"
#include "platform/text/visible.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <ios>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::admin {
namespace {

using agent::Words;

constexpr std::size_t kPasswordBytesMax = 4096;
constexpr int kDaysMax = 3660;

using Run = int (*)(const Command& command);

/// Builds the parser; the command that was asked for is left in `run`.
class Parser {
public:
    Parser(const Words& words, Options& options)
        : words_(words), options_(options), app_(words("admin_help.program")) {
        app_.set_help_flag("-h,--help", words("help.help"));
        app_.set_version_flag("--version", "tizilim-admin " TIZILIM_VERSION, words("help.version"));
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.add_option("--server", options.server, words("admin_help.server"))
            ->type_name("URL")
            ->required();
        app_.add_option("--admin", options.admin, words("admin_help.admin"))->type_name("USER");
        CLI::Option* const file = app_.add_option("--password-file", options.password_file,
                                                  words("admin_help.password_file"))
                                      ->type_name("FILE");
        app_.add_flag("--password-stdin", options.password_stdin,
                      words("admin_help.password_stdin"))
            ->excludes(file);
        app_.add_option("--ca-file", options.ca_file, words("admin_help.ca_file"))
            ->type_name("FILE");
        app_.add_option("--language", options.language, words("admin_help.language"))
            ->check(CLI::IsMember({"kk", "ru", "en"}));
        add_provision();
        add_register_commands();
        add_check();
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// \throws CLI::ParseError
    void parse(std::vector<std::string> arguments) {
        std::ranges::reverse(arguments);  // CLI11 takes them from the end
        app_.parse(std::move(arguments));
        options_.bounds.stale_after = std::chrono::days(stale_days_);
    }
    [[nodiscard]] CLI::App& app() { return app_; }

    Run run = nullptr;

private:
    CLI::App* command(const char* name, std::string_view help, Run action) {
        CLI::App* const sub = app_.add_subcommand(name, words_(help));
        sub->callback([this, action] { run = action; });
        return sub;
    }
    void add_output(CLI::App& sub) {
        sub.add_option("--output", options_.output, words_("admin_help.output"))
            ->type_name("DIR")
            ->required();
        sub.add_option("--public-url", options_.public_url, words_("admin_help.public_url"))
            ->type_name("URL");
        sub.add_flag("--show", options_.show, words_("admin_help.show"));
    }
    void add_provision() {
        CLI::App* const sub = command("provision", "admin_help.provision", run_provision);
        CLI::Option* const csv =
            sub->add_option("--csv", options_.csv, words_("admin_help.csv"))->type_name("FILE");
        const auto add = [&](const char* flag, std::string& value, std::string_view help) {
            sub->add_option(flag, value, words_(help))->excludes(csv);
        };
        Lawyer& lawyer = options_.lawyer;
        add("--lawyer", lawyer.name, "admin_help.lawyer");
        add("--iin", lawyer.iin, "admin_help.iin");
        add("--bar-association", lawyer.bar_association, "admin_help.bar_association");
        add("--bar-association-kk", lawyer.bar_association_kk, "admin_help.bar_association_kk");
        add("--register-language", lawyer.language, "admin_help.register_language");
        add("--database", lawyer.database, "admin_help.database");
        add("--user", lawyer.user, "admin_help.user");
        sub->add_flag("--dry-run", options_.dry_run, words_("admin_help.dry_run"));
        add_output(*sub);
    }
    void add_register_commands() {
        CLI::App* const rotate = command("rotate", "admin_help.rotate", run_rotate);
        rotate->add_option("register", options_.name, words_("admin_help.name"))->required();
        add_output(*rotate);
        CLI::App* const revoke = command("revoke", "admin_help.revoke", run_revoke);
        revoke->add_option("register", options_.name, words_("admin_help.name"))->required();
    }
    void add_check() {
        CLI::App* const sub = command("check", "admin_help.check", run_check);
        CLI::Option* const json = sub->add_flag("--json", options_.json, words_("help.json"));
        sub->add_flag("--prometheus", options_.prometheus, words_("admin_help.prometheus"))
            ->excludes(json);
        sub->add_option("--stale-days", stale_days_, words_("admin_help.stale_days"))
            ->check(CLI::Range(1, kDaysMax))
            ->capture_default_str();
    }

    const Words& words_;
    Options& options_;
    CLI::App app_;
    int stale_days_ = 3;
};

std::string first_line_of(std::string bytes) {
    std::string text = platform::text_or_bytes(std::move(bytes));
    text.resize(std::min(text.size(), text.find('\n')));
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

/// The administrator's own. \throws MessageError
std::string password_of(const Options& options, const Words& words, Surroundings& around) {
    if (!options.password_file.empty()) {
        const std::string file = options.password_file.string();
        if (const std::string mode = platform::access_beyond_owner(file); !mode.empty())
            throw platform::MessageError(
                {"cli.password_readable", {{"file", file}, {"mode", mode}}});
        if (const auto exposure = platform::exposure_to_others(file))
            throw platform::MessageError(
                {"cli.no_password_read", {{"why", platform::as_json(*exposure)}}});
        return first_line_of(platform::read_file(file, kPasswordBytesMax));
    }
    if (options.password_stdin) {
        std::string text(kPasswordBytesMax, '\0');
        around.in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(around.in.gcount()));
        return first_line_of(std::move(text));
    }
    if (!around.ask_secret) throw platform::MessageError({"admin.no_terminal"});
    auto typed = around.ask_secret(words("admin.password_question", {{"user", options.admin}}));
    if (!typed) throw platform::MessageError({"cli.no_password"});
    return *std::move(typed);
}

bool is_address(std::string_view url) {
    const bool is_http = url.starts_with("https://") || url.starts_with("http://");
    return is_http && url.find('@') == std::string_view::npos &&
           url.find('?') == std::string_view::npos && url.find('#') == std::string_view::npos;
}

/// \throws MessageError
int run_command(Run run, const Options& options, const Words& words, Surroundings& around) {
    for (const std::string& url : {options.server, options.public_url})
        if (!url.empty() && !is_address(url))
            throw platform::MessageError({"admin.address_shape", {{"url", url}}});
    std::string authorization;
    if (!options.admin.empty())
        authorization = basic_authorization(options.admin, password_of(options, words, around));
    const auto transport = around.transport(options.ca_file);
    CouchServer server(*transport, options.server, authorization);
    return run({options, words, around, server});
}

/// What is wrong in the arguments is told in this language, too.
agent::UserLanguage language_in(const std::vector<std::string>& arguments) {
    const auto flag = std::ranges::find(arguments, "--language");
    if (flag == arguments.end() || flag + 1 == arguments.end()) return agent::UserLanguage::en;
    return agent::parse_user_language(*(flag + 1)).value_or(agent::UserLanguage::en);
}

}  // namespace

int run_admin(std::vector<std::string> arguments, Surroundings& around) {
    const Words words(language_in(arguments), std::nullopt);
    const auto complain = [&](const platform::Message& message) {
        around.err << "tizilim-admin: " << platform::visible(words(message)) << '\n';
    };
    Options options;
    Parser parser(words, options);
    try {
        parser.parse(std::move(arguments));
        return run_command(parser.run, options, words, around);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return parser.app().exit(error, around.out, around.err);
        complain({"cli.not_understood", {{"system", error.what()}}});
        around.err << words("cli.see_help", {{"command", "tizilim-admin"}}) << '\n';
        return usage;
    } catch (const platform::MessageError& error) {
        complain(error.message());
    }
    return refused;
}

}  // namespace tizilim::admin
