#pragma once

#include "platform/files/descriptor.h"
#include "tests/inside/intruder.h"
#include "tests/inside/order.h"
#include "tests/inside/own_network.h"
#include "tests/process/office.h"
#include "tests/process/unified_system.h"
#include "tests/support/attempt_scene.h"
#include "tests/support/temp_directory.h"

#include <climits>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace tizilim::inside {

struct Attack {
    bool as_nobody = false;           ///< not as root; else as whoever runs the test
    bool confined = true;             ///< else the kernel has nothing to confine with
    int rules_version_max = INT_MAX;  ///< of the rules on files
};

/// An office whose register and sync program have a back door, as they deliver to a unified system,
/// and what they would attack.
class AttackedOffice {
public:
    /// It runs once this returns.
    explicit AttackedOffice(const Attack& attack);

    [[nodiscard]] process::Office& office() { return office_; }
    [[nodiscard]] const Intruder& intruder(support::Inside program) const;
    [[nodiscard]] bool runs_as_root() const;
    /// What `program` is to try: at this office where it is confined, and where it is not at what
    /// may be ruined.
    [[nodiscard]] Order order_for(support::Inside program) const;

private:
    [[nodiscard]] support::Command starter() const;
    void make_register();

    const Attack attack_;
    const std::optional<uid_t> account_;
    std::optional<OwnNetwork> network_;
    support::TempDirectory doors_;
    support::AttemptScene registering_scene_;  ///< each program may ruin its own
    support::AttemptScene delivering_scene_;
    Den den_;
    process::UnifiedSystem unified_;
    process::Office office_;
    std::optional<Intruder> registering_;
    std::optional<Intruder> delivering_;
    platform::Descriptor register_process_{-1};
    platform::Descriptor sync_process_{-1};
};

}  // namespace tizilim::inside
