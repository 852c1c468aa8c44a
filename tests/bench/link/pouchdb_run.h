#pragma once

#include "tests/bench/link/exchange.h"
#include "tests/bench/link/field_register.h"
#include "tests/support/link_emulator.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace tizilim::bench {

/// PouchDB's own replicator, of npm, pushing the documents of `made` over a link as it does by
/// default; tried again where it gives up. `push` is the path of push.js, `folder` for its use.
[[nodiscard]] Exchange push_with_pouchdb(const FieldRegister& made,
                                         const std::filesystem::path& push,
                                         const std::filesystem::path& folder,
                                         support::LinkEmulator& link, const std::string& database,
                                         std::chrono::seconds limit);

}  // namespace tizilim::bench
