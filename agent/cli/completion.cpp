#include "agent/cli/completion.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <CLI/Option.hpp>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

enum class Takes { nothing, text, one_of, file, folder };

/// A flag, or an argument, which has no names.
struct Argument {
    std::vector<std::string> names;  ///< "--format"
    Takes takes = Takes::nothing;
    std::vector<std::string> codes;  ///< of Takes::one_of
};

/// A command; the first of all is the program itself.
struct Part {
    std::string name;
    std::vector<Argument> flags;
    std::vector<Argument> arguments;
};

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(at, begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Argument argument_of(const CLI::Option& option) {
    Argument argument{.names = {}, .codes = {}};
    for (const std::string& name : option.get_lnames()) argument.names.push_back("--" + name);
    for (const std::string& name : option.get_fnames()) argument.names.push_back("--" + name);
    if (option.get_items_expected() == 0) return argument;
    const std::string type = option.get_type_name();
    argument.takes = type == "FILE" ? Takes::file : type == "FOLDER" ? Takes::folder : Takes::text;
    if (type.find('|') != std::string::npos) {
        argument.takes = Takes::one_of;
        argument.codes = split(type, '|');
    }
    return argument;
}

void add_arguments(const CLI::App& app, Part& part) {
    std::vector<const CLI::App*> apps{&app};
    // A group of options is an application without a name; groups are not in groups.
    for (const CLI::App* const group : app.get_subcommands({}))
        if (group->get_name().empty()) apps.push_back(group);
    for (const CLI::App* const each : apps)
        for (const CLI::Option* const option : each->get_options({}))
            (option->get_positional() ? part.arguments : part.flags)
                .push_back(argument_of(*option));
}

std::vector<Part> parts_of(const CLI::App& app) {
    std::vector<Part> parts(1);
    add_arguments(app, parts.front());
    for (const CLI::App* const command : app.get_subcommands({})) {
        if (command->get_name().empty() || command->get_group().empty()) continue;
        Part part{.name = command->get_name(), .flags = {}, .arguments = {}};
        add_arguments(*command, part);
        // Those of the program may stand after the command, too.
        for (const Argument& flag : parts.front().flags)
            if (flag.names.front() != "--help") part.flags.push_back(flag);
        parts.push_back(std::move(part));
    }
    return parts;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty()) out += between;
        out += word;
    }
    return out;
}

/// Names of commands and flags, and codes: no quotation mark is in them.
std::string in_quotes(const std::string& text) {
    return '\'' + text + '\'';
}

std::vector<std::string> commands_of(const std::vector<Part>& parts) {
    std::vector<std::string> commands;
    for (const Part& part : parts)
        if (!part.name.empty()) commands.push_back(part.name);
    return commands;
}

std::string answer_for(const Argument& argument) {
    if (argument.takes == Takes::file) return "_tizilim_paths -f \"$word\"";
    if (argument.takes == Takes::folder) return "_tizilim_paths -d \"$word\"";
    return "_tizilim_words " + in_quotes(joined(argument.codes, " ")) + " \"$word\"";
}

/// After which words what is asked for.
void print_values(std::ostream& out, const Part& part) {
    for (const Argument& flag : part.flags) {
        if (flag.takes == Takes::nothing) continue;
        std::string patterns;
        for (const std::string& name : flag.names)
            patterns += (patterns.empty() ? "" : " | ") + in_quotes(part.name + ' ' + name);
        out << "    " << patterns << ") " << answer_for(flag) << "; return ;;\n";
    }
}

void print_words(std::ostream& out, const Part& part, std::vector<std::string> words) {
    for (const Argument& flag : part.flags)
        words.insert(words.end(), flag.names.begin(), flag.names.end());
    out << "    " << in_quotes(part.name) << ")\n";
    for (const Argument& argument : part.arguments) {
        if (argument.takes == Takes::one_of)
            words.insert(words.end(), argument.codes.begin(), argument.codes.end());
        if (argument.takes == Takes::file || argument.takes == Takes::folder)
            out << "        [[ $word == -* ]] || { " << answer_for(argument) << "; return; }\n";
    }
    out << "        _tizilim_words " << in_quotes(joined(words, " ")) << " \"$word\" ;;\n";
}

