#include "agent/cli.h"
#include "agent/cli_commands.h"
#include "agent/cli_output.h"
#include "agent/cli_reply.h"
#include "agent/config.h"
#include "agent/entry_json.h"
#include "platform/clock.h"
#include "platform/crash_message.h"
#include "platform/file_stream.h"
#include "platform/json.h"
#include "platform/key_store.h"
#include "platform/random.h"
#include "store/owner_session.h"
#include "store/register.h"

#include <cstdint>
#include <ostream>
#include <string>

namespace tizilim::agent {

int run_verify_offline(const Command& command) {
    const platform::SystemClock clock;
    platform::SystemRandom random;
    expect_own_folder(command.configuration);
    platform::explain_crashes("tizilim: " + crash_advice(command.configuration.registry.directory));
    const platform::FileKeyStore keys(keys_directory(command.configuration));
    const store::Register opened(command.configuration.registry, keys, clock, random);
    ProgressBar bar(command.console);
    const store::VerifyReport report = opened.verify(
        [&bar](std::uint64_t verified, std::uint64_t total) { bar.show(verified, total); });
    return print_verification(command, json_of(report));
}

int run_salvage(const Command& command, const std::string& file) {
    const Configuration& configuration = command.configuration;
    expect_own_folder(configuration);
    platform::SystemRandom random;
    const platform::FileKeyStore keys(keys_directory(configuration));
    expect_outside_register(command, file);
    platform::NewFile out(file);
    const std::uint64_t versions = store::OwnerSession::salvage(
        configuration.registry.directory, keys, random,
        [&](const store::EntryView& view) { out.write(platform::to_json(json_of(view)) + '\n'); });
    out.sync();
    out.publish();
    if (command.json) {
        command.console.out << platform::to_json(
                                   platform::JsonObject{{"versions", versions}, {"file", file}})
                            << '\n';
    } else {
        command.console.out << versions << " versions of entries could be read; they are in "
                            << file << '\n';
    }
    return done;
}

}  // namespace tizilim::agent
