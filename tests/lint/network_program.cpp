// Linked with every object of agent/network, so that network_symbols.sh sees what comes along with
// them and with their configuration.

#include "agent/config/network_settings.h"

int main() {
    return tizilim::agent::load_network_settings({}).sync.enabled ? 0 : 1;
}
