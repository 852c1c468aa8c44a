#include "agent/delivery/metrics.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/status.h"
#include "platform/clock.h"
#include "platform/text/message.h"
#include "store/register/register.h"
#include "store/replication/link_state.h"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

/// Writes families: HELP (the message `metric.<name>`), TYPE, then their samples, each family once.
class Page {
public:
    void family(std::string_view name, std::string_view type) {
        name_ = name;
        ((text_ += "# HELP tizilim_") += name) += ' ';
        const platform::Message help{"metric." + std::string(name)};
        (text_ += platform::in_english(help)) += "\n# TYPE tizilim_";
        ((text_ += name) += ' ') += type;
        text_ += '\n';
    }
    void sample(std::integral auto value) { write("", std::to_string(value)); }
    void sample(std::string_view label, std::string_view label_value, std::integral auto value) {
        std::string labels = "{";
        ((labels += label) += "=\"") += label_value;
        write(labels + "\"}", std::to_string(value));
    }
    void one(std::string_view name, std::string_view type, std::integral auto value) {
        family(name, type);
        sample(value);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void write(std::string_view labels, const std::string& value) {
        ((text_ += "tizilim_") += name_) += labels;
        ((text_ += ' ') += value) += '\n';
    }
    std::string text_;
    std::string_view name_;
};

void add_entries(Page& page, const store::Balance& balance, Audience audience) {
    page.family("entries", "gauge");
    if (audience == Audience::owner) page.sample("delivery", "local", balance.local);
    page.sample("delivery", "unsigned", balance.awaiting_signature);
    page.sample("delivery", "pending", balance.pending);
    page.sample("delivery", "sent", balance.sent);
    page.sample("delivery", "delivered", balance.delivered);
    page.sample("delivery", "quarantined", balance.quarantined);
    if (audience == Audience::owner) page.one("entries_recorded", "gauge", balance.recorded);
    page.one("balance_error", "gauge", balance.error());
    page.one("conflicts", "gauge", balance.conflicts);
}

void add_foreign(Page& page, const store::ForeignFigures& foreign, Audience audience) {
    page.one("foreign_limit_reached", "gauge", foreign.left_out > 0 ? 1 : 0);
    if (audience != Audience::owner) return;
    page.one("foreign_documents", "gauge", foreign.documents);
    page.one("foreign_bytes", "gauge", foreign.bytes);
}

void add_link(Page& page, const Observation& observed) {
    const AgentFacts& facts = observed.facts;
    if (facts.sync.link && facts.sync.link->last_verified_at) {
        const auto at = facts.sync.link->last_verified_at->time_since_epoch();
        page.one("last_verified_timestamp_seconds", "gauge",
                 std::chrono::floor<std::chrono::seconds>(at).count());
    }
    if (facts.sync.certificate_ends_at) {
        const auto at = facts.sync.certificate_ends_at->time_since_epoch();
        page.one("certificate_ends_timestamp_seconds", "gauge",
                 std::chrono::floor<std::chrono::seconds>(at).count());
    }
    if (const auto age = exchange_age(facts)) {
        page.one("last_exchange_age_seconds", "gauge",
                 std::chrono::floor<std::chrono::seconds>(*age).count());
    }
    page.one("standstill_seconds", "gauge",
             std::chrono::floor<std::chrono::seconds>(standstill(facts)).count());
    if (observed.facts.sync.due_at && !facts.sync.pause_reason &&
        store::is_scheduled(*observed.facts.sync.due_at, facts.now))
        page.one("next_step_seconds", "gauge",
                 std::chrono::ceil<std::chrono::seconds>(*observed.facts.sync.due_at - facts.now)
                     .count());
    page.one("link_failures", "gauge", facts.sync.link ? facts.sync.link->failures : 0);
    page.one("skipped_documents_total", "counter", facts.sync.link ? facts.sync.link->skipped : 0);
    page.one("link_requests_total", "counter", observed.facts.sync.counters.requests);
    page.family("link_bytes_total", "counter");
    page.sample("direction", "up", observed.facts.sync.counters.bytes_up);
    page.sample("direction", "down", observed.facts.sync.counters.bytes_down);
    page.one("link_requests_today", "gauge", observed.traffic_today.requests);
    page.family("link_bytes_today", "gauge");
    page.sample("direction", "up", observed.traffic_today.bytes_up);
    page.sample("direction", "down", observed.traffic_today.bytes_down);
}

/// Of anybody's business: that there is a backup, and how old it is, tells nothing of an entry.
void add_backup(Page& page, const BackupState& backup, platform::WallTime now) {
    if (backup.last_at) {
        page.one(
            "backup_last_success_timestamp_seconds", "gauge",
            std::chrono::floor<std::chrono::seconds>(backup.last_at->time_since_epoch()).count());
        const auto age = std::max(std::chrono::milliseconds(0), now - *backup.last_at);
        page.one("backup_age_seconds", "gauge",
                 std::chrono::floor<std::chrono::seconds>(age).count());
    }
    page.one("backup_overdue_seconds", "gauge",
             std::chrono::floor<std::chrono::seconds>(overdue(backup, now)).count());
    page.one("backup_failed", "gauge", backup.failed ? 1 : 0);
    page.one("backup_failures_total", "counter", backup.failures);
    if (backup.drill.tried_at)
        page.one("backup_drill_last_success_timestamp_seconds", "gauge",
                 std::chrono::floor<std::chrono::seconds>(backup.drill.tried_at->time_since_epoch())
                     .count());
    page.one("backup_drill_failed", "gauge", backup.drill.failed ? 1 : 0);
    page.one("backup_drill_failures_total", "counter", backup.drill.failures);
}

}  // namespace

std::string metrics_text(const Observation& observed, Audience audience) {
    const AgentFacts& facts = observed.facts;
    Page page;
    page.family("build_info", "gauge");
    page.sample("version", observed.version, 1);
    page.one("uptime_seconds", "gauge",
             std::chrono::floor<std::chrono::seconds>(facts.now - facts.started_at).count());
    page.family("state", "gauge");
    for (const State state : kAllStates)
        page.sample("state", state_name(state), state == observed.state.state ? 1 : 0);
    add_entries(page, facts.balance, audience);
    add_foreign(page, observed.foreign, audience);
    page.one("oldest_pending_seconds", "gauge", oldest_pending_seconds(facts));
    add_link(page, observed);
    page.one("clock_good", "gauge", clock_health(observed.clock).good ? 1 : 0);
    const bool has_book = observed.state.state != State::no_register;
    page.one("book_good", "gauge", has_book && !observed.book.problem ? 1 : 0);
    add_backup(page, observed.backup, facts.wall_now);
    page.one("network_restarts_total", "counter", observed.processes.network_restarts);
    page.family("confined", "gauge");
    page.sample("process", "register", observed.processes.register_confinement.empty() ? 0 : 1);
    page.sample("process", "network", observed.processes.network_confinement.empty() ? 0 : 1);
    if (audience == Audience::owner) {
        page.one("store_bytes", "gauge", observed.figures.bytes);
        page.one("store_reserve_bytes", "gauge", observed.figures.reserve_bytes);
    }
    return page.take();
}

}  // namespace tizilim::agent
