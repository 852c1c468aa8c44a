#pragma once

#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/support/link_emulator.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace tizilim::bench {

/// What is pushed, and where to.
struct PouchDbPush {
    const FieldRegister& made;
    std::filesystem::path program;  ///< push.js
    std::filesystem::path folder;   ///< for its use
    std::string database;           ///< the last part of the URL
    std::chrono::seconds limit;
};

/// PouchDB's own replicator, of npm, over a link, as it works by default; started again where it
/// gives up.
[[nodiscard]] Exchange push_with_pouchdb(const PouchDbPush& push, support::LinkEmulator& link);

}  // namespace tizilim::bench
