#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tizilim::durability {

/// What the system was asked to do with the watched file, or what the register said meanwhile.
struct DiskEvent {
    enum class Kind {
        write,
        durable_write,  ///< through a descriptor with O_DSYNC: on the disk when it returns
        resize,
        sync,
        failed_sync,  ///< what was to be synced may be lost, and no later sync says so
        acknowledged  ///< an act of the register has returned
    };
    Kind kind;
    std::uint64_t at = 0;  ///< of a resize: the size that the file has at least
    std::string bytes{};
};

/// What the disk does from a given call on, until it is whole again.
enum class Fault {
    no_space,
    io_error,
    short_write,
    sync_fails  ///< also of what is written through O_DSYNC: the system has taken it then
};

/// The calls by which LMDB and the reserve write, as the program sees them before the system does:
/// a definition in the program takes precedence over the C library's. One in the process, one
/// thread. Syncs are noted and not passed on: what is on the disk is computed, not tried.
class RecordedDisk {
public:
    /// Calls that concern this file are noted, and may be made to fail, from now on.
    void watch(const std::filesystem::path& file);
    void acknowledge() { events_.push_back({DiskEvent::Kind::acknowledged}); }
    [[nodiscard]] std::vector<DiskEvent> stop();

    /// Calls `then` once, when so many events are noted: a power cut comes between two of them.
    void at_event(std::size_t count, std::function<void()> then);

    /// After `calls` more writes and syncs of the watched file all that follow fail.
    void fail_after(std::uint64_t calls, Fault fault);
    /// How many calls failed since.
    std::uint64_t mend();

    // For the calls themselves: the bytes to be written; nothing: refused, errno says why.
    [[nodiscard]] bool watches(int file) const;
    [[nodiscard]] std::optional<std::size_t> may_write(int file, std::size_t bytes);
    [[nodiscard]] bool may_sync(int file);
    void note(DiskEvent event);

private:
    [[nodiscard]] bool fails(int file);

    bool watching_ = false;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
    std::vector<DiskEvent> events_;
    std::size_t stop_at_ = 0;
    std::function<void()> at_stop_;
    std::optional<Fault> fault_;
    std::uint64_t calls_left_ = 0;
    std::uint64_t failed_ = 0;
};

[[nodiscard]] RecordedDisk& disk();

}  // namespace tizilim::durability
