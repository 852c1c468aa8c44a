#include "agent/daily_traffic.h"

#include "platform/civil_time.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/http_transport.h"
#include "platform/json.h"
#include "platform/log.h"
#include "sync/json_reader.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::agent {
namespace {

constexpr std::size_t kFileBytesMax = 4096;

std::uint64_t count_at(const platform::JsonValue& json, std::string_view name) {
    const platform::JsonValue* const member = json.find(name);
    if (member == nullptr || member->integer() == nullptr || *member->integer() < 0) return 0;
    return static_cast<std::uint64_t>(*member->integer());
}

void add_difference(std::uint64_t& to, std::uint64_t now, std::uint64_t before) {
    if (now > before) to += now - before;
}

}  // namespace

DailyTraffic::DailyTraffic(std::filesystem::path file, platform::UtcOffset offset,
                           platform::Log& log)
    : file_(std::move(file)), offset_(offset), log_(log) {
    load();
}

void DailyTraffic::load() {
    std::error_code failed;
    if (!std::filesystem::exists(file_, failed)) return;
    try {
        const auto json = sync::read_json(platform::read_file(file_, kFileBytesMax));
        const platform::JsonValue* const day = json ? json->find("day") : nullptr;
        if (day == nullptr || day->string() == nullptr) return;
        day_ = platform::parse_date(*day->string()).value_or(platform::CivilDate());
        of_day_ = {.requests = count_at(*json, "requests"),
                   .bytes_up = count_at(*json, "bytes_up"),
                   .bytes_down = count_at(*json, "bytes_down")};
    } catch (const platform::FileError& error) {
        log_.warning("traffic_not_read", {{"reason", error.what()}});
    }
}

void DailyTraffic::note(const platform::LinkCounters& total, platform::WallTime now,
                        platform::Instant at) {
    const std::scoped_lock lock(mutex_);
    const platform::CivilDate today = platform::civil_day(now, offset_);
    if (today != day_) {
        day_ = today;
        of_day_ = {};
    }
    if (total.requests != total_.requests || total.bytes_up != total_.bytes_up ||
        total.bytes_down != total_.bytes_down)
        is_written_ = false;
    add_difference(of_day_.requests, total.requests, total_.requests);
    add_difference(of_day_.bytes_up, total.bytes_up, total_.bytes_up);
    add_difference(of_day_.bytes_down, total.bytes_down, total_.bytes_down);
    total_ = total;
    // Not at the start: whoever begins work must not wait for the disk behind this.
    if (!written_at_) written_at_ = at;
    if (is_written_ || at - *written_at_ < kTrafficWriteDelay) return;
    written_at_ = at;
    write();
}

void DailyTraffic::stop() {
    const std::scoped_lock lock(mutex_);
    if (!is_written_) write();
}

platform::LinkCounters DailyTraffic::on_day_of(platform::WallTime now) const {
    const std::scoped_lock lock(mutex_);
    return platform::civil_day(now, offset_) == day_ ? of_day_ : platform::LinkCounters{};
}

void DailyTraffic::write() {
    try {
        platform::write_file_atomically(
            file_, platform::to_json(platform::JsonObject{{"day", platform::format_date(day_)},
                                                          {"requests", of_day_.requests},
                                                          {"bytes_up", of_day_.bytes_up},
                                                          {"bytes_down", of_day_.bytes_down}}) +
                       '\n');
        is_written_ = true;
        failed_ = false;
    } catch (const platform::FileError& error) {
        if (!failed_) log_.warning("traffic_not_written", {{"reason", error.what()}});
        failed_ = true;
    }
}

}  // namespace tizilim::agent
