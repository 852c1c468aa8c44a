#pragma once

#include "platform/clock.h"
#include "store/keys/seal.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace tizilim::store {

/// How far a register had come when it was last seen at work on this machine.
struct AnchorState {
    std::uint64_t sequence = 0;  ///< of the last act in the journal
    std::uint64_t number = 0;    ///< the last number of the current book
    Digest32 head{};             ///< of the chain
    platform::WallTime at{};     ///< the latest that it knew of; earlier versions noted none

    bool operator==(const AnchorState&) const = default;
};

/// A small sealed file outside the register's folder that says how far the register had come: what
/// tells an older file that was put back, or a second copy, before it gives out a number twice.
/// Never synced: it may lag behind the register, which does no harm, but is never ahead of it. Two
/// places take turns, so that a write cut off spoils the older one only. Safe for threads.
class Anchor {
public:
    /// `directory` empty: there is none. `name` tells books apart.
    Anchor(const std::filesystem::path& directory, const Seal& seal, std::string name);

    /// The furthest that is readable; nothing: never written here, or lost.
    [[nodiscard]] std::optional<AnchorState> read();

    /// Notes `reached`, unless it notes more already.
    void advance(const AnchorState& reached);
    /// The same for acts that give no number; that of `reached` does not count.
    void advance_acts(const AnchorState& reached);
    /// Notes `reached`, whatever it notes now.
    void set(const AnchorState& reached);

    /// Leaves what it noted of one book as it is, and is the anchor of another from now on.
    void follow(std::string name, const AnchorState& reached);

    /// Why it can't be kept; empty: it can.
    [[nodiscard]] std::string problem() const;

private:
    void go_on_to(const AnchorState& reached);
    void write(const AnchorState& reached, std::uint64_t place);

    const std::filesystem::path directory_;
    const Seal& seal_;
    mutable std::mutex mutex_;  ///< guards all below
    std::string name_;
    std::filesystem::path file_;  ///< empty: none
    std::uint64_t place_ = 0;     ///< where the next write goes
    AnchorState noted_;           ///< what was written last
    std::string problem_;
};

}  // namespace tizilim::store
