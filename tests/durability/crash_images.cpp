#include "tests/durability/crash_images.h"

#include "platform/check.h"
#include "tests/durability/recorded_disk.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <random>
#include <string>
#include <string_view>

namespace tizilim::durability {

FileImage FileImage::read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    FileImage image;
    image.size = std::filesystem::file_size(file);
    image.bytes.resize(static_cast<std::size_t>(image.size));
    stream.read(image.bytes.data(), static_cast<std::streamsize>(image.size));
    CHECK(stream.good());
    // By blocks: most of a file is the reserve behind it.
    const std::string zeros(4096, '\0');
    while (image.bytes.ends_with(zeros)) image.bytes.resize(image.bytes.size() - zeros.size());
    const std::size_t last = image.bytes.find_last_not_of('\0');
    image.bytes.resize(last == std::string::npos ? 0 : last + 1);
    return image;
}

void FileImage::write(const std::filesystem::path& file) const {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    CHECK(stream.good());
    std::filesystem::resize_file(file, std::max<std::uint64_t>(size, bytes.size()));
}

void FileImage::put(std::uint64_t at, std::string_view part) {
    const auto begin = static_cast<std::size_t>(at);
    if (bytes.size() < begin + part.size()) bytes.resize(begin + part.size());
    bytes.replace(begin, part.size(), part);
    size = std::max<std::uint64_t>(size, bytes.size());
}

bool CrashImages::next() {
    if (done_ == events_.size()) return false;
    const DiskEvent& event = events_[done_];
    switch (event.kind) {
        case DiskEvent::Kind::durable_write:
            if (syncs_ != Syncs::none) kept_[done_] = Kept::surely;
            break;
        case DiskEvent::Kind::sync:
            if (syncs_ == Syncs::all) keep(Kept::surely);
            break;
        case DiskEvent::Kind::failed_sync:
            keep(Kept::perhaps_for_good);
            break;
        case DiskEvent::Kind::acknowledged:
            ++acknowledged_;
            break;
        case DiskEvent::Kind::write:
        case DiskEvent::Kind::resize:
            break;
    }
    ++done_;
    return true;
}

void CrashImages::keep(Kept kept) {
    for (std::size_t i = 0; i < done_; ++i) {
        if (kept_[i] == Kept::perhaps) kept_[i] = kept;
    }
}

namespace {

/// Says of each thing that was not synced whether it is on the disk.
class Chance {
public:
    Chance(std::uint64_t seed, std::uint64_t place)
        : seed_(seed), engine_(seed * 1'000'003 + place), of_eight_(1 + engine_() % 7) {}

    bool operator()() {
        constexpr std::uint64_t kNothing = 0;
        constexpr std::uint64_t kEverything = 1;
        if (seed_ == kNothing || seed_ == kEverything) return seed_ == kEverything;
        return engine_() % 8 < of_eight_;
    }

private:
    std::uint64_t seed_;
    std::mt19937_64 engine_;
    std::uint64_t of_eight_;  ///< some crashes lose nearly all, some nearly nothing
};

void put_sectors(FileImage& image, const DiskEvent& event, Chance& chance) {
    // To the end of the sector that it begins in, then sector by sector.
    std::string_view rest = event.bytes;
    for (std::uint64_t at = event.at; !rest.empty();) {
        const auto part = std::min<std::size_t>(rest.size(), kSectorBytes - at % kSectorBytes);
        if (chance()) image.put(at, rest.substr(0, part));
        at += part;
        rest.remove_prefix(part);
    }
}

}  // namespace

FileImage CrashImages::after_crash(std::uint64_t seed) const {
    FileImage image = before_;
    Chance chance(seed, done_);
    for (std::size_t i = 0; i < done_; ++i) {
        const DiskEvent& event = events_[i];
        const bool surely = kept_[i] == Kept::surely;
        if (event.kind == DiskEvent::Kind::resize) {
            if (surely || chance()) image.size = std::max(image.size, event.at);
        } else if (event.kind == DiskEvent::Kind::write ||
                   event.kind == DiskEvent::Kind::durable_write) {
            if (surely) {
                image.put(event.at, event.bytes);
            } else {
                put_sectors(image, event, chance);
            }
        }
    }
    return image;
}

}  // namespace tizilim::durability
