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
            if (syncs_ == Syncs::none) {
                unsynced_.push_back(done_);
            } else {
                durable_.put(event.at, event.bytes);
            }
            break;
        case DiskEvent::Kind::write:
        case DiskEvent::Kind::resize:
            unsynced_.push_back(done_);
            break;
        case DiskEvent::Kind::sync:
            if (syncs_ == Syncs::all) settle();
            break;
        case DiskEvent::Kind::acknowledged:
            ++acknowledged_;
            break;
    }
    ++done_;
    return true;
}

void CrashImages::settle() {
    for (const std::size_t index : unsynced_) {
        const DiskEvent& event = events_[index];
        if (event.kind == DiskEvent::Kind::resize) {
            durable_.size = std::max(durable_.size, event.at);
        } else {
            durable_.put(event.at, event.bytes);
        }
    }
    unsynced_.clear();
}

FileImage CrashImages::after_crash(std::uint64_t seed) const {
    constexpr std::uint64_t kNothing = 0;
    constexpr std::uint64_t kEverything = 1;
    FileImage image = durable_;
    std::mt19937_64 engine(seed * 1'000'003 + done_);
    // Some crashes lose nearly all, some nearly nothing.
    const std::uint64_t kept_of_eight = 1 + engine() % 7;
    const auto kept = [&] {
        if (seed == kNothing || seed == kEverything) return seed == kEverything;
        return engine() % 8 < kept_of_eight;
    };
    for (const std::size_t index : unsynced_) {
        const DiskEvent& event = events_[index];
        if (event.kind == DiskEvent::Kind::resize) {
            if (kept()) image.size = std::max(image.size, event.at);
            continue;
        }
        // To the end of the sector that it begins in, then sector by sector.
        std::string_view rest = event.bytes;
        for (std::uint64_t at = event.at; !rest.empty();) {
            const auto part = std::min<std::size_t>(rest.size(), kSectorBytes - at % kSectorBytes);
            if (kept()) image.put(at, rest.substr(0, part));
            at += part;
            rest.remove_prefix(part);
        }
    }
    return image;
}

}  // namespace tizilim::durability
