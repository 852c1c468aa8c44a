#include "tests/durability/crash_images.h"

#include "platform/check.h"
#include "store/log_recovery.h"
#include "tests/durability/recorded_disk.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
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

RegisterImage RegisterImage::read(const std::filesystem::path& data_file) {
    RegisterImage image{FileImage::read(data_file), {}};
    const std::filesystem::path log = store::log_of(data_file);
    if (std::filesystem::exists(log)) image.log = FileImage::read(log);
    return image;
}

void RegisterImage::write(const std::filesystem::path& data_file) const {
    data.write(data_file);
    const std::filesystem::path place = store::log_of(data_file);
    std::filesystem::remove(place);
    if (log) log->write(place);
}

bool CrashImages::next() {
    if (done_ == events_.size()) return false;
    const DiskEvent& event = events_[done_];
    const bool heard =
        syncs_ == Syncs::all || (syncs_ == Syncs::not_of_log && event.file != DiskFile::log);
    switch (event.kind) {
        case DiskEvent::Kind::durable_write:
            if (syncs_ != Syncs::none) kept_[done_] = Kept::surely;
            break;
        case DiskEvent::Kind::sync:
            if (heard) settle(event.file, Kept::surely);
            break;
        case DiskEvent::Kind::failed_sync:
            settle(event.file, Kept::perhaps_for_good);
            break;
        case DiskEvent::Kind::acknowledged:
            ++acknowledged_;
            break;
        case DiskEvent::Kind::write:
        case DiskEvent::Kind::resize:
        case DiskEvent::Kind::made:
        case DiskEvent::Kind::removed:
            break;
    }
    ++done_;
    return true;
}

void CrashImages::settle(DiskFile file, Kept kept) {
    for (std::size_t i = 0; i < done_; ++i) {
        if (events_[i].file == file && kept_[i] == Kept::perhaps) kept_[i] = kept;
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

RegisterImage CrashImages::after_crash(std::uint64_t seed) const {
    RegisterImage image = before_;
    // The log that the folder names on the disk, and the one that is written to.
    std::optional<FileImage> named = before_.log;
    bool one_named = true;  // they are the same
    Chance chance(seed, done_);
    for (std::size_t i = 0; i < done_; ++i) {
        const DiskEvent& event = events_[i];
        const bool surely = kept_[i] == Kept::surely;
        if (event.file == DiskFile::folder) {
            if (event.kind != DiskEvent::Kind::made && event.kind != DiskEvent::Kind::removed) {
                continue;
            }
            if (one_named) named = image.log;
            image.log.reset();
            if (event.kind == DiskEvent::Kind::made) image.log.emplace();
            one_named = surely || chance();
            continue;
        }
        FileImage* const file = event.file == DiskFile::data ? &image.data
                                : image.log                  ? &*image.log
                                                             : nullptr;
        if (file == nullptr) continue;
        if (event.kind == DiskEvent::Kind::resize) {
            if (surely || chance()) file->size = std::max(file->size, event.at);
        } else if (event.kind == DiskEvent::Kind::write ||
                   event.kind == DiskEvent::Kind::durable_write) {
            if (surely) {
                file->put(event.at, event.bytes);
            } else {
                put_sectors(*file, event, chance);
            }
        }
    }
    if (!one_named) image.log = named;
    return image;
}

}  // namespace tizilim::durability
