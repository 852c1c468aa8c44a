#include "agent/cli/care/watch.h"

#include "agent/cli/care/doctor.h"
#include "agent/cli/care/link_checks.h"
#include "agent/cli/commands/checks.h"
#include "agent/cli/terminal/command.h"
#include "agent/cli/terminal/console.h"
#include "agent/cli/terminal/daemon_client.h"
#include "agent/cli/terminal/reply.h"
#include "agent/cli/terminal/say.h"
#include "agent/texts/words.h"
#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/files/file_stream.h"
#include "platform/files/memory_file.h"
#include "platform/text/civil_time.h"
#include "platform/text/json.h"
#include "platform/text/json_reader.h"
#include "platform/text/message.h"
#include "store/backup/backup.h"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tizilim::agent {
namespace {

namespace fs = std::filesystem;
using platform::JsonObject;
using platform::JsonValue;
using platform::Message;
using platform::WallTime;

/// A day is noticed within an hour, and a stick that was put in as well.
constexpr std::chrono::hours kLookEvery{1};
constexpr std::size_t kMemoryBytesMax = 4096;
constexpr std::size_t kPartBytes = std::size_t{64} * 1024;
constexpr std::int64_t kDaysMax = 365;
constexpr std::uint64_t kKeptMax = 1000;

std::int64_t count_of(const JsonValue& json, std::string_view name) {
    const std::int64_t* const count = value_at(json, name).integer();
    return count == nullptr ? 0 : *count;
}

/// Since when it has been so; what was remembered of a later time, a clock took back.
void keep_since(std::optional<WallTime>& since, bool is_so, WallTime now) {
    if (!is_so) {
        since.reset();
    } else if (!since || *since > now) {
        since = now;
    }
}

bool lasts(const std::optional<WallTime>& since, std::int64_t days, WallTime now) {
    return since && *since + std::chrono::days(days) <= now;
}

bool same_bytes(const fs::path& one, const fs::path& other) {
    platform::FileReader first(one);
    platform::FileReader second(other);
    std::vector<char> left(kPartBytes);
    std::vector<char> right(kPartBytes);
    while (true) {
        const std::size_t taken = first.read(left);
        if (second.read(right) != taken ||
            !std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(taken),
                        right.begin()))
            return false;
        if (taken < kPartBytes) return true;
    }
}

/// Those of the book beyond the newest `keep`. Nothing else is removed.
void remove_older(const fs::path& folder, const std::string& book, std::uint32_t keep) {
    std::vector<std::pair<WallTime, fs::path>> copies;
    for (const fs::directory_entry& file : fs::directory_iterator(folder))
        if (const auto at = store::backup_time(file.path().filename().string(), book))
            copies.emplace_back(*at, file.path());
    std::ranges::sort(copies, std::greater<>());
    for (std::size_t i = keep; i < copies.size(); ++i) {
        std::error_code failed;  // it takes space, and does no other harm
        fs::remove(copies[i].second, failed);
    }
}

/// The newest backup of this register that the daemon sees, and its book. \throws Unreachable
std::optional<std::pair<fs::path, std::string>> newest_of(const DaemonClient& daemon) {
    const DaemonReply reply = daemon.ask({.path = "/api/v1/backups"});
    if (!is_success(reply.status)) return {};
    const JsonValue answer = read_reply(reply.body);
    for (const JsonValue& backup : array_at(answer, "backups"))
        if (true_at(backup, "of_this_register"))
            return std::pair(fs::path(text_at(backup, "file")), text_at(backup, "book"));
    return {};
}

/// A stick that is not there is nobody's fault: only a copy that is old is said.
void copy_newest(const Command& command, const DaemonClient& daemon, const WatchOptions& options,
                 WatchMemory& memory) {
    const WallTime now = command.console.now();
    // From the first look on one is missing.
    if (!memory.copied_at || *memory.copied_at > now) memory.copied_at = now;
    std::error_code failed;
    if (!fs::is_directory(options.copy_to, failed)) return;
    try {
        const auto newest = newest_of(daemon);
        if (!newest) return;
        static_cast<void>(
            copy_backup(newest->first, newest->second, options.copy_to, options.keep));
        memory.copied_at = now;
    } catch (const platform::FileError& error) {
        warn(command, command.words(error.message()));
    } catch (const fs::filesystem_error& error) {
        warn(command, error.what());
    }
}

void say_duties(const Command& command, const std::vector<Message>& duties, WatchMemory& memory) {
    const platform::CivilDate today =
        platform::civil_day(command.console.now(), command.configuration.registry.utc_offset);
    if (duties.empty() || memory.noticed_on == today) return;
    std::string text;
    for (const Message& duty : duties) (text += text.empty() ? "" : "\n") += command.words(duty);
    const std::string title = command.words("watch.title");
    if (command.console.notify && command.console.notify(title, text)) {
        memory.noticed_on = today;
        return;
    }
    // Without a desktop it is for who called it, or for the journal.
    say(command.console, title + ": " + text);
    memory.noticed_on = today;
}

void look(const Command& command, const WatchOptions& options) {
    const fs::path file = command.console.state / "watch.json";
    const WatchMemory before = read_watch_memory(file);
    WatchMemory memory = before;
    const DaemonClient daemon(command.configuration);
    JsonValue status;
    std::string own_end;
    try {
        const DaemonReply reply = daemon.ask({.path = "/status"});
        if (is_success(reply.status)) status = read_reply(reply.body);
        own_end = own_certificate_end(daemon);
        if (!options.copy_to.empty()) copy_newest(command, daemon, options, memory);
    } catch (const Unreachable&) {
        status = {};
    }
    say_duties(command, duties_of(status, own_end, options, memory, command.console.now()), memory);
    if (memory != before && !command.console.state.empty()) write_watch_memory(file, memory);
}

}  // namespace

