#include "agent/processes/program_start.h"

#include "agent/processes/programs.h"
#include "agent/texts/words.h"
#include "platform/process/child_process.h"
#include "platform/process/process_memory.h"
#include "platform/process/signals.h"
#include "platform/process/standard_files.h"
#include "platform/text/message.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace tizilim::agent {
namespace {

std::optional<int> process_in(std::string_view text) {
    int pid = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (failed != std::errc{} || end != text.data() + text.size() || pid <= 0) return {};
    return pid;
}

}  // namespace

std::optional<ProgramStart> start_program(int argument_count, char** arguments, std::ostream& err) {
    platform::open_standard_files();
    platform::keep_memory_private();
    platform::keep_memory_small();
    platform::install_english(english);
    const std::span given(arguments, static_cast<std::size_t>(argument_count));
    ProgramStart start;
    std::optional<int> parent;
    for (std::size_t i = 1; i + 1 < given.size(); i += 2) {
        const std::string_view flag = given[i];
        if (flag == kConfigFlag) start.config = given[i + 1];
        if (flag == kParentFlag) parent = process_in(given[i + 1]);
    }
    if (!parent) {
        err << english({"daemon.started_by_tizilimd"}) << '\n';
        return {};
    }
    if (!platform::die_with_parent(*parent)) return {};
    platform::hold_signals();
    return start;
}

}  // namespace tizilim::agent
