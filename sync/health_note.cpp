#include "sync/health_note.h"

#include "platform/clock.h"
#include "platform/expected.h"
#include "store/replication/replication.h"
#include "sync/couch/answer.h"
#include "sync/couch/couch_client.h"
#include "sync/couch/outcome.h"
#include "sync/couch/tuning.h"
#include "sync/couch/wire.h"
#include "sync/session.h"

#include <optional>
#include <string>
#include <utility>

namespace tizilim::sync {
namespace {

/// Ages go on by themselves: the centre counts them on.
bool says_the_same(const store::PcHealth& one, const store::PcHealth& other) {
    return one.version == other.version && one.state == other.state &&
           one.balance_error == other.balance_error &&
           one.backup_age.has_value() == other.backup_age.has_value();
}

/// It answered, and takes no such document. Nothing waits for that.
bool is_passed_over(const Failure& failure) {
    return failure.status > 0 && failure.outcome != Outcome::unauthorized;
}

}  // namespace

Answer<Phase> HealthNote::write_if_due() {
    if (!std::exchange(poll_began_, false)) return Phase::nothing_to_do;
    if (clock_.now() - looked_at_ < kHealthPause) return Phase::nothing_to_do;
    looked_at_ = clock_.now();
    const std::optional<store::PcHealth> health = store_.health();
    if (!health) return Phase::nothing_to_do;
    if (written_ && written_at_ && says_the_same(*written_, *health) &&
        clock_.now() - *written_at_ < kHealthRound)
        return Phase::nothing_to_do;
    const auto written = write(*health);
    if (!written && !is_passed_over(written.error())) return platform::Unexpected{written.error()};
    written_ = health;
    written_at_ = clock_.now();
    revision_ = written ? written->value_or("") : std::string();
    return Phase::prepared;
}

Answer<std::optional<std::string>> HealthNote::write(const store::PcHealth& health) {
    const std::string id = store_.installation_id();
    auto written =
        client_.write_health(id, wire::health_body(revision_, health, clock_.wall_now()));
    if (!written || written->has_value()) return written;
    // An earlier run wrote it, or the peer comes from a backup.
    const auto there = client_.health_revision(id);
    if (!there) return platform::Unexpected{there.error()};
    return client_.write_health(id, wire::health_body(*there, health, clock_.wall_now()));
}

}  // namespace tizilim::sync
