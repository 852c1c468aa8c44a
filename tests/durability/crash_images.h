#pragma once

#include "tests/durability/recorded_disk.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tizilim::durability {

/// A disk writes sectors whole.
inline constexpr std::uint64_t kSectorBytes = 512;

/// A file's bytes; zeros behind them up to its size.
struct FileImage {
    std::string bytes;
    std::uint64_t size = 0;

    [[nodiscard]] static FileImage read(const std::filesystem::path& file);
    void write(const std::filesystem::path& file) const;
    void put(std::uint64_t at, std::string_view part);
};

/// Which syncs the disk really does.
enum class Syncs {
    all,
    meta_only,  ///< as if fdatasync did nothing
    none        ///< as MDB_NOSYNC
};

/// The files that a crash may leave: what was synced, and of the rest any sectors.
class CrashImages {
public:
    CrashImages(FileImage before, std::vector<DiskEvent> events, Syncs syncs)
        : before_(std::move(before)),
          events_(std::move(events)),
          kept_(events_.size(), Kept::perhaps),
          syncs_(syncs) {}

    /// Lets the next event happen; false: there is none.
    bool next();
    /// How many acts had returned by then.
    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
    /// What a crash now may leave: 0: nothing that was not synced; 1: all of it; else by that seed.
    [[nodiscard]] FileImage after_crash(std::uint64_t seed) const;

private:
    enum class Kept {
        perhaps,
        surely,
        perhaps_for_good  ///< a sync failed, and none speaks for it any more
    };
    void keep(Kept kept);

    FileImage before_;
    std::vector<DiskEvent> events_;
    std::vector<Kept> kept_;  ///< by event
    Syncs syncs_;
    std::size_t done_ = 0;
    std::size_t acknowledged_ = 0;
};

}  // namespace tizilim::durability
