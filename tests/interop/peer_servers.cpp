#include "tests/interop/peer_servers.h"

#include "platform/curl/curl_transport.h"
#include "platform/network/http_transport.h"
#include "platform/random.h"
#include "platform/text/json.h"
#include "tests/support/child_process.h"
#include "tests/support/couch_database.h"
#include "tests/support/couch_model.h"
#include "tests/support/model_transport.h"
#include "tests/support/provision.h"
#include "tests/support/temp_directory.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <signal.h>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::interop {
namespace {

using support::PeerKind;

constexpr std::chrono::seconds kReadyWithin{30};
constexpr std::chrono::seconds kEndWithin{10};
constexpr std::string_view kReady = "listening ";
constexpr const char* kAdmin = "admin";
constexpr std::size_t kAnswerBytesMax = 1'000'000;

class ModelPeer final : public PeerServer {
public:
    explicit ModelPeer(PeerKind kind) : model_(kind), transport_(model_) {}
    [[nodiscard]] support::CouchModel& model() { return model_; }
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
    ProcessPeer(PeerKind kind, const support::Command& command)
        : kind_(kind),
          process_(command, folder_ / "out", folder_ / "err"),
          transport_(no_proxy(), std::stop_token{}) {
        const auto ready = [this] {
            const std::string said = support::text_of(folder_ / "out");
            return said.starts_with(kReady) && said.find('\n') != std::string::npos;
        };
        if (!support::eventually(kReadyWithin, ready)) {
            throw std::runtime_error("no server from " + command.front() + ": " +
                                     support::text_of(folder_ / "err"));
        }
        origin_ = support::text_of(folder_ / "out").substr(kReady.size());
        origin_.resize(origin_.find_first_of("/\n", std::string_view("http://").size()));
    }
    ~ProcessPeer() override {
        process_.signal(SIGTERM);
        static_cast<void>(process_.wait(kEndWithin));
    }
    ProcessPeer(const ProcessPeer&) = delete;
    ProcessPeer& operator=(const ProcessPeer&) = delete;

    platform::HttpTransport& transport() override { return transport_; }
    [[nodiscard]] std::string origin() const override { return origin_; }
    [[nodiscard]] PeerKind kind() const override { return kind_; }

private:
    static platform::CurlOptions no_proxy() {
        return {.ca_file = {}, .client_certificate = {}, .proxy = ""};
    }
    PeerKind kind_;
    support::TempDirectory folder_;  ///< of what it prints
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
            return std::make_unique<ProcessPeer>(PeerKind::couchdb,
                                                 support::Command{STAND_IN, "--mode", "couchdb"});
        case PeerChoice::stand_in_pouchdb:
            return std::make_unique<ProcessPeer>(PeerKind::pouchdb,
                                                 support::Command{STAND_IN, "--mode", "pouchdb"});
        case PeerChoice::express_pouchdb:
            break;
    }
    return std::make_unique<ProcessPeer>(
        PeerKind::pouchdb,
        support::Command{NODE, PEER_SERVER, "--dir", (started().directory / "pouchdb").string()});
}

/// Has admins from its first moment, so that there is no time in which everybody is one.
void configure_admin(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json") << platform::to_json(
        platform::JsonObject{{"admins", platform::JsonObject{{kAdmin, password_of(kAdmin)}}}});
}

void ask_as_admin(PeerServer& server, const std::string& path, const platform::JsonValue& body) {
    const auto answer =
        server.transport().send({.method = platform::Method::put,
                                 .url = server.origin() + path,
                                 .headers = {{"Accept", "application/json"},
                                             {"Content-Type", "application/json"},
                                             {"Authorization", admin_authorization()}},
                                 .body = platform::to_json(body)},
                                {kReadyWithin, kAnswerBytesMax});
    if (!answer || answer->status >= 300) {
        throw std::runtime_error("an administrator can't write " + path);
    }
}

void add_accounts(PeerServer& server) {
    using platform::JsonArray;
    using platform::JsonObject;
    const std::string office(kOfficeUser);
    ask_as_admin(server, "/_users/org.couchdb.user:" + office,
                 JsonObject{{"name", office},
                            {"password", password_of(office)},
                            {"type", "user"},
                            {"roles", JsonArray{}}});
    const std::map<std::string, std::string> members{{"register", office}, {"another", "nobody"}};
    for (const auto& [database, member] : members) {
        ask_as_admin(server, '/' + database, JsonObject{});
        const JsonObject names{{"names", JsonArray{member}}, {"roles", JsonArray{}}};
        ask_as_admin(server, '/' + database + "/_security", JsonObject{{"members", names}});
    }
}

}  // namespace

std::string password_of(std::string_view user) {
    return "password of " + std::string(user);
}

std::string admin_authorization() {
    return support::basic_authorization(kAdmin, password_of(kAdmin));
}

std::unique_ptr<PeerServer> peer_with_accounts(PeerChoice choice) {
    if (choice == PeerChoice::express_pouchdb) {
        platform::SystemRandom random;
        const std::filesystem::path folder = started().directory / ("accounts" + random.hex(6));
        configure_admin(folder);
        auto server = std::make_unique<ProcessPeer>(
            PeerKind::pouchdb, support::Command{NODE, PEER_SERVER, "--dir", folder.string()});
        add_accounts(*server);
        return server;
    }
    auto server = std::make_unique<ModelPeer>(
        choice == PeerChoice::model_couchdb ? PeerKind::couchdb : PeerKind::pouchdb);
    support::CouchModel& model = server->model();
    const std::string office(kOfficeUser);
    model.accounts().add_user({.name = office, .password = password_of(office), .roles = {}});
    model.accounts().add_user(
        {.name = kAdmin, .password = password_of(kAdmin), .roles = {"_admin"}});
    model.create_database("register").members = {office};
    model.create_database("another").members = {"nobody"};
    return server;
}

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
