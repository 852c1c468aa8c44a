#pragma once

#include "platform/network/http_transport.h"
#include "platform/random.h"

#include <stdexcept>
#include <string>

namespace tizilim::support {

/// Says which request the server did not accept, and how it answered.
class ProvisionError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct ProvisionTarget {
    std::string database_url;     ///< "http://host:port/database"
    std::string authorization{};  ///< value of the Authorization header; empty: none
};

/// What an administrator does once for a register: makes the database, its identity document
/// `register` and the design document that refuses what may not be sent. A database that is there
/// already is completed, and keeps its identity. Returns the identity. \throws ProvisionError
std::string provision(platform::HttpTransport& transport, const ProvisionTarget& target,
                      platform::Random& random);

/// The value of an Authorization header for a user and password.
[[nodiscard]] std::string basic_authorization(const std::string& user, const std::string& password);

}  // namespace tizilim::support
