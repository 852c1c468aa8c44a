#pragma once

#include "platform/http_transport.h"
#include "tests/support/couch_database.h"

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

/// Started when first asked for; ended by stop_peers(). \throws std::runtime_error
[[nodiscard]] PeerServer& peer(PeerChoice choice);
void stop_peers();

}  // namespace tizilim::interop
