#include "agent/config/network_settings.h"
#include "agent/config/places.h"
#include "agent/network/peer_settings.h"
#include "agent/network/sync_program.h"
#include "agent/processes/confined.h"
#include "agent/processes/program_start.h"
#include "agent/processes/programs.h"
#include "platform/clock.h"
#include "platform/files/descriptor.h"
#include "platform/process/confinement.h"
#include "platform/text/log.h"
#include "platform/text/message.h"

#include <iostream>
#include <utility>

namespace tizilim::agent {
namespace {

/// \throws ConfigError
void run(const ProgramStart& start) {
    SyncHandover handed{.orders = platform::Descriptor(kOrdersDescriptor),
                        .replication = platform::Descriptor(kReplicationDescriptor)};
    const NetworkSettings settings =
        load_network_settings(find_places(start.config, process_environment()));
    PeerSettings peer = peer_settings_of(settings);
    TimestampAuthority authority = timestamp_authority_of(settings);
    const platform::SystemClock clock;
    platform::Log log(std::cerr, clock);
    const platform::Confinement held = platform::confine_network(readable_by_network());
    check_confinement(held, settings.security.require_confinement, log);
    run_sync(std::move(peer), std::move(authority), std::move(handed), held, log);
}

}  // namespace
}  // namespace tizilim::agent

int main(int argument_count, char** arguments) {
    const auto start = tizilim::agent::start_program(argument_count, arguments, std::cerr);
    if (!start) return tizilim::agent::kBadConfiguration;
    try {
        tizilim::agent::run(*start);
        return tizilim::agent::kEndedAsAsked;
    } catch (const tizilim::platform::MessageError& error) {
        std::cerr << "tizilim-sync: " << error.what() << '\n';
    }
    return tizilim::agent::kRefused;
}
