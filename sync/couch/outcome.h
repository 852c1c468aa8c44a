#pragma once

#include "store/replication/link_state.h"

#include <chrono>
#include <string>

namespace tizilim::sync {

using store::Outcome;

struct ReplicatorSettings {
    std::string database_url;   ///< "https://host/database", no user and password in it
    std::string authorization;  ///< value of the Authorization header; empty: none
    std::chrono::seconds poll_interval{1800};  ///< when all is quiet
    bool metered = false;                      ///< every byte costs: polls are few
};

}  // namespace tizilim::sync
