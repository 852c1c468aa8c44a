#include "agent/delivery/metrics.h"

#include "agent/delivery/agent_state.h"
#include "agent/delivery/backup_state.h"
#include "agent/delivery/observation.h"
#include "agent/delivery/status.h"
#include "platform/clock.h"
#include "store/register/register.h"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <string_view>
#include <utility>

namespace tizilim::agent {
namespace {

/// Writes families: HELP, TYPE, then their samples, each family once.
class Page {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        ((text_ += "# HELP tizilim_") += name) += ' ';
        (text_ += help) += "\n# TYPE tizilim_";
        ((text_ += name) += ' ') += type;
        text_ += '\n';
    }
    void sample(std::integral auto value) { write("", std::to_string(value)); }
    void sample(std::string_view label, std::string_view label_value, std::integral auto value) {
        std::string labels = "{";
        ((labels += label) += "=\"") += label_value;
        write(labels + "\"}", std::to_string(value));
    }
    void one(std::string_view name, std::string_view type, std::string_view help,
             std::integral auto value) {
        family(name, type, help);
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
    page.family("entries", "gauge", "Entries of the register that may leave, by delivery state.");
    if (audience == Audience::owner) page.sample("delivery", "local", balance.local);
    page.sample("delivery", "unsigned", balance.awaiting_signature);
    page.sample("delivery", "pending", balance.pending);
    page.sample("delivery", "sent", balance.sent);
    page.sample("delivery", "delivered", balance.delivered);
    page.sample("delivery", "quarantined", balance.quarantined);
    if (audience == Audience::owner)
        page.one("entries_recorded", "gauge", "All entries of the register.", balance.recorded);
    page.one("balance_error", "gauge", "Entries in no delivery state or in two; must be 0.",
             balance.error());
    page.one("conflicts", "gauge", "Entries in conflict.", balance.conflicts);
}

void add_foreign(Page& page, const store::ForeignFigures& foreign, Audience audience) {
    page.one("foreign_limit_reached", "gauge",
             "1 when documents that others wrote were left out, for a limit.",
             foreign.left_out > 0 ? 1 : 0);
    if (audience != Audience::owner) return;
    page.one("foreign_documents", "gauge", "Stored documents that others wrote.",
             foreign.documents);
    page.one("foreign_bytes", "gauge", "Bytes of them.", foreign.bytes);
}

void add_link(Page& page, const Observation& observed) {
    const AgentFacts& facts = observed.facts;
    if (facts.link && facts.link->last_verified_at) {
        const auto at = facts.link->last_verified_at->time_since_epoch();
        page.one("last_verified_timestamp_seconds", "gauge",
                 "When the unified system was last asked what it has.",
                 std::chrono::floor<std::chrono::seconds>(at).count());
    }
    if (const auto age = exchange_age(facts)) {
        page.one("last_exchange_age_seconds", "gauge",
                 "Time since the last successful exchange with the unified system.",
                 std::chrono::floor<std::chrono::seconds>(*age).count());
    }
    page.one("standstill_seconds", "gauge",
             "How long nothing has moved although something waits and the unified system answers.",
             std::chrono::floor<std::chrono::seconds>(standstill(facts)).count());
    if (observed.sync.due_at && !facts.pause_reason &&
        is_scheduled(*observed.sync.due_at, facts.now))
        page.one(
            "next_step_seconds", "gauge", "Time until the next step of delivery.",
            std::chrono::ceil<std::chrono::seconds>(*observed.sync.due_at - facts.now).count());
    page.one("link_failures", "gauge",
             "Exchanges with the unified system that failed since one succeeded.",
             facts.link ? facts.link->failures : 0);
    page.one("skipped_documents_total", "counter",
             "Documents met at the unified system that can't be read.",
             facts.link ? facts.link->skipped : 0);
    page.one("link_requests_total", "counter", "HTTP requests to the unified system.",
             observed.sync.counters.requests);
    page.family("link_bytes_total", "counter", "Bytes exchanged with the unified system.");
    page.sample("direction", "up", observed.sync.counters.bytes_up);
    page.sample("direction", "down", observed.sync.counters.bytes_down);
    page.one("link_requests_today", "gauge",
             "HTTP requests to the unified system on this civil day.",
             observed.traffic_today.requests);
    page.family("link_bytes_today", "gauge",
                "Bytes exchanged with the unified system on this civil day.");
    page.sample("direction", "up", observed.traffic_today.bytes_up);
    page.sample("direction", "down", observed.traffic_today.bytes_down);
}

/// Of anybody's business: that there is a backup, and how old it is, tells nothing of an entry.
void add_backup(Page& page, const BackupState& backup, platform::WallTime now) {
    if (backup.last_at) {
        page.one(
            "backup_last_success_timestamp_seconds", "gauge", "When the last good backup was made.",
            std::chrono::floor<std::chrono::seconds>(backup.last_at->time_since_epoch()).count());
        const auto age = std::max(std::chrono::milliseconds(0), now - *backup.last_at);
        page.one("backup_age_seconds", "gauge", "Age of the last good backup.",
                 std::chrono::floor<std::chrono::seconds>(age).count());
    }
    page.one("backup_overdue_seconds", "gauge",
             "How long a backup has been due and was not made; 0 while none is.",
             std::chrono::floor<std::chrono::seconds>(overdue(backup, now)).count());
    page.one("backup_failed", "gauge", "1 when the last try to make a backup failed.",
             backup.failed ? 1 : 0);
    page.one("backup_failures_total", "counter", "Tries to make a backup that failed.",
             backup.failures);
}

}  // namespace

std::string metrics_text(const Observation& observed, Audience audience) {
    const AgentFacts& facts = observed.facts;
    Page page;
    page.family("build_info", "gauge", "Always 1; the label has the version.");
    page.sample("version", observed.version, 1);
    page.one("uptime_seconds", "gauge", "Time since the start.",
             std::chrono::floor<std::chrono::seconds>(facts.now - facts.started_at).count());
    page.family("state", "gauge", "1 for the state that the agent is in, 0 for the others.");
    for (const State state : kAllStates)
        page.sample("state", state_name(state), state == observed.state.state ? 1 : 0);
    add_entries(page, facts.balance, audience);
    add_foreign(page, observed.foreign, audience);
    page.one("oldest_pending_seconds", "gauge",
             "How long the oldest entry in the outbox waits; 0 while none does.",
             oldest_pending_seconds(facts));
    add_link(page, observed);
    page.one("clock_good", "gauge",
             "1 while times that are recorded can be relied on; 0: correct this machine's clock.",
             clock_health(observed.clock).good ? 1 : 0);
    page.one("book_good", "gauge",
             "1 while the book gives out numbers; 0: it waits for the owner's decision.",
             observed.book.problem.empty() ? 1 : 0);
    add_backup(page, observed.backup, facts.wall_now);
    if (audience == Audience::owner) {
        page.one("store_bytes", "gauge", "Bytes of the data file in use.", observed.figures.bytes);
        page.one("store_reserve_bytes", "gauge", "Disk held back for delivery when it is full.",
                 observed.figures.reserve_bytes);
    }
    return page.take();
}

}  // namespace tizilim::agent
