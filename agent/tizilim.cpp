#include "agent/cli.h"

#include <iostream>
#include <unistd.h>

int main(int argument_count, char** arguments) {
    const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
    return tizilim::agent::run_cli(
        {arguments + 1, arguments + argument_count},
        {.in = std::cin, .out = std::cout, .err = std::cerr, .progress = on_terminal});
}
