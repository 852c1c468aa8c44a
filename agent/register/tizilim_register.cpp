#include "agent/config/config.h"
#include "agent/config/config_error.h"
#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/processes/confined.h"
#include "agent/processes/program_start.h"
#include "agent/processes/programs.h"
#include "agent/register/register_program.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/process/confinement.h"
#include "platform/process/crash_message.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <filesystem>
#include <iostream>
#include <utility>

namespace tizilim::agent {
namespace {

/// \throws what load_configuration() and run_register() throw
void run(const ProgramStart& start) {
    RegisterHandover handed{.orders = platform::Descriptor(kOrdersDescriptor),
                            .control = platform::Descriptor(kControlDescriptor),
                            .status_port = platform::Descriptor(kStatusPortDescriptor)};
    // What the unified system asks for is the other program's.
    const Configuration configuration =
        load_configuration(find_places(start.config, process_environment()), Credentials::leave);
    expect_own_folder(configuration);
    const platform::SystemClock clock;
    platform::Log log(std::cerr, clock);
    platform::explain_crashes("tizilim-register: " +
                              platform::in_english(crash_advice(configuration.registry.directory)));
    Confined confined{.held = {}, .writable = writable_folders(configuration)};
    confined.held = platform::confine_register(confined.writable);
    check_confinement(confined.held, configuration.security.require_confinement, log);
    run_register(configuration, std::move(handed), std::move(confined), log);
}

}  // namespace
}  // namespace tizilim::agent

int main(int argument_count, char** arguments) {
    using tizilim::agent::english;
    const auto start = tizilim::agent::start_program(argument_count, arguments, std::cerr);
    if (!start) return tizilim::agent::kBadConfiguration;
    try {
        tizilim::agent::run(*start);
        return tizilim::agent::kEndedAsAsked;
    } catch (const tizilim::agent::ConfigError& error) {
        std::cerr << error.what() << '\n';
        return tizilim::agent::kBadConfiguration;
    } catch (const tizilim::platform::MessageError& error) {
        std::cerr << "tizilim-register: " << error.what() << '\n';
    } catch (const std::filesystem::filesystem_error& error) {
        std::cerr << "tizilim-register: "
                  << english({"daemon.path_unusable", {{"system", error.what()}}}) << '\n';
    }
    return tizilim::agent::kRefused;
}
