#pragma once

#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/daemon_client.h"
#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/message.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): the library named it
namespace CLI {
class App;
}

namespace tizilim::agent {

struct WatchOptions {
    std::int64_t days = 3;  ///< what waits for longer needs the person
    std::string copy_to;    ///< a folder that only the person reaches; empty: none
    std::uint32_t keep = 3;
    bool once = false;
};

/// What is remembered from one look to the next; times in milliseconds since 1970.
struct WatchMemory {
    std::optional<platform::WallTime> unsigned_since;  ///< seen at each look since then
    std::optional<platform::WallTime> silent_since;    ///< no daemon answered at any look since
    std::optional<platform::WallTime> copied_at;       ///< the newest backup was where it should be
    std::optional<platform::CivilDate> noticed_on;

    bool operator==(const WatchMemory&) const = default;
};

/// Empty for a file that is not there, or can't be read.
[[nodiscard]] WatchMemory read_watch_memory(const std::filesystem::path& file);
/// \throws platform::FileError
void write_watch_memory(const std::filesystem::path& file, const WatchMemory& memory);

/// What the person has to do, at `now`; none: nothing. `status`: the daemon's; null: it does not
/// answer. `own_end`: when the lawyer's own certificate ends; empty: not known.
[[nodiscard]] std::vector<platform::Message> duties_of(const platform::JsonValue& status,
                                                       const std::string& own_end,
                                                       const WatchOptions& options,
                                                       WatchMemory& memory, platform::WallTime now);

/// Copies a backup into `folder`, reads it back, gives it its name there, and keeps the newest
/// `keep` of its book. False: it is there already. \throws FileError, also where it reads back
/// otherwise
bool copy_backup(const std::filesystem::path& backup, const std::string& book,
                 const std::filesystem::path& folder, std::uint32_t keep);

/// Looks now and then, without an end; says at most once a day what the person has to do.
int run_watch(const Command& command, const WatchOptions& options);

/// Adds watch and doctor to the parser; the one that was asked for goes to `chosen`.
void add_care_commands(CLI::App& app, const Words& words,
                       std::function<void(std::function<int(const Command&)> run)> chosen);

}  // namespace tizilim::agent
