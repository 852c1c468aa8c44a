#pragma once

#include "platform/clock.h"
#include "platform/text/civil_time.h"
#include "store/entry/class_tags.h"
#include "store/entry/codes.h"
#include "store/entry/fields.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tizilim::store {

/// UUIDv7 (RFC 9562) with 74 fresh random bits. On the wire "entry:<uuid>".
struct EntryId {
    std::array<std::byte, 16> bytes{};

    auto operator<=>(const EntryId&) const = default;
    [[nodiscard]] std::string to_string() const;  ///< "0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001"
    [[nodiscard]] static std::optional<EntryId> parse(std::string_view text);
    /// The 16 bytes, as a table's key has them.
    [[nodiscard]] std::string_view raw() const;
    [[nodiscard]] static EntryId from_raw(std::string_view bytes);
};

/// "entry:0192f0c1-7c3e-7b6a-9d55-0f4c2a9be001": the name of the entry's document at every peer.
[[nodiscard]] std::string document_id(const EntryId& id);

enum class EntryNumber : std::uint64_t {};  ///< of one book: 1, 2, 3…; 0 is none

/// What of a signature leaves with its entry.
struct Eds {
    std::string algorithm;  ///< OID
    std::optional<platform::WallTime> signed_at;
    std::string cms;  ///< DER in base64
};

/// One version of an entry, as the register holds it.
struct Entry {
    EntryId id;
    EntryContent content;
    DisclosureClass disclosure = DisclosureClass::local;
    ClassTags tags{};  ///< what was done to the class so far
    EntryState state = EntryState::recorded;
    platform::WallTime recorded_at{};
    platform::UtcOffset recorded_offset{};
    /// Brought over from an older register: then recorded_at is known to the day only.
    bool imported = false;
    bool late = false;
    /// Salted BLAKE2b-256 of the withheld fields, 64 hex digits. Empty: another PC narrowed the
    /// class, and the one that recorded the entry has not made one since.
    std::string commitment;
    std::optional<Eds> eds{};  ///< this version is signed
};

}  // namespace tizilim::store
