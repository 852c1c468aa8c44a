#include "platform/files/memory_file.h"

#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/log.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::platform {
namespace {

constexpr std::size_t kFileBytesMax = 16384;

}  // namespace

MemoryFile::MemoryFile(std::filesystem::path file, Log& log) : file_(std::move(file)), log_(log) {}

JsonValue MemoryFile::read() const {
    std::error_code failed;
    if (file_.empty() || !std::filesystem::exists(file_, failed)) return {};
    try {
        auto json = read_json(read_file(file_, kFileBytesMax));
        return json ? *std::move(json) : JsonValue();
    } catch (const FileError& error) {
        log_.warning("memory_not_read", {{"reason", error.what()}});
        return {};
    }
}

bool MemoryFile::write(const JsonObject& json) {
    if (file_.empty()) return true;
    try {
        write_file_atomically(file_, to_json(json) + '\n');
        failed_ = false;
    } catch (const FileError& error) {
        if (!failed_) log_.warning("memory_not_written", {{"reason", error.what()}});
        failed_ = true;
    }
    return !failed_;
}

std::optional<std::uint64_t> count_at(const JsonValue& json, std::string_view name) {
    const JsonValue* const member = json.find(name);
    if (member == nullptr || member->integer() == nullptr || *member->integer() < 0) return {};
    return static_cast<std::uint64_t>(*member->integer());
}

std::optional<WallTime> time_at(const JsonValue& json, std::string_view name) {
    const auto at = count_at(json, name);
    if (!at) return {};
    return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(*at)));
}

JsonValue number_or_null(const std::optional<WallTime>& time) {
    return time ? JsonValue(time->time_since_epoch().count()) : JsonValue();
}

}  // namespace tizilim::platform
