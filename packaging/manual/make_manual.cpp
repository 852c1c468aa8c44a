#include "agent/cli/cli.h"
#include "agent/cli/completion.h"
#include "agent/texts/words.h"
#include "packaging/manual/command_pages.h"
#include "packaging/manual/config_page.h"
#include "packaging/manual/daemon_page.h"

#include <CLI/App.hpp>
#include <CLI/CLI.hpp>  // IWYU pragma: keep: its parts need one another
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tizilim::manual {
namespace {

void write(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out(file);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

void write_all(const std::filesystem::path& folder, std::string_view day) {
    std::filesystem::create_directories(folder / "man");
    std::filesystem::create_directories(folder / "completion");
    for (const auto& [name, text] : command_pages(day)) write(folder / "man" / name, text);
    write(folder / "man" / "tizilim.conf.5", config_page(day));
    write(folder / "man" / "tizilimd.8", daemon_page(day));
    write(folder / "tizilim.conf", example_config());
    const agent::Words words(agent::UserLanguage::en, {});
    agent::show_parser(words, [&](const CLI::App& app) {
        using agent::Shell;
        for (const auto& [name, shell] :
             {std::pair{"tizilim", Shell::bash}, std::pair{"_tizilim", Shell::zsh},
              std::pair{"tizilim.fish", Shell::fish}}) {
            std::ostringstream script;
            agent::print_completion(script, app, shell);
            write(folder / "completion" / name, script.str());
        }
    });
}

}  // namespace
}  // namespace tizilim::manual

int main(int argument_count, char** arguments) {
    if (argument_count != 3) {
        std::cerr << "usage: make_manual FOLDER DAY\n";
        return 2;
    }
    try {
        tizilim::manual::write_all(arguments[1], arguments[2]);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "make_manual: " << error.what() << '\n';
        return 1;
    }
}
