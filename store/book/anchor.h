#pragma once

#include "platform/clock.h"
#include "platform/text/message.h"
#include "store/keys/seal.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace tizilim::store {

/// How far a register had come when its anchor was written.
struct AnchorState {
    std::uint64_t sequence = 0;  ///< of the last act in the journal
    std::uint64_t number = 0;    ///< the last number of the current book
    Digest32 head{};             ///< of the chain
    platform::WallTime at{};     ///< latest time known then; zero from an earlier version

    bool operator==(const AnchorState&) const = default;
};

/// A small sealed file outside the register's folder that records how far the register had come. It
/// shows that an older file was put back, or a second copy is in use, before a number is given
/// twice. Written without sync: it may lag behind the register, which does no harm, but is never
/// ahead of it. Two slots take turns, so that a torn write spoils the older one. Safe for threads.
class Anchor {
public:
    /// `directory` empty: there is no anchor. `name`: a book's installation id.
    Anchor(const std::filesystem::path& directory, const Seal& seal, std::string name);

    /// The furthest state that is readable; nothing: never written here, or lost.
    [[nodiscard]] std::optional<AnchorState> read();

    /// Records `reached`, unless it has a higher sequence already.
    void advance(const AnchorState& reached);
    /// The same, without the number of `reached`: for acts that give none.
    void advance_acts(const AnchorState& reached);
    /// Records `reached`, whatever it has.
    void set(const AnchorState& reached);

    /// Becomes the anchor of another book; the file of the one so far stays.
    void follow(std::string name, const AnchorState& reached);

    /// Why it can't be read or written; nothing: it can.
    [[nodiscard]] std::optional<platform::Message> problem() const;

private:
    void advance_to(const AnchorState& reached);
    void write(const AnchorState& reached, std::uint64_t place);

    const std::filesystem::path directory_;
    const Seal& seal_;
    mutable std::mutex mutex_;  ///< guards all below
    std::string name_;
    std::filesystem::path file_;  ///< empty: none
    std::uint64_t place_ = 0;     ///< the slot of the next write
    AnchorState written_;         ///< written last
    std::optional<platform::Message> problem_;
};

}  // namespace tizilim::store
