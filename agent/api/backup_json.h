#pragma once

#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "store/backup/backup.h"
#include "store/register/register.h"

#include <filesystem>

namespace tizilim::agent {

/// What is seen of backups in `directory`, for server and command line: `directory`, `backups`,
/// `left_out`, and `problem` where the folder can't be read. `registry` may be null.
[[nodiscard]] platform::JsonObject backups_json(const std::filesystem::path& directory,
                                                const store::Register* registry,
                                                platform::UtcOffset offset);

}  // namespace tizilim::agent
