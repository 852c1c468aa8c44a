#pragma once

#include "agent/api/page_sessions.h"
#include "agent/api/routes.h"
#include "agent/api/services.h"
#include "agent/config/config.h"
#include "agent/delivery/delivery_watch.h"
#include "agent/http/local_endpoints.h"
#include "agent/register/backup_loop.h"
#include "agent/register/network_link.h"
#include "platform/random.h"
#include "platform/text/log.h"
#include "store/register/register.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace tizilim::support {

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
};

/// A request of the local API in a test.
struct Asked {
    std::string method = "GET";
    std::string path;
    std::string content_type{};
    std::string body{};
    bool over_port = false;              ///< as anyone, and not over the control socket
    std::vector<std::string> headers{};  ///< "Origin: null"
};

/// A register, a loop without a peer, and the two endpoints, the port a free one of the loopback.
class RunningAgent {
public:
    explicit RunningAgent(std::chrono::milliseconds request_time_max = std::chrono::seconds(20),
                          bool require_signature = false);

    [[nodiscard]] Answer ask(const Asked& asked) const;
    /// Sends bytes as they are over the control socket and reads to the end of the connection.
    [[nodiscard]] Answer send(const std::string& bytes) const;
    /// The same over the port.
    [[nodiscard]] Answer send_to_port(const std::string& bytes) const;

    [[nodiscard]] Answer get(const std::string& path) const { return ask({.path = path}); }
    [[nodiscard]] Answer post_json(const std::string& path, const std::string& body) const;

    [[nodiscard]] std::uint16_t port() const { return endpoints_->port(); }
    [[nodiscard]] std::filesystem::path register_folder() const { return folder_ / "register"; }
    [[nodiscard]] store::Register& registry() { return *registry_; }
    [[nodiscard]] const std::string& recovery_code() const { return recovery_code_; }
    [[nodiscard]] agent::DeliveryWatch& watch() { return *watch_; }
    [[nodiscard]] agent::NetworkLink& network() { return *network_; }
    [[nodiscard]] SimClock& clock() { return clock_; }
    [[nodiscard]] agent::LocalEndpoints& endpoints() { return *endpoints_; }
    [[nodiscard]] agent::Services services();
    [[nodiscard]] std::string logged() const { return log_text_.str(); }
    [[nodiscard]] platform::Log& log() { return log_; }
    /// A configuration file by which the command line finds this agent.
    [[nodiscard]] std::filesystem::path write_config() const;

private:
    TempDirectory folder_;
    SimClock clock_;
    platform::SystemRandom random_;
    agent::PageSessions pages_{clock_, random_};
    MemoryKeyStore keys_;
    std::ostringstream log_text_;
    platform::Log log_{log_text_, clock_};
    std::string recovery_code_;
    std::unique_ptr<store::Register> registry_;
    std::unique_ptr<agent::DeliveryWatch> watch_;
    std::unique_ptr<agent::NetworkLink> network_;
    std::unique_ptr<agent::BackupLoop> backups_;
    std::unique_ptr<agent::Routes> routes_;
    std::unique_ptr<agent::LocalEndpoints> endpoints_;
};

/// As tizilimd opens them.
[[nodiscard]] agent::EndpointSockets open_endpoints(const agent::StatusSettings& status,
                                                    const agent::ControlSettings& control);

/// No variable is set: nothing is kept in the home of who runs the tests.
[[nodiscard]] inline std::optional<std::string> no_environment(const std::string& /*name*/) {
    return {};
}

/// An entry that may leave, as the API takes it; 2 November 2026 is the day of the SimClock.
inline constexpr auto kPartialEntry =
    R"({"application_date":"2026-11-02","basis_type":"court_resolution","basis_number":"C-1",)"
    R"("basis_date":"2026-11-02","basis_issuer":"Канарейка","essence":"Тайна","form":"court",)"
    R"("minutes":90})";
/// One that stays.
inline constexpr auto kLocalEntry =
    R"({"application_date":"2026-11-02","basis_type":"application","basis_number":"A-1",)"
    R"("basis_date":"2026-11-02","essence":"Тайна","form":"legal_information","minutes":"20"})";

}  // namespace tizilim::support
