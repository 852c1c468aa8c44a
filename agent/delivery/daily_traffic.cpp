#include "agent/delivery/daily_traffic.h"

#include "platform/clock.h"
#include "platform/files/memory_file.h"
#include "platform/network/http_transport.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/log.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <utility>

namespace tizilim::agent {
namespace {

void add_difference(std::uint64_t& to, std::uint64_t now, std::uint64_t before) {
    if (now > before) to += now - before;
}

}  // namespace

DailyTraffic::DailyTraffic(std::filesystem::path file, platform::UtcOffset offset,
                           platform::Log& log)
    : offset_(offset), file_(std::move(file), log) {
    const platform::JsonValue json = file_.read();
    const platform::JsonValue* const day = json.find("day");
    if (day == nullptr || day->string() == nullptr) return;
    day_ = platform::parse_date(*day->string()).value_or(platform::CivilDate());
    of_day_ = {.requests = platform::count_at(json, "requests").value_or(0),
               .bytes_up = platform::count_at(json, "bytes_up").value_or(0),
               .bytes_down = platform::count_at(json, "bytes_down").value_or(0)};
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
    is_written_ = file_.write({{"day", platform::format_date(day_)},
                               {"requests", of_day_.requests},
                               {"bytes_up", of_day_.bytes_up},
                               {"bytes_down", of_day_.bytes_down}});
}

}  // namespace tizilim::agent