WatchMemory read_watch_memory(const fs::path& file) {
    try {
        const auto json = platform::read_json(platform::read_file(file, kMemoryBytesMax));
        if (!json) return {};
        WatchMemory memory;
        memory.unsigned_since = platform::time_at(*json, "unsigned_since");
        memory.silent_since = platform::time_at(*json, "silent_since");
        memory.copied_at = platform::time_at(*json, "copied_at");
        memory.noticed_on = platform::parse_date(text_at(*json, "noticed_on"));
        return memory;
    } catch (const platform::FileError&) {
        return {};
    }
}

void write_watch_memory(const fs::path& file, const WatchMemory& memory) {
    platform::make_private_directory(file.parent_path());
    const JsonObject json{
        {"unsigned_since", platform::number_or_null(memory.unsigned_since)},
        {"silent_since", platform::number_or_null(memory.silent_since)},
        {"copied_at", platform::number_or_null(memory.copied_at)},
        {"noticed_on", memory.noticed_on ? platform::format_date(*memory.noticed_on) : ""}};
    platform::write_file_atomically(file, platform::to_json(json) + '\n');
}

std::vector<Message> duties_of(const JsonValue& status, const std::string& own_end,
                               const WatchOptions& options, WatchMemory& memory, WallTime now) {
    std::vector<Message> duties;
    const JsonObject days{{"days", options.days}};
    keep_since(memory.silent_since, status.object() == nullptr, now);
    if (lasts(memory.silent_since, options.days, now)) duties.push_back({"watch.silent", days});
    if (status.object() == nullptr || text_at(status, "state") == "no_register") return duties;
    const JsonValue& entries = value_at(status, "entries");
    const std::int64_t to_sign = count_of(entries, "unsigned");
    keep_since(memory.unsigned_since, to_sign > 0, now);
    if (lasts(memory.unsigned_since, options.days, now))
        duties.push_back({"watch.to_sign", {{"count", to_sign}}});
    constexpr std::int64_t kDaySeconds = 86400;
    const std::int64_t waiting = count_of(entries, "pending") + count_of(entries, "sent");
    if (waiting > 0 && count_of(status, "oldestPendingSeconds") >= options.days * kDaySeconds)
        duties.push_back({"watch.unsent", {{"count", waiting}}});
    if (const std::int64_t conflicts = count_of(status, "conflicts"); conflicts > 0)
        duties.push_back({"watch.conflicts", {{"count", conflicts}}});
    const JsonValue& backup = value_at(status, "backup");
    if (!text_at(backup, "failed").empty()) duties.push_back({"watch.backup_failed"});
    if (!text_at(value_at(backup, "drill"), "failed").empty())
        duties.push_back({"watch.drill_failed"});
    const auto end = platform::parse_time(own_end);
    if (end && end->time <= now + kCertificateEndsSoon)
        duties.push_back({end->time > now ? "watch.certificate_ends" : "watch.certificate_over",
                          {{"at", own_end}}});
    if (!options.copy_to.empty() && lasts(memory.copied_at, options.days, now))
        duties.push_back({"watch.not_copied", days});
    return duties;
}

bool copy_backup(const fs::path& backup, const std::string& book, const fs::path& folder,
                 std::uint32_t keep) {
    const fs::path target = folder / backup.filename();
    if (fs::exists(target) && fs::file_size(target) == fs::file_size(backup)) return false;
    platform::FileReader from(backup);
    platform::NewFile copy(target);
    std::vector<char> part(kPartBytes);
    std::size_t taken = part.size();
    while (taken == part.size()) {
        taken = from.read(part);
        copy.write({part.data(), taken});
    }
    copy.sync();
    if (!same_bytes(backup, copy.temporary()))
        throw platform::FileError(Message{"watch.reads_back_otherwise"}, 0);
    copy.publish();
    remove_older(folder, book, keep);
    return true;
}

int run_watch(const Command& command, const WatchOptions& options) {
    if (!options.copy_to.empty()) expect_outside_register(command, options.copy_to);
    look(command, options);
    while (!options.once) {
        command.console.wait(kLookEvery);
        look(command, options);
    }
    return done;
}

void add_care_commands(CLI::App& app, const Words& words,
                       std::function<void(std::function<int(const Command&)> run)> chosen) {
    const auto choose = std::make_shared<std::function<void(std::function<int(const Command&)>)>>(
        std::move(chosen));
    CLI::App* const doctor = app.add_subcommand("doctor", words("help.doctor"));
    const auto bundle = std::make_shared<std::string>();
    doctor->add_option("--bundle", *bundle, words("help.doctor_bundle"))->type_name("FILE");
    doctor->callback([choose, bundle] {
        (*choose)([bundle](const Command& c) { return run_doctor(c, *bundle); });
    });
    CLI::App* const watch = app.add_subcommand("watch", words("help.watch"));
    const auto options = std::make_shared<WatchOptions>();
    watch->add_option("--days", options->days, words("help.watch_days"))
        ->type_name("UINT")
        ->check(is_number(1, kDaysMax));
    CLI::Option* const copy_to =
        watch->add_option("--copy-to", options->copy_to, words("help.watch_copy_to"))
            ->type_name("FOLDER");
    watch->add_option("--keep", options->keep, words("help.watch_keep"))
        ->check(is_number(1, kKeptMax))
        ->needs(copy_to);
    watch->add_flag("--once", options->once, words("help.watch_once"));
    watch->callback([choose, options] {
        (*choose)([options](const Command& c) { return run_watch(c, *options); });
    });
}

}  // namespace tizilim::agent
