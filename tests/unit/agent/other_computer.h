#pragma once

#include "platform/random.h"
#include "store/register/register.h"
#include "tests/support/memory_key_store.h"
#include "tests/support/sim_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/agent/running_agent.h"
#include "tests/unit/store/paired_registers.h"

#include <memory>
#include <string>

namespace tizilim::support {

/// A second PC of the lawyer whose register a RunningAgent has, and the unified system between.
class OtherComputer {
public:
    explicit OtherComputer(RunningAgent& first);

    /// Records an entry here, and brings it to the first. Its id.
    [[nodiscard]] std::string add();
    /// An entry of the first, to which both gave other minutes: 60 there, 120 here. Its id.
    [[nodiscard]] std::string dispute_minutes();

private:
    void meet();

    RunningAgent& first_;
    TempDirectory folder_;
    SimClock clock_;
    platform::SystemRandom random_;
    MemoryKeyStore keys_;
    SharedDatabase database_;
    std::unique_ptr<store::Register> registry_;
};

}  // namespace tizilim::support
