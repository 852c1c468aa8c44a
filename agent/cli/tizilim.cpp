#include "agent/cli/cli.h"
#include "agent/cli/terminal/console.h"
#include "agent/config/places.h"
#include "agent/texts/words.h"
#include "platform/desktop.h"
#include "platform/process/process_memory.h"
#include "platform/process/standard_files.h"
#include "platform/process/terminal.h"
#include "platform/text/message.h"

#include <iostream>
#include <unistd.h>

int main(int argument_count, char** arguments) {
    tizilim::platform::open_standard_files();
    tizilim::platform::keep_memory_private();
    tizilim::platform::install_english(tizilim::agent::english);
    tizilim::agent::Console console{.in = std::cin, .out = std::cout, .err = std::cerr};
    console.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
    console.size = tizilim::platform::terminal_size();
    console.progress = ::isatty(STDERR_FILENO) == 1;
    if (tizilim::platform::input_is_terminal()) {
        console.ask_secret = tizilim::platform::ask_secret;
        console.ask = tizilim::platform::ask;
    }
    const tizilim::agent::Environment environment = tizilim::agent::process_environment();
    if (environment("WAYLAND_DISPLAY") || environment("DISPLAY"))
        console.open_file = tizilim::platform::open_on_desktop;
    if (environment("DBUS_SESSION_BUS_ADDRESS")) console.notify = tizilim::platform::show_notice;
    console.home = environment("HOME").value_or("");
    console.state = tizilim::agent::state_folder(environment);
    return tizilim::agent::run_cli({arguments + 1, arguments + argument_count}, console,
                                   environment);
}
