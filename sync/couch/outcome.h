#pragma once

#include <chrono>
#include <string>

namespace tizilim::sync {

/// How the last exchange with the peer ended.
enum class Outcome {
    progress,        ///< did a batch; there may be more
    idle,            ///< up to date
    offline,         ///< no answer, or "not now"; tried again after a backoff
    captive_portal,  ///< something answered that is not the peer
    unauthorized,    ///< the peer does not accept the credentials; not tried again unasked
    refused          ///< the peer refuses the register as a whole; needs a person
};

struct ReplicatorSettings {
    std::string database_url;   ///< "https://host/database", no user and password in it
    std::string authorization;  ///< value of the Authorization header; empty: none
    std::chrono::seconds poll_interval{1800};  ///< when all is quiet
    bool metered = false;                      ///< every byte costs: polls are few
};

}  // namespace tizilim::sync
