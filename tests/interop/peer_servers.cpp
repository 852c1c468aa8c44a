#include "tests/interop/peer_servers.h"

#include "platform/curl_transport.h"
#include "platform/http_transport.h"
#include "tests/support/child_process.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/temp_directory.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::interop {
namespace {

using support::PeerKind;

constexpr std::chrono::seconds kReadyWithin{30};
constexpr std::string_view kReady = "listening ";

class ModelPeer final : public PeerServer {
public:
    explicit ModelPeer(PeerKind kind) : model_(kind), transport_(model_) {}
    platform::HttpTransport& transport() override { return transport_; }
    [[nodiscard]] std::string origin() const override { return "http://model"; }
    [[nodiscard]] PeerKind kind() const override { return model_.kind(); }

private:
    support::CouchModel model_;
    support::ModelTransport transport_;
};

/// A program that prints "listening http://127.0.0.1:PORT/…" when it is ready.
class ProcessPeer final : public PeerServer {
public:
    ProcessPeer(PeerKind kind, std::vector<std::string> command)
        : kind_(kind), process_(command), transport_(no_proxy(), std::stop_token{}) {
        const auto line = process_.read_line(kReadyWithin);
        if (!line || !line->starts_with(kReady)) {
            throw std::runtime_error("no server from " + command.front() + ' ' + command[1]);
        }
        origin_ = line->substr(kReady.size());
        origin_.resize(origin_.find('/', std::string_view("http://").size()));
    }
    platform::HttpTransport& transport() override { return transport_; }
    [[nodiscard]] std::string origin() const override { return origin_; }
    [[nodiscard]] PeerKind kind() const override { return kind_; }

private:
    static platform::CurlOptions no_proxy() {
        return {.ca_file = {}, .client_certificate = {}, .proxy = ""};
    }
    PeerKind kind_;
    support::ChildProcess process_;
    platform::CurlTransport transport_;
    std::string origin_;
};

struct Started {
    support::TempDirectory directory;  ///< of express-pouchdb's databases; outlives the server
    std::map<PeerChoice, std::unique_ptr<PeerServer>> servers;
};

Started& started() {
    static Started peers;
    return peers;
}

std::unique_ptr<PeerServer> start(PeerChoice choice) {
    switch (choice) {
        case PeerChoice::model_couchdb:
            return std::make_unique<ModelPeer>(PeerKind::couchdb);
        case PeerChoice::model_pouchdb:
            return std::make_unique<ModelPeer>(PeerKind::pouchdb);
        case PeerChoice::stand_in_couchdb:
            return std::make_unique<ProcessPeer>(
                PeerKind::couchdb, std::vector<std::string>{STAND_IN, "--mode", "couchdb"});
        case PeerChoice::stand_in_pouchdb:
            return std::make_unique<ProcessPeer>(
                PeerKind::pouchdb, std::vector<std::string>{STAND_IN, "--mode", "pouchdb"});
        case PeerChoice::express_pouchdb:
            break;
    }
    return std::make_unique<ProcessPeer>(
        PeerKind::pouchdb, std::vector<std::string>{NODE, PEER_SERVER, "--dir",
                                                    (started().directory / "pouchdb").string()});
}

}  // namespace

std::string_view name_of(PeerChoice choice) {
    switch (choice) {
        case PeerChoice::model_couchdb:
            return "ModelCouchDb";
        case PeerChoice::model_pouchdb:
            return "ModelPouchDb";
        case PeerChoice::stand_in_couchdb:
            return "StandInCouchDb";
        case PeerChoice::stand_in_pouchdb:
            return "StandInPouchDb";
        case PeerChoice::express_pouchdb:
            break;
    }
    return "ExpressPouchDb";
}

PeerServer& peer(PeerChoice choice) {
    auto& servers = started().servers;
    const auto known = servers.find(choice);
    if (known != servers.end()) return *known->second;
    return *servers.emplace(choice, start(choice)).first->second;
}

void stop_peers() {
    started().servers.clear();
}

}  // namespace tizilim::interop
