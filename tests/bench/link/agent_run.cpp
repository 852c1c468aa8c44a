#include "tests/bench/link/agent_run.h"

#include "platform/curl/curl_transport.h"
#include "store/register/register.h"
#include "sync/replicator.h"
#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/support/link_emulator.h"
#include "tests/support/replication_over_pair.h"
#include "tests/support/said.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <sys/poll.h>
#include <utility>

namespace tizilim::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::hours kDay{24};

void wait_for(Steady::duration time) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(time);
    (void)::poll(nullptr, 0, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
}

}  // namespace

AgentRun::AgentRun(const FieldRegister& made, const std::filesystem::path& folder,
                   support::LinkEmulator& link, const std::string& database, Reach reach)
    : link_(link),
      count_(made.count()),
      register_(made.copy(folder, clock_, random_)),
      frames_(reach == Reach::over_frames
                  ? std::make_unique<support::ReplicationOverPair>(register_->replication())
                  : nullptr),
      transport_({.ca_file = {}, .client_certificate = {}, .proxy = ""}, std::stop_token{}),
      replicator_(
          {.database_url = "http://127.0.0.1:" + std::to_string(link.port()) + '/' + database,
           .authorization = {}},
          transport_, frames_ ? frames_->replication() : register_->replication(), clock_,
          random_) {}

bool AgentRun::is_done() const {
    const store::Balance balance = register_->balance();
    return balance.delivered + balance.quarantined == count_;
}

bool AgentRun::waits() const {
    return replicator_.link().next.at > clock_.now();
}

Exchange AgentRun::deliver(std::chrono::seconds limit) {
    const auto until = Steady::now() + limit;
    while (!is_done()) {
        if (Steady::now() > until) return measured(support::said(replicator_.link().reason));
        if (waits()) {
            wait_for(std::min(replicator_.link().next.at - clock_.now(), until - Steady::now()));
        }
        (void)replicator_.step();
    }
    return measured({});
}

Exchange AgentRun::run_until_idle(std::chrono::seconds limit) {
    const auto until = Steady::now() + limit;
    while (!waits()) {
        if (Steady::now() > until) return measured("it finds no end");
        (void)replicator_.step();
    }
    return measured(support::said(replicator_.link().reason));
}

void AgentRun::skip_and_step() {
    if (waits()) clock_.skip(replicator_.link().next.at - clock_.now());
    do {
        (void)replicator_.step();
    } while (!waits());
}

Exchange AgentRun::poll() {
    link_.clear();
    skip_and_step();
    return measured(support::said(replicator_.link().reason));
}

Exchange AgentRun::day() {
    link_.clear();
    const auto end = clock_.now() + kDay;
    while (replicator_.link().next.at < end) skip_and_step();
    return measured(support::said(replicator_.link().reason));
}

Exchange AgentRun::measured(std::string trouble) const {
    const auto now = Steady::now();
    const store::Balance balance = register_->balance();
    Exchange made{.seconds = 0,
                  .totals = link_.totals(),
                  .requests = link_.requests(),
                  .delivered = balance.delivered,
                  .quarantined = balance.quarantined,
                  .trouble = std::move(trouble)};
    if (made.totals.from) made.seconds = seconds_between(*made.totals.from, now);
    return made;
}

}  // namespace tizilim::bench
