#pragma once

#include "platform/curl/curl_transport.h"
#include "platform/random.h"
#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/support/link_emulator.h"
#include "tests/support/replication_over_pair.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace tizilim::bench {

/// The agent's own replication over a link: its register on disk, its replicator and its HTTP, as
/// tizilimd runs them, waiting as long as it says it wants to wait.
class AgentRun {
public:
    /// How the replicator reaches the register: over frames as two programs do.
    enum class Reach { in_one_process, over_frames };
    /// Works on a copy of `made` in `folder`; `database` is the last part of the URL.
    AgentRun(const FieldRegister& made, const std::filesystem::path& folder,
             support::LinkEmulator& link, const std::string& database,
             Reach reach = Reach::in_one_process);

    /// Until every entry has its receipt or is listed as refused, or `limit` has passed.
    [[nodiscard]] Exchange deliver(std::chrono::seconds limit);
    /// Until there is nothing left to do; counts on.
    [[nodiscard]] Exchange run_until_idle(std::chrono::seconds limit);
    /// Skips to the next look at the server; counts that alone.
    [[nodiscard]] Exchange poll();
    /// Every look of the next 24 hours.
    [[nodiscard]] Exchange day();

private:
    [[nodiscard]] bool is_done() const;
    [[nodiscard]] bool waits() const;
    void skip_and_step();
    [[nodiscard]] Exchange measured(std::string trouble) const;

    support::LinkEmulator& link_;
    const std::uint64_t count_;
    SkippingClock clock_;
    platform::SystemRandom random_;
    std::unique_ptr<store::Register> register_;
    std::unique_ptr<support::ReplicationOverPair> frames_;  ///< null: none between
    platform::CurlTransport transport_;
    sync::Replicator replicator_;
};

}  // namespace tizilim::bench