/// The head and the end of a script; between them stand lines that bash and zsh read alike.
struct Script {
    std::string_view head;
    std::string_view end;
};

/// bash takes `--flag=value` for three words.
constexpr Script kBash{
    .head = R"(_tizilim_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }
_tizilim_paths() {
    mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
    compopt -o filenames 2>/dev/null
}
_tizilim() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= i
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; ++i)); do
        case ${COMP_WORDS[i]} in
        --config | --language) ((++i)) ;;
        -*) ;;
        *)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    COMPREPLY=()
)",
    .end = "complete -F _tizilim tizilim\n"};

constexpr Script kZsh{.head = R"(#compdef tizilim
_tizilim_words() { compadd -- ${=1}; }
_tizilim_paths() {
    if [[ $1 == -d ]]; then
        _files -/
    else
        _files
    fi
}
_tizilim() {
    local word=${words[CURRENT]} before=${words[CURRENT - 1]} command= i
    if [[ $word == --*=* ]]; then
        before=${word%%=*} word=${word#*=}
        compset -P '*='
    fi
    for ((i = 2; i < CURRENT; ++i)); do
        case ${words[i]} in
        --config | --language) ((++i)) ;;
        -*) ;;
        *)
            command=${words[i]}
            break
            ;;
        esac
    done
)",
                      // As a file of its own in zsh's path, it is the body of the function.
                      .end =
                          "if [[ ${funcstack[1]-} == _tizilim ]]; then\n"
                          "    _tizilim \"$@\"\nelse\n    compdef _tizilim tizilim\nfi\n"};

void print_script(std::ostream& out, const Script& script, const std::vector<Part>& parts) {
    out << script.head << "    case \"$command $before\" in\n";
    for (const Part& part : parts) print_values(out, part);
    out << "    esac\n    case $command in\n";
    for (const Part& part : parts)
        print_words(out, part, part.name.empty() ? commands_of(parts) : std::vector<std::string>());
    out << "    esac\n}\n" << script.end;
}

std::string fish_answer(const Argument& argument) {
    if (argument.takes == Takes::file) return "-F";
    if (argument.takes == Takes::folder) return "-f -a '(__fish_complete_directories)'";
    if (argument.takes == Takes::one_of) return "-f -a " + in_quotes(joined(argument.codes, " "));
    return "-f";
}

void print_fish(std::ostream& out, const std::vector<Part>& parts) {
    const std::string all = joined(commands_of(parts), " ");
    const std::string before_one = "not __fish_seen_subcommand_from " + all;
    out << "complete -c tizilim -f\n";
    for (const Part& part : parts) {
        const std::string when =
            part.name.empty() ? before_one : "__fish_seen_subcommand_from " + part.name;
        const std::string begun = "complete -c tizilim -n " + in_quotes(when) + ' ';
        if (part.name.empty()) out << begun << "-f -a " << in_quotes(all) << '\n';
        for (const Argument& argument : part.arguments)
            if (argument.takes != Takes::text) out << begun << fish_answer(argument) << '\n';
        for (const Argument& flag : part.flags)
            for (const std::string& name : flag.names)
                out << begun << "-l " << name.substr(2) << ' '
                    << (flag.takes == Takes::nothing ? "" : "-r ") << fish_answer(flag) << '\n';
    }
}

}  // namespace

void print_completion(std::ostream& out, const CLI::App& app, Shell shell) {
    const std::vector<Part> parts = parts_of(app);
    if (shell == Shell::fish) return print_fish(out, parts);
    print_script(out, shell == Shell::zsh ? kZsh : kBash, parts);
}

std::optional<Shell> parse_shell(std::string_view name) {
    if (name == "bash") return Shell::bash;
    if (name == "zsh") return Shell::zsh;
    if (name == "fish") return Shell::fish;
    return {};
}

}  // namespace tizilim::agent
