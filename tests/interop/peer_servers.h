#pragma once

#include "platform/network/http_transport.h"
#include "tests/support/couch_database.h"

#include <memory>
#include <string>
#include <string_view>

namespace tizilim::interop {

/// A server that the conformance suite runs on.
class PeerServer {
public:
    virtual ~PeerServer() = default;
    [[nodiscard]] virtual platform::HttpTransport& transport() = 0;
    [[nodiscard]] virtual std::string origin() const = 0;  ///< "http://host:port"
    /// Whose answers to expect where servers differ.
    [[nodiscard]] virtual support::PeerKind kind() const = 0;
};

enum class PeerChoice {
    model_couchdb,
    model_pouchdb,
    stand_in_couchdb,
    stand_in_pouchdb,
    express_pouchdb
};
[[nodiscard]] std::string_view name_of(PeerChoice choice);

/// The user of a server with accounts, and a user's password.
inline constexpr std::string_view kOfficeUser = "office";
[[nodiscard]] std::string password_of(std::string_view user);

/// The value of the Authorization header of an administrator of a server with accounts.
[[nodiscard]] std::string admin_authorization();

/// A server of its own with accounts: kOfficeUser is a member of the database `register`, and not
/// of `another`. For models in process and express-pouchdb. \throws std::runtime_error
[[nodiscard]] std::unique_ptr<PeerServer> peer_with_accounts(PeerChoice choice);

/// Started when first asked for; ended by stop_peers(). \throws std::runtime_error
[[nodiscard]] PeerServer& peer(PeerChoice choice);
void stop_peers();

}  // namespace tizilim::interop
