#pragma once

#include "platform/clock.h"
#include "platform/text/json.h"
#include "platform/text/log.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace tizilim::platform {

/// A small JSON file that keeps what the agent can also do without through restarts. That it can't
/// be read is logged, that it can't be written is logged once. Not safe for threads.
class MemoryFile {
public:
    /// `file` empty: nothing is kept.
    MemoryFile(std::filesystem::path file, Log& log);

    /// JSON null when it does not exist, can't be read or is no JSON.
    [[nodiscard]] JsonValue read() const;
    /// Durable when true.
    [[nodiscard]] bool write(const JsonObject& json);

private:
    const std::filesystem::path file_;
    Log& log_;
    bool failed_ = false;  ///< the last write
};

/// A member that is a whole number, 0 or above; else nothing.
[[nodiscard]] std::optional<std::uint64_t> count_at(const JsonValue& json, std::string_view name);

/// A time of the wall clock as it is kept there: milliseconds since 1970.
[[nodiscard]] std::optional<WallTime> time_at(const JsonValue& json, std::string_view name);
[[nodiscard]] JsonValue number_or_null(const std::optional<WallTime>& time);

}  // namespace tizilim::platform
