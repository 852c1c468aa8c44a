#include "store/book/anchor.h"

#include "platform/clock.h"
#include "platform/files/file.h"
#include "platform/hex.h"
#include "platform/text/message.h"
#include "store/keys/seal.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tizilim::store {
namespace {

constexpr std::string_view kTable = "anchor";  // bound into the seal. Never rename.
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kPlainBytes = 3 * kNumberBytes + sizeof(Digest32);
constexpr std::size_t kSealBytes = 24 + 16;
constexpr std::size_t kPlaceBytes = kPlainBytes + kSealBytes;
/// As earlier versions wrote it: without the time.
constexpr std::size_t kTimelessPlaceBytes = kPlaceBytes - kNumberBytes;
constexpr std::uint64_t kPlaces = 2;

void append(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

std::uint64_t number_at(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes.substr(0, kNumberBytes)) {
        number = number << 8 | static_cast<unsigned char>(c);
    }
    return number;
}

std::string plain_of(const AnchorState& state) {
    std::string plain;
    append(plain, state.sequence);
    append(plain, state.number);
    plain.append(bytes_of(state.head));
    append(plain, static_cast<std::uint64_t>(state.at.time_since_epoch().count()));
    return plain;
}

AnchorState state_of(std::string_view plain) {
    AnchorState state{number_at(plain), number_at(plain.substr(kNumberBytes)), {}, {}};
    std::memcpy(state.head.data(), plain.data() + 2 * kNumberBytes, sizeof state.head);
    if (plain.size() < kPlainBytes) return state;
    const std::uint64_t at = number_at(plain.substr(2 * kNumberBytes + sizeof state.head));
    state.at = platform::WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(at)));
    return state;
}

std::filesystem::path file_in(const std::filesystem::path& directory, const Seal& seal,
                              const std::string& name) {
    if (directory.empty()) return {};
    return directory / (platform::to_hex(seal.index(kTable, name)) + ".anchor");
}

}  // namespace

Anchor::Anchor(const std::filesystem::path& directory, const Seal& seal, std::string name)
    : directory_(directory),
      seal_(seal),
      name_(std::move(name)),
      file_(file_in(directory, seal, name_)) {
    if (directory.empty()) {
        problem_ = platform::Message{"register.no_anchor_folder"};
        return;
    }
    try {
        platform::make_private_directory(directory);
    } catch (const platform::FileError& error) {
        problem_ = error.message();
    }
}

std::optional<AnchorState> Anchor::read() {
    const std::scoped_lock lock(mutex_);
    std::error_code failed;
    if (file_.empty() || !std::filesystem::exists(file_, failed)) return {};
    std::string bytes;
    try {
        bytes = platform::read_file(file_, kPlaces * kPlaceBytes);
    } catch (const platform::FileError& error) {
        problem_ = error.message();
        return {};
    }
    std::optional<AnchorState> furthest;
    for (const std::size_t size : {kPlaceBytes, kTimelessPlaceBytes}) {
        for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
            const auto plain = seal_.open(kTable, name_, std::string_view(bytes).substr(at, size));
            if (!plain) continue;
            const AnchorState state = state_of(*plain);
            if (!furthest || state.sequence > furthest->sequence) furthest = state;
        }
    }
    return furthest;
}

void Anchor::write(const AnchorState& reached, std::uint64_t place) {
    try {
        platform::write_file_at(file_, place * kPlaceBytes,
                                seal_.seal(kTable, name_, plain_of(reached)));
        written_ = reached;
        problem_.reset();
    } catch (const platform::FileError& error) {
        problem_ = error.message();
    }
}

void Anchor::advance(const AnchorState& reached) {
    const std::scoped_lock lock(mutex_);
    advance_to(reached);
}

void Anchor::advance_acts(const AnchorState& reached) {
    const std::scoped_lock lock(mutex_);
    advance_to({reached.sequence, written_.number, reached.head, reached.at});
}

void Anchor::advance_to(const AnchorState& reached) {
    if (file_.empty() || reached.sequence <= written_.sequence) return;
    write(reached, place_);
    place_ = (place_ + 1) % kPlaces;
}

void Anchor::set(const AnchorState& reached) {
    const std::scoped_lock lock(mutex_);
    if (file_.empty()) return;
    for (std::uint64_t place = 0; place < kPlaces; ++place) write(reached, place);
    place_ = 0;
}

void Anchor::follow(std::string name, const AnchorState& reached) {
    {
        const std::scoped_lock lock(mutex_);
        name_ = std::move(name);
        file_ = file_in(directory_, seal_, name_);
    }
    set(reached);
}

std::optional<platform::Message> Anchor::problem() const {
    const std::scoped_lock lock(mutex_);
    return problem_;
}

}  // namespace tizilim::store
