#pragma once

#include "platform/json.h"
#include "platform/log.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace tizilim::platform {

/// A small JSON object in the register folder: what the agent remembers through restarts and can do
/// without. A file that can't be read or written is logged, the second once. Not safe for threads.
class MemoryFile {
public:
    /// `file` empty: nothing is remembered.
    MemoryFile(std::filesystem::path file, Log& log);

    /// Null when it is not there, not readable or no JSON.
    [[nodiscard]] JsonValue read() const;
    /// Durable when true.
    [[nodiscard]] bool write(const JsonObject& json);

private:
    const std::filesystem::path file_;
    Log& log_;
    bool failed_ = false;  ///< the last write
};

/// A member that is a whole number, 0 or above; nothing: it is none.
[[nodiscard]] std::optional<std::uint64_t> count_at(const JsonValue& json, std::string_view name);

}  // namespace tizilim::platform
