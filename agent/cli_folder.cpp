#include "agent/cli.h"
#include "agent/cli_commands.h"
#include "agent/cli_output.h"
#include "agent/config.h"
#include "agent/entry_json.h"
#include "platform/clock.h"
#include "platform/crash_message.h"
#include "platform/json.h"
#include "platform/key_store.h"
#include "platform/random.h"
#include "store/register.h"

#include <cstdint>
#include <ostream>
#include <string>

namespace tizilim::agent {

int run_init(const Command& command) {
    const Configuration& configuration = command.configuration;
    const platform::SystemClock clock;
    platform::SystemRandom random;
    platform::FileKeyStore keys(keys_directory(configuration));
    store::Register::create(configuration.registry, keys, clock, random);
    const store::Register made(configuration.registry, keys, clock, random);
    const std::string directory = configuration.registry.directory.string();
    const std::string key_folder = keys_directory(configuration).string();
    if (command.json) {
        command.console.out << platform::to_json(platform::JsonObject{{"book", made.book().label},
                                                                      {"directory", directory},
                                                                      {"keys", key_folder}})
                            << '\n';
        return done;
    }
    command.console.out << "Made a register in " << directory << "\nBook " << made.book().label
                        << "\nIts key is in " << key_folder
                        << ": keep a copy of that folder in a safe place. Without the key nobody "
                           "can open the register.\n";
    return done;
}

int run_verify_offline(const Command& command) {
    const platform::SystemClock clock;
    platform::SystemRandom random;
    platform::explain_crashes("tizilim: " + crash_advice(command.configuration.registry.directory));
    const platform::FileKeyStore keys(keys_directory(command.configuration));
    const store::Register opened(command.configuration.registry, keys, clock, random);
    ProgressBar bar(command.console.err, command.console.progress);
    const store::VerifyReport report = opened.verify(
        [&bar](std::uint64_t verified, std::uint64_t total) { bar.show(verified, total); });
    return print_verification(command, json_of(report));
}

}  // namespace tizilim::agent
