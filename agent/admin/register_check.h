#pragma once

#include "agent/admin/accounts.h"
#include "agent/admin/couch_server.h"
#include "agent/admin/register_rules.h"
#include "platform/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tizilim::admin {

/// What a PC last said of itself, in `health:<installation>`, whose fields allowed_fields.h names.
struct Health {
    std::string version;
    std::string state;
    std::chrono::seconds age{};                     ///< since it said so; never below 0
    std::optional<std::chrono::seconds> waiting{};  ///< the oldest that waits to be delivered
    std::optional<std::chrono::seconds> backup{};   ///< since the last good backup
    std::int64_t balance_error = 0;
};

enum class Verdict {
    healthy,
    unwell,  ///< a PC says that something is wrong
    stale,   ///< no PC said anything for too long
    unseen,  ///< no PC ever said anything
    broken,  ///< the database is not as it should be
    revoked  ///< as it should be, and nobody's
};
[[nodiscard]] std::string_view code_of(Verdict verdict);
[[nodiscard]] bool is_well(Verdict verdict);

struct CheckedRegister {
    Register account;
    std::vector<Part> faults;
    std::optional<Health> health{};  ///< of the PC that spoke last
    Verdict verdict = Verdict::unseen;
};

struct CheckBounds {
    std::chrono::seconds stale_after{std::chrono::hours(72)};
    std::chrono::seconds waiting_max{std::chrono::hours(72)};
    std::chrono::seconds backup_max{std::chrono::hours(72)};
};

/// Looks at one register; changes nothing. \throws MessageError
[[nodiscard]] CheckedRegister check_register(CouchServer& server, const Register& account,
                                             platform::WallTime now, const CheckBounds& bounds);

}  // namespace tizilim::admin
